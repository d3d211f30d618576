"""One row of the route table as an OpenAPI operation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from functions.api import parameters
from functions.api.openapi.terms import flag, moment, number, ref, text, texts
from functions.api.parameter import Kind, Parameter, Place
from functions.api.route import RAW, Content

if TYPE_CHECKING:
    from functions.api.openapi.terms import Schema
    from functions.api.route import Route

_JSON = "application/json"
_ERROR = {"content": {_JSON: {"schema": ref("ErrorResponse")}}}

_REASONS = {
    400: "A parameter or the body is malformed; the message names it",
    404: "There is nothing by that id or name; the message has it",
    409: "It exists already, or is in a state that forbids this",
    413: "The body, or the answer, is too large",
    429: "It is full",
}


def operation(route: Route, tag: str) -> dict[str, Any]:
    """The operation object of ``route``."""
    found: dict[str, Any] = {
        "operationId": operation_id(route),
        "tags": [tag],
        "summary": route.summary,
        "x-permission": route.permission.value,
    }
    given = [_parameter(_path_variable(name)) for name in route.variables]
    given += [_parameter(each) for each in route.parameters]
    if given:
        found["parameters"] = given
    if route.body is not None:
        found["requestBody"] = _body(route.body)
    return {**found, "responses": _responses(route)}


def operation_id(route: Route) -> str:
    """A name that no other route has: the method and the words of the path, as one word."""
    is_api = route.path.startswith("/api/")
    path = route.path.removeprefix("/api") if is_api else f"/root{route.path}"
    path = path.replace("{", "by-").replace("}", "")
    words = [word for word in re.split(r"[^A-Za-z0-9]+", path) if word]
    return route.method.lower() + "".join(word[0].upper() + word[1:] for word in words)


def schema_of(model: str) -> Schema:
    """The schema of a model as the table writes it: ``Name``, ``Name[]`` or ``Name?``."""
    name = model.removesuffix("?")
    if name.endswith("[]"):
        return {"type": "array", "items": ref(name.removesuffix("[]"))}
    return ref(name)


def _path_variable(name: str) -> Parameter:
    return parameters.PATH.get(name) or Parameter(name, "", place=Place.PATH)


def _parameter(parameter: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {"name": parameter.name, "in": parameter.place.value}
    if parameter.description:
        found["description"] = parameter.description
    is_path = parameter.place is Place.PATH
    if parameter.required or is_path:
        found["required"] = True
    found["schema"] = _value(parameter)
    if parameter.kind is Kind.LIST:
        found["explode"] = True
    return found


def _value(parameter: Parameter) -> Schema:
    more: dict[str, Any] = {}
    if parameter.default is not None:
        more["default"] = parameter.default
    if parameter.minimum is not None:
        more["minimum"] = parameter.minimum
    if parameter.maximum is not None:
        more["maximum"] = parameter.maximum
    choices: dict[str, Any] = {}
    if parameter.choices:
        choices["enum"] = [each.value for each in parameter.choices]
    match parameter.kind:
        case Kind.NUMBER:
            return number(**more)
        case Kind.MOMENT:
            return moment(**more)
        case Kind.FLAG:
            return flag(**more)
        case Kind.LIST:
            found = texts(**more)
            return {**found, "items": text(**choices)} if choices else found
        case Kind.TEXT:
            if parameter.place is Place.PATH or parameter.required:
                more["minLength"] = 1
            return text(**more, **choices)


def _body(model: str) -> dict[str, Any]:
    content = Content.TEXT.value if model == RAW else _JSON
    return {
        "required": not model.endswith("?"),
        "content": {content: {"schema": schema_of(model)}},
    }


def _responses(route: Route) -> dict[str, Any]:
    found = {str(route.status): _success(route)}
    if route.status_of_nothing != route.status:
        found[str(route.status_of_nothing)] = {"description": "There is nothing"}
    statuses = set(route.errors)
    if route.parameters or route.body or set(route.variables) & set(parameters.PATH):
        statuses.add(400)
    if route.body or route.content is Content.JSON:
        statuses.add(413)
    for status in sorted(statuses):
        found[str(status)] = {"description": _REASONS[status], **_ERROR}
    return {**found, "5XX": {"description": "Our fault", **_ERROR}}


def _success(route: Route) -> dict[str, Any]:
    match route.content:
        case Content.EMPTY:
            return {"description": "Done"}
        case Content.JSON:
            schema = schema_of(route.answer or "Map")
        case Content.TEXT | Content.HTML:
            schema = text()
    media = route.content.value.partition(";")[0]
    return {"description": "The answer", "content": {media: {"schema": schema}}}
