"""The route tables of docs/api.md, made from the route table of the API.

``python -m tests.support.api_document`` writes them between the marks of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from functions.api.openapi.document import SECTIONS
from functions.api.route import Route
from tests.support.reference_routes import listed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
_BEGIN, _END = "<!-- routes: made by tests/support/api_document.py -->", "<!-- end of routes -->"


def route_tables() -> str:
    """One heading and table for each part of the route table."""
    tables = [f"### {title}\n\n{_table(rows)}" for title, rows in SECTIONS.items()]
    return "\n\n".join((*tables, f"### Left out\n\n{_left_out()}"))


def with_route_tables(page: str) -> str:
    """``page`` with the tables of today between its marks."""
    tables = f"{_BEGIN}\n\n{route_tables()}\n\n{_END}"
    return re.sub(f"{_BEGIN}.*{_END}", lambda _: tables, page, flags=re.DOTALL)


def _table(rows: Iterable[Route]) -> str:
    lines = ["| Method | Path | What it does | Answer | Role |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.method} | `{row.path}` | {row.summary} | {_answer(row)} | {row.permission.value} |"
        for row in rows
    ]
    return "\n".join(lines)


def _left_out() -> str:
    """What docs/reference/rest-api.md names and Podium does not serve, by its reason."""
    by_reason: dict[str, list[str]] = {}
    for each in listed():
        if each.reason:
            method = "" if each.method == "*" else f"{each.method} "
            by_reason.setdefault(each.reason, []).append(f"`{method}{each.written}`")
    lines = [
        "These answer 404, as paths that nobody knows do.",
        "",
        "| Routes | Why |",
        "|---|---|",
    ]
    lines += [f"| {', '.join(paths)} | {reason} |" for reason, paths in by_reason.items()]
    return "\n".join(lines)


def _answer(row: Route) -> str:
    body = {"JSON": "JSON", "TEXT": "text", "HTML": "HTML", "EMPTY": "empty"}[row.content.name]
    nothing = f", or {row.status_of_nothing}" if row.status_of_nothing != 200 else ""
    return f"{row.status} {body}{nothing}"


if __name__ == "__main__":
    PAGE.write_text(with_route_tables(PAGE.read_text()))
