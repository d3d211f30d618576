"""The parameters of the route table: what is refused by them, and that handlers read no others."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from functions.api.parameter import Kind, Parameter, Place
from functions.api.routes import ROUTES
from podium.domain.signals import ReturnStrategy
from podium.errors import InvalidInputError
from podium.http_event import Request
from tests.support.fake_engine import FakeEngine, http_event

NUMBER = Parameter("count", "How many", Kind.NUMBER, minimum=1, maximum=9)
FLAG = Parameter("overwrite", "Replace", Kind.FLAG)
MOMENT = Parameter("startTime", "From", Kind.MOMENT)
CHOICE = Parameter("returnStrategy", "What", choices=tuple(ReturnStrategy))
CHOICES = Parameter("strategies", "What", Kind.LIST, choices=tuple(ReturnStrategy))
REQUIRED = Parameter("taskType", "Of what", required=True)
REQUIRED_LIST = Parameter("taskTypes", "Of what", Kind.LIST, required=True)
ON_CONFLICT = Parameter("X-on-conflict", "x", choices=tuple(ReturnStrategy), place=Place.HEADER)


def request(query="", headers=None, path="/"):
    return Request({**http_event("GET", path, query), "headers": headers or {}}, {})


@pytest.mark.parametrize(
    ("parameter", "query", "named"),
    [
        (NUMBER, "count=x", "whole number"),
        (NUMBER, "count=1.5", "whole number"),
        (NUMBER, "count=2147483648", "32 bits"),
        (NUMBER, "count=0", "1 or more"),
        (NUMBER, "count=10", "9 or less"),
        (FLAG, "overwrite=perhaps", "true or false"),
        (MOMENT, "startTime=yesterday", "whole number"),
        (MOMENT, "startTime=9223372036854775808", "64 bits"),
        (CHOICE, "returnStrategy=NONE", "BLOCKING_TASK"),
        (CHOICES, "strategies=BLOCKING_TASK,NONE", "BLOCKING_TASK"),
        (REQUIRED, "", "required"),
        (REQUIRED, "taskType=", "required"),
        (REQUIRED_LIST, "taskTypes=,", "required"),
    ],
)
def test_what_is_no_value_is_refused_by_name(parameter, query, named):
    with pytest.raises(InvalidInputError, match=f"query parameter {parameter.name}.*{named}"):
        parameter.check(request(query))


@pytest.mark.parametrize(
    ("parameter", "query"),
    [
        (NUMBER, ""),
        (NUMBER, "count="),
        (NUMBER, "count=1"),
        (NUMBER, "count=9&count=x"),  # the first one counts
        (FLAG, "overwrite=True"),
        (FLAG, "overwrite=False"),
        (MOMENT, "startTime=1700000000000"),
        (CHOICE, "returnStrategy=blocking_task"),
        (CHOICES, "strategies=blocking_task,TARGET_WORKFLOW&strategies=BLOCKING_TASK_INPUT"),
        (REQUIRED, "taskType=x"),
        (REQUIRED_LIST, "taskTypes=x,y"),
    ],
)
def test_what_clients_may_write_passes(parameter, query):
    parameter.check(request(query))


def test_a_header_is_checked_whatever_its_case():
    ON_CONFLICT.check(request())
    ON_CONFLICT.check(request(headers={"x-ON-conflict": "blocking_task"}))
    with pytest.raises(InvalidInputError, match="header X-on-conflict"):
        ON_CONFLICT.check(request(headers={"x-on-conflict": "never"}))


def test_a_range_of_which_a_service_speaks_is_left_to_it():
    parameter = Parameter("n", "x", Kind.NUMBER, maximum=9, is_refused_by_service=True)
    parameter.check(request("n=10"))
    with pytest.raises(InvalidInputError, match="whole number"):
        parameter.check(request("n=x"))


class ReadRequest(Request):
    """Notes what is read, with the default that is given."""

    def __init__(self, event, path):
        super().__init__(event, path)
        self.read: dict[str, object] = {}

    def text(self, name):
        self.read.setdefault(name, None)
        return super().text(name)

    def texts(self, name):
        self.read.setdefault(name, None)
        return super().texts(name)

    def header(self, name):
        self.read.setdefault(name, None)
        return super().header(name)

    def choice(self, name, choices, default):
        self.read[name] = default.value
        return super().choice(name, choices, default)

    def flag(self, name, *, default):
        self.read[name] = default
        return super().flag(name, default=default)

    def number(self, name, default):
        self.read[name] = default
        return super().number(name, default)


@pytest.mark.parametrize(
    "route",
    ROUTES,
    ids=lambda each: f"{each.method} {each.path}",
)
def test_a_handler_reads_what_the_table_declares_and_means_the_same_by_default(route):
    path = dict.fromkeys(re.findall(r"\{(\w+)\}", route.path), "1")
    if "status" in path:
        path["status"] = "COMPLETED"
    body = "[]" if (route.body or "").endswith("[]") else "{}"
    asked = ReadRequest(http_event(route.method, route.path, "", body), path)
    with suppress(Exception):  # a fake engine's answers break what comes after
        route.handler(asked, FakeEngine())
    declared = {each.name: each.default for each in route.parameters}
    assert set(asked.read) <= set(declared)
    told = {name: value for name, value in asked.read.items() if value is not None}
    # A required one has no default that anybody would see.
    required = {each.name for each in route.parameters if each.required}
    assert {name: declared[name] for name in told if name not in required} == {
        name: value for name, value in told.items() if name not in required
    }
