"""The OpenAPI document: right by its own standard, true to the route table, served as it is committed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from functions.api.handler import handler
from functions.api.openapi.__main__ import DOCUMENT, document_text, main
from functions.api.openapi.document import SECTIONS, document
from functions.api.openapi.operations import operation_id
from functions.api.openapi.schemas import SCHEMAS
from functions.api.route import RAW
from functions.api.routes import ROUTES
from podium.domain.definitions import (
    CacheConfig,
    RateLimitConfig,
    Record,
    SchemaDef,
    StateChangeEvent,
    SubWorkflowParams,
    TaskDef,
    WorkflowDef,
    WorkflowTask,
)
from podium.domain.events.handler import Action, EventHandler
from podium.domain.requests import (
    RerunWorkflowRequest,
    SkipTaskRequest,
    StartWorkflowRequest,
    TaskExecLog,
    TaskResult,
)
from podium.domain.schedules.definition import WorkflowSchedule
from podium.errors import InvalidInputError
from tests.support.fake_engine import FakeEngine, http_event, installed
from tests.support.models import fits

NO_CONTEXT: Any = None


def ask(path):
    with installed(FakeEngine()):
        return handler(http_event("GET", path), NO_CONTEXT)


def test_the_document_is_openapi():
    validate(document())


def test_the_committed_document_is_what_the_table_makes(capsys):
    assert main(["--check"]) == 0, "run: make openapi"


def test_another_document_is_found_out(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("functions.api.openapi.__main__.DOCUMENT", tmp_path / "openapi.json")
    assert main(["--check"]) == 1
    assert "make openapi" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert (tmp_path / "openapi.json").read_text() == document_text()


def test_the_document_is_the_same_in_every_process():
    """No order of a set gets into it."""
    program = (
        "from functions.api.openapi.__main__ import document_text; print(document_text(), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == document_text()


def test_every_row_is_an_operation_and_no_operation_is_without_a_row():
    described = {
        (method.upper(), path): each
        for path, methods in document()["paths"].items()
        for method, each in methods.items()
    }
    assert set(described) == {(row.method, row.path) for row in ROUTES}
    for row in ROUTES:
        each = described[row.method, row.path]
        assert each["summary"] == row.summary
        assert str(row.status) in each["responses"]
        names = [one["name"] for one in each.get("parameters", ())]
        assert names == [*row.variables, *(one.name for one in row.parameters)]
    assert {row for rows in SECTIONS.values() for row in rows} == set(ROUTES)
    assert len({operation_id(row) for row in ROUTES}) == len(ROUTES)


def test_every_model_is_known_and_used():
    named = {
        model.removesuffix("?").removesuffix("[]")
        for row in ROUTES
        for model in (row.body, row.answer)
        if model is not None
    }
    assert named <= set(SCHEMAS)
    assert set(re.findall(r"#/components/schemas/(\w+)", document_text())) == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_model_is_a_schema_and_its_examples_fit_it(name):
    Draft202012Validator.check_schema(SCHEMAS[name])
    for example in SCHEMAS[name].get("examples", ()):
        fits(name, example)


def test_every_json_body_has_an_example():
    bodies = {row.body.removesuffix("?").removesuffix("[]") for row in ROUTES if row.body} - {RAW}
    assert [name for name in bodies if not SCHEMAS[name].get("examples")] == []


RECORDS: dict[str, type[Record]] = {
    "WorkflowDef": WorkflowDef,
    "WorkflowTask": WorkflowTask,
    "TaskDef": TaskDef,
    "SubWorkflowParams": SubWorkflowParams,
    "StateChangeEvent": StateChangeEvent,
    "RateLimitConfig": RateLimitConfig,
    "CacheConfig": CacheConfig,
    "SchemaDef": SchemaDef,
    "StartWorkflowRequest": StartWorkflowRequest,
    "RerunWorkflowRequest": RerunWorkflowRequest,
    "SkipTaskRequest": SkipTaskRequest,
    "TaskResult": TaskResult,
    "TaskExecLogEntry": TaskExecLog,
    "WorkflowSchedule": WorkflowSchedule,
    "EventHandler": EventHandler,
    "Action": Action,
}
#: Properties that clients send and Podium ignores.
IGNORED = {"reRunFromWorkflowId"}

#: A value of each type; of an array, an empty one.
SAMPLES: dict[str, Any] = {
    "string": "text",
    "integer": 7,
    "boolean": True,
    "array": [],
    "object": {},
}
WRONG: dict[str, Any] = {"string": [], "integer": "x", "boolean": "x", "array": 7, "object": 7}


def wire_fields(record):
    from podium.domain.definitions.record import _table

    return {wire_name: name for wire_name, (name, _) in _table(record).readers.items()}


@pytest.mark.parametrize("name", RECORDS)
def test_a_model_has_the_fields_that_are_read(name):
    assert set(SCHEMAS[name]["properties"]) - IGNORED == set(wire_fields(RECORDS[name]))


@pytest.mark.parametrize("name", RECORDS)
def test_a_default_is_what_an_absent_property_is_written_as(name):
    written = RECORDS[name].from_json({}).to_json()
    told = {
        key: schema["default"]
        for key, schema in SCHEMAS[name]["properties"].items()
        if "default" in schema
    }
    required = set(SCHEMAS[name].get("required", ()))
    shown = {key: value for key, value in written.items() if key not in required}
    assert {key: value for key, value in told.items() if key in shown} == {
        key: value for key, value in shown.items() if key in told
    }
    assert set(shown) <= set(told)


@pytest.mark.parametrize("name", RECORDS)
def test_a_property_is_read_by_its_type_and_by_no_other(name):
    for key, schema in SCHEMAS[name]["properties"].items():
        kind = schema.get("type")
        if key in IGNORED or kind is None:
            continue
        value = schema["enum"][0] if "enum" in schema else SAMPLES[kind]
        RECORDS[name].from_json({key: value})
        with pytest.raises(InvalidInputError, match=key):
            RECORDS[name].from_json({key: WRONG[kind]})


def test_the_document_is_served():
    answer = ask("/api-docs")
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "application/json"
    assert json.loads(answer["body"]) == json.loads(DOCUMENT.read_text()) == document()


@pytest.mark.parametrize("path", ["/swagger-ui", "/swagger-ui/index.html"])
def test_the_page_is_served_and_needs_nothing_from_elsewhere(path):
    answer = ask(path)
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    page = answer["body"]
    assert page.startswith("<!doctype html>")
    assert "/api-docs" in page
    assert re.findall(r"https?:|[\"'(`]//\w", page) == []
    assert re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?!data:,)", page) == []


def test_the_script_of_the_page_can_be_read(tmp_path):
    (script,) = re.findall(r"<script>(.*?)</script>", ask("/swagger-ui")["body"], re.DOTALL)
    (tmp_path / "page.js").write_text(script, encoding="utf-8")
    subprocess.run(["node", "--check", tmp_path / "page.js"], check=True)
