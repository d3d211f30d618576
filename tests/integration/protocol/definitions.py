"""Definitions that the protocol's tests share: small, one feature each."""

from __future__ import annotations

from podium.domain.json import Json


def simple(ref: str, **fields: Json) -> dict[str, Json]:
    """A SIMPLE task polled by its ref."""
    return {"name": ref, "taskReferenceName": ref, "type": "SIMPLE", **fields}


def workflow(*tasks: Json, name: str = "wf", **fields: Json) -> dict[str, Json]:
    """A workflow definition over ``tasks``."""
    return {"name": name, "version": 1, "schemaVersion": 2, "tasks": list(tasks), **fields}


def fork(*branches: Json, join_on: list[str]) -> list[dict[str, Json]]:
    """FORK_JOIN with its JOIN."""
    return [
        {"name": "f", "taskReferenceName": "f", "type": "FORK_JOIN", "forkTasks": list(branches)},
        {"name": "j", "taskReferenceName": "j", "type": "JOIN", "joinOn": list[Json](join_on)},
    ]


def sub_workflow(ref: str, name: str, **param: Json) -> dict[str, Json]:
    """A SUB_WORKFLOW task that starts a registered workflow."""
    return {
        "name": ref,
        "taskReferenceName": ref,
        "type": "SUB_WORKFLOW",
        "subWorkflowParam": {"name": name, **param},
    }


CHAIN = workflow(simple("t1"), simple("t2"))
FORKED = workflow(*fork([simple("a")], [simple("b")], join_on=["a", "b"]), simple("last"))
CHILD = workflow(simple("inner"), name="child")
PARENT = workflow(sub_workflow("sub", "child"), simple("after"), name="parent")
