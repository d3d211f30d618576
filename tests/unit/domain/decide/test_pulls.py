"""PULL_WORKFLOW_MESSAGES in decisions: who takes which messages (tasks.md 24)."""

from __future__ import annotations

from typing import Any

from podium.domain.definitions import TaskDef
from podium.domain.json import Json
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.workflow_messages import LARGEST_PULL, WorkflowMessage
from tests.support.driver import Driver, engines, simple, task, workflow


def pull(ref: str, **parameters: Json) -> dict[str, Any]:
    return task(ref, "PULL_WORKFLOW_MESSAGES", inputParameters=parameters)


def fork(*branches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last = [branch[-1]["taskReferenceName"] for branch in branches]
    return [task("f", "FORK_JOIN", forkTasks=branches), task("j", "JOIN", joinOn=last)]


def payloads(driver: Driver, ref: str) -> list[Json]:
    found: Any = driver.output_of(ref)
    assert found["count"] == len(found["messages"])
    return [message["payload"]["n"] for message in found["messages"]]


def posted(driver: Driver, *numbers: int) -> Driver:
    for number in numbers:
        driver.post({"n": number})
    return driver


def test_it_waits_for_a_message_and_takes_one():
    driver = Driver(workflow(pull("p"), simple("t"))).start()
    assert (driver.open_refs, driver.task("p").status) == (["p"], TaskStatus.IN_PROGRESS)
    posted(driver, 1)
    assert payloads(driver, "p") == [1]
    assert (driver.open_refs, driver.header.pulled) == (["t"], 1)


def test_what_is_there_already_is_taken_in_the_decision_that_creates_it():
    driver = Driver(workflow(simple("t"), pull("p", batchSize=2), pull("q"), simple("u"))).start()
    posted(driver, 1, 2, 3, 4)
    driver.complete("t")
    assert len(driver.decisions) == 2
    assert (payloads(driver, "p"), payloads(driver, "q")) == ([1, 2], [3])
    assert driver.header.pulled == 3


def test_without_blocking_none_is_an_answer():
    driver = Driver(workflow(pull("p", blocking=False, batchSize=5), pull("q", blocking=False)))
    driver.start()
    assert (payloads(driver, "p"), payloads(driver, "q")) == ([], [])
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.header.pulled == 0


def test_a_task_that_waits_takes_no_more_than_came():
    driver = posted(Driver(workflow(pull("p", batchSize=5), pull("q", batchSize=5))).start(), 1, 2)
    assert (payloads(driver, "p"), payloads(driver, "q")) == ([1], [2])


def test_waiting_tasks_are_served_in_the_order_of_their_creation():
    definition = workflow(*fork([pull("a")], [pull("b", batchSize=2)], [pull("c")]))
    driver = posted(Driver(definition).start(), 1, 2, 3)
    assert [payloads(driver, ref) for ref in "abc"] == [[1], [2], [3]]
    assert driver.status is WorkflowStatus.COMPLETED


def test_a_task_that_comes_later_does_not_push_in_unless_it_does_not_wait():
    branches = [[pull("a")], [simple("t"), pull("b")], [simple("u"), pull("c", blocking=False)]]
    driver = Driver(workflow(*fork(*branches))).start()
    # Messages that nobody has looked at yet.
    for number in (1, 2):
        driver.messages.append(WorkflowMessage(number, f"m{number}", {"n": number}, driver.now))
    driver.decide([driver.ended("t")])
    assert (driver.open_refs, driver.header.pulled) == (["a", "u", "j", "b"], 0)
    driver.decide([driver.ended("u")])
    assert payloads(driver, "c") == [1]
    driver.look()
    assert (payloads(driver, "a"), driver.open_refs) == ([2], ["j", "b"])


def test_its_input_is_that_of_its_creation():
    branches = [
        [pull("p", batchSize="${workflow.variables.size}")],
        [task("s", "SET_VARIABLE", inputParameters={"size": 1}), simple("t")],
    ]
    definition = workflow(*fork(*branches), variables={"size": 2})
    driver = Driver(definition).start()
    given = driver.task("p").input["batchSize"]
    posted(driver, 1)
    assert driver.task("p").input == {"batchSize": given}


def test_in_a_loop_each_iteration_takes_the_next():
    loop = task(
        "l", "DO_WHILE", loopCondition="$.l['iteration'] < 3", loopOver=[pull("p"), simple("t")]
    )
    driver = Driver(workflow(loop)).start()
    posted(driver, 1, 2)
    driver.complete("t__1")
    driver.complete("t__2")
    assert (payloads(driver, "p__1"), payloads(driver, "p__2")) == ([1], [2])
    assert driver.open_refs == ["l", "p__3"]
    posted(driver, 3)
    assert payloads(driver, "p__3") == [3]


def test_a_loop_that_drains_the_queue_is_cut_like_any_other():
    loop = task(
        "l",
        "DO_WHILE",
        loopCondition="$.l['iteration'] < 9",
        loopOver=[pull("p", blocking=False)],
    )
    driver = Driver(workflow(simple("t"), loop), max_ended=3).start()
    posted(driver, *range(1, 8))
    driver.complete("t")
    assert driver.status is WorkflowStatus.COMPLETED
    taken = [payloads(driver, f"p__{number}") for number in range(1, 10)]
    assert taken == [[1], [2], [3], [4], [5], [6], [7], [], []]


def test_a_pull_takes_no_further_message_once_it_is_large():
    driver = Driver(workflow(simple("t"), pull("p", batchSize=10), pull("q", batchSize=10))).start()
    for number in range(1, 4):
        driver.post({"n": number, "text": "x" * (LARGEST_PULL // 2)})
    driver.post({"n": 4, "text": "x" * LARGEST_PULL * 2})
    driver.complete("t")
    assert (payloads(driver, "p"), payloads(driver, "q")) == ([1], [2])
    assert driver.header.pulled == 2


def test_one_message_is_taken_however_large():
    driver = Driver(workflow(pull("p", batchSize=10))).start()
    driver.post({"n": 1, "text": "x" * LARGEST_PULL * 2})
    assert payloads(driver, "p") == [1]


def test_it_can_be_ended_from_outside_and_then_takes_nothing():
    driver = Driver(workflow(pull("p"), pull("q"))).start()
    driver.complete("p", {"value": 1})
    posted(driver, 1)
    assert (driver.output_of("p"), payloads(driver, "q")) == ({"value": 1}, [1])


def test_an_attempt_after_a_failure_looks_again():
    definition = workflow({**pull("p", blocking=False), "retryCount": 1}, pull("q"))
    driver = Driver(definition, {}, {"p": TaskDef(name="p", retry_count=1)})
    driver.start()
    assert driver.task("p").status is TaskStatus.COMPLETED
    waiting = Driver(workflow({**pull("p"), "retryCount": 1})).start()
    waiting.fail("p")
    assert [(each.attempt, each.status) for each in waiting.tasks] == [
        (0, TaskStatus.FAILED),
        (1, TaskStatus.IN_PROGRESS),
    ]
    posted(waiting, 1)
    assert (payloads(waiting, "p"), waiting.status) == ([1], WorkflowStatus.COMPLETED)


def test_nothing_is_pulled_while_paused():
    driver = Driver(workflow(pull("p"))).start()
    driver.pause()
    assert posted(driver, 1).header.pulled == 0
    driver.resume()
    assert payloads(driver, "p") == [1]


def test_a_new_run_begins_with_an_empty_queue():
    driver = posted(Driver(workflow(pull("p"), simple("t"))).start(), 1, 2)
    driver.fail("t")
    assert (driver.status, driver.header.pulled) == (WorkflowStatus.FAILED, 1)
    driver.restart()
    assert (driver.open_refs, driver.header.pulled) == (["p"], 0)
    posted(driver, 3)
    assert payloads(driver, "p") == [3]


def test_scripts_see_what_was_pulled():
    inline = task(
        "i",
        "INLINE",
        inputParameters={
            "evaluatorType": "javascript",
            "expression": "$.value",
            "value": "${p.output.messages[0].payload.n}",
        },
    )
    driver = Driver(workflow(pull("p"), inline), engines=engines()).start()
    posted(driver, 5)
    assert driver.output_of("i")["result"] == 5


def test_its_schemas_count_like_those_of_any_task():
    strict = {"name": "p", "enforceSchema": True}
    needs = {"name": "s", "version": 1, "type": "JSON", "data": {"required": ["needed"]}}
    bad_input = {**pull("p"), "taskDefinition": {**strict, "inputSchema": needs}}
    driver = Driver(workflow(bad_input)).start()
    assert driver.task("p").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    bad_output = {**pull("p"), "taskDefinition": {**strict, "outputSchema": needs}}
    driver = posted(Driver(workflow(bad_output)).start(), 1)
    assert driver.task("p").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert (payloads(driver, "p"), driver.header.pulled) == ([1], 1)
