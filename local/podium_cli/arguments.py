"""Arguments and options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

WorkflowId = Annotated[str, typer.Argument(metavar="ID", help="Id of the execution.")]
WorkflowIds = Annotated[
    list[str], typer.Argument(metavar="ID...", help="Ids of executions; several go in bulk.")
]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; kept with the execution.")]
Version = Annotated[
    int | None, typer.Option("--version", help="Version of the definition; else the highest.")
]
Input = Annotated[
    str | None,
    typer.Option(
        "--input", "-i", metavar="JSON", help="Input: a JSON object, @FILE, or - for stdin."
    ),
]
Pairs = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "-s",
        metavar="KEY=VALUE",
        help="One property of it; VALUE is JSON, or else text. Repeatable.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="JSON", help="Output: a JSON object, @FILE, or -."),
]
Start = Annotated[int, typer.Option("--start", min=0, help="The first result to show.")]
Size = Annotated[int, typer.Option("--size", min=1, max=5000, help="At most so many results.")]
Sort = Annotated[
    list[str] | None,
    typer.Option("--sort", metavar="FIELD:ASC|DESC", help="Order of the results. Repeatable."),
]
FreeText = Annotated[
    str | None, typer.Option("--text", metavar="WORDS", help="Free text to look for.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Watch = Annotated[
    bool, typer.Option("--watch", "-w", help="Follow it until it ends; exit code 4 if badly.")
]


class ReportedStatus(StrEnum):
    """What one can say of a task (models.md 2.3)."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    FAILED_WITH_TERMINAL_ERROR = "FAILED_WITH_TERMINAL_ERROR"
    IN_PROGRESS = "IN_PROGRESS"
    CANCELED = "CANCELED"


class OnConflict(StrEnum):
    """What to do when an idempotency key was used before (models.md 2.1)."""

    FAIL = "FAIL"
    RETURN_EXISTING = "RETURN_EXISTING"
    FAIL_ON_RUNNING = "FAIL_ON_RUNNING"


class ReturnStrategy(StrEnum):
    """What a synchronous call answers with (rest-api.md 3.2)."""

    TARGET_WORKFLOW = "TARGET_WORKFLOW"
    BLOCKING_WORKFLOW = "BLOCKING_WORKFLOW"
    BLOCKING_TASK = "BLOCKING_TASK"
    BLOCKING_TASK_INPUT = "BLOCKING_TASK_INPUT"
