"""Paths as the validation writes them, found again in the document they are about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from podium_cli.documents.positions import Path

#: What the peer puts between a container and an item of the list in it.
_FILLERS = (".<map value>", ".<list element>")


def find_path(text: str, document: Any) -> Path:
    """``.tasks[2].decisionCases[a.b].<map value>[0].name`` as keys and indices of ``document``.

    A key is free text, so it is looked for in the document. A property that is not there ends the path.
    """
    path: list[str | int] = []
    while text:
        for filler in _FILLERS:
            text = text.removeprefix(filler)
        step, written = _step(text, document)
        if step is None:
            break
        path.append(step)
        document = document[step]
        text = text[len(written) :]
    return tuple(path)


def steps_path(steps: Iterable[str], document: Any) -> Path:
    """The steps of a MismatchError as keys and indices."""
    path: list[str | int] = []
    for step in steps:
        found: str | int = step
        if isinstance(document, list):
            found = int(step[1:-1])
        elif step not in document:
            found = step[1:-1] if step[1:-1] in document else step
        path.append(found)
        try:
            document = document[found]
        except (KeyError, IndexError):
            return tuple(path[:-1])
    return tuple(path)


def _step(text: str, document: Any) -> tuple[str | int | None, str]:
    """The first step of ``text``, and how it is written there."""
    if isinstance(document, list):
        index, closing, _ = text.removeprefix("[").partition("]")
        if closing and index.isdecimal() and int(index) < len(document):
            return int(index), f"[{index}]"
    elif isinstance(document, dict):
        for key in sorted(document, key=len, reverse=True):
            for written in (f".{key}", f"[{key}]"):
                if text.startswith(written) and text[len(written) : len(written) + 1] in {
                    "",
                    ".",
                    "[",
                }:
                    return key, written
    return None, ""
