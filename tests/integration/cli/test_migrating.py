"""The definitions of docs/migrating.md, as printed: registered, and run with the mocks below them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs/migrating.md").read_text()
BLOCK = re.compile(r"<!-- (task|workflow|mocks): (\w+)(.*?) -->\n```json\n(.*?)```", re.DOTALL)
BLOCKS = BLOCK.findall(PAGE)
DEFINITIONS = {name: text for kind, name, _, text in BLOCKS if kind == "workflow"}
TASKS = {name: text for kind, name, _, text in BLOCKS if kind == "task"}
#: Name, input, status, output, mocks of each run.
RUNS = [
    (name, *re.fullmatch(r" (\{.*\}) ([A-Z_]+) (\{.*\})", told).groups(), text)  # type: ignore[union-attr]
    for kind, name, told, text in BLOCKS
    if kind == "mocks"
]


def test_every_definition_is_run():
    assert DEFINITIONS
    assert {name for name, *_ in RUNS} == set(DEFINITIONS)


def test_every_other_block_of_json_is_a_state_machine():
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    ours = [text for *_, text in BLOCKS]
    for text in blocks:
        states = json.loads(text)
        assert text in ours or "States" in states or all("Type" in each for each in states.values())


@pytest.mark.parametrize(
    ("name", "input_", "status", "output", "mocks"),
    RUNS,
    ids=[f"{run[0]}-{run[2]}" for run in RUNS],
)
def test_a_definition_runs_as_the_page_says(podium, file, name, input_, status, output, mocks):
    for task, text in TASKS.items():
        assert podium("taskdef", "register", file(f"{task}.json", text)).code == 0
    path = file(f"{name}.json", DEFINITIONS[name])
    assert podium("def", "validate", path, "--strict").code == 0
    assert podium("def", "register", path, "--overwrite").code == 0
    ran = podium(
        *("test", path, "--mocks", file("mocks.json", mocks), "--input", input_),
        *("--status", status, "--output", output),
    )
    assert (ran.code, ran.err) == (0, "")
