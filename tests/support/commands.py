"""The ``podium`` command in this process: what it printed, and how it exited."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from podium_cli.main import main


@dataclass(frozen=True)
class Ran:
    """One run of the command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """All of stdout, as JSON."""
        return json.loads(self.out)


def run_podium(*arguments: str, stdin: str = "") -> Ran:
    """Run ``podium ARGUMENTS``, its stdout and stderr being no terminals."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", io.StringIO(stdin)):
        try:
            main(arguments)
            code = 0
        except SystemExit as exited:
            code = exited.code if isinstance(exited.code, int) else int(exited.code is not None)
    return Ran(code, out.getvalue(), err.getvalue())
