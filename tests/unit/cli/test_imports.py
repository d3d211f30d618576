"""The command without moto and without the engine: what the extra ``cli`` brings is enough."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).resolve().parents[3]

# Finds nothing on the path but what is Python's own, ours, or among the modules in argv[1].
BLOCKED = """
import json, sys
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder

allowed = set(json.loads(sys.argv[1])) | sys.stdlib_module_names

class Allowed:
    @staticmethod
    def find_spec(name, path=None, target=None):
        top = name.partition(".")[0]
        if top in allowed or top.startswith("_sysconfigdata"):
            return PathFinder.find_spec(name, path, target)

sys.meta_path[:] = [BuiltinImporter, FrozenImporter, Allowed]
sys.argv = ["podium", *sys.argv[2:]]
"""
OURS = ["podium", "podium_cli", "podium_local", "podium_worker"]
COMMAND = BLOCKED + "from podium_cli.main import main\nmain()"
GOOD = {"name": "a", "tasks": [{"name": "t", "taskReferenceName": "t", "type": "SIMPLE"}]}


def modules_of(extra: str) -> list[str]:
    """Top-level modules of the distributions that an extra of Podium, or Podium itself, installs."""
    wanted = [
        Requirement(text)
        for text in distribution("podium").requires or ()
        if Requirement(text).marker is None or Requirement(text).marker.evaluate({"extra": extra})  # type: ignore[union-attr]
    ]
    names, seen = [each.name for each in wanted if each.name != "boto3"], set()
    modules = set()
    while names:
        name = names.pop()
        if name in seen:
            continue
        seen.add(name)
        found = distribution(name)
        modules |= {
            file.parts[0].removesuffix(".py")
            for file in found.files or ()
            if file.suffix == ".py" and not file.parts[0].startswith("..")
        }
        for text in found.requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                names.append(requirement.name)
    return sorted(modules)


def run(program: str, *arguments: str, modules: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, json.dumps(modules), *arguments],
        cwd=REPOSITORY,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_extra_brings_neither_moto_nor_the_engine():
    brought = modules_of("cli")
    assert {"typer", "rich", "urllib3"} <= set(brought)
    assert not {"moto", "boto3", "orjson", "jq", "quickjs", "pynamodb", "starlette"} & set(brought)


@pytest.mark.parametrize("arguments", [["--help"], ["workflow", "start", "--help"], ["--version"]])
def test_help_needs_the_extra_alone(arguments):
    ran = run(COMMAND, *arguments, modules=[*OURS, *modules_of("cli")])
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_definition_is_validated_with_the_extra_alone(tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(GOOD))
    bad.write_text(json.dumps({**GOOD, "tasks": []}))
    ran = run(COMMAND, "def", "validate", str(good), str(bad), modules=[*OURS, *modules_of("cli")])
    assert ran.returncode == 1
    assert "$.tasks: WorkflowTask list cannot be empty" in ran.stdout
    assert "JavaScript, JSONPath, JSON Schema inside definitions went unchecked" in ran.stderr


def test_a_server_is_asked_with_the_extra_alone():
    arguments = ["workflow", "get", "x", "--server", "http://127.0.0.1:9"]
    ran = run(COMMAND, *arguments, modules=[*OURS, *modules_of("cli")])
    assert (ran.returncode, "no server answers" in ran.stderr) == (5, True)


def test_up_says_which_extra_is_missing():
    ran = run(COMMAND, "up", modules=[*OURS, *modules_of("cli")])
    assert (ran.returncode, ran.stdout) == (1, "")
    assert 'pip install "podium[local]"' in ran.stderr


def test_validation_needs_python_alone():
    program = BLOCKED + "import podium.domain.validation, podium.domain.definitions"
    ran = run(program, modules=["podium"])
    assert (ran.returncode, ran.stderr) == (0, "")
