"""cacheConfig: which outputs are used again, and under which key (engine.md 18)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from podium.domain.caching import WORKER_ID, CachedResult, result_of
from podium.domain.execution import Kind
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import START, Driver, simple, task, workflow
from tests.support.executions import completed
from tests.support.validation import violations

INPUT = {"a": 1, "b": "two", "map": {"k": [1]}, "none": None}


def _config(key: str = "${a}", ttl: object = 60) -> dict[str, Any]:
    return {"cacheConfig": {"key": key, "ttlInSecond": ttl}}


def _cached(key: str = "${a}", *, name: str = "t", ttl: object = 60, **fields: Any) -> Driver:
    wire = {**simple("t", inputParameters=INPUT, **_config(key, ttl)), "name": name, **fields}
    return Driver(workflow(wire, simple("next"))).start()


def _digest(key: str = "${a}", **fields: Any) -> str:
    return _cached(key, **fields).task("t").cache_key


# Keys -----------------------------------------------------------------------------------------------


def test_a_task_without_a_cache_has_no_key():
    driver = Driver(workflow(simple("t"))).start()
    assert (driver.task("t").cache_key, driver.task("t").cache_ttl) == ("", 0)
    assert _digest(ttl=0) == ""
    assert _digest(ttl=-1) == ""


def test_a_key_is_made_of_the_inputs():
    assert _digest("${a}-${b}") == _digest("1-two")
    assert _digest("${map}") == _digest('{"k":[1]}')
    assert _digest("${map.k[0]}") == _digest("1")
    assert _digest("$${a}") == _digest("$${a}")
    assert _digest("$${a}") != _digest("${a}")
    assert _digest("${a}") != _digest("${b}")
    assert _cached().task("t").cache_ttl == 60


def test_a_key_may_look_at_the_workflow_too():
    wire = simple("t", **_config("${workflow.input.o}"))
    driver = Driver(workflow(wire), start_input={"o": "x"}).start()
    assert driver.task("t").cache_key == _digest("x")


def test_an_input_comes_before_a_root_of_the_same_name():
    wire = simple("t", inputParameters={"workflow": {"input": "mine"}})
    wire |= _config("${workflow.input}")
    driver = Driver(workflow(wire), start_input={"o": "x"}).start()
    assert driver.task("t").cache_key == _digest("mine")


def test_tasks_of_another_name_or_type_have_other_keys():
    http = _cached(type="HTTP").task("t").cache_key
    assert len({_digest("k"), _digest("k", name="other"), http}) == 3


def test_the_seconds_may_be_text():
    assert _cached(ttl="2500").task("t").cache_ttl == 2500


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("${none}", "${none} is null"),
        ("x-${absent}", "${absent} is null, there is no input absent"),
        ("${a}-${map.nothing}", "${map.nothing} is null"),
        ("${workflow.input.nothing}", "${workflow.input.nothing} is null"),
        ("", "is empty"),
        ("  ", "is empty"),
    ],
)
def test_a_key_that_cannot_be_evaluated_fails_the_task_with_its_reason(key, reason):
    driver = _cached(key)
    ended = driver.task("t")
    assert ended.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert reason in ended.reason
    assert driver.status is WorkflowStatus.FAILED


def test_an_optional_task_with_a_bad_key_lets_the_workflow_go_on():
    assert _cached("${none}", optional=True).open_refs == ["next"]


@pytest.mark.parametrize("key", [None, "", " "])
def test_a_cache_without_a_key_is_not_registered(key):
    fields = {"cacheConfig": {"key": key, "ttlInSecond": 5}}
    assert [path for path, _ in violations([simple("t", **fields)])] == [
        ".tasks[0].cacheConfig.key"
    ]
    off = {"cacheConfig": {"key": key, "ttlInSecond": 0}}
    assert violations([simple("t", **off)]) == []


# Hits -----------------------------------------------------------------------------------------------


def _run(age: int, **fields: Any) -> Driver:
    """A run that finds a result of this age (ms)."""
    wire = simple("t", inputParameters=INPUT, **_config(), **fields)
    kept = {_digest(): CachedResult({"n": 7}, START - age)}
    return Driver(workflow(wire, simple("next")), cached=kept).start()


@pytest.mark.parametrize("age", [-1000, 0, 59_999])
def test_a_result_that_still_counts_completes_the_task_in_the_decision_that_would_open_it(age):
    driver = _run(age)
    hit = driver.task("t")
    assert (hit.status, hit.output) == (TaskStatus.COMPLETED, {"n": 7})
    assert (hit.worker_id, hit.input["a"]) == (WORKER_ID, 1)
    assert (hit.started_at, hit.ended_at) == (START, START)
    assert driver.open_refs == ["next"]
    assert driver.header.version == 1


@pytest.mark.parametrize("age", [60_000, 10**9])
def test_a_result_that_is_too_old_is_none(age):
    driver = _run(age)
    assert driver.open_refs == ["t"]


def test_a_task_taken_from_the_cache_is_not_kept_anew():
    """Else a result would live for ever: nobody gets the record of such an end."""
    hit = _run(0).task("t")
    assert hit in _run(0).decisions[0].ended


def test_the_next_attempt_may_take_what_was_kept_meanwhile():
    wire = simple("t", inputParameters=INPUT, **_config())
    definition = {"name": "t", "retryCount": 1}
    driver = Driver(workflow({**wire, "retryCount": 1, "taskDefinition": definition})).start()
    driver.cached = {driver.task("t").cache_key: CachedResult({"n": 8}, START)}
    driver.fail("t")
    assert driver.status is WorkflowStatus.COMPLETED
    assert [each.status for each in driver.tasks] == [TaskStatus.FAILED, TaskStatus.COMPLETED]
    assert driver.task("t").reason == ""


def test_branches_that_are_all_in_the_cache_are_joined_at_once():
    refs = [f"b{number}" for number in range(120)]
    branches = [[simple(ref, inputParameters=INPUT, **_config())] for ref in refs]
    kept = {_digest(name=ref): CachedResult({"of": ref}, START) for ref in refs}
    definition = workflow(
        task("f", "FORK_JOIN", forkTasks=branches), task("j", "JOIN", joinOn=refs), simple("end")
    )
    driver = Driver(definition, cached=kept).start()
    assert driver.open_refs == ["end"]
    assert max(len(decision.ended) for decision in driver.decisions) <= 81
    assert driver.output_of("j")["b7"] == {"of": "b7"}


def test_an_output_that_the_schema_refuses_is_not_used():
    schema = {"name": "s", "type": "JSON", "data": {"required": ["m"]}}
    strict = {"name": "t", "enforceSchema": True, "outputSchema": schema}
    assert _run(0, taskDefinition=strict).open_refs == ["t"]
    fine = {**strict, "outputSchema": {**schema, "data": {"required": ["n"]}}}
    assert _run(0, taskDefinition=fine).open_refs == ["next"]


# What is kept ---------------------------------------------------------------------------------------


def test_only_a_good_end_of_a_task_with_a_key_is_kept():
    done = completed(output={"n": 1}, cache_key="k", cache_ttl=5, external_output_path="p")
    assert result_of(done) == CachedResult({"n": 1}, done.ended_at, "p")
    assert result_of(replace(done, cache_key="")) is None
    for status in set(TaskStatus) - {TaskStatus.COMPLETED}:
        assert result_of(replace(done, status=status)) is None


@pytest.mark.parametrize("kind", ["INLINE", "WAIT", "HUMAN", "START_WORKFLOW", "SUB_WORKFLOW"])
def test_tasks_that_nobody_runs_have_no_cache(kind):
    fields: dict[str, Any] = {"subWorkflowParam": {"name": "kid", "version": 1}}
    driver = Driver(workflow(task("t", kind, **_config("k"), **fields))).start()
    assert driver.task("t").cache_key == ""
    assert driver.task("t").kind not in {Kind.WORKER, Kind.SYSTEM}
