"""Each acceptance case of docs/reference/tasks.md 27 has a test named after it, which runs through the API."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_acceptance_case_has_a_test() -> None:
    text = (ROOT / "docs/reference/tasks.md").read_text(encoding="utf-8").split("\n## 27.")[1]
    cases = {int(number) for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)}
    assert cases == set(range(1, 33))
    tested: set[int] = set()
    for path in (ROOT / "tests/integration/acceptance").glob("test_*.py"):
        tests = re.findall(r"^def test_case_(\d+)_", path.read_text(encoding="utf-8"), re.MULTILINE)
        tested |= {int(number) for number in tests}
    assert tested >= cases
