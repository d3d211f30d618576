"""Which server a command talks to, and what it does with the arguments it is given."""

from __future__ import annotations

import pytest

from podium_cli.documents.reading import read_object, read_pair, read_texts
from podium_cli.errors import UsageError
from podium_cli.server import DEFAULT_URL
from podium_cli.session import found_url
from podium_local import instances


def instance(port):
    url = f"http://127.0.0.1:{port}"
    return instances.Instance(pid=1, port=port, url=url, aws_url="", since=0, version="0")


@pytest.fixture
def running(monkeypatch):
    """These `podium up` run on the machine."""

    def run(*ports):
        monkeypatch.setattr(instances, "running", lambda: [instance(port) for port in ports])

    monkeypatch.delenv("CONDUCTOR_SERVER_URL", raising=False)
    run()
    return run


def test_without_anything_it_is_the_usual_server(running):
    assert found_url() == DEFAULT_URL


def test_the_only_podium_of_the_machine_is_found(running):
    running(9090)
    assert found_url() == "http://127.0.0.1:9090/api"


def test_of_several_none_is_guessed(running):
    running(9090, 9091)
    assert found_url() == DEFAULT_URL


def test_the_environment_comes_first(running, monkeypatch):
    running(9090)
    monkeypatch.setenv("CONDUCTOR_SERVER_URL", "http://conductor/api")
    assert found_url() == "http://conductor/api"


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("a=1", 1),
        ("a=true", True),
        ('a={"b": [1]}', {"b": [1]}),
        ("a=", ""),
        ("a=x=y", "x=y"),
        ("a=01", "01"),
        ('a="1"', "1"),
    ],
)
def test_a_value_is_json_or_else_text(pair, value):
    assert read_pair(pair) == ("a", value)


def test_pairs_are_put_over_the_json():
    assert read_object('{"a": 1, "b": 1}', ["b=2"], "--input") == {"a": 1, "b": 2}
    assert read_object(None, [], "--input") == {}
    assert read_texts(["*=blue", "pack=1"]) == {"*": "blue", "pack": "1"}
    with pytest.raises(UsageError, match="is not KEY=VALUE"):
        read_texts(["=x"])
