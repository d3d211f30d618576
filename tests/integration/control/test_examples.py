"""The examples of docs/task-types.md and docs/events.md, as printed, through the API on moto."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.stack import local_stack

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "task-types.md"
BLOCK = re.compile(r"<!-- (\w+) -->\n```json\n(.*?)```", re.DOTALL)
#: Longer than any example takes, in seconds.
LONG = 900

Json = Any


def examples(page: Path) -> dict[str, dict[str, str]]:
    """By task type: the marked blocks of its section."""
    sections = re.split(r"^## ", page.read_text(), flags=re.MULTILINE)[1:]
    found = {text.partition("\n")[0]: dict(BLOCK.findall(text)) for text in sections}
    return {title: blocks for title, blocks in found.items() if blocks}


EXAMPLES = examples(PAGE) | examples(DOCS / "events.md")


@contextmanager
def service(answers: list[Json]) -> Iterator[str]:
    """An HTTP service that gives these answers one after the other; its address."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = left.pop(0)
            body = json.dumps(answer["body"]).encode() if "body" in answer else b""
            self.send_response(answer["status"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # its name there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert left == [], "not all answers were asked for"


def work(client: Client, answers: dict[str, list[Json]]) -> None:
    """Workers answer what they poll, in order, until there is nothing to poll."""
    is_busy = True
    while is_busy:
        is_busy = False
        for task_type, left in answers.items():
            while left and (polled := client.poll(task_type)) is not None:
                is_busy = True
                result = {"status": "COMPLETED", **left.pop(0)}
                keys = {key: polled[key] for key in ("workflowInstanceId", "taskId")}
                client.call("POST", "/tasks", keys | result)
                client.stack.settle()


def test_every_type_of_the_page_has_an_example():
    headings = re.findall(r"^## ([A-Z_]+)$", PAGE.read_text(), flags=re.MULTILINE)
    assert [*headings, "EVENT"] == list(EXAMPLES)
    assert all({"definition", "input", "output"} <= blocks.keys() for blocks in EXAMPLES.values())


@pytest.mark.parametrize("inline", [True, False], ids=["inline", "stream-only"])
@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_example_runs_as_printed(name: str, inline: bool):
    text = EXAMPLES[name]
    blocks = {key: json.loads(block) for key, block in text.items()}
    with local_stack(inline_advance=inline) as stack, service(blocks.get("service", [])) as address:
        client = Client(stack)
        client.register(blocks["definition"])
        for handler in blocks.get("handlers", []):
            client.call("POST", "/event", handler)
        given = re.sub(r"http://127\.0\.0\.1:\d+", address, text["input"])
        wf = client.start(blocks["definition"]["name"], json.loads(given))
        for message in blocks.get("messages", []):
            client.call("POST", f"/workflow/{wf}/messages", message)
        stack.settle()
        answers = blocks.get("workers", {})
        work(client, answers)
        stack.advance(LONG)
        work(client, answers)
        assert not any(answers.values()), "not all workers were asked"
        found = client.workflow(wf)
    assert (found["status"], found["output"]) == ("COMPLETED", blocks["output"])
