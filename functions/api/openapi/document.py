"""The OpenAPI 3.1 document of the REST API: the route table and the models, as one value."""

from __future__ import annotations

from typing import Any

from functions.api import routes
from functions.api.openapi.operations import operation
from functions.api.openapi.schemas import SCHEMAS
from podium import VERSION

#: Parts of the route table by their headings.
SECTIONS = {
    "Definitions": routes.DEFINITIONS,
    "Tags": routes.TAGS,
    "Schemas": routes.SCHEMAS,
    "Executions": routes.WORKFLOW,
    "Several executions": routes.WORKFLOW_BULK,
    "Tasks": routes.TASKS,
    "Event handlers": routes.EVENTS,
    "Administration": routes.ADMINISTRATION,
    "System": routes.SYSTEM,
    "Schedules": routes.SCHEDULER,
    "Secrets and environment": routes.SECRETS,
}


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for section, rows in SECTIONS.items():
        for row in rows:
            paths.setdefault(row.path, {})[row.method.lower()] = operation(row, section)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Podium",
            "version": VERSION,
            "description": "The REST API of Conductor, as Podium serves it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "Where this document comes from"}],
        "tags": [{"name": section} for section in SECTIONS],
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }
