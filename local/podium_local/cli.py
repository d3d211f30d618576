"""Entry of the ``podium`` command: small enough to say what is not installed."""

from __future__ import annotations

import sys

#: What an extra brings that nothing else does, by the module found missing.
_EXTRAS = {"typer": "cli", "rich": "cli"}


def main() -> None:
    """Run the command; exit code 1 and a hint if an extra is missing."""
    try:
        from podium_local.commands import app

        app()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in {"podium", "podium_local", "functions", "infra"}:
            raise
        extra = _EXTRAS.get(missing, "local")
        print(
            f"podium: {missing} is not installed. This command needs an extra:\n\n"
            f'    pip install "podium[{extra}]"\n',
            file=sys.stderr,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
