"""Scenario ``chain``: workflows of SIMPLE tasks in a row, through the real handlers.

Three ways of working: one HTTP poll per task, polls in batches of ten, and straight from SQS.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3

from podium_local.bench.counting import Counters
from podium_local.clock import VirtualClock
from podium_local.front import HttpRequest
from podium_local.runtime import LocalRuntime, Options
from podium_worker import Queues, TaskFunction, Worker

TASK = "bench_task"
#: Input and output together stay below the 700 bytes the budget speaks of.
OUTPUT = {"receipt": "r" * 100}
#: Definitions of a limited task, by their delivery; the limit itself is never reached.
LIMITS: dict[str, dict[str, Any]] = {
    delivery: {"name": TASK, "concurrentExecLimit": 1000, "limitDelivery": delivery}
    for delivery in ("POLL", "GATE")
}


@dataclass(frozen=True)
class Size:
    """How much is run."""

    workflows: int
    tasks: int

    @property
    def total(self) -> int:
        """Tasks in all."""
        return self.workflows * self.tasks


class Bench:
    """One installation, its client and its worker; time stands still."""

    def __init__(self, runtime: LocalRuntime, counters: Counters) -> None:
        self.runtime = runtime
        self.counters = counters

    @cached_property
    def worker_client(self) -> Any:
        """SQS client of the worker alone, counted: the pump, which stands for Lambda, has its own."""
        client = boto3.session.Session().client("sqs")
        self.counters.meter.attach(client)
        return client

    def request(self, method: str, path: str, body: Any = None, query: str = "") -> Any:
        """Send a request, which has to succeed; the body of the answer, as JSON where it is."""
        self.counters.http_requests += 1
        content = b"" if body is None else json.dumps(body).encode()
        headers = (("Content-Type", "application/json"),) if content else ()
        response = self.runtime.handle(
            HttpRequest(
                method=method, target=f"/api{path}", query=query, headers=headers, body=content
            )
        )
        text = response.body.decode()
        if response.status >= 400:
            message = f"{method} {path}: {response.status} {text}"
            raise RuntimeError(message)
        return json.loads(text) if text.startswith(("{", "[")) else text

    def register(self, tasks: int, limit: str = "") -> None:
        """A chain of so many tasks, perhaps limited; each gets the receipt of the one before it."""
        if limit:
            self.request("POST", "/metadata/taskdefs", [LIMITS[limit]])
        chain = [
            {
                "name": TASK,
                "taskReferenceName": f"t{number}",
                "type": "SIMPLE",
                "inputParameters": {
                    "order": "${workflow.input.order}",
                    "before": f"${{t{number - 1}.output.receipt}}" if number else None,
                },
            }
            for number in range(tasks)
        ]
        definition = {"name": "chain", "version": 1, "schemaVersion": 2, "tasks": chain}
        self.request("POST", "/metadata/workflow", definition, "overwrite=true")

    def start(self, workflows: int) -> list[str]:
        """Start so many; their ids."""
        return [
            str(self.request("POST", "/workflow/chain", {"order": f"o-{number}"}))
            for number in range(workflows)
        ]

    def settle(self) -> None:
        """Let the functions do all there is to do."""
        self.runtime.pump.run_until_idle()

    def assert_completed(self, ids: list[str]) -> None:
        """A benchmark of something that does not work measures nothing."""
        for workflow_id in ids:
            status = self.request("GET", f"/workflow/{workflow_id}/status")["status"]
            if status != "COMPLETED":
                message = f"workflow {workflow_id} is {status}"
                raise RuntimeError(message)

    def report(self, task: dict[str, Any]) -> None:
        """Complete a task over HTTP."""
        result = {
            "workflowInstanceId": task["workflowInstanceId"],
            "taskId": task["taskId"],
            "status": "COMPLETED",
            "outputData": OUTPUT,
        }
        self.request("POST", "/tasks", result)


def one_by_one(bench: Bench, tasks: int) -> None:
    """One poll per task."""
    for _ in range(tasks):
        task = bench.request("GET", f"/tasks/poll/{TASK}", query="workerid=w")
        if not task:
            bench.settle()
            task = bench.request("GET", f"/tasks/poll/{TASK}", query="workerid=w")
        bench.report(task)
    bench.settle()


def in_batches(bench: Bench, tasks: int) -> None:
    """Ten tasks per poll."""
    done = 0
    while done < tasks:
        batch = bench.request(
            "GET", f"/tasks/poll/batch/{TASK}", query="count=10&workerid=w&timeout=0"
        )
        for task in batch:
            bench.report(task)
        done += len(batch)
        bench.settle()


def straight_from_sqs(bench: Bench, tasks: int) -> None:
    """podium_worker on the task queue; results through the results queue."""
    client = bench.worker_client
    environment = bench.runtime.worker_environment()
    queues = Queues(
        client, environment["PODIUM_QUEUE_PREFIX"], os.environ["PODIUM_RESULTS_QUEUE_URL"]
    )
    function = TaskFunction(TASK, lambda: OUTPUT)
    clock = bench.runtime.clock
    worker = Worker(queues, [function], worker_id="w", wait=0, now=clock.now)
    done = 0
    while done < tasks:
        bench.settle()
        done += worker.run_once(function)
    bench.settle()


WAYS: dict[str, Callable[[Bench, int], None]] = {
    "http": one_by_one,
    "http_batched": in_batches,
    "sqs_direct": straight_from_sqs,
}


@contextmanager
def installation(*, inline_advance: bool) -> Iterator[Bench]:
    """A fresh one, counted."""
    counters = Counters()
    options = Options(
        clock=VirtualClock(),
        inline_advance=inline_advance,
        engine=counters.engine(os.environ),
        find=counters.find,
    )
    with LocalRuntime(options) as runtime:
        yield Bench(runtime, counters)


def run(way: str, size: Size, *, inline_advance: bool = True, limit: str = "") -> dict[str, Any]:
    """One way of working; figures per task, the start and end of the workflows left out.

    They are counted apart: a run of the same workflows with one task less in each is subtracted.
    ``limit``: a key of LIMITS, or none.
    """
    longer = _measure(way, size, limit, inline_advance=inline_advance)
    shorter = _measure(way, Size(size.workflows, 1), limit, inline_advance=inline_advance)
    tasks = size.total - size.workflows
    calls = {
        name: round((count - shorter.calls.get(name, 0)) / tasks, 3)
        for name, count in sorted(longer.calls.items())
    }
    return {
        "way": way,
        "limit": limit or None,
        "tasks": size.total,
        "per_task": {
            "aws_calls": round(sum(calls.values()), 3),
            "calls": {name: count for name, count in calls.items() if count},
            "write_units": round((longer.write_units - shorter.write_units) / tasks, 3),
            "read_units": round((longer.read_units - shorter.read_units) / tasks, 3),
            "api_requests": round((longer.api_requests - shorter.api_requests) / tasks, 3),
            "lambda_invocations": round((longer.invocations - shorter.invocations) / tasks, 3),
        },
        "usd_per_million_tasks": round((longer.dollars - shorter.dollars) / tasks * 1e6, 3),
        "speed": {
            "tasks_per_second": round(size.total / longer.seconds, 1),
            "tasks_per_second_of_the_calls_alone": round(size.total / longer.seconds_in_calls, 1),
            "ratio": round(longer.seconds_in_calls / longer.seconds, 3),
        },
    }


@dataclass(frozen=True)
class Measured:
    """Figures of one run."""

    calls: dict[str, int]
    write_units: float
    read_units: float
    api_requests: int
    invocations: int
    dollars: float
    seconds: float
    seconds_in_calls: float


def _measure(way: str, size: Size, limit: str, *, inline_advance: bool) -> Measured:
    with installation(inline_advance=inline_advance) as bench, bench.counters.timed_calls():
        counters = bench.counters
        bench.register(size.tasks, limit)
        # The first workflow makes the queue of the type and warms the process up; it is not counted.
        warm = bench.start(1)
        bench.settle()
        WAYS[way](bench, size.tasks)
        counters.start()
        begin = time.perf_counter()
        ids = bench.start(size.workflows)
        bench.settle()
        WAYS[way](bench, size.total)
        seconds = time.perf_counter() - begin
        usage = counters.usage()
        measured = Measured(
            calls=dict(usage.calls),
            write_units=usage.write_units,
            read_units=usage.read_units,
            api_requests=counters.api_requests(),
            invocations=counters.lambda_invocations(),
            dollars=counters.dollars(),
            seconds=seconds,
            seconds_in_calls=counters.time_in_calls(),
        )
        bench.assert_completed(warm + ids)
        return measured
