"""An execution as a tree: tasks below the operators that hold them."""

from __future__ import annotations

from rich.console import Console

from podium_cli.showing.executions import execution_tree
from podium_cli.showing.nesting import nested


def task(ref, type_="SIMPLE", status="COMPLETED", **fields):
    base = ref.partition("__")[0]
    definition = {"name": base, "taskReferenceName": base, "type": type_}
    return {
        "referenceTaskName": ref,
        "taskType": type_,
        "taskDefName": base,
        "status": status,
        "workflowTask": definition,
        **fields,
    }


def defined(ref, type_="SIMPLE", **fields):
    return {"name": ref, "taskReferenceName": ref, "type": type_, **fields}


def names(branches):
    """Reference names, each with those below it."""
    return {branch.task.get("referenceTaskName", ""): names(branch.below) for branch in branches}


def execution(definition, *tasks, **fields):
    return {
        "workflowName": "order",
        "workflowVersion": 2,
        "workflowId": "w-1",
        "status": "RUNNING",
        "startTime": 1_000,
        "workflowDefinition": {"tasks": definition},
        "tasks": list(tasks),
        **fields,
    }


def drawn(value, **options):
    console = Console(width=200, record=True, file=None)
    with console.capture() as capture:
        console.print(execution_tree(value, 3_000, **options))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_tasks_hang_below_forks_choices_and_loops():
    fork = defined("f", "FORK_JOIN", forkTasks=[[defined("a"), defined("b")], [defined("c")]])
    choice = defined("s", "SWITCH", decisionCases={"x": [defined("d")]}, defaultCase=[defined("e")])
    loop = defined("l", "DO_WHILE", loopOver=[defined("i", "DO_WHILE", loopOver=[defined("t")])])
    value = execution(
        [fork, defined("j", "JOIN"), choice, loop],
        task("f", "FORK_JOIN"),
        *(task(ref) for ref in ("a", "c", "b", "j")),
        task("s", "SWITCH"),
        task("d"),
        task("l", "DO_WHILE"),
        task("i__1", "DO_WHILE", iteration=1),
        task("t__1__1", iteration=1),
        task("t__1__2", iteration=2),
    )
    assert names(nested(value)) == {
        "f": {"a": {}, "c": {}, "b": {}},
        "j": {},
        "s": {"d": {}},
        "l": {"i__1": {"t__1__1": {}, "t__1__2": {}}},
    }


def test_branches_of_a_dynamic_fork_hang_below_it():
    value = execution(
        [defined("f", "FORK_JOIN_DYNAMIC")],
        task("f", "FORK_JOIN_DYNAMIC", inputData={"forkedTasks": ["x", "y"]}),
        task("x"),
        task("y"),
        task("z"),
    )
    assert names(nested(value)) == {"f": {"x": {}, "y": {}}, "z": {}}


def test_what_an_older_server_leaves_out_is_no_error():
    value = {"workflowId": "w", "status": "RUNNING", "tasks": [{"referenceTaskName": "a"}, {}]}
    assert names(nested(value)) == {"a": {}, "": {}}
    assert drawn(value)


def test_a_line_says_what_there_is_to_say_of_a_task():
    value = execution(
        [],
        task("a", startTime=1_500, endTime=2_750),
        task(
            "b__2", iteration=2, retryCount=1, status="FAILED", reasonForIncompletion="[no] stock"
        ),
        task("c", "SUB_WORKFLOW", status="IN_PROGRESS", startTime=2_000, subWorkflowId="w-2"),
        task("d", taskDefName="other"),
        reasonForIncompletion="why",
        correlationId="c-1",
        output={"o": 1},
    )
    assert drawn(value)[0] == "order v2  RUNNING  w-1  2.00s"
    assert [line.lstrip("├└─ ") for line in drawn(value)[2:]] == [
        "why",
        "correlation id c-1",
        'output {"o": 1}',
        "a  COMPLETED  SIMPLE  1.25s",
        "b__2  FAILED  SIMPLE  round 2  attempt 2  [no] stock",
        "c  IN_PROGRESS  SUB_WORKFLOW  1.00s  -> w-2",
        "d  COMPLETED  SIMPLE other",
    ]


def test_payloads_are_shown_if_wanted():
    value = execution([], task("a", inputData={"x": 1}, outputData={"y": 2}), input={"who": "me"})
    lines = "\n".join(drawn(value, payloads=True))
    for text in ('input {"who": "me"}', 'input {"x": 1}', 'output {"y": 2}'):
        assert text in lines
