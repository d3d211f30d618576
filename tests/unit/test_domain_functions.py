"""Functions of the domain stay short enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

DOMAIN = Path(__file__).resolve().parents[2] / "layers/engine/python/podium/domain"
#: A function of this many lines, docstring included, is two thoughts.
TOO_LONG = 50
SAMPLE = "def f():\n" + "    pass\n" * (TOO_LONG - 1)


def long_functions(text: str) -> list[str]:
    """Names of the functions and methods with too many lines, and how many."""
    lengths = [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return [f"{name}: {length}" for name, length in lengths if length >= TOO_LONG]


@pytest.mark.parametrize("path", sorted(DOMAIN.rglob("*.py")), ids=lambda path: path.stem)
def test_no_function_is_too_long(path: Path):
    assert long_functions(path.read_text()) == []


def test_a_long_function_would_be_found():
    assert long_functions(SAMPLE) == [f"f: {TOO_LONG}"]
    assert long_functions(SAMPLE.removesuffix("    pass\n")) == []
