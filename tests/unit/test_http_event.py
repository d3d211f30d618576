"""Requests of API Gateway read by hand: parameters, bodies, and everything clients get wrong."""

from __future__ import annotations

import base64
import json

import pytest

from podium.domain.status import REPORTABLE, TaskStatus
from podium.errors import InvalidInputError
from podium.http_event import Request
from podium.json_text import MAX_DEPTH

STATUSES = tuple(TaskStatus)


def a_request(query="", body=None, base64_encoded=False, **path):
    event = {"rawQueryString": query, "body": body, "isBase64Encoded": base64_encoded}
    return Request(event, path)


# --- path ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("order", "order"),
        ("a%20b", "a b"),
        ("a%2Fb", "a/b"),
        ("bestellung_gr%C3%B6%C3%9Fe", "bestellung_größe"),
        ("größe 🙂", "größe 🙂"),
        ("50%", "50%"),
    ],
)
def test_a_path_variable_is_decoded_once_and_may_be_decoded_already(raw, name):
    assert a_request(name=raw).path("name") == name


def test_a_path_number_is_a_number():
    assert a_request(version="3").path_number("version") == 3


@pytest.mark.parametrize("value", ["x", "1.5", "", "1_000", "٣", "99999999999", "0x10"])
def test_a_path_number_that_is_none_is_refused_by_name(value):
    with pytest.raises(InvalidInputError, match="path variable version"):
        a_request(version=value).path_number("version")


def test_a_path_choice_is_one_of_the_names():
    assert a_request(status="FAILED").path_choice("status", STATUSES) is TaskStatus.FAILED
    with pytest.raises(InvalidInputError, match=r"path variable status: expected one of .*'done'"):
        a_request(status="done").path_choice("status", tuple(REPORTABLE))


# --- query --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", None),
        ("name=", None),
        ("name=a%20b+c", "a b c"),
        ("name=a&name=b", "a"),
        ("name=gr%C3%B6%C3%9Fe", "größe"),
        ("other=1", None),
    ],
)
def test_a_text_parameter_is_decoded_and_an_empty_one_is_absent(query, expected):
    assert a_request(query).text("name") == expected


def test_a_required_parameter_is_asked_for_by_name():
    assert a_request("taskType=a").required_text("taskType") == "a"
    with pytest.raises(InvalidInputError, match="taskType is required"):
        a_request("taskType=").required_text("taskType")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("status=", []),
        ("status=a", ["a"]),
        ("status=a,b", ["a", "b"]),
        ("status=a&status=b", ["a", "b"]),
        ("status=a,b&status=%20c%20,,", ["a", "b", "c"]),
        ("status=a%2Cb", ["a", "b"]),
    ],
)
def test_a_list_parameter_is_repeated_or_separated_by_commas(query, expected):
    assert a_request(query).texts("status") == expected


def test_choices_take_any_case_and_refuse_others_by_name():
    found = a_request("status=failed,COMPLETED").choices("status", STATUSES)
    assert found == [TaskStatus.FAILED, TaskStatus.COMPLETED]
    with pytest.raises(InvalidInputError, match="query parameter status: expected one of"):
        a_request("status=failed,broken").choices("status", STATUSES)


@pytest.mark.parametrize("value", ["true", "True", "TRUE", "yes", "on", "1"])
def test_every_way_to_say_true_is_true(value):
    assert a_request(f"f={value}").flag("f", default=False) is True


@pytest.mark.parametrize("value", ["false", "False", "FALSE", "no", "off", "0"])
def test_every_way_to_say_false_is_false(value):
    assert a_request(f"f={value}").flag("f", default=True) is False


def test_an_absent_or_empty_flag_is_its_default():
    assert a_request().flag("f", default=True) is True
    assert a_request("f=").flag("f", default=True) is True


@pytest.mark.parametrize("value", ["maybe", "2", "t"])
def test_another_flag_is_refused_by_name(value):
    with pytest.raises(InvalidInputError, match=f"query parameter f: .* not '{value}'"):
        a_request(f"f={value}").flag("f", default=True)


def test_a_number_has_a_default_and_a_sign():
    assert a_request().number("n", 15) == 15
    assert a_request("n=").number("n", 15) == 15
    assert a_request("n=-3").number("n", 15) == -3
    assert a_request("n=%2B3").number("n", 15) == 3
    assert a_request().optional_number("n") is None
    assert a_request("n=2147483647").optional_number("n") == 2147483647


