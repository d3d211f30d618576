"""What ``validate`` commands print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from rich.text import Text

from podium.domain.validation import ValidationContext
from podium_cli.documents.engines import validation_context
from podium_cli.documents.findings import Finding, Severity
from podium_cli.documents.reading import STDIN, read_text
from podium_cli.session import Session

Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Files; - is stdin.")]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings count as errors do.")]
OwnerEmail = Annotated[
    bool, typer.Option("--owner-email", help="The server asks for an ownerEmail.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")]
_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def report(
    files: Sequence[str],
    find: Callable[[str, ValidationContext], list[Finding]],
    *,
    strict: bool,
    owner_email: bool,
    as_json: bool,
) -> None:
    """Check each file without a server and print the findings; exit code 1 if there are errors."""
    session = Session(as_json=as_json)
    context, missing = validation_context(owner_email_mandatory=owner_email)
    found = [("stdin" if file == STDIN else file, find(read_text(file), context)) for file in files]
    if session.as_json:
        session.print_json([_json(file, each) for file, findings in found for each in findings])
    else:
        for file, findings in found:
            for each in findings:
                session.out.print(_line(file, each), soft_wrap=True)
    if missing:
        session.note(
            f"{', '.join(missing)} inside definitions went unchecked: "
            'pip install "podium[engine]" checks it'
        )
    errors = sum(_counts(each, strict=strict) for _, findings in found for each in findings)
    if errors:
        session.note(f"{errors} error{'s' if errors > 1 else ''}")
        raise typer.Exit(1)
    if not session.as_json:
        for file, _ in found:
            session.note(f"{file}: fine")


def _counts(finding: Finding, *, strict: bool) -> bool:
    return strict or finding.severity is Severity.ERROR


def _line(file: str, finding: Finding) -> Text:
    """The form that editors and CI systems know: ``file:line:column: error: ...``."""
    line = Text(f"{file}:{finding.position.line}:{finding.position.column}: ")
    line.append(f"{finding.severity}: ", style=_STYLES[finding.severity])
    return line.append(f"{finding.path}: {finding.message}")


def _json(file: str, finding: Finding) -> dict[str, object]:
    return {
        "file": file,
        "line": finding.position.line,
        "column": finding.position.column,
        "path": finding.path,
        "message": finding.message,
        "severity": finding.severity,
    }
