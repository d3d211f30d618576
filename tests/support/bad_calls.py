"""What a client can get wrong about a route, read off its row: bad calls, and odd ones that are good.

The statuses are those of rest-api.md 1.3. Nothing that is named in these calls exists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from functions.api import parameters
from functions.api.openapi.schemas import SCHEMAS
from functions.api.parameter import Kind, Parameter, Place
from functions.api.route import RAW, Route
from tests.support.calls import example_body
from tests.support.stack import Answer, LocalStack

#: Id, name and reference of nothing.
NOBODY = "nobody"
#: A value of each parameter that must be there.
_REQUIRED = {
    "operation": "WRITE",
    "payloadType": "TASK_INPUT",
    "taskType": NOBODY,
    "cronExpression": "0 0 * * * *",
}
_PATH = {"version": "1", "status": "COMPLETED"}
#: Names that a client may well use; the second is "a/b" by the time that a handler sees it.
ODD_NAMES = {"größe 7": "größe 7", "a%252Fb": "a/b", "n" * 300: "n" * 300, "x:y;z=&?": "x:y;z=&?"}

#: Bodies that are not JSON, or none that is taken.
NOT_JSON = ["", "null", "{", "{]", "text", "{'a': 1}", '{"a": NaN}', '{"a": 1e999}']
NOT_JSON_EITHER: list[str | bytes] = ['{"a": "\\ud800"}', "[" * 5000, b"\xff\xfe{}"]
_WRONG = {"string": [], "integer": "x", "boolean": "perhaps", "array": 7, "object": 7}


@dataclass(frozen=True)
class Sent:
    """One request: what is odd about it, and how it is written."""

    what: str
    method: str
    #: Encoded.
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: What the answer's message has to have.
    named: str = ""


def ask(stack: LocalStack, sent: Sent) -> Answer:
    """Send one."""
    return stack.request(sent.method, sent.path, sent.body or None, sent.query, sent.headers)


def plain(route: Route) -> Sent:
    """A call that is in order, of something that is not there."""
    body = example_body(route)
    content = b"" if body is None else (body if route.body == RAW else json.dumps(body)).encode()
    query = tuple((each.name, _REQUIRED[each.name]) for each in route.parameters if each.required)
    kind = "text/plain" if route.body == RAW else "application/json"
    headers = {"Content-Type": kind} if content else {}
    return Sent("as it should be", route.method, _path(route), query, content, headers)


def refused(route: Route) -> Iterator[Sent]:
    """Calls that are 400, whatever there is."""
    good = plain(route)
    for parameter in route.parameters:
        yield from _bad_values(good, parameter)
    for name in set(route.variables) & set(parameters.PATH):
        bad = "DONE" if parameters.PATH[name].choices else "x"
        yield replace(good, what=f"{name}={bad}", path=_path(route, name, bad), named=name)
    if route.path.startswith("/api/secrets/{key}"):
        for encoded, name in ODD_NAMES.items():
            path = _path(route, "key", encoded, is_encoded="%" in encoded)
            yield replace(good, what=f"key {name[:9]}", path=path, named="name")
    if route.body is not None:
        yield from _bad_bodies(route, good)


def unknown(route: Route) -> Iterator[Sent]:
    """Calls that are 404: each names what is not there, and is told so."""
    if 404 not in route.errors:
        return
    good = plain(route)
    free = [name for name in route.variables if name not in parameters.PATH]
    if not free:
        return
    yield replace(good, what="unknown", named=NOBODY)
    if free[0] == "key":  # names of secrets are not free
        return
    for encoded, name in ODD_NAMES.items():
        path = _path(route, free[0], encoded, is_encoded="%" in encoded)
        yield replace(good, what=f"unknown {name[:9]}", path=path, named=name)


def tolerated(route: Route) -> Iterator[Sent]:
    """Odd calls that are answered exactly as the plain one."""
    good = plain(route)
    yield replace(good, what="unknown parameter", query=(*good.query, ("skipCache", "True")))
    for each in route.parameters:
        if each.place is Place.QUERY:
            yield from _tolerated_values(good, each)
    if route.body is None:
        for body in (b"{}", b"{", b'{"a": NaN}', b"\xff\xfe"):
            headers = {"Content-Type": "application/json"}
            yield replace(good, what=f"body {body!r}", body=body, headers=headers)
    else:
        kind = {"Content-Type": "application/octet-stream"}
        yield replace(good, what="base64", headers=kind)
        if route.body.endswith("?"):
            yield replace(good, what="no body", body=b"", headers={})


def _tolerated_values(good: Sent, each: Parameter) -> Iterator[Sent]:
    others = tuple(pair for pair in good.query if pair[0] != each.name)

    def with_values(what: str, *values: str) -> Sent:
        pairs = tuple((each.name, value) for value in values)
        return replace(good, what=f"{each.name} {what}", query=(*others, *pairs))

    match each.kind:
        case Kind.FLAG:
            default = str(bool(each.default))
            yield with_values(f"as {default}", default)
            yield with_values("repeated", default.lower(), "perhaps")
        case Kind.NUMBER | Kind.MOMENT if each.default is not None:
            yield with_values("spelled out", str(each.default))
            yield with_values("repeated", str(each.default), "x")
            if each.minimum is None:
                yield with_values("negative", "-12437")
        case Kind.TEXT if each.choices and each.default:
            yield with_values("in lower case", str(each.default).lower())
    if not each.required:
        yield with_values("empty", "")


def _bad_values(good: Sent, each: Parameter) -> Iterator[Sent]:
    others = tuple(pair for pair in good.query if pair[0] != each.name)

    def with_value(value: str | None) -> Sent:
        what = f"{each.name}={value}"
        if each.place is Place.HEADER:
            headers = {**good.headers, each.name: value or ""}
            return replace(good, what=what, headers=headers, named=each.name)
        pairs = () if value is None else ((each.name, value),)
        return replace(good, what=what, query=(*others, *pairs), named=each.name)

    if each.required:
        yield with_value(None)
        yield with_value("")
    if each.choices:
        yield with_value("NONE_SUCH")
    match each.kind:
        case Kind.FLAG:
            yield with_value("perhaps")
        case Kind.NUMBER:
            yield from map(with_value, ["x", "1.5", "1e3", "99999999999"])
        case Kind.MOMENT:
            yield from map(with_value, ["yesterday", "9" * 19])
    # The words of the peer name the value, if not always the parameter.
    named = "" if each.is_refused_by_service else each.name
    if each.minimum is not None:
        yield replace(with_value(str(each.minimum - 1)), named=named)
    if each.maximum is not None:
        yield replace(with_value(str(each.maximum + 1)), named=named)


def _bad_bodies(route: Route, good: Sent) -> Iterator[Sent]:
    model = str(route.body).removesuffix("?")
    no_json: list[str | bytes] = [*NOT_JSON, *NOT_JSON_EITHER]
    if model == RAW:
        no_json = ["", b"\xff\xfe"]
    elif str(route.body).endswith("?"):
        no_json.remove("")
    for text in no_json:
        body = text.encode() if isinstance(text, str) else text
        yield replace(good, what=f"body {text[:9]!r}", body=body, named="body")
    if model == RAW:
        return
    of_another_kind: list[Any] = ["text", 7, True]
    if model.endswith("[]"):
        of_another_kind.append({})
    elif SCHEMAS[model].get("type") == "object":
        of_another_kind.append([])
    for value in of_another_kind:
        yield _with_body(good, value, "body")
    if model.endswith("[]"):
        yield _with_body(good, [7], "body")
        yield _with_body(good, [None], "body")
    if model.removesuffix("[]") not in {"Text", "Map"}:
        yield from _bad_properties(route, good, model)


def _bad_properties(route: Route, good: Sent, model: str) -> Iterator[Sent]:
    """Each property of the body with a value of another type, of no enum, or out of its range."""
    example = example_body(route)
    base = example[0] if model.endswith("[]") else example
    for name, schema in SCHEMAS[model.removesuffix("[]")].get("properties", {}).items():
        bad = [_WRONG[schema["type"]]] if "type" in schema else []
        if "enum" in schema:
            bad.append("NONE_SUCH")
        if "minimum" in schema:
            bad.append(schema["minimum"] - 1)
        if "maximum" in schema:
            bad.append(schema["maximum"] + 1)
        if schema.get("minLength"):
            bad.append("")
        if schema.get("minItems"):
            bad.append([])
        for value in bad:
            changed = {**base, name: value}
            yield _with_body(good, [changed] if model.endswith("[]") else changed, name)


def _with_body(good: Sent, value: Any, named: str) -> Sent:
    body = json.dumps(value)
    return replace(good, what=f"body {body[-60:]}", body=body.encode(), named=named)


def _path(route: Route, name: str = "", value: str = "", *, is_encoded: bool = False) -> str:
    def of(found: re.Match[str]) -> str:
        if found[1] != name:
            return _PATH.get(found[1], NOBODY)
        return value if is_encoded else quote(value, safe="")

    return re.sub(r"\{(\w+)\}", of, route.path)
