"""The README's quick start, as it stands, against a running server."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.parity.conftest import Server

README = Path(__file__).parents[2] / "README.md"


def test_the_quick_start_runs_as_printed(server: Server) -> None:
    block = README.read_text().partition("<!-- quick start")[2].partition("```bash\n")[2]
    script = block.partition("```")[0]
    assert "curl" in script
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        env=os.environ | {"CONDUCTOR_SERVER_URL": server.url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout[done.stdout.index('{"') :])
    assert last["status"] == "COMPLETED"
    assert last["output"] == {"message": "hello world"}
