"""Which origins are allowed, and what they are told."""

from __future__ import annotations

import pytest

from podium.cross_origin import CrossOrigin
from podium.errors import InvalidInputError

LOCAL = CrossOrigin.parse("http://localhost:*, http://127.0.0.1:*")
ONE = CrossOrigin.parse("https://ui.example.com")
ASKED = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a,x-b"}


@pytest.mark.parametrize(
    ("allowed", "origin", "is_told"),
    [
        (ONE, "https://ui.example.com", True),
        (ONE, "http://ui.example.com", False),
        (ONE, "https://ui.example.com.evil.org", False),
        (ONE, "https://ui.example.com:444", False),
        (ONE, "null", False),
        (LOCAL, "http://localhost", True),
        (LOCAL, "http://localhost:5000", True),
        (LOCAL, "http://127.0.0.1:80", True),
        (LOCAL, "https://localhost:5000", False),
        (LOCAL, "http://localhost:5000.evil.org", False),
        (LOCAL, "http://localhost.evil.org:80", False),
        (CrossOrigin.parse("*"), "https://anybody", True),
    ],
)
def test_an_origin_is_told_when_it_is_allowed(allowed, origin, is_told):
    found = allowed.headers({"ORIGIN": origin})
    assert found.get("Access-Control-Allow-Origin") == (origin if is_told else None)
    assert found["Vary"] == "Origin"
    assert "Access-Control-Allow-Methods" not in found


def test_nothing_is_said_where_nobody_is_allowed():
    assert CrossOrigin.parse(" , ").headers({"origin": "https://ui.example.com"}) == {}
    assert CrossOrigin().answer({"headers": {"origin": "x"}}, {"statusCode": 204}) == {
        "statusCode": 204
    }


def test_without_an_origin_only_caches_are_told():
    assert ONE.headers({}) == {"Vary": "Origin"}
    assert ONE.answer({}, {"headers": {"A": "b"}})["headers"] == {"A": "b", "Vary": "Origin"}


def test_a_preflight_is_told_methods_and_the_headers_it_asked_for():
    found = ONE.headers({"origin": "https://ui.example.com", **ASKED}, "GET, PUT")
    assert found["Access-Control-Allow-Methods"] == "GET, PUT"
    assert found["Access-Control-Allow-Headers"] == "x-a,x-b"
    assert int(found["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize(
    "text", ["ui.example.com", "ftp://x", "https://", "https://ui.example.com/", "https://a,b"]
)
def test_what_no_browser_sends_is_refused(text):
    with pytest.raises(InvalidInputError, match="is not an origin"):
        CrossOrigin.parse(text)
