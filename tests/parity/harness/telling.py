"""Scenarios told to a server, many at a time, each giving a comparable record."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from tests.parity.harness.client import Client
from tests.parity.harness.normal import Context, normalized, worded
from tests.parity.harness.run import Run, StuckError, settled
from tests.parity.harness.scenario import Json, Scenario, Step
from tests.parity.harness.target import target
from tests.parity.harness.verbs import tell


def record(client: Client, scenario: Scenario, target_url: str) -> Json:
    """``{"steps", "executions"}`` as normalized; with ``stuck``, if it did not reach its end."""
    prefix = f"{scenario.name}_{secrets.token_hex(3)}_"
    run = Run(client, scenario, prefix, target_url)
    stuck = ""
    try:
        for definition in (*scenario.taskdefs, *scenario.workflows):
            tell(run, Step("register", definition))
        del run.log[:]  # what registering answers is the metadata API's business
        for step in scenario.steps:
            tell(run, step)
    except StuckError as error:
        stuck = str(error)

    def still(executions: dict[str, Json]) -> Json:
        return normalized([], executions, Context(prefix, target_url), scenario.parallel)

    executions = settled(run, still)
    for execution in executions.values():  # what stays behind would be swept for ever
        if execution.get("status") in {"RUNNING", "PAUSED"}:
            client.call("DELETE", f"/workflow/{execution['workflowId']}")
    context = Context(prefix, target_url)
    found = normalized(run.log, executions, context, scenario.parallel)
    return found | {"stuck": worded(stuck, context)} if stuck else found


@contextmanager
def telling(
    url: str, scenarios: Iterable[Scenario], together: int
) -> Iterator[dict[str, Future[Json]]]:
    """Tell all of them, ``together`` at a time; the records come as they are ready, by name."""
    client = Client(url, together)
    pool = ThreadPoolExecutor(together, thread_name_prefix="parity")
    with target() as target_url:
        try:
            yield {one.name: pool.submit(record, client, one, target_url) for one in scenarios}
        finally:
            pool.shutdown(cancel_futures=True)
            client.close()
