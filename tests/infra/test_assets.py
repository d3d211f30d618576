"""What is uploaded: each function alone, importable from its asset and the two layers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.dependencies import IN_RUNTIME, LOCK, Target, install_locked, locked_names
from infra.shapes import physical_name
from infra.topology import TOPOLOGY
from tests.support.packages import copy_packages

FUNCTIONS = [function.name for function in TOPOLOGY.functions]
#: Everything but the API, which registers definitions: a cold start there waits for a person, not a task.
HOT = [name for name in FUNCTIONS if name != "api"]
#: Imported in a bare interpreter: no site-packages, no current directory, only what Lambda would have.
PROGRAM = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
module = importlib.import_module(f"functions.{sys.argv[2]}.handler")
assert callable(module.handler)
files = [getattr(found, "__file__", None) for found in sys.modules.values()]
print(json.dumps({"modules": sorted(sys.modules), "files": [name for name in files if name]}))
"""


def _asset(assembly: Path, raw: dict[str, Any], key: str) -> Path:
    """Directory of the asset that a resource is made of."""
    manifest = json.loads((assembly / "podium.assets.json").read_text())
    name: str = raw["S3Key"].removesuffix(".zip")
    return assembly / str(manifest["files"][name]["source"]["path"])


@pytest.fixture(scope="session")
def layers(assembly, template) -> list[Path]:
    """The layers' directories as Lambda puts them on the path."""
    return [
        _asset(assembly, resource["Content"], "Content") / "python"
        for resource in template.properties("AWS::Lambda::LayerVersion")
    ]


@pytest.fixture(scope="session")
def runtime(tmp_path_factory) -> Path:
    """What the Lambda runtime brings beside the standard library."""
    directory: Path = tmp_path_factory.mktemp("runtime")
    copy_packages(directory, IN_RUNTIME)
    return directory


@pytest.fixture(scope="session")
def code(assembly, template) -> dict[str, Path]:
    """Directory of each function's asset."""
    functions = template.named("AWS::Lambda::Function")
    return {
        name: _asset(assembly, functions[physical_name(name)]["Code"], "Code") for name in FUNCTIONS
    }


@pytest.fixture(scope="session")
def imported(code, layers, runtime) -> Any:
    """What importing a handler loaded, by function; each in an interpreter of its own, once."""
    results: dict[str, dict[str, list[str]]] = {}

    def once(name: str) -> dict[str, list[str]]:
        if name not in results:
            path = [str(part) for part in (code[name], *layers, runtime)]
            done = subprocess.run(
                [sys.executable, "-S", "-P", "-E", "-B", "-c", PROGRAM, json.dumps(path), name],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            results[name] = json.loads(done.stdout)
        return results[name]

    return once


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_asset_holds_one_function_and_nothing_of_the_others(code, name):
    files = {path.relative_to(code[name]) for path in code[name].rglob("*") if path.is_file()}

    assert Path(f"functions/{name}/handler.py") in files
    assert Path("functions/__init__.py") in files
    assert {path.parts[:2] for path in files} == {("functions", "__init__.py"), ("functions", name)}
    assert not [path for path in files if "__pycache__" in path.parts]


def test_the_asset_of_the_api_holds_the_document_and_the_page_that_it_serves(code):
    folder = code["api"] / "functions" / "api"
    assert json.loads((folder / "openapi.json").read_text())["openapi"] == "3.1.0"
    assert (folder / "swagger.html").exists()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_handler_is_imported_from_what_is_uploaded_alone(imported, code, layers, name):
    found = imported(name)

    handler = str(code[name] / "functions" / name / "handler.py")
    assert handler in found["files"]
    engine = [file for file in found["files"] if file.endswith("/podium/__init__.py")]
    assert engine == [str(layers[0] / "podium" / "__init__.py")]


@pytest.mark.parametrize("name", HOT)
def test_a_hot_function_loads_neither_pynamodb_nor_the_event_handler(imported, name):
    loaded = imported(name)["modules"]

    assert f"functions.{name}.handler" in loaded
    heavy = ("pynamodb", "aws_lambda_powertools.event_handler", "boto3", "pydantic", "moto")
    assert not [module for module in loaded if module.startswith(heavy)]


def test_the_engine_layer_holds_the_engine_and_no_leftovers(layers):
    files = [path.relative_to(layers[0]) for path in layers[0].rglob("*") if path.is_file()]

    assert {path.parts[0] for path in files} == {"podium"}
    assert {path.suffix for path in files} <= {".py", ".typed", ".json", ".js"}


def test_the_dependency_layer_leaves_out_what_the_runtime_brings(layers):
    brought = {"boto3", "botocore", "jmespath", "dateutil", "s3transfer", "six.py", "urllib3"}
    found = {path.name for path in layers[1].iterdir()}

    assert not brought & found
    assert {"pynamodb", "orjson", "aws_lambda_powertools"} <= found


def test_the_names_left_out_are_all_in_the_lock():
    assert set(locked_names(LOCK.read_text())) > IN_RUNTIME


@pytest.mark.slow
def test_the_shipped_layer_holds_binaries_of_lambdas_python_and_architecture(tmp_path):
    """As ``python -m infra.app`` makes it; reaches the package registry unless it is cached."""
    install_locked(tmp_path / "python", Target("python3.13", "arm64"))

    binaries = list((tmp_path / "python").rglob("*.so"))
    elf_machine = {int.from_bytes(path.read_bytes()[18:20], "little") for path in binaries}
    assert elf_machine == {183}, "AArch64 in the ELF header"
    names = {path.name for path in binaries}
    assert "jq.cpython-313-aarch64-linux-gnu.so" in names
    size = sum(path.stat().st_size for path in (tmp_path / "python").rglob("*") if path.is_file())
    assert size < 30_000_000
    assert not (tmp_path / "python" / "bin").exists()
