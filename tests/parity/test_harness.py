"""The harness itself: it sees every difference it should, and only those."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.parity.harness import golden, peer, scenario
from tests.parity.harness.client import Answer, Client
from tests.parity.harness.normal import RULES, Context, again, normalized, worded
from tests.parity.harness.run import Run
from tests.parity.harness.scenario import Json, ScenarioError, Step
from tests.parity.harness.searching import await_index

WORKFLOW = "0f3c9a52-5f0e-4a57-9d0d-0d6c2f4a1b11"
CHILD = "7d1b8f3e-0c1d-4e0f-8a57-1f2e3d4c5b6a"
LOST = "11111111-2222-3333-4444-555555555555"


def task(ref: str, seq: int, **fields: object) -> Json:
    return {
        "referenceTaskName": ref, "taskId": f"{WORKFLOW}.{seq}.{ref}", "seq": seq, "taskType": ref,
        "status": "COMPLETED", **fields,
    }  # fmt: skip


def execution(*tasks: Json, **fields: object) -> Json:
    return {"workflowId": WORKFLOW, "status": "COMPLETED", "tasks": list(tasks), **fields}


def normal(*tasks: Json, parallel: tuple[str, ...] = (), **fields: object) -> Json:
    context = Context("story_a1b2c3_", "http://127.0.0.1:4711")
    found = normalized([], {"w": execution(*tasks, **fields)}, context, parallel)
    one: Json = found["executions"]["w"]
    return one


# --- Normalization ---------------------------------------------------------------------------------


def test_ids_stand_for_their_place_also_inside_texts() -> None:
    reason = f"Task {WORKFLOW}.1.a failed, child {LOST}, again {LOST}"
    found = normal(task("a", 1), reasonForIncompletion=reason)
    assert found["workflowId"] == "<w>"
    assert found["tasks"][0]["taskId"] == "<w:a>"
    assert found["reasonForIncompletion"] == "Task <w:a> failed, child <id 1>, again <id 1>"


def test_attempts_keep_ids_of_their_own() -> None:
    first, second = task("a", 1), task("a", 2, retryCount=1, retriedTaskId=f"{WORKFLOW}.1.a")
    found = normal(first, second)["tasks"][1]
    assert (found["taskId"], found["retriedTaskId"]) == ("<w:a#1>", "<w:a>")


def test_a_time_is_taken_out_and_no_time_stays() -> None:
    found = normal(
        task("a", 1, startTime=1_790_000_000_000, endTime=0), output={"at": "on 1790000000000"}
    )
    assert (found["tasks"][0]["startTime"], found["tasks"][0]["endTime"]) == ("<time>", 0)
    assert found["output"] == {"at": "on <time>"}


def test_names_and_the_target_lose_what_the_run_gave_them() -> None:
    found = normal(output={"story_a1b2c3_t": "http://127.0.0.1:4711/json 127.0.0.1:4711"})
    assert found["output"] == {"ns_t": "http://target/json target"}


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "FAILED"},
        {"retryCount": 1},
        {"inputData": {"a": 1}},
        {"outputData": {"a": 1}},
        {"reasonForIncompletion": "why"},
        {"seq": 7},
        {"callbackAfterSeconds": 5},
        {"workerId": "parity"},
        {"pollCount": 3},
        {"startTime": 1_790_000_000_000},
    ],
)
def test_what_counts_stays(fields: Json) -> None:
    before, after = {"w": normal(task("a", 1))}, {"w": normal(task("a", 1) | fields)}
    assert golden.differences({"executions": before}, {"executions": after})


def test_parallel_tasks_take_their_numbers_in_the_order_of_their_refs() -> None:
    one = normal(task("b", 2), task("a", 3), task("c", 4), parallel=("a", "b"))
    other = normal(task("a", 2), task("b", 3), task("c", 4), parallel=("a", "b"))
    assert one == other
    assert [each["seq"] for each in one["tasks"]] == [2, 3, 4]


def test_parallel_tasks_with_one_number_are_in_the_order_of_their_refs() -> None:
    skipped = [task(ref, 0, status="SKIPPED") for ref in ("b", "a")]
    found = normal(*skipped, task("c", 1), parallel=("a", "b"))["tasks"]
    assert [each["referenceTaskName"] for each in found] == ["a", "b", "c"]


def test_the_order_of_other_tasks_counts() -> None:
    assert normal(task("b", 1), task("a", 2)) != normal(task("a", 1), task("b", 2))


def test_an_embedded_definition_that_is_the_same_is_said_in_a_word() -> None:
    defined = {"taskReferenceName": "a", "type": "SIMPLE", "name": "x"}
    looped = task("a__2", 1, workflowTask=defined | {"taskReferenceName": "a__2"})
    other = task("a", 2, workflowTask=defined | {"name": "y"})
    found = normal(looped, other, workflowDefinition={"tasks": [defined]})["tasks"]
    assert found[0]["workflowTask"] == "<as defined>"
    assert found[1]["workflowTask"]["name"] == "y"


def test_what_a_scenario_got_stuck_at_is_comparable() -> None:
    said = worded(
        f"not within 20 s: {WORKFLOW} ends", Context("story_a1b2c3_", "http://127.0.0.1:4711")
    )
    assert said == "not within 20 s: <id 1> ends"


def test_names_of_failed_tasks_are_a_set() -> None:
    one, other = normal(failedTaskNames=["b", "a"]), normal(failedTaskNames=["a", "b"])
    assert one == other
    assert one != normal(failedTaskNames=["a", "c"])


def test_an_error_keeps_its_status_and_shape() -> None:
    answer = {
        "status": 404,
        "message": "No such workflow",
        "instance": "host-7",
        "retryable": False,
    }
    steps = [{"step": "retry", "status": 404, "answer": answer}]
    found = normalized(steps, {}, Context("p_", "http://127.0.0.1:1"))["steps"][0]["answer"]
    assert found == {
        "status": 404,
        "message": "<message>",
        "instance": "<instance>",
        "retryable": False,
    }


def test_a_record_that_was_normalized_stays_as_it_is() -> None:
    defined = {"taskReferenceName": "a", "type": "SIMPLE", "name": "x"}
    kept = task("a", 1, workflowTask=defined, taskType="WAIT", updateTime=5, startTime=7)
    found = normal(kept, workflowDefinition={"tasks": [defined]})
    assert again(found) == found


def test_every_rule_has_a_reason_and_a_name_of_its_own() -> None:
    assert all(len(rule.reason) > 20 for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


# --- The verdict -----------------------------------------------------------------------------------


@pytest.fixture
def recorded() -> Json:
    """A golden record, copied from the repository's own."""
    path = min(golden.GOLDEN.glob("*.json"))
    found = golden.read(path.stem)
    assert found is not None
    return found


