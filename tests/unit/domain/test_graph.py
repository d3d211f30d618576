"""The compiled definition."""

from __future__ import annotations

from podium.domain.definitions import WorkflowTask, walk
from podium.domain.execution import Kind, OpenEntry
from podium.domain.graph import Branches, Forked, Graph, Place, enclosing_fork
from tests.support.driver import simple, task, workflow

DEFINITION = workflow(
    simple("first"),
    task(
        "switch",
        "SWITCH",
        decisionCases={"b": [simple("b1"), simple("b2")], "a": [], "c": [simple("c1")]},
        defaultCase=[simple("d1")],
    ),
    task(
        "fork",
        "FORK_JOIN",
        forkTasks=[
            [simple("x1"), task("loop", "DO_WHILE", loopOver=[simple("in"), simple("in2")])],
            [simple("y1")],
        ],
    ),
    task("join", "JOIN", joinOn=["loop", "y1"]),
)


def _graph():
    return Graph(DEFINITION)


def test_addresses_are_places_in_pre_order():
    graph = _graph()
    refs = [node.ref for node in graph]
    assert refs == [made.task_reference_name for made in walk(DEFINITION.tasks)]
    assert [node.address for node in graph] == [str(index) for index in range(len(refs))]
    assert graph.first == "0"


def test_the_key_order_of_cases_counts():
    graph = _graph()
    assert [node.ref for node in graph][2:6] == ["b1", "b2", "c1", "d1"]


def test_siblings_follow_one_another_within_their_list():
    graph = _graph()
    by_ref = graph.by_ref
    assert graph.nodes[by_ref["b1"].following].ref == "b2"
    assert by_ref["b2"].following == ""
    assert graph.nodes[by_ref["switch"].following].ref == "fork"


def test_a_node_knows_the_list_it_stands_in_and_its_loops():
    by_ref = _graph().by_ref
    assert [by_ref[ref].place for ref in ("first", "b1", "x1", "in")] == [
        Place.TOP,
        Place.CASE,
        Place.BRANCH,
        Place.LOOP,
    ]
    assert by_ref["in2"].loops == (by_ref["loop"].address,)
    assert by_ref["loop"].loops == ()


def test_a_case_selects_its_first_task():
    graph = _graph()
    switch = graph.by_ref["switch"]
    head = {key: graph.case_head(switch, key) for key in ("b", "a", "c", "z", None)}
    refs = {key: graph.nodes[address].ref if address else "" for key, address in head.items()}
    assert refs == {"b": "b1", "a": "", "c": "c1", "z": "d1", None: "d1"}


def test_a_choice_without_lists_selects_nothing():
    graph = Graph(workflow(task("s", "SWITCH")))
    assert graph.case_head(graph.nodes["0"], "x") == ""


def test_a_fork_and_its_join_know_each_other():
    graph = _graph()
    fork, join = graph.by_ref["fork"], graph.by_ref["join"]
    assert graph.join_of(fork) == join
    assert graph.fork_before(join) == fork
    assert graph.fork_before(graph.by_ref["first"]) is None


def test_a_fork_that_is_followed_by_something_else_has_no_join():
    graph = Graph(workflow(task("f", "FORK_JOIN", forkTasks=[[simple("a")]]), simple("x")))
    assert graph.join_of(graph.nodes["0"]) is None


def test_branches_hold_everything_nested_in_them():
    graph = _graph()
    below = graph.branches_below(graph.by_ref["fork"])
    assert {graph.nodes[address].ref: number for address, number in below.items()} == {
        "x1": 0,
        "loop": 0,
        "in": 0,
        "in2": 0,
        "y1": 1,
    }
    assert graph.branches_below(graph.by_ref["fork"]) is below


def test_the_ref_of_an_entry_needs_no_memory():
    graph = _graph()
    assert graph.ref(OpenEntry(1, "0", Kind.WORKER)) == "first"
    assert graph.ref(OpenEntry(1, "4/12:3", Kind.WORKER, ref="dynamic")) == "dynamic"


