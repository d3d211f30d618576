"""Answers larger than Lambda gives: compressed where the client takes that, else refused with the way around."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from typing import Any

import pytest

from functions.api.answers import answer
from functions.api.parameter import Parameter
from functions.api.route import Content, Route
from podium.errors import PayloadTooLargeError
from podium.http_event import Request
from podium.services.fitting import LARGEST_ANSWER
from tests.support.cluster import Cluster

LARGE = [{"name": f"{number:07d}", "text": "x" * 1000} for number in range(7000)]


def answered(result: Any, encoding: str = "", **row: Any) -> Any:
    given: dict[str, Any] = {"method": "GET", "path": "/api/x", "summary": "X"}
    given |= {"content": Content.JSON, "handler": lambda *_: result}
    route = Route(**(given | row))
    request = Request({"headers": {"Accept-Encoding": encoding}}, {})
    return answer(route, result, request, Cluster().engine.fitting)


@pytest.mark.parametrize("encoding", ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.5", "*"])
def test_what_is_too_large_goes_compressed(encoding):
    response = answered(LARGE, encoding)
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.base64_encoded
    assert len(response.body) < LARGEST_ANSWER
    assert json.loads(gzip.decompress(b64decode(response.body))) == LARGE


@pytest.mark.parametrize("encoding", ["", "br", "gzip;q=0", "deflate, gzip; q=0.0", "gzipped"])
def test_whoever_does_not_take_that_is_told_the_way_around(encoding):
    with pytest.raises(PayloadTooLargeError, match=r"has \d+ bytes, more than .* accept gzip"):
        answered(LARGE, encoding)


def test_what_fits_is_never_compressed():
    response = answered(LARGE[:100], "gzip")
    assert not response.base64_encoded
    assert "Content-Encoding" not in response.headers


def test_what_does_not_fit_compressed_either_is_refused():
    import random

    noise = random.Random(1).randbytes(6_000_000).hex()
    with pytest.raises(PayloadTooLargeError):
        answered({"noise": noise}, "gzip")


@pytest.mark.parametrize(
    ("row", "way"),
    [
        ({"parameters": (Parameter("size", "S"),)}, "size"),
        ({"parameters": (Parameter("count", "C"),)}, "count"),
        ({"path": "/api/metadata/workflow"}, "GET /api/metadata/workflow/names"),
        ({"path": "/api/workflow/{workflowId}"}, "GET /api/workflow/{workflowId}/tasks"),
        ({"method": "POST", "path": "/api/tasks/x", "answer": "Workflow"}, "in workflow wf"),
    ],
)
def test_the_way_around_is_that_of_the_route(row, way):
    with pytest.raises(PayloadTooLargeError) as raised:
        answered({"workflowId": "wf", "results": LARGE}, **row)
    assert way in str(raised.value)