def test_a_record_like_the_golden_file_passes(recorded: Json) -> None:
    assert golden.verdict("story", recorded, copy.deepcopy(recorded), None, None) == ""


def test_one_changed_status_in_a_golden_file_turns_the_run_red(
    recorded: Json, tmp_path: Path
) -> None:
    story = scenario.Scenario("story", ("engine 1",), (Step("start"),))
    golden.write(story, recorded, {"says": "x"}, tmp_path)
    path = tmp_path / "story.json"
    path.write_text(path.read_text().replace('"COMPLETED"', '"FAILED"', 1))
    said = golden.verdict("story", golden.read("story", tmp_path), recorded, None, None)
    assert "differs from the peer" in said
    assert "FAILED" in said


def test_a_scenario_that_got_stuck_differs(recorded: Json) -> None:
    assert "stuck" in golden.verdict(
        "story", recorded, recorded | {"stuck": "at step 3"}, None, None
    )


def test_a_listed_difference_passes_and_hides_no_other(recorded: Json) -> None:
    found = copy.deepcopy(recorded)
    found["executions"]["w"]["status"] = "TERMINATED"
    listed = golden.differences(recorded, found)
    assert golden.verdict("story", recorded, found, listed, None) == ""
    found["executions"]["w"]["priority"] = 7
    assert "executions.w.priority" in golden.verdict("story", recorded, found, listed, None)


def test_a_listed_difference_that_agrees_turns_the_run_red(recorded: Json) -> None:
    listed = {"executions.w.status": {"peer": "COMPLETED", "podium": "FAILED"}}
    assert "agrees now" in golden.verdict("story", recorded, recorded, listed, None)
    assert "agrees now" in golden.verdict("story", recorded, recorded, None, "retry")


def test_one_of_two_listed_differences_that_agrees_turns_the_run_red(recorded: Json) -> None:
    found = copy.deepcopy(recorded)
    found["executions"]["w"]["status"] = "TERMINATED"
    listed = golden.differences(recorded, found) | {
        "executions.w.priority": {"peer": 0, "podium": 1}
    }
    assert "executions.w.priority (listed)" in golden.verdict(
        "story", recorded, found, listed, None
    )


def test_a_scenario_without_a_golden_file_asks_for_one() -> None:
    assert "make parity-record NAME=story" in golden.verdict("story", None, {}, None, None)


def test_values_of_another_type_differ() -> None:
    one, other = {"steps": [1, True, None]}, {"steps": [1.0, 1, "null"]}
    assert len(golden.differences(one, other)) == 3


# --- Indexes ---------------------------------------------------------------------------------------


