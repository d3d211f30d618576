"""Workflow and task definitions (rest-api.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.definitions import TaskDef, WorkflowDef
from podium.domain.wire import bulk_json, summary_json

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.http_event import Request


def create_workflow(request: Request, engine: Engine) -> None:
    """One definition; an existing one only with ``overwrite``."""
    definition = WorkflowDef.from_json(request.body_object())
    overwrite = request.flag("overwrite", default=False)
    engine.registering().create_workflow(definition, overwrite=overwrite)


def put_workflows(request: Request, engine: Engine) -> Json:
    """A list of definitions, all or none."""
    definitions = [WorkflowDef.from_json(each) for each in request.body_objects()]
    result = engine.registering().put_workflows(definitions)
    return bulk_json(result.successful, result.errors)


def validate_workflow(request: Request, engine: Engine) -> None:
    """Check one definition."""
    engine.registering().validate_workflow(WorkflowDef.from_json(request.body_object()))


def list_workflows(request: Request, engine: Engine) -> Json:
    """Every version of every definition."""
    found = engine.registering().workflows(request.text("classifier"))
    return [definition.to_json() for definition in found]


def get_workflow(request: Request, engine: Engine) -> Json:
    """One definition, the highest version by default."""
    version = request.optional_number("version")
    return engine.registering().workflow(request.path("name"), version).to_json()


def list_names(request: Request, engine: Engine) -> Json:
    """The names alone."""
    return list(engine.registering().workflows_by_name())


def list_names_and_versions(request: Request, engine: Engine) -> Json:
    """Summaries by name."""
    by_name = engine.registering().workflows_by_name()
    return {name: [summary_json(each) for each in found] for name, found in by_name.items()}


def list_versions(request: Request, engine: Engine) -> Json:
    """Summaries of one name."""
    found = engine.registering().workflow_versions(request.path("name"))
    return [summary_json(definition) for definition in found]


def list_latest_versions(request: Request, engine: Engine) -> Json:
    """The highest version of each name."""
    by_name = engine.registering().workflows_by_name()
    return [found[-1].to_json() for found in by_name.values()]


def delete_workflow(request: Request, engine: Engine) -> None:
    """Forget one version."""
    engine.registering().delete_workflow(request.path("name"), request.path_number("version"))


def create_tasks(request: Request, engine: Engine) -> None:
    """A list of task definitions, created or replaced."""
    definitions = [TaskDef.from_json(each) for each in request.body_objects()]
    engine.registering().put_tasks(definitions)


def replace_task(request: Request, engine: Engine) -> None:
    """One task definition that exists."""
    engine.registering().replace_task(TaskDef.from_json(request.body_object()))


def list_tasks(request: Request, engine: Engine) -> Json:
    """Every task definition."""
    return [definition.to_json() for definition in engine.registering().tasks()]


def get_task(request: Request, engine: Engine) -> Json:
    """One task definition."""
    return engine.registering().task(request.path("tasktype")).to_json()


def delete_task(request: Request, engine: Engine) -> None:
    """Forget one task definition."""
    engine.registering().delete_task(request.path("tasktype"))
