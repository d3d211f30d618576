"""Long texts are read in one pass: nothing here takes longer than its length says.

Each took minutes, or gigabytes, when it went over the text again for every part of it.
"""

from __future__ import annotations

from podium.domain.definitions import WorkflowDef
from podium.domain.failure import failure_target
from podium.domain.interpolation import cut
from podium.domain.loops import _uses_all, _uses_cheap_part_only
from podium.domain.status import WorkflowStatus
from podium.domain.validation.inputs import input_problems
from tests.support.engines import TablePaths


def target(name: str, start_input: dict[str, str]) -> str | None:
    definition = WorkflowDef(name="w", failure_workflow=name)
    found = failure_target(definition, dict(start_input), WorkflowStatus.FAILED, 1)
    return None if found is None else found[0]


def test_the_name_of_a_failure_workflow_may_be_all_blanks():
    assert target("${workflow.input." + " " * 200_000 + "}x", {}) is not None
    assert target("${workflow.input.a" + " " * 200_000 + "}", {"a": "b"}) == "b"
    assert target("$workflow.input.a", {"a": "b"}) == "b"


def test_a_condition_may_be_of_any_length():
    condition = "$.n.iteration;" * 100_000
    assert not _uses_all(condition)
    assert _uses_cheap_part_only(condition, "n")


def test_a_thousand_wrong_expressions_in_one_text_do_not_repeat_it_a_thousand_times():
    text = "${nobody.x}" * 5_000
    found = list(input_problems({"a": text}, "t", (), TablePaths({})))
    assert len(found) == 5_000
    assert sum(len(message) for message, _ in found) < 5_000 * 600
    assert "nobody" in found[0][0]


def test_parts_of_a_long_text_are_not_kept():
    text = "${a.b}" * 10_000
    assert cut(text) is not cut(text)
    assert cut("${a.b}") is cut("${a.b}")
