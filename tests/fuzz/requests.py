"""Bad bodies, parameters and definitions at every route of something that is there: 4xx, or done."""

from __future__ import annotations

import json
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from functions.api.route import RAW, Route
from functions.api.routes import ROUTES
from tests.fuzz.product import Product
from tests.fuzz.values import NUMBERS, TEXTS, anything, mutated, worse
from tests.support.calls import example_body
from tests.support.shapes.task_defs import task_def_of
from tests.support.shapes.workflows import workflow_of

#: Requests to one installation.
REQUESTS = 12
NAME = "w"
DEFINITION: Any = {
    "name": NAME,
    "version": 1,
    "schemaVersion": 2,
    "tasks": [
        {"name": "a", "taskReferenceName": "a", "inputParameters": {"x": "${workflow.input}"}},
        {"name": "b", "taskReferenceName": "b", "type": "WAIT"},
    ],
}
CONDITIONS = (
    "=",
    "!=",
    "<",
    "<=",
    " IN (",
    " NOT IN (",
    " BETWEEN 1 AND ",
    " STARTS_WITH ",
    " IS NULL",
    " IS NOT NULL ",
)
FIELDS = (
    "workflowType",
    "status",
    "startTime",
    "correlationId",
    "workflowId",
    "taskDefName",
    "input",
    "nobody",
    "version",
    "priority",
)


def run(seed: int, product: Product) -> str:
    """Some requests, and a look whether the installation still does its work."""
    random = Random(seed)
    product.ask("POST", "/api/metadata/workflow", DEFINITION)
    product.ask("POST", "/api/metadata/taskdefs", [{"name": "a"}])
    started = product.ask("POST", "/api/workflow", {"name": NAME, "correlationId": "c"}).body
    task_id = product.ask("GET", f"/api/workflow/{started}").body["tasks"][0]["taskId"]
    there = {
        "workflowId": started,
        "taskId": task_id,
        "name": NAME,
        "tasktype": "a",
        "taskType": "a",
        "taskRefName": "a",
        "version": "1",
        "status": "COMPLETED",
    }
    statuses = []
    for _ in range(REQUESTS):
        route = random.choice(ROUTES)
        body, text = _body(random, route), ""
        if body is not None:
            text = json.dumps(_aimed(body, there))
            if random.random() < 0.15:
                text = mutated(random, text)
        path = route.path
        for variable in route.variables:
            value = (
                there.get(variable, NAME) if random.random() < 0.7 else str(random.choice(TEXTS))
            )
            path = path.replace(
                f"{{{variable}}}", quote(value.encode(errors="replace"), safe="") or "x"
            )
        answer = product.ask(route.method, path, text or None, _query(random, route))
        statuses.append(answer.status)
        product.settle()
    again = product.ask(
        "POST",
        "/api/workflow",
        {
            "name": "probe",
            "workflowDef": {**DEFINITION, "name": "probe", "tasks": DEFINITION["tasks"][:1]},
        },
    )
    assert again.status == 200, again
    product.run_to_rest(again.body)
    return " ".join(sorted({f"{status // 100}xx" for status in statuses}))


def _body(random: Random, route: Route) -> Any:
    if route.body is None:
        return None
    if route.body == RAW:
        return random.choice(TEXTS)
    model = route.body.removesuffix("?").removesuffix("[]")
    good: Any = example_body(route)
    if model == "WorkflowDef":
        good = workflow_of(random.randrange(10_000))
    elif model == "TaskDef":
        good = task_def_of(random.randrange(10_000))
    if route.body.endswith("[]") and not isinstance(good, list):
        good = [good]
    return (
        worse(random, good, random.choice((1, 1, 2, 5)))
        if random.random() < 0.95
        else anything(random)
    )


def _aimed(body: Any, there: dict[str, str], depth: int = 10) -> Any:
    """Ids of something that is there in place of those of the example."""
    if not depth:
        return body
    if isinstance(body, dict):
        names = {"workflowInstanceId": "workflowId", "workflowId": "workflowId", "taskId": "taskId"}
        return {
            key: there[names[key]]
            if key in names and isinstance(value, str)
            else _aimed(value, there, depth - 1)
            for key, value in body.items()
        }
    if isinstance(body, list):
        return [
            there["workflowId"] if each == "nobody" else _aimed(each, there, depth - 1)
            for each in body
        ]
    return body


def _query(random: Random, route: Route) -> str:
    pairs = []
    for parameter in route.parameters:
        if random.random() < 0.5 and not parameter.required:
            continue
        match parameter.name:
            case "query":
                value = search(random)
            case "cronExpression":
                value = cron(random)
            case "taskType":
                value = "a"
            case _:
                value = str(
                    random.choice(
                        (
                            random.choice(TEXTS),
                            random.choice(NUMBERS[:-1]),
                            "1",
                            "true",
                            *parameter.choices,
                        )
                    )
                )
        pairs.append((parameter.name, value.encode(errors="replace")))
    return urlencode(pairs)


def search(random: Random) -> str:
    """A query, or nearly one."""
    parts = []
    for _ in range(random.choice((1, 1, 2, 8, 60))):
        value = random.choice(
            (
                "1",
                "'x'",
                '"*a*"',
                "a?b*",
                "*" * 200 + "b",
                "(a+)+$",
                str(random.choice(TEXTS))[:300],
                "RUNNING",
                "'",
                "2024-01-01T00:00:00Z",
            )
        )
        parts.append(
            f"{random.choice(FIELDS)}{random.choice(CONDITIONS)}{value}{random.choice(('', '', ')', '))'))}"
        )
    text = random.choice((" AND ", " OR ", " and (", " "))
    found = text.join(parts)
    match random.randrange(5):
        case 0:
            return mutated(random, found)
        case 1:
            return "(" * 60 + found + ")" * 60
        case _:
            return found


def cron(random: Random) -> str:
    """A cron expression, or nearly one."""
    good = random.choice(
        (
            "0 0 * * * *",
            "*/5 1-3,7 L-3 * MON#2 ?",
            "0 0 0 29 2 ?",
            "@daily",
            "0 0 0 31 2 *",
            "0 0 0 1W * ?",
        )
    )
    return random.choice(
        (
            good,
            mutated(random, good),
            mutated(random, mutated(random, good)),
            " ".join([random.choice(TEXTS)[:50]] * 6),
        )
    )
