"""The wheel carries what the local runtime runs, and the files that it serves."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = "podium_local/_shipped/functions/api/"


def test_the_wheel_holds_the_document_and_the_page(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as wheel:
        names = set(wheel.namelist())
        document = wheel.read(SHIPPED + "openapi.json")
    assert {SHIPPED + "handler.py", SHIPPED + "swagger.html"} <= names
    assert document == (REPOSITORY / "functions/api/openapi.json").read_bytes()
