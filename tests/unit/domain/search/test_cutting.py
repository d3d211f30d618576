"""Summaries whose payloads are too long for one answer."""

from __future__ import annotations

import json

from podium.domain.search import WorkflowRow
from podium.domain.search.cutting import cut_texts
from podium.domain.status import WorkflowStatus


def row(given: str, output: str = "{}") -> WorkflowRow:
    return WorkflowRow(
        workflow_id="w",
        workflow_type="t",
        version=1,
        status=WorkflowStatus.RUNNING,
        start_time=1,
        input=given,
        output=output,
        input_size=len(given),
        output_size=len(output),
    )


def test_what_fits_stays_as_it_is():
    rows = [row('{"a":1}'), row("{}")]
    assert cut_texts(rows, 1000) == rows
    assert cut_texts([], 0) == []


def test_what_does_not_fit_is_cut_and_its_size_goes_on_telling():
    long, short = row("x" * 1000, "y" * 1000), row('{"a":1}')
    cut = cut_texts([long, short], 400)
    assert cut[0].input == "x" * 100
    assert cut[0].output == "y" * 100
    assert (cut[0].input_size, cut[0].output_size) == (1000, 1000)
    assert cut[1] == short


def test_quotes_and_other_scripts_weigh_what_they_do_in_an_answer():
    for text in ('"' * 600, "日" * 600, "\\" * 600, 'aé"' * 200):
        (cut,) = cut_texts([row(text)], 300)
        assert 0 < len(json.dumps(cut.input, ensure_ascii=False).encode()) - 2 <= 300
        assert text.startswith(cut.input)
