"""What every command that talks to a server has: the server, and where its answer goes."""

from __future__ import annotations

import functools
import inspect
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Concatenate, ParamSpec

import typer
from rich.console import Console, RenderableType

from podium_cli.server import DEFAULT_URL, Server

P = ParamSpec("P")

#: Columns of a line that no terminal shows: more than any has.
_WIDE = 10_000

ServerOption = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help="The server's API; else CONDUCTOR_SERVER_URL, else the one `podium up` of this "
        f"machine, else {DEFAULT_URL}.",
        rich_help_panel="Server and output",
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option(
        "--json", help="Print JSON, and nothing else.", rich_help_panel="Server and output"
    ),
]


@dataclass(frozen=True, slots=True)
class Session:
    """One run of a command."""

    as_json: bool = False
    url: str | None = None
    #: What is asked for goes to stdout, everything about it to stderr.
    out: Console = field(default_factory=lambda: console(stderr=False))
    err: Console = field(default_factory=lambda: console(stderr=True))
    _servers: list[Server] = field(default_factory=list)

    @property
    def server(self) -> Server:
        """The server that is meant; made when it is first needed."""
        if not self._servers:
            self._servers.append(Server(self.url or found_url(), os.environ))
        return self._servers[0]

    def show(self, value: Any, rendered: Callable[[], RenderableType] | None = None) -> None:
        """Print ``value`` as JSON if that is wanted, else what ``rendered`` makes of it."""
        if self.as_json or rendered is None:
            self.print_json(value)
        else:
            self.out.print(rendered())

    def print_json(self, value: Any) -> None:
        """Print ``value`` as JSON, coloured on a terminal."""
        text = json.dumps(value, indent=2, ensure_ascii=False)
        if self.out.is_terminal:
            self.out.print_json(text)
        else:
            self.out.file.write(text + "\n")

    def done(self, sentence: str, **facts: Any) -> None:
        """Say that something was done; as JSON the ``facts`` of it."""
        if self.as_json:
            self.print_json(facts)
        else:
            self.out.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def note(self, sentence: str) -> None:
        """Say something beside the answer, on stderr."""
        self.err.print(sentence, markup=False, highlight=False, soft_wrap=True)


def console(*, stderr: bool) -> Console:
    """A console that folds nothing where no terminal shows it, whatever COLUMNS says."""
    found = Console(stderr=stderr, highlight=False, emoji=False)
    if not found.is_terminal:
        found = Console(stderr=stderr, highlight=False, emoji=False, width=_WIDE)
    return found


def found_url() -> str:
    """The URL from the environment, or of the only ``podium up`` of this user, or the usual one."""
    named = os.environ.get("CONDUCTOR_SERVER_URL", "").strip()
    if named:
        return named
    try:
        from podium_local.instances import running
    except ImportError:  # where there are no file locks as on Unix
        return DEFAULT_URL
    found = running()
    return f"{found[0].url}/api" if len(found) == 1 else DEFAULT_URL


def connected(command: Callable[Concatenate[Session, P], None]) -> Callable[..., None]:
    """A command with ``--server`` and ``--json``; it gets its Session as the first argument."""

    @functools.wraps(command)
    def run(*args: Any, server: str | None = None, as_json: bool = False, **kwargs: Any) -> None:
        command(Session(as_json=as_json, url=server), *args, **kwargs)

    # typer reads signature and annotations, and would find those of what is wrapped.
    del run.__wrapped__
    signature = inspect.signature(command, eval_str=True)
    _, *own = signature.parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    added = [
        inspect.Parameter("server", keyword, default=None, annotation=ServerOption),
        inspect.Parameter("as_json", keyword, default=False, annotation=JsonOption),
    ]
    parameters = [*own, *added]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
