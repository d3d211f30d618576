"""tasks.md 27, cases 16, 18 and 21 to 25: operations in trees of workflows, through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client, definition, simple, task

Tree = tuple[str, str, str]


def child(ref: str, name: str, **fields: Any) -> dict[str, Any]:
    return task("SUB_WORKFLOW", ref, subWorkflowParam={"name": name, "version": 1}, **fields)


def child_id(client: Client, workflow_id: str, ref: str = "kid") -> str:
    return str(client.task(workflow_id, ref)["subWorkflowId"])


def tree(client: Client) -> Tree:
    """Root, mid and leaf; each has done a step of its own before its child, the leaf before ``work``."""
    client.register(
        {"name": "work", "retryCount": 0},
        definition("leaf", simple("leaf_step"), simple("work")),
        definition("mid", simple("mid_step"), child("kid", "leaf")),
        definition("root", simple("root_step"), child("kid", "mid")),
    )
    root = client.start("root")
    client.finish("root_step")
    client.finish("mid_step")
    client.finish("leaf_step")
    mid = child_id(client, root)
    return root, mid, child_id(client, mid)


def failed_tree(client: Client) -> Tree:
    ids = tree(client)
    client.fail("work", "broken")
    assert statuses(client, ids) == ["FAILED"] * 3
    return ids


def statuses(client: Client, ids: Tree) -> list[str]:
    return [client.status(each) for each in ids]


def operate(client: Client, path: str, body: Any = None, **query: Any) -> None:
    client.call("POST", f"/workflow/{path}", body, **query)
    client.stack.settle()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_case_21_a_resumed_retry_at_any_level_brings_all_levels_to_their_end(
    client: Client, level: int
) -> None:
    ids = failed_tree(client)
    operate(client, f"{ids[level]}/retry", resumeSubworkflowTasks="true")
    assert statuses(client, ids) == ["RUNNING"] * 3
    assert client.poll("leaf_step") is None
    client.finish("work")
    assert statuses(client, ids) == ["COMPLETED"] * 3


def test_case_22_a_retry_without_resume_starts_another_leaf(client: Client) -> None:
    root, mid, leaf = failed_tree(client)
    operate(client, f"{mid}/retry")
    assert child_id(client, root) == mid
    assert child_id(client, mid) != leaf
    client.finish("leaf_step")
    client.finish("work")
    assert [client.status(root), client.status(mid)] == ["COMPLETED"] * 2
    assert client.status(leaf) == "FAILED"


def test_case_22_a_retry_with_resume_keeps_every_id(client: Client) -> None:
    root, mid, leaf = failed_tree(client)
    operate(client, f"{root}/retry", resumeSubworkflowTasks="true")
    client.finish("work")
    assert (child_id(client, root), child_id(client, mid)) == (mid, leaf)


def test_case_22_a_rerun_from_a_sub_workflow_task_starts_another_child(client: Client) -> None:
    root, mid, leaf = failed_tree(client)
    again = client.task(root, "kid")["taskId"]
    operate(client, f"{root}/rerun", {"reRunFromTaskId": again})
    fresh = child_id(client, root)
    assert fresh != mid
    client.finish("mid_step")
    client.finish("leaf_step")
    client.finish("work")
    assert [client.status(root), client.status(fresh)] == ["COMPLETED"] * 2
    assert [client.status(mid), client.status(leaf)] == ["FAILED"] * 2


def test_case_23_cancelled_siblings_come_back_and_completed_ones_are_left_alone(
    client: Client,
) -> None:
    client.register({"name": "b1", "retryCount": 0})
    branches = [[simple("b1")], [simple("b2")], [simple("b3")]]
    wf = client.run(
        definition(
            "siblings",
            task("FORK_JOIN", "fork", forkTasks=branches),
            task("JOIN", "join", joinOn=["b1", "b2", "b3"]),
        )
    )
    client.finish("b3", {"done": 3})
    for _ in range(3):
        client.fail("b1")
        assert dict(client.tasks(wf))["b2"] == "CANCELED"
        operate(client, f"{wf}/retry")
        assert client.poll("b3") is None
    client.finish("b1", {"done": 1})
    client.finish("b2", {"done": 2})
    assert client.status(wf) == "COMPLETED"
    joined = client.task(wf, "join")["outputData"]
    assert joined == {"b1": {"done": 1}, "b2": {"done": 2}, "b3": {"done": 3}}


def test_case_23_a_child_retried_in_a_fork_brings_back_what_its_failure_cancelled(
    client: Client,
) -> None:
    client.register(
        {"name": "work", "retryCount": 0},
        definition("leaf", simple("work")),
        definition(
            "root",
            task("FORK_JOIN", "fork", forkTasks=[[child("kid", "leaf")], [simple("other")]]),
            task("JOIN", "join", joinOn=["kid", "other"]),
        ),
    )
    root = client.start("root")
    client.fail("work")
    assert dict(client.tasks(root))["other"] == "CANCELED"
    operate(client, f"{child_id(client, root)}/retry")
    assert client.status(root) == "RUNNING"
    client.finish("work")
    client.finish("other")
    assert client.status(root) == "COMPLETED"


def test_case_24_a_retried_child_of_a_parent_that_timed_out_revives_it(client: Client) -> None:
    client.register(
        definition("leaf", simple("work")),
        definition("root", child("kid", "leaf"), timeoutSeconds=30, timeoutPolicy="TIME_OUT_WF"),
    )
    root = client.start("root")
    leaf = child_id(client, root)
    client.stack.advance(31)
    assert [client.status(root), client.status(leaf)] == ["TIMED_OUT", "TERMINATED"]
    operate(client, f"{leaf}/retry")
    assert [client.status(root), client.status(leaf)] == ["RUNNING"] * 2
    client.finish("work")
    assert [client.status(root), client.status(leaf)] == ["COMPLETED"] * 2


def test_case_25_the_late_result_of_an_orphan_is_ignored(client: Client) -> None:
    client.register(
        definition("leaf", simple("work")),
        definition("root", simple("first"), child("kid", "leaf")),
    )
    root = client.start("root")
    client.finish("first")
    orphan = child_id(client, root)
    late = client.poll("work")
    assert late is not None
    client.call("DELETE", f"/workflow/{root}", reason="again, please")
    client.stack.settle()
    operate(client, f"{root}/restart")
    result = {"workflowInstanceId": orphan, "taskId": late["taskId"], "status": "COMPLETED"}
    client.call("POST", "/tasks", result)
    client.stack.settle()
    assert client.tasks(root) == [("first", "SCHEDULED")]
    client.finish("first")
    assert child_id(client, root) != orphan
    client.finish("work")
    assert client.status(root) == "COMPLETED"
    assert client.status(orphan) == "TERMINATED"


def test_case_16_a_later_rerun_of_an_optional_child_leaves_the_parent_alone(client: Client) -> None:
    client.register(
        {"name": "work", "retryCount": 0},
        definition("leaf", simple("work")),
        definition("root", child("kid", "leaf", optional=True)),
    )
    root = client.start("root")
    client.fail("work")
    leaf = child_id(client, root)
    assert client.status(root) == "COMPLETED"
    operate(client, f"{leaf}/rerun", {})
    assert [client.status(root), client.status(leaf)] == ["COMPLETED", "RUNNING"]
    client.finish("work")
    assert [client.status(root), client.status(leaf)] == ["COMPLETED"] * 2
    assert client.tasks(root) == [("kid", "COMPLETED_WITH_ERRORS")]


def test_case_18_branches_that_end_at_the_same_time_join_at_once(client: Client) -> None:
    refs = [f"b{number}" for number in range(4)]
    wf = client.run(
        definition(
            "together",
            task("FORK_JOIN", "fork", forkTasks=[[simple(ref)] for ref in refs]),
            task("JOIN", "join", joinOn=refs),
            simple("last"),
        )
    )
    polled = [client.poll(ref) for ref in refs]
    for each in polled:
        assert each is not None
        client.call(
            "POST",
            "/tasks",
            {"workflowInstanceId": wf, "taskId": each["taskId"], "status": "COMPLETED"},
        )
    client.stack.settle()
    assert dict(client.tasks(wf))["join"] == "COMPLETED"
    client.finish("last")
    assert client.status(wf) == "COMPLETED"