def test_a_name_stands_in_for_a_missing_reference_name():
    graph = Graph(workflow({"name": "t", "type": "SIMPLE"}))
    assert graph.nodes["0"].ref == "t"


def test_branches_made_at_run_time_have_addresses_below_their_fork():
    outer = Graph(workflow(task("f", "FORK_JOIN_DYNAMIC"), task("j", "JOIN")))
    branches = [
        WorkflowTask.from_json(simple("a")),
        WorkflowTask.from_json(task("s", "SWITCH", defaultCase=[simple("b")])),
    ]
    graph = Graph(outer.definition, Branches(branches, outer.nodes["0"], 12))
    assert [(node.address, node.ref) for node in graph] == [
        ("0/12:0", "a"),
        ("0/12:1", "s"),
        ("0/12:2", "b"),
    ]
    assert graph.nodes["0/12:0"].parent == "0"
    assert graph.index("0/12:2") == 2
    assert graph.local("0/12:1/40:7") == "0/12:1"
    assert graph.local("3") == ""
    assert outer.local("0/12:1") == "0"
    assert outer.has_dynamic_forks


def test_an_address_names_the_fork_that_made_it():
    assert enclosing_fork("7") is None
    assert enclosing_fork("4/12:3") == Forked("4", 12, "")
    assert enclosing_fork("4/12:3/20:0") == Forked("4/12:3", 20, "")
    assert enclosing_fork("4/12.17-3:3") == Forked("4", 12, "17-3")


NESTED = workflow(
    task(
        "rows",
        "FOR_EACH",
        loopOver=[
            task(
                "try",
                "TRY_CATCH",
                tryTasks=[simple("a"), task("cells", "FOR_EACH", loopOver=[simple("b")])],
                catchTasks=[simple("mend")],
                finallyTasks=[],
            )
        ],
    ),
)


def test_the_parts_of_a_try_catch_are_lists_of_their_own():
    graph = Graph(NESTED)
    by_ref = graph.by_ref
    assert [node.ref for node in graph] == ["rows", "try", "a", "cells", "b", "mend"]
    assert by_ref["a"].place is Place.PART
    assert graph.nodes[by_ref["a"].following].ref == "cells"
    assert by_ref["cells"].following == ""
    parts = graph.branches_below(by_ref["try"])
    assert {graph.nodes[address].ref: part for address, part in parts.items()} == {
        "a": 0,
        "cells": 0,
        "b": 0,
        "mend": 1,
    }
    assert graph.heads[by_ref["try"].address].branches[2] == ""


def test_a_task_of_an_item_has_a_ref_of_its_own():
    by_ref = Graph(NESTED).by_ref
    assert by_ref["rows"].ref_at(()) == "rows"
    assert by_ref["a"].ref_at((17,)) == "a\x1f17"
    assert by_ref["b"].ref_at((17, 3)) == "b\x1f17-3"
    assert (by_ref["b"].each, by_ref["b"].loops) == ((0, 1), ("0", "3"))


def test_what_runs_once_per_item_leaves_out_the_items_within():
    graph = Graph(NESTED)
    assert [node.ref for node in graph.of_one_run("0")] == ["try", "a", "cells", "mend"]
    assert [node.ref for node in graph.of_one_run("3")] == ["b"]


def test_branches_made_within_an_item_carry_its_number_in_their_addresses():
    outer = Graph(workflow(task("each", "FOR_EACH", loopOver=[task("fan", "FORK_JOIN_DYNAMIC")])))
    branches = [WorkflowTask.from_json(simple("x"))]
    made = Graph(outer.definition, Branches(branches, outer.by_ref["fan"], 9, "17"))
    (node,) = made.nodes.values()
    assert node.address == "1/9.17:0"
    assert node.ref_at((17,)) == "x\x1f17"
    assert enclosing_fork(node.address) == Forked("1", 9, "17")