@pytest.mark.parametrize("value", ["x", "1.5", "1e3", "2147483648", "1_0", "NaN", "9" * 5000])
def test_a_number_that_is_none_is_refused_by_name(value):
    with pytest.raises(InvalidInputError, match="query parameter n"):
        a_request(f"n={value}").optional_number("n")


def test_a_moment_may_be_longer_than_a_number():
    assert a_request("at=1767225600000").milliseconds("at") == 1767225600000
    assert a_request().milliseconds("at") == 0
    with pytest.raises(InvalidInputError, match=r"at: .* 64 bits"):
        a_request("at=9223372036854775808").milliseconds("at")


# --- body ---------------------------------------------------------------------------------------


def test_a_body_is_read_as_it_comes_or_from_base64():
    assert a_request(body='{"a": "ö"}').body_object() == {"a": "ö"}
    encoded = base64.b64encode('{"a": "ö"}'.encode()).decode()
    assert a_request(body=encoded, base64_encoded=True).body_object() == {"a": "ö"}


def test_half_a_surrogate_pair_is_no_text():
    with pytest.raises(InvalidInputError, match="not UTF-8 text"):
        a_request(body="a\ud800").raw_body()


def test_a_raw_body_is_not_decoded():
    assert a_request(body='"m"').raw_body() == '"m"'
    assert a_request().raw_body() == ""


@pytest.mark.parametrize("body", ["%%%", base64.b64encode(b"\xff\xfe").decode()])
def test_a_body_that_is_not_text_is_refused(body):
    with pytest.raises(InvalidInputError, match="not UTF-8 text"):
        a_request(body=body, base64_encoded=True).raw_body()


@pytest.mark.parametrize("body", [None, "", "  \n", "null"])
def test_a_missing_body_is_refused(body):
    with pytest.raises(InvalidInputError, match="a JSON body is required"):
        a_request(body=body).body()


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{'a': 1}",
        '{"a": 1,}',
        "a=1",
        "\ufeff{}",
        '{"a": NaN}',
        "[Infinity]",
        "[-Infinity]",
        "[1e999]",
        "[" + "9" * 5000 + "]",
        r'["\ud800"]',
        r'{"\udfff": 1}',
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 300 + '"' + r"\"" * 100_000,
    ],
    ids=lambda body: body[:12],
)
def test_json_that_no_store_could_keep_is_refused(body):
    with pytest.raises(InvalidInputError, match="the body"):
        a_request(body=body).body()


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ('{"a": null}', {"a": None}),
        ("[1, 2.5, -0.0, 1e300]", [1, 2.5, -0.0, 1e300]),
        ("[123456789012345678901234567890]", [123456789012345678901234567890]),
        (r'["\ud83d\ude42"]', ["🙂"]),
        ("false", False),
        ("0", 0),
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, None),
        (json.dumps(["[" * 500]), ["[" * 500]),
        (json.dumps([[]] * 500), [[]] * 500),
        (json.dumps(['\\"[' * 500]), ['\\"[' * 500]),
    ],
    ids=lambda value: str(value)[:20],
)
def test_other_json_is_taken_exactly(body, value):
    found = a_request(body=body).body()
    assert value is None or found == value


def test_a_body_of_another_kind_is_refused_by_what_it_is():
    with pytest.raises(InvalidInputError, match="must be a JSON object, not an array"):
        a_request(body="[]").body_object()
    with pytest.raises(InvalidInputError, match="must be a JSON array, not an object"):
        a_request(body="{}").body_array()
    with pytest.raises(InvalidInputError, match="not a string"):
        a_request(body='"x"').body_object()
    with pytest.raises(InvalidInputError, match="not a boolean"):
        a_request(body="true").body_object()
    with pytest.raises(InvalidInputError, match="not a number"):
        a_request(body="1").body_object()


def test_a_list_of_objects_names_the_element_that_is_none():
    assert a_request(body='[{"a": 1}, {}]').body_objects() == [{"a": 1}, {}]
    with pytest.raises(InvalidInputError, match=r"body\[1\]: expected an object, not null"):
        a_request(body="[{}, null]").body_objects()
