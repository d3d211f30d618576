"""Schedules end to end: real handlers, the queue, EventBridge Scheduler played by the local runtime."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.client import Client, Json, definition, task
from tests.support.stack import local_stack

HOUR = 3600


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with local_stack() as stack:
        made = Client(stack)
        made.register(definition("w", task("NOOP", "n")))
        yield made


def full_hour(client: Client) -> int:
    """Let time pass to the next full hour (epoch ms); nothing else is to happen on the way."""
    clock = client.stack.clock
    clock.advance(-clock.now() % (HOUR * 1000))
    client.stack.settle()
    return clock.now()


def save(client: Client, name: str, cron: str, **fields: Any) -> Json:
    body = {"name": name, "cronExpression": cron, "startWorkflowRequest": {"name": "w"}}
    saved: Json = client.call("POST", "/scheduler/schedules", body | fields)
    return saved


def records(client: Client, name: str) -> list[Json]:
    query = f"scheduleName IN ({name})"
    found: Json = client.call("GET", "/scheduler/search/executions", query=query)
    assert found["totalHits"] == len(found["results"])
    return list(reversed(found["results"]))


def calls(client: Client) -> list[str]:
    """Names of the one-time schedules that EventBridge Scheduler keeps."""
    scheduler = client.stack.runtime.client("scheduler")
    listed = scheduler.list_schedules(GroupName="podium-schedules")["Schedules"]
    return [each["Name"] for each in listed]


def test_a_schedule_starts_its_workflow_in_each_of_its_seconds(client):
    now = full_hour(client)
    saved = save(client, "twice an hour", "20 10,40 * * * *")
    assert saved["nextRunTime"] == now + (10 * 60 + 20) * 1000
    client.stack.advance(HOUR)
    fired = records(client, "twice an hour")
    assert [each["scheduledTime"] - now for each in fired] == [620_000, 2_420_000]
    assert [each["executionTime"] for each in fired] == [each["scheduledTime"] for each in fired]
    started = client.workflow(fired[0]["workflowId"])
    assert started["status"] == "COMPLETED"
    assert started["input"]["_schedulerCron"] == "20 10,40 * * * * UTC"
    client.call("DELETE", "/scheduler/schedules/twice an hour")
    assert calls(client) == []


def test_a_far_moment_is_a_call_of_the_service_that_goes_with_what_it_is_for(client):
    now = full_hour(client)
    first = save(client, "far", "30 30 * * * *")
    (call,) = calls(client)
    scheduler = client.stack.runtime.client("scheduler")
    made = scheduler.get_schedule(GroupName="podium-schedules", Name=call)
    minute = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H:29:00")
    assert made["ScheduleExpression"] == f"at({minute})"
    assert made["ActionAfterCompletion"] == "DELETE"
    assert made["Target"]["Arn"].endswith(":podium-schedules")
    assert made["Target"]["DeadLetterConfig"]["Arn"].endswith(":podium-schedules-dead-letters")
    save(client, "far", "30 45 * * * *")
    (other,) = calls(client)
    assert other != call
    client.call("PUT", "/scheduler/schedules/far/pause", reason="holiday")
    assert calls(client) == []
    shown = client.call("GET", "/scheduler/schedules/far")
    assert (shown["paused"], shown["pausedReason"]) == (True, "holiday")
    assert "nextRunTime" not in shown
    assert shown["createTime"] == first["createTime"]
    client.call("PUT", "/scheduler/schedules/far/resume")
    assert len(calls(client)) == 1
    client.call("DELETE", "/scheduler/schedules/far")
    assert calls(client) == []
    assert client.stack.request("GET", "/api/scheduler/schedules/far").status == 404


def test_a_definition_that_is_gone_fails_the_firing_and_not_the_schedule(client):
    full_hour(client)
    client.register(definition("shortlived", task("NOOP", "n")))
    save(client, "orphan", "0 */5 * * * *", startWorkflowRequest={"name": "shortlived"})
    client.stack.advance(300)
    client.call("DELETE", "/metadata/workflow/shortlived/1")
    client.stack.advance(300)
    fired = records(client, "orphan")
    assert [each["state"] for each in fired] == ["EXECUTED", "FAILED"]
    assert "shortlived" in fired[1]["reason"]
    assert "workflowId" not in fired[1]
    assert client.call("GET", "/scheduler/schedules/orphan")["nextRunTime"] > 0
    client.call("DELETE", "/scheduler/schedules/orphan")


def test_the_scheduler_can_be_stopped_and_goes_on(client):
    now = full_hour(client)
    save(client, "held", "0 */5 * * * *", runCatchupScheduleInstances=True)
    assert client.call("GET", "/scheduler/admin/pause") == {"status": "done"}
    client.stack.advance(900)
    assert records(client, "held") == []
    assert client.call("GET", "/scheduler/admin/resume") == {"status": "done"}
    client.stack.settle()
    fired = records(client, "held")
    assert [each["scheduledTime"] - now for each in fired] == [300_000, 600_000, 900_000]
    requeued = client.call("GET", "/scheduler/admin/requeue")
    assert requeued == {"recordIds.size": 1, "sampleIds": ["held"]}
    client.stack.advance(300)
    assert len(records(client, "held")) == 4
    client.call("DELETE", "/scheduler/schedules/held")


def test_several_are_paused_and_resumed_by_one_request(client):
    for name in ("one", "two"):
        save(client, name, "0 0 0 * * *")
    paused = client.call("PUT", "/scheduler/bulk/pause", ["one", "two", "three"])
    assert paused == {
        "bulkErrorResults": {"three": "Schedule 'three' not found"},
        "bulkSuccessfulResults": ["one", "two"],
    }
    found = client.call("GET", "/scheduler/schedules/search", paused="True", size=1)
    assert (found["totalHits"], [each["name"] for each in found["results"]]) == (2, ["one"])
    resumed = client.call("PUT", "/scheduler/bulk/resume", ["one", "two"])
    assert resumed["bulkSuccessfulResults"] == ["one", "two"]
    refused = client.stack.request("PUT", "/api/scheduler/bulk/pause", [])
    assert refused.status == 400
    assert refused.body["validationErrors"][0]["path"] == "pauseSchedules.arg0"
    for name in ("one", "two"):
        client.call("DELETE", f"/scheduler/schedules/{name}")
    assert client.call("GET", "/scheduler/schedules") == []


def test_daylight_saving_moves_a_daily_schedule_with_its_zone(client):
    """New York springs forward on 8 March 2026; a job at half past two is left out on that day."""
    start = 1_772_755_200_000  # 6 March, UTC
    zone = {"zoneId": "America/New_York", "scheduleStartTime": start}
    for name, cron in (("morning", "0 0 8 * * *"), ("night", "0 30 2 * * *")):
        save(client, name, cron, **zone)
    client.stack.clock.advance(start - client.stack.clock.now())
    for _ in range(4 * 24):
        client.stack.clock.advance(HOUR * 1000)
        client.stack.settle()

    def hours(name: str) -> list[str]:
        return [_utc(each["scheduledTime"]) for each in records(client, name)]

    assert hours("morning") == ["06 13:00", "07 13:00", "08 12:00", "09 12:00"]
    assert hours("night") == ["06 07:30", "07 07:30", "09 06:30"]
    for name in ("morning", "night"):
        client.call("DELETE", f"/scheduler/schedules/{name}")


def _utc(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%d %H:%M")


@pytest.mark.parametrize(
    ("method", "path", "body", "query", "words"),
    [
        ("POST", "schedules", None, {}, "a JSON body is required"),
        ("POST", "schedules", [], {}, "must be a JSON object"),
        ("POST", "schedules", {"name": "x", "cronSchedules": 1}, {}, "cronSchedules"),
        ("POST", "schedules", {"name": "x", "paused": "maybe"}, {}, "paused"),
        ("GET", "nextFewSchedules", None, {}, "cronExpression is required"),
        ("GET", "nextFewSchedules", None, {"cronExpression": "* * *"}, "has 3 fields"),
        ("GET", "nextFewSchedules", None, {"cronExpression": "@daily", "limit": "x"}, "limit"),
        ("GET", "schedules/search", None, {"start": -1}, "start: expected 0 or more, not -1"),
        ("GET", "schedules/search", None, {"paused": "x"}, "paused"),
        ("GET", "schedules/search", None, {"sort": "color:ASC"}, "sort: 'color' is none of"),
        ("GET", "search/executions", None, {"size": -1}, "size: expected 0 or more, not -1"),
        ("GET", "search/executions", None, {"sort": "state:UP"}, "expected ASC or DESC"),
        ("GET", "search/executions", None, {"query": "state IN (DONE)"}, "'DONE' in 'state IN"),
        ("GET", "search/executions", None, {"query": "scheduledTime>soon"}, "not 'soon'"),
        ("PUT", "bulk/pause", {"a": 1}, {}, "must be a JSON array"),
        ("PUT", "bulk/resume", [1], {}, "body[0]"),
        ("PUT", "bulk/pause", ["x"] * 1001, {}, "more than 1000"),
    ],
)
def test_bad_input_is_told_by_its_name(client, method, path, body, query, words):
    answer = client.stack.request(method, f"/api/scheduler/{path}", body, query)
    assert answer.status == 400
    assert words in str(answer.body)


def test_few_moments_are_shown_within_their_bounds(client):
    start = 4_102_444_800_000
    shown = client.call(
        "GET",
        "/scheduler/nextFewSchedules",
        cronExpression="0 0 * * * *",
        scheduleStartTime=start,
        scheduleEndTime=start + 2 * HOUR * 1000,
    )
    assert shown == [start, start + HOUR * 1000, start + 2 * HOUR * 1000]
    every = {"cronExpression": "* * * * * *"}
    assert len(client.call("GET", "/scheduler/nextFewSchedules", **every, limit=50)) == 5
    assert client.call("GET", "/scheduler/nextFewSchedules", **every, limit=0) == []
