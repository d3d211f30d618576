"""What operators do to executions that run, or have ended."""

from __future__ import annotations

from tests.integration.protocol.definitions import CHAIN, CHILD, fork, simple, workflow
from tests.integration.protocol.definitions import sub_workflow as child
from tests.support.scenarios.play import Play
from tests.support.scenarios.scenario import (
    Json,
    Scenario,
    Story,
    complete_all,
    fail_first,
    task,
)

_ONCE = tuple({"name": name, "retryCount": 0} for name in ("t1", "t2", "inner", "bad"))
_THREE = workflow(simple("t1"), simple("t2"), simple("t3"))
_WAITING = workflow(task("h", "HUMAN"), name="waiting")
_TREE = workflow(
    *fork([child("sub", "child")], [task("w", "WAIT")], join_on=["sub", "w"]), simple("last")
)
_TWO_WAIT = workflow(
    simple("t1"), *fork([child("kid", "waiting")], [task("h", "HUMAN")], join_on=["kid", "h"])
)


def _fail(told: Json) -> Json:
    return complete_all(told) | {"status": "FAILED", "reasonForIncompletion": "not today"}


def _call_back_in_an_hour(told: Json) -> Json:
    if told["referenceTaskName"] == "t1" and told["pollCount"] == 1:
        return {"status": "IN_PROGRESS", "callbackAfterSeconds": 3600}
    return complete_all(told)


def _paused(play: Play) -> None:
    """What was open is handed out when it goes on, and so is what follows from an end meanwhile."""
    play.start()
    play.until_open("h")
    play.command("PUT", "/pause")
    play.complete("h")
    play.stage.rest()
    assert not play.work()
    play.command("PUT", "/resume")
    play.finish()


def _paused_in_bulk(play: Play) -> None:
    play.start()
    play.ask("PUT", "/api/workflow/bulk/pause", [play.root])
    play.stage.rest()
    play.ask("PUT", "/api/workflow/bulk/resume", [play.root])
    play.finish()


def _child_paused(play: Play) -> None:
    play.start()
    of = play.child("sub")
    play.command("PUT", "/pause", of=of)
    play.stage.rest()
    play.command("PUT", "/resume", of=of)
    play.complete("w")
    play.finish()


def _after_its_end(method: str, command: str, body: Json | None = None, query: str = "") -> Story:
    """A command once it has ended; from then on workers are good."""

    def story(play: Play) -> None:
        play.start()
        play.until_ended()
        play.stage.rest()
        play.answer = complete_all
        play.command(method, command, body, query=query)
        play.stage.rest()
        if play.status() == "RUNNING" and play.is_open("w"):
            play.complete("w")
        play.finish()

    return story


def _retried_in_bulk(play: Play) -> None:
    play.start()
    play.until_ended()
    play.ask("POST", "/api/workflow/bulk/retry", [play.root])
    play.finish()


def _rerun_from(ref: str) -> Story:
    def story(play: Play) -> None:
        play.start()
        play.until_ended()
        play.stage.rest()
        body = {"reRunFromTaskId": play.task_id(ref), "taskInput": {"again": True}}
        play.command("POST", "/rerun", body)
        play.finish()

    return story


def _child_retried(play: Play) -> None:
    """The parents go on with it, the cancelled branch too."""
    play.start()
    of = play.child("sub")
    play.until_ended()
    play.stage.rest()
    play.answer = complete_all
    play.command("POST", "/retry", of=of)
    play.complete("w")
    play.finish()


def _skipped(play: Play) -> None:
    play.start()
    play.command("PUT", "/skiptask/t2", {"taskInput": {}, "taskOutput": {"skipped": True}})
    play.finish()


def _jumped(play: Play) -> None:
    play.start()
    play.until_open("h")
    header = play.stage.store.read_header(play.root)
    assert header is not None
    last = header.last_seq

    def is_done() -> bool:
        present = play.stage.store.read_header(play.root)
        return present is not None and present.last_seq > last

    play.command("POST", "/jump/t3", {"by": "jump"}, unless=is_done)
    play.finish()


def _terminated(play: Play) -> None:
    play.start()
    play.until_open("h")
    play.command("DELETE", query="reason=enough")
    play.finish()


def _terminated_in_bulk(play: Play) -> None:
    play.start()
    play.until_open("h")
    play.ask("POST", "/api/workflow/bulk/terminate", [play.root], query="reason=enough")
    play.finish()


def _terminated_and_retried(play: Play) -> None:
    play.start()
    play.child("kid")
    play.command("DELETE", query="reason=enough")
    play.stage.rest()
    play.command("POST", "/retry", query="resumeSubworkflowTasks=true")
    play.complete("h")
    play.complete("h", of=play.child("kid"))
    play.finish()


def _with_variables(play: Play) -> None:
    play.start()
    play.until_open("h")
    play.command("POST", "/variables", {"n": 7})
    play.complete("h")
    play.finish()


