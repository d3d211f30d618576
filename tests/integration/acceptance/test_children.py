"""tasks.md 27, cases 16, 21 and 24: what goes up and down a tree of workflows."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client, definition, simple, task


def child(ref: str, name: str, **fields: Any) -> dict[str, Any]:
    return task("SUB_WORKFLOW", ref, subWorkflowParam={"name": name, "version": 1}, **fields)


def fork(*branches: list[dict[str, Any]], join_on: list[str]) -> list[dict[str, Any]]:
    return [
        task("FORK_JOIN", "fork", forkTasks=list(branches)),
        task("JOIN", "join", joinOn=join_on),
    ]


def child_id(client: Client, workflow_id: str, ref: str) -> str:
    return str(client.task(workflow_id, ref)["subWorkflowId"])


def tree(client: Client) -> tuple[str, str, str]:
    """A root, its child and its grandchild, where ``work`` is waiting."""
    client.register(
        {"name": "work", "retryCount": 0},
        definition("leaf", simple("work")),
        definition("mid", child("leaf_ref", "leaf")),
        definition("root", child("mid_ref", "mid")),
    )
    root = client.start("root")
    mid = child_id(client, root, "mid_ref")
    return root, mid, child_id(client, mid, "leaf_ref")


def test_case_16_forks_within_forks(client: Client) -> None:
    inner = [
        task("FORK_JOIN", "inner", forkTasks=[[simple("i1")], [simple("i2")]]),
        task("JOIN", "inner_join", joinOn=["i1", "i2"]),
    ]
    outer = fork([simple("b1"), *inner], [simple("b2")], join_on=["inner_join", "b2"])
    wf = client.run(definition("nested", *outer, simple("last")))
    client.finish("b2")
    client.finish("b1")
    client.finish("i1")
    assert client.task(wf, "inner_join")["status"] == "IN_PROGRESS"
    client.finish("i2")
    assert client.task(wf, "inner_join")["status"] == "COMPLETED"
    assert client.task(wf, "join")["status"] == "COMPLETED"
    client.finish("last")
    assert client.status(wf) == "COMPLETED"


def test_case_16_optional_children_that_fail_leave_the_join_with_errors(client: Client) -> None:
    client.register({"name": "work", "retryCount": 0}, definition("leaf", simple("work")))
    branches = ([child("k1", "leaf", optional=True)], [child("k2", "leaf", optional=True)])
    wf = client.run(definition("lenient", *fork(*branches, join_on=["k1", "k2"])))
    client.fail("work")
    client.fail("work")
    statuses = dict(client.tasks(wf))
    assert (statuses["k1"], statuses["k2"]) == ("COMPLETED_WITH_ERRORS", "COMPLETED_WITH_ERRORS")
    assert statuses["join"] == "COMPLETED_WITH_ERRORS"
    assert client.status(wf) == "COMPLETED"


def test_case_16_permissive_children_that_a_user_ends_end_their_parent(client: Client) -> None:
    client.register(definition("leaf", simple("work")))
    branches = ([child("k1", "leaf", permissive=True)], [child("k2", "leaf", permissive=True)])
    wf = client.run(definition("permissive", *fork(*branches, join_on=["k1", "k2"])))
    for ref in ("k1", "k2"):
        client.call("DELETE", f"/workflow/{child_id(client, wf, ref)}", reason="stop")
        client.stack.settle()
    assert client.task(wf, "join")["status"] == "CANCELED"
    assert client.status(wf) == "TERMINATED"


def test_case_21_a_failure_climbs_to_the_root_with_its_reason(client: Client) -> None:
    root, mid, leaf = tree(client)
    client.fail("work", "no paper")
    assert [client.status(each) for each in (root, mid, leaf)] == ["FAILED"] * 3
    assert client.task(root, "mid_ref")["status"] == "FAILED"
    assert "no paper" in client.workflow(root)["reasonForIncompletion"]


def test_case_21_a_success_climbs_to_the_root(client: Client) -> None:
    root, mid, leaf = tree(client)
    client.finish("work", {"n": 1})
    assert [client.status(each) for each in (root, mid, leaf)] == ["COMPLETED"] * 3
    assert client.task(mid, "leaf_ref")["outputData"]["n"] == 1


def test_case_24_a_parent_that_times_out_takes_its_children_with_it(client: Client) -> None:
    client.register(definition("leaf", simple("work")))
    wf = client.run(
        definition("late", child("k1", "leaf"), timeoutSeconds=30, timeoutPolicy="TIME_OUT_WF")
    )
    kid = child_id(client, wf, "k1")
    client.stack.advance(31)
    assert client.status(wf) == "TIMED_OUT"
    assert client.tasks(wf) == [("k1", "CANCELED")]
    assert client.status(kid) == "TERMINATED"
    assert client.poll("work") is None


def test_case_24_a_child_that_a_user_ends_ends_its_parents_with_its_reason(client: Client) -> None:
    root, mid, leaf = tree(client)
    client.call("DELETE", f"/workflow/{leaf}", reason="not needed")
    client.stack.settle()
    assert [client.status(each) for each in (root, mid, leaf)] == ["TERMINATED"] * 3
    assert client.tasks(root) == [("mid_ref", "CANCELED")]
    assert "not needed" in client.workflow(root)["reasonForIncompletion"]


def test_case_24_ending_the_root_ends_the_whole_tree(client: Client) -> None:
    root, mid, leaf = tree(client)
    client.call("DELETE", f"/workflow/{root}", reason="stop")
    client.stack.settle()
    assert [client.status(each) for each in (root, mid, leaf)] == ["TERMINATED"] * 3
    assert client.poll("work") is None
