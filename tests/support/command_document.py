"""The ``podium`` part of docs/reference/commands.md, made from the commands themselves.

``python -m tests.support.command_document`` writes it between the marks of the page.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from podium_cli.app import app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "commands.md"
_BEGIN, _END = (
    "<!-- podium: made by tests/support/command_document.py -->",
    "<!-- end of podium -->",
)

#: Each command that talks to a server has these; they are told of once.
SHARED = frozenset({"--server", "--json"})


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its whole name."""
    yield from _leaves("podium", typer.main.get_command(app))


def command_sections() -> str:
    """A heading for each command, what it says of itself, and its arguments and options."""
    return "\n\n".join(_section(name, command) for name, command in commands())


def with_command_sections(page: str) -> str:
    """``page`` with the sections of today between its marks."""
    sections = f"{_BEGIN}\n\n{command_sections()}\n\n{_END}"
    return re.sub(f"{_BEGIN}.*{_END}", lambda _: sections, page, flags=re.DOTALL)


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield name, command
        return
    for below, found in command.commands.items():
        if not found.hidden:
            yield from _leaves(f"{name} {below}", found)


def _section(name: str, command: Any) -> str:
    own = [each for each in command.params if not SHARED.intersection(each.opts)]
    is_remote = any("--server" in each.opts for each in command.params)
    usage = " ".join([name, *(_in_usage(each) for each in own if _is_argument(each))])
    lines = [f"### {name}", "", f"`{usage}`", "", inspect.cleandoc(command.help or "")]
    rows = [_row(each) for each in own if each.name != "help"]
    if rows:
        lines += ["", "| | Default | |", "|---|---|---|", *rows]
    if not is_remote and any("--json" in each.opts for each in command.params):
        lines += ["", "With `--json`; no server is asked."]
    return "\n".join(lines)


def _row(parameter: Any) -> str:
    names = [*parameter.opts, *parameter.secondary_opts]
    if _is_argument(parameter):
        shown = f"`{_metavar(parameter)}`"
    else:
        shown = ", ".join(f"`{name}`" for name in names)
        if not parameter.is_flag:
            shown += f" {_escaped(_metavar(parameter))}"
    return f"| {shown} | {_default(parameter)} | {_escaped(parameter.help or '')} |"


def _metavar(parameter: Any) -> str:
    if parameter.metavar:
        return str(parameter.metavar)
    if _is_argument(parameter):
        return str(parameter.name).upper()
    # What the help shows: <int>, or <RED|GREEN>; a text is what an option takes anyway.
    shown = str(parameter.display_type_rich(ctx=None)).strip("<>")
    return "TEXT" if shown == "str" else shown.upper().removesuffix(" RANGE")


def _in_usage(argument: Any) -> str:
    return _metavar(argument) if argument.required else f"[{_metavar(argument)}]"


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    value = parameter.default
    if value is None or (not value and not isinstance(value, int)) or value is False:
        return ""
    return f"`{parameter.opts[0] if value is True else getattr(value, 'value', value)}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(with_command_sections(PAGE.read_text()))
