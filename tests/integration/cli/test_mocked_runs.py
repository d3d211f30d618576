"""podium test: a definition with mocked tasks, in this process and on a server."""

from __future__ import annotations

import pytest

from podium_local.runtime import LocalRuntime, Options
from tests.support.commands import run_podium

PACK = {"name": "pack", "taskReferenceName": "pack", "type": "SIMPLE"}
ORDER = {
    "name": "order",
    "version": 1,
    "tasks": [
        PACK,
        {
            "name": "bill",
            "taskReferenceName": "bill",
            "type": "SUB_WORKFLOW",
            "subWorkflowParam": {"name": "bill", "version": 1},
        },
    ],
    "outputParameters": {"who": "${workflow.input.who}", "paid": "${bill.output.paid}"},
}
BILL = {
    "name": "bill",
    "version": 1,
    "tasks": [{"name": "pay", "taskReferenceName": "pay", "type": "SIMPLE"}],
    "outputParameters": {"paid": "${pay.output.sum}"},
}
MOCKS = {
    "taskRefToMockOutput": {"pack": [{"status": "FAILED"}, {}]},
    "subWorkflowTestRequest": {"bill": {"taskRefToMockOutput": {"pay": [{"output": {"sum": 7}}]}}},
}


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    monkeypatch.delenv("CONDUCTOR_SERVER_URL", raising=False)


def test_a_definition_is_tested_without_a_server(file):
    arguments = [
        *("test", file("order.json", ORDER), "--mocks", file("mocks.json", MOCKS)),
        *("--with", file("bill.json", BILL), "--with", file("t.json", {"name": "pack"})),
        *("-s", "who=me", "--output", '{"paid": 7}'),
    ]
    ran = run_podium(*arguments, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["output"] == {"who": "me", "paid": 7}


def test_an_end_that_was_not_meant_is_told_with_what_it_waits_for(file):
    one = {**ORDER, "tasks": [PACK], "outputParameters": {}}
    with LocalRuntime(Options(port=0)) as runtime:
        server = ("--server", f"{runtime.url}/api")
        ran = run_podium("test", file("one.json", one), *server)
        assert ran.code == 4
        assert "it is RUNNING, not COMPLETED" in ran.err
        assert "pack (pack) is SCHEDULED, and has no mock left" in ran.err

        mocks = file("m.json", {"pack": {"output": {"box": 1}}})
        arguments = ("test", file("one.json", one), "-m", mocks, *server)
        assert run_podium(*arguments, "-o", '{"box": 1}').code == 0
        ran = run_podium(*arguments, "-o", '{"box": 2}')
        assert (ran.code, "box is 1, not 2" in ran.err) == (1, True)

        bad = file("m.json", {"pack": {"status": "FAILED_WITH_TERMINAL_ERROR"}})
        assert run_podium("test", file("one.json", one), "-m", bad, *server).code == 4
        ran = run_podium("test", file("one.json", one), "-m", bad, *server, "--status", "FAILED")
        assert ran.code == 0

        ran = run_podium("test", file("one.json", one), "--with", mocks, *server)
        assert (ran.code, "--with is for tests without a server" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("mocks", "words"),
    [
        ([], "must be a JSON object"),
        ({"pack": 1}, "a mock of pack must be a JSON object"),
        ({"pack": {"box": 1}}, "a mock of pack has no box"),
    ],
)
def test_mocks_that_cannot_be_meant_are_exit_code_2(file, mocks, words):
    ran = run_podium("test", file("order.json", ORDER), "--mocks", file("mocks.json", mocks))
    assert (ran.code, words in ran.err) == (2, True)