class BehindClient(Client):
    """A server whose index follows at the third search."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1/api")
        self.asked: list[str] = []

    def call(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None
    ) -> Answer:
        self.asked.append(path)
        if path != "/workflow/search":
            return Answer(200, {"workflowId": WORKFLOW, "status": "COMPLETED"})
        statuses = ([], ["RUNNING"], ["COMPLETED"])[self.asked.count(path) - 1]
        return Answer(200, {"results": [{"status": status} for status in statuses]})


@pytest.mark.parametrize(
    ("path", "searches"),
    [
        ("/workflow/running/ns_main", 3),
        ("/workflow/search", 3),
        ("/tasks/search-v2", 3),
        ("/workflow/ns_main/correlated/c", 3),
        ("/workflow/ns_main/correlated", 3),
        (f"/workflow/{WORKFLOW}", 0),
        ("/workflow/bulk/pause", 0),
    ],
)
def test_an_index_is_asked_as_soon_as_it_shows_what_is(path: str, searches: int) -> None:
    client = BehindClient()
    story = scenario.read({"name": "story", "covers": ["engine 1"], "steps": ["start"]})
    run = Run(client, story, "story_", "http://target", {"w": WORKFLOW})
    await_index(run, path)
    assert client.asked.count("/workflow/search") == searches


# --- Scenario files --------------------------------------------------------------------------------


def test_shorthand_is_written_out_at_every_depth() -> None:
    inner = {"tasks": [{"ref": "c"}]}
    value = {
        "name": "story", "covers": ["engine 1"], "steps": ["start"],
        "workflow": {"tasks": [
            {"ref": "f", "type": "FORK_JOIN", "forkTasks": [[{"ref": "a", "in": {"x": 1}}]]},
            {"ref": "s", "type": "SWITCH", "decisionCases": {"x": [{"ref": "b"}]}},
            {"ref": "d", "type": "SUB_WORKFLOW", "subWorkflowParam": {"workflowDefinition": inner}},
        ]},
    }  # fmt: skip
    found = scenario.read(value)
    refs = {
        each["taskReferenceName"]: each["name"] for each in scenario.tasks_of(found.workflows[0])
    }
    assert refs == {"f": "f", "a": "ns_a", "s": "s", "b": "ns_b", "d": "d", "c": "ns_c"}
    assert found.task_types == {"FORK_JOIN", "SIMPLE", "SWITCH", "SUB_WORKFLOW"}
    assert found.steps == (Step("start", keep="w"),)


def test_status_is_a_verb_alone_and_an_option_beside_one() -> None:
    value = {"name": "story", "covers": ["engine 1"]}
    steps = [{"status": {"includeOutput": True}}, {"retry": None, "status": 404}]
    assert scenario.read(value | {"steps": steps}).steps == (
        Step("status", {"includeOutput": True}),
        Step("retry", status=404),
    )


def test_steps_taken_together_are_steps() -> None:
    steps = [{"together": [{"decide": None}, {"update": "t1", "of": "w/a"}]}]
    found = scenario.read({"name": "story", "covers": ["engine 1"], "steps": steps})
    assert found.steps[0].argument == (Step("decide"), Step("update", "t1", of="w/a"))
    assert list(found.all_steps) == list(found.steps[0].argument)


def test_the_digest_follows_what_is_told_to_a_server() -> None:
    value = {"name": "story", "covers": ["engine 1"], "steps": ["start", {"fail": "a"}]}
    digests = [
        scenario.read(value | other).digest
        for other in (
            {"covers": ["engine 2"]},
            {"steps": ["start", {"fail": "b"}]},
            {"steps": ["start", {"fail": "a", "of": "w/sub"}]},
            {"taskdefs": [{"name": "ns_a"}]},
        )
    ]
    assert digests[0] == scenario.read(value).digest
    assert len({*digests}) == 4


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"stepz": []}, "unknown keys"),
        ({"name": "Big Name"}, "lower case"),
        ({"covers": []}, "needs covers"),
        ({"steps": [{"start": None, "fail": "a"}]}, "one verb"),
    ],
)
def test_a_fault_in_a_file_is_named(fields: Json, said: str) -> None:
    value = {"name": "story", "covers": ["engine 1"], "steps": ["start"]} | fields
    with pytest.raises(ScenarioError, match=f"x.yaml: .*{said}"):
        scenario.read(value, "x.yaml")


# --- The genuine server ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "version"),
    [('JAVA_VERSION="25.0.1"\n', 25), ('JAVA_VERSION="1.8.0_392"\n', 8), ("", 0)],
)
def test_the_version_of_a_java_is_read_from_its_home(
    text: str, version: int, tmp_path: Path
) -> None:
    (tmp_path / "release").write_text(text)
    assert peer.release(tmp_path) == version


def test_a_file_with_another_content_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cached = tmp_path / "podium/peer/conductor-server-3.32.1-boot.jar"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"something else")
    with pytest.raises(peer.PeerError, match="not the pinned artefact"):
        peer.jar()
