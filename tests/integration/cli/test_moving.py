"""podium def import: definitions from another server, which is a stand-in here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


def small(name, version=1, **rest):
    task = {"name": "n", "taskReferenceName": "n", "type": "NOOP"}
    # The genuine server writes times of its own.
    return {"name": name, "version": version, "tasks": [task], "createTime": 1, **rest}


#: What the other server has; python is an evaluator that Podium does not know.
OTHER = {
    "/api/metadata/workflow": [
        small("a", 1),
        small("a", 2),
        small("odd", tasks=[{"name": "n", "taskReferenceName": "n", "type": "FORK_JOIN"}]),
    ],
    "/api/metadata/workflow/latest-versions": [small("a", 2)],
    "/api/metadata/taskdefs": [{"name": "imported", "retryCount": 9, "createTime": 1}],
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(OTHER[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_is_good_is_taken_and_what_is_refused_is_told(podium, origin):
    ran = podium("def", "import", "--from", origin, "--dry-run", "--json")
    assert ran.code == 1
    assert ran.json["imported"] == ["task imported", "workflow a v1", "workflow a v2"]
    assert podium("def", "list", "--json").json == []

    ran = podium("def", "import", "--from", origin)
    assert ran.code == 1
    assert ran.out.splitlines() == ["task imported", "workflow a v1", "workflow a v2"]
    assert "  workflow odd v1: Validation failed" in ran.err
    assert "forkTasks should have atleast one task" in ran.err
    assert podium("taskdef", "get", "imported").json["retryCount"] == 9
    assert [row["version"] for row in podium("def", "list", "a", "--json").json] == [1, 2]
    assert podium("def", "get", "a").json["createTime"] > 1

    # Once more: what is there stays, unless it is to be replaced.
    ran = podium("def", "import", "a", "--from", origin, "--json")
    assert (ran.code, ran.json["imported"]) == (0, [])
    assert ran.json["skipped"] == ["task imported", "workflow a v1", "workflow a v2"]
    ran = podium("def", "import", "a", "--from", origin, "--latest", "--overwrite", "--json")
    assert ran.json["imported"] == ["task imported", "workflow a v2"]


def test_names_that_are_not_there_and_servers_that_are_not_meant(podium, origin, url):
    assert podium("def", "import", "nothing", "--from", origin).code == 3
    assert podium("def", "import", "--from", url).code == 2
    assert podium("def", "import", "--from", "http://127.0.0.1:9").code == 5
    assert podium("def", "import").code == 2
