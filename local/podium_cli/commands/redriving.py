"""``podium redrive``: dead letters, and giving them back to the queues they came from."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from podium_cli.errors import NotFoundError, UsageError
from podium_cli.session import Session, connected
from podium_cli.showing import tables

#: Messages that one request moves: often enough to show how it goes on.
_BATCH = 100
_BASE = ("admin", "dead-letters")

_COLUMNS: tuple[tables.Column, ...] = (
    ("QUEUE", tables.field("queue")),
    ("MESSAGES", tables.field("size")),
    ("OLDEST", tables.time("oldestMessageTime")),
    ("FROM", tables.field("sources")),
)


@connected
def redrive(
    session: Session,
    queue: Annotated[
        str | None,
        typer.Argument(metavar="[QUEUE]", help="A queue of dead letters; none: list them all."),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Of every queue of dead letters.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what is there, and move nothing.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Move at most so many messages.")
    ] = None,
) -> None:
    """Give messages that were received too often back to the queues they came from.

    Without QUEUE and --all the queues of dead letters are listed: how many messages lie there, since
    when the oldest of them waits, and where they come from. Mend the cause first: what fails again
    comes back. Nothing is lost on the way; a message may be delivered twice.
    """
    if queue is not None and every:
        raise UsageError("give QUEUE or --all, not both")
    found = session.server.get(*_BASE)
    chosen = [each for each in found if queue in (None, each["queue"])]
    if not chosen:
        known = ", ".join(each["queue"] for each in found)
        raise NotFoundError(f"no queue of dead letters is called {queue}; there are: {known}")
    if dry_run or (queue is None and not every):
        session.show(chosen, lambda: tables.table(chosen, _COLUMNS, "no queues of dead letters"))
        return
    done: list[dict[str, Any]] = []
    for each in chosen:
        left = None if limit is None else limit - sum(_total(one) for one in done)
        if each["size"] and left != 0:
            done.append(_redrive(session, each, left))
    if session.as_json:
        session.print_json(done)
        return
    for one in done:
        session.done(_sentence(one))
    if not done:
        session.done("there is nothing to move")


def _redrive(session: Session, letters: dict[str, Any], limit: int | None) -> dict[str, Any]:
    """Request after request, up to what was there at first: what fails again at once is left there."""
    name, size = letters["queue"], int(letters["size"])
    wanted = size if limit is None else min(size, limit)
    moved: Counter[str] = Counter()
    kept, left = 0, size
    while moved.total() < wanted:
        count = min(_BATCH, wanted - moved.total())
        answer = session.server.post(*_BASE, name, "redrive", limit=count)
        moved.update(answer["moved"])
        kept, left = kept + int(answer["kept"]), int(answer["left"])
        if not answer["moved"]:
            break
        if moved.total() < wanted:
            session.note(f"{name}: {moved.total()} of {wanted} moved")
    return {"queue": name, "moved": dict(moved), "kept": kept, "left": left}


def _sentence(done: dict[str, Any]) -> str:
    went = ", ".join(f"{count} to {source}" for source, count in sorted(done["moved"].items()))
    text = f"{done['queue']}: moved {went or 'nothing'}"
    if done["kept"]:
        text += f"; {done['kept']} stay, since the queue they came from is not known or gone"
    return f"{text}; {done['left']} left" if done["left"] else text


def _total(done: dict[str, Any]) -> int:
    return sum(int(count) for count in done["moved"].values())
