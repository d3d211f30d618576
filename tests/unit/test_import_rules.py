"""The rooms of the house keep to themselves: every rule holds, and every rule can be seen to bite."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from infra.shapes import Attribute
from infra.topology import TOPOLOGY

REPOSITORY = Path(__file__).resolve().parents[2]
ROOTS = ["layers/engine/python", "layers/worker/python", "local", "."]
PACKAGES = [
    "layers/engine/python/podium",
    "layers/worker/python/podium_worker",
    "local/podium_cli",
    "local/podium_local",
    "functions",
    "infra",
]
DOMAIN = REPOSITORY / "layers/engine/python/podium/domain"

# For each contract: the file that breaks it, and the import with which it does.
BREAKS = {
    "layers": ("layers/engine/python/podium/domain/breach.py", "import podium.services"),
    "services-and-adapters": (
        "layers/engine/python/podium/services/breach.py",
        "import podium.adapters.memory",
    ),
    "pure-domain": ("layers/engine/python/podium/domain/tasks/breach.py", "import uuid"),
    "aws-behind-ports": (
        "layers/engine/python/podium/services/breach.py",
        "import botocore.config",
    ),
    "nothing-local-ships": ("functions/breach/handler.py", "import infra"),
    "worker-alone": ("layers/worker/python/podium_worker/breach.py", "import podium.domain"),
    "command-alone": ("local/podium_cli/breach.py", "import moto"),
    "infra-alone": ("infra/breach.py", "import podium_local"),
    "functions-apart": ("functions/breach/handler.py", "import functions.decoy.handler"),
    "task-types-apart": (
        "layers/engine/python/podium/domain/tasks/breach.py",
        "import podium.domain.tasks.decoy",
    ),
    "pynamodb-in-one-room": (
        "layers/engine/python/podium/adapters/aws/breach.py",
        "import pynamodb.models",
    ),
}

# Standard modules through which time, chance, identity or the outside would come into the domain.
IMPURE = {
    *(
        "asyncio",
        "calendar",
        "concurrent",
        "ctypes",
        "ftplib",
        "getpass",
        "glob",
        "http",
        "importlib",
    ),
    *("io", "locale", "logging", "mmap", "multiprocessing", "os", "pathlib", "pickle", "platform"),
    *("queue", "random", "sched", "secrets", "select", "shelve", "shutil", "signal", "smtplib"),
    *("socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading"),
    *("time", "urllib", "uuid", "warnings", "webbrowser", "xmlrpc"),
}


def contracts() -> list[str]:
    """The ids of the contracts in pyproject.toml."""
    config = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    return [contract["id"] for contract in config["tool"]["importlinter"]["contracts"]]


def lint_imports(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a tree, with that tree's packages before the installed ones."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache", *arguments],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(str(tree / root) for root in ROOTS)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packages and of the rules, to be broken."""
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / package, tmp_path / package, ignore=ignore)
    return tmp_path


def write_module(tree: Path, name: str, source: str) -> None:
    """Write one module, and the __init__ that makes its folder a package."""
    path = tree / name
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    path.write_text(source + "\n")


def test_every_contract_holds():
    result = lint_imports(REPOSITORY)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_is_broken_below():
    assert sorted(BREAKS) == sorted(contracts())


@pytest.mark.parametrize("contract", BREAKS)
def test_a_breach_is_reported(copy: Path, contract: str):
    name, statement = BREAKS[contract]
    write_module(copy, "functions/decoy/handler.py", "")
    write_module(copy, "layers/engine/python/podium/domain/tasks/decoy.py", "")
    write_module(copy, name, statement)

    result = lint_imports(copy, "--contract", contract)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "breach" in result.stdout


# Functions that run for each task: what they import is paid for by every cold start.
HOT = ["decider", "poll", "results", "system_tasks", "timers"]
# Used by the api function alone, or never deployed.
COLD = [
    "pynamodb",
    "aws_lambda_powertools.event_handler",
    "moto",
    "typer",
    "aws_cdk",
    "pydantic",
    "podium.domain.search.parsing",
    "podium.domain.events.handler",
    "podium.services.reacting",
    "kafka",
]


def test_a_hot_function_is_a_function_of_the_topology():
    assert set(HOT) < {function.name for function in TOPOLOGY.functions}


@pytest.mark.parametrize("name", HOT)
def test_a_hot_function_starts_without_what_only_others_need(name: str):
    """Seen in a process of its own, with the engine built as its first event would build it."""
    program = (
        f"import sys, functions.{name}.handler, podium.bootstrap\n"
        "podium.bootstrap.engine()\n"
        f"print(*(module for module in {COLD} if module in sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=os.environ | _settings(name),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout.strip()) == (0, ""), result.stderr


#: All that the routes of the api function import; what registering needs comes with its first request.
OF_THE_API = {
    *("podium", "functions", "aws_lambda_powertools", "typing_extensions"),
    *(
        "boto3",
        "botocore",
        "s3transfer",
        "jmespath",
        "dateutil",
        "six",
        "urllib3",
        "certifi",
        "orjson",
    ),
}


def test_the_api_starts_with_these_packages_and_without_what_its_document_is_made_with():
    """No validation framework, and nothing of the OpenAPI generator, on the path of a hot route."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "import functions.api.handler, podium.bootstrap\n"
        "podium.bootstrap.engine()\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=os.environ | _settings("api"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    loaded = result.stdout.split()
    packages = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    assert packages <= OF_THE_API
    assert [name for name in loaded if name.startswith("functions.api.openapi")] == []
    frameworks = ("jsonschema", "pydantic", "pynamodb")
    assert [name for name in loaded if name.startswith(frameworks)] == []


def _settings(name: str) -> dict[str, str]:
    """Environment of a function; a resource that is not there is called x."""
    return {"AWS_DEFAULT_REGION": "eu-central-1"} | {
        variable.name: variable.of if variable.attribute is Attribute.TEXT else "x"
        for function in TOPOLOGY.functions
        if function.name == name
        for variable in function.environment
    }


def test_the_domain_imports_the_standard_library_alone():
    """A list of forbidden packages is never complete; this one says what is allowed instead."""
    allowed = (sys.stdlib_module_names - IMPURE) | {"podium"}
    assert [
        f"{path.relative_to(REPOSITORY)}:{line}: {module}"
        for path in sorted(DOMAIN.rglob("*.py"))
        for line, module in imported(path)
        if module.partition(".")[0] not in allowed
    ] == []


def imported(path: Path) -> list[tuple[int, str]]:
    """Every absolute import of a module, wherever in the module it stands."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.lineno, node.module))
    return found
