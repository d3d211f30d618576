"""HEAD and OPTIONS as values."""

from __future__ import annotations

from base64 import b64encode

from functions.api.methods import allowed_methods, without_body
from functions.api.routes import ROUTES


def test_head_tells_the_length_of_what_it_leaves_out():
    text = {"statusCode": 200, "headers": {"A": "b"}, "body": "äö", "isBase64Encoded": False}
    assert without_body(text) == {
        "statusCode": 200,
        "headers": {"A": "b", "Content-Length": "4"},
        "body": "",
        "isBase64Encoded": False,
    }
    packed = {"statusCode": 200, "body": b64encode(b"x" * 7).decode(), "isBase64Encoded": True}
    assert without_body(packed)["headers"] == {"Content-Length": "7"}
    assert without_body({"statusCode": 204, "body": ""})["headers"] == {"Content-Length": "0"}


def test_a_path_has_the_methods_of_its_rows_and_head_where_get_only_reads():
    def of(path):
        return allowed_methods(route for route in ROUTES if route.path == path)

    assert of("/api/metadata/taskdefs") == ["GET", "HEAD", "OPTIONS", "POST", "PUT"]
    assert of("/api/tasks/poll/{tasktype}") == ["GET", "OPTIONS"]
    assert of("/api/scheduler/admin/pause") == ["GET", "OPTIONS"]
    assert of("/nothing") == []
