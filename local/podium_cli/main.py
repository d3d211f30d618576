"""Entry of the ``podium`` command: what a user did wrong is a sentence and an exit code."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

#: What an extra brings that nothing else does, by the module found missing.
_EXTRAS = {"typer": "cli", "rich": "cli", "urllib3": "cli"}
_OURS = frozenset({"podium", "podium_cli", "podium_local", "functions", "infra"})
#: Exit code after Ctrl-C, as shells have it.
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit; exit code 1 and a hint if an extra is missing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the terminal has no letters for is shown all the same.
            stream.reconfigure(errors="backslashreplace")
    try:
        from podium_cli.app import app
        from podium_cli.errors import CliError

        try:
            app(args=arguments, prog_name="podium")
        except CliError as error:
            _tell(error.message, *error.details, hint=error.hint)
            sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in _OURS:
            raise
        extra = _EXTRAS.get(missing, "local")
        print(
            f"podium: {missing} is not installed. This command needs an extra:\n\n"
            f'    pip install "podium[{extra}]"\n',
            file=sys.stderr,
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _tell(message: str, *details: str, hint: str = "") -> None:
    print(f"podium: {message}", file=sys.stderr)
    for line in details:
        print(f"  {line}", file=sys.stderr)
    if hint:
        print(hint, file=sys.stderr)


if __name__ == "__main__":
    main()
