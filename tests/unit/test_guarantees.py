"""docs/guarantees.md: every promise names the tests that prove it, and every name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs/guarantees.md"
LINK = re.compile(r"\]\((\.\./tests/[^)#]+\.py)#(\w+)\)")

PROMISES = re.findall(r"^\*\*(\d+)\. (.+(?:\n.+)*)", PAGE.read_text(), re.MULTILINE)
NAMED = sorted(set(LINK.findall(PAGE.read_text())))


def test_the_promises_are_numbered_in_order():
    assert [int(number) for number, _ in PROMISES] == list(range(1, len(PROMISES) + 1))
    assert len(PROMISES) >= 20


@pytest.mark.parametrize(("number", "text"), PROMISES, ids=[number for number, _ in PROMISES])
def test_a_promise_names_its_proof(number: str, text: str):
    promise, _, proof = text.partition("\nProof: ")
    assert LINK.findall(proof), f"promise {number} has no test"
    assert not LINK.findall(promise)


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[f"{path}#{name}" for path, name in NAMED])
def test_what_a_proof_names_is_there(path: str, name: str):
    """A test, or a check that the simulation makes."""
    source = (PAGE.parent / path).read_text()
    assert re.search(rf"^def {name}\(", source, re.MULTILINE), f"{path} has no {name}"


def test_no_proof_is_hidden_in_another_form():
    """Every link to a test says which one."""
    links = re.findall(r"\]\((\.\./tests/[^)]+)\)", PAGE.read_text())
    assert sorted(set(links)) == [f"{path}#{name}" for path, name in NAMED]


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md", "CONTRIBUTING.md"])
def test_the_page_is_linked(page: str):
    assert "guarantees.md)" in (REPOSITORY / page).read_text()
