"""Schedules tick with the clock."""

from __future__ import annotations

from infra.shapes import QueueTrigger, ScheduleTrigger
from tests.support.pumping import installed, topology

MINUTE = 60_000


def test_a_schedule_ticks_at_each_full_period_once():
    ticks = []
    tick = ScheduleTrigger("sweep", rate_minutes=1)
    with installed(topology(sweep=(tick,)), {"sweep": lambda event, _: ticks.append(event)}) as it:
        start = it.clock.now()
        it.pump.run_until_idle()
        assert ticks == []
        assert it.pump.next_due() == start + MINUTE
        it.clock.advance(MINUTE)
        it.pump.run_until_idle()
        assert len(ticks) == 1
        # Missed ticks are not made up for.
        it.clock.advance(3 * MINUTE)
        it.pump.run_until_idle()
    assert len(ticks) == 2
    (first, _) = ticks
    assert first["source"] == "aws.events"
    assert first["detail-type"] == "Scheduled Event"
    assert first["time"] == "2026-01-01T00:01:00Z"
    assert first["resources"] == ["arn:aws:events:us-east-1:123456789012:rule/podium-sweep"]


def test_a_tick_that_fails_is_not_repeated_before_the_next():
    ticks = []

    def handler(event, context):
        ticks.append(event)
        raise RuntimeError("no")

    tick = ScheduleTrigger("sweep", rate_minutes=1)
    with installed(topology(sweep=(tick,)), {"sweep": handler}) as it:
        it.clock.advance(MINUTE)
        (only,) = it.pump.run_until_idle()
    assert len(ticks) == 1
    assert only.failures[0].function == "sweep"


def test_the_context_tells_the_function_about_itself():
    contexts = []

    def handler(event, context):
        contexts.append((context, context.get_remaining_time_in_millis()))
        it.clock.advance(59_000)
        contexts.append((context, context.get_remaining_time_in_millis()))

    with installed(topology(work=(QueueTrigger("work"),)), {"work": handler}) as it:
        it.send("message")
        it.pump.run_until_idle()
    (context, before), (_, after) = contexts
    assert (before, after) == (60_000, 1_000)
    assert context.function_name == "podium-work"
    assert context.invoked_function_arn.endswith(":function:podium-work")
    assert len(context.aws_request_id) == 36