def _upgraded(play: Play) -> None:
    play.start()
    play.until_open("t1")
    play.command("POST", "/upgrade", {"name": "wf", "version": 2})
    play.finish()


def _removed(query: str = "") -> Story:
    def story(play: Play) -> None:
        play.start()
        play.finish()
        play.command("DELETE", "/remove", query=query)
        play.stage.rest()

    return story


def _terminated_and_removed(play: Play) -> None:
    play.start()
    play.until_open("h")
    play.command("DELETE", "/terminate-remove", query="reason=enough")
    play.stage.rest()


def _removed_and_retried(play: Play) -> None:
    play.start()
    play.until_ended()
    play.command("DELETE", "/remove")
    play.stage.rest()
    play.answer = complete_all
    play.command("POST", "/retry")
    play.finish()


def _called_back_at_once(play: Play) -> None:
    play.start()
    play.until(lambda: (task := play.task("t1")) is not None and task.callback_after > 0)
    play.command("POST", "/resetcallbacks")
    play.finish()


def _requeued(play: Play) -> None:
    play.start()
    play.until_open("t1")
    play.ask("POST", "/api/tasks/queue/requeue/t1")
    play.ask("POST", f"/api/admin/sweep/requeue/{play.root}")
    play.ask("POST", f"/api/admin/consistency/verifyAndRepair/{play.root}")
    play.ask("PUT", f"/api/workflow/decide/{play.root}")
    play.finish()


_HUMAN_FIRST = workflow(
    *fork([task("h", "HUMAN"), simple("t1")], [simple("t2")], join_on=["t1", "t2"]),
    simple("t3", inputParameters={"n": "${workflow.variables.n}"}),
)

SCENARIOS = [
    Scenario("pause and resume", _HUMAN_FIRST, story=_paused),
    Scenario("pause and resume in bulk", CHAIN, story=_paused_in_bulk),
    Scenario("pause and resume of a child", _TREE, (CHILD,), story=_child_paused),
    Scenario(
        "retry by an operator",
        _THREE,
        _ONCE,
        answer=fail_first("t2"),
        story=_after_its_end("POST", "/retry"),
    ),
    Scenario(
        "retry in bulk",
        _THREE,
        _ONCE,
        answer=fail_first("t2"),
        story=_retried_in_bulk,
    ),
    Scenario(
        "retry with a new child",
        _TREE,
        (CHILD, *_ONCE),
        answer=_fail,
        story=_after_its_end("POST", "/retry"),
    ),
    Scenario(
        "retry with the same child",
        _TREE,
        (CHILD, *_ONCE),
        answer=_fail,
        story=_after_its_end("POST", "/retry", query="resumeSubworkflowTasks=true"),
    ),
    Scenario("retry of a child", _TREE, (CHILD, *_ONCE), answer=_fail, story=_child_retried),
    Scenario("restart", _THREE, story=_after_its_end("POST", "/restart")),
    Scenario(
        "restart of what has failed",
        _TREE,
        (CHILD, *_ONCE),
        answer=_fail,
        story=_after_its_end("POST", "/restart"),
    ),
    Scenario(
        "rerun with another input",
        workflow(simple("t1", inputParameters={"n": "${workflow.input.n}"})),
        story=_after_its_end("POST", "/rerun", {"workflowInput": {"n": 2}}),
        input={"n": 1},
    ),
    Scenario("rerun from a task", _THREE, story=_rerun_from("t2")),
    Scenario("skip", _THREE, story=_skipped),
    Scenario("jump", workflow(simple("t1"), task("h", "HUMAN"), simple("t3")), story=_jumped),
    Scenario("terminate", _TWO_WAIT, (_WAITING,), story=_terminated, ends="TERMINATED"),
    Scenario(
        "terminate in bulk", _TWO_WAIT, (_WAITING,), story=_terminated_in_bulk, ends="TERMINATED"
    ),
    Scenario("terminate and retry", _TWO_WAIT, (_WAITING,), story=_terminated_and_retried),
    Scenario("update variables", _HUMAN_FIRST, story=_with_variables),
    Scenario(
        "upgrade",
        CHAIN,
        (workflow(simple("t1"), simple("other")) | {"version": 2},),
        story=_upgraded,
    ),
    Scenario("remove", CHAIN, story=_removed(), ends=""),
    Scenario("remove for good", CHAIN, story=_removed("archiveWorkflow=false"), ends=""),
    Scenario(
        "terminate and remove", _TWO_WAIT, (_WAITING,), story=_terminated_and_removed, ends=""
    ),
    Scenario(
        "remove and retry", _THREE, _ONCE, answer=fail_first("t2"), story=_removed_and_retried
    ),
    Scenario("reset callbacks", CHAIN, answer=_call_back_in_an_hour, story=_called_back_at_once),
    Scenario("requeue, sweep and repair", CHAIN, story=_requeued),
]
