"""EventBridge Scheduler, played: one-time schedules send their input to their queue, in order and once."""

from __future__ import annotations

import pytest

from infra.shapes import QueueTrigger
from tests.support.moto import client
from tests.support.pumping import installed, topology

MINUTE = 60_000


def book(name, minute, body="{}", **fields):
    target = {
        "Arn": "arn:aws:sqs:us-east-1:123456789012:podium-work",
        "RoleArn": "arn:aws:iam::123456789012:role/podium-scheduler",
        "Input": body,
    }
    usual = {"FlexibleTimeWindow": {"Mode": "OFF"}, "ActionAfterCompletion": "DELETE"}
    client("scheduler").create_schedule(
        Name=name,
        GroupName="podium-calls",
        ScheduleExpression=f"at(2026-01-01T00:{minute:02d}:00)",
        Target=target,
        **{**usual, **fields},
    )


def test_a_call_comes_at_its_minute_in_the_shape_of_a_message_and_goes():
    seen: list[str] = []

    def handler(event, _context):
        seen.extend(record["body"] for record in event["Records"])

    with installed(topology(work=(QueueTrigger("work"),)), {"work": handler}) as it:
        start = it.clock.now()
        book("later", 5, '{"n":2}')
        book("sooner", 3, '{"n":1}')
        book("never", 59, '{"n":3}')
        it.pump.run_until_idle()
        assert seen == []
        assert it.pump.next_due() == start + 3 * MINUTE
        it.clock.advance(3 * MINUTE)
        it.pump.run_until_idle()
        assert seen == ['{"n":1}']
        it.clock.advance(10 * MINUTE)
        it.pump.run_until_idle()
        left = client("scheduler").list_schedules(GroupName="podium-calls")["Schedules"]
    assert seen == ['{"n":1}', '{"n":2}']
    assert [each["Name"] for each in left] == ["never"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ActionAfterCompletion": "NONE"}, "stays when it is done"),
        ({"ScheduleExpressionTimezone": "Asia/Tokyo"}, "not a one-time schedule in UTC"),
    ],
)
def test_what_is_not_played_is_said(fields, reason):
    with installed(topology(work=(QueueTrigger("work"),)), {"work": lambda *_: None}) as it:
        book("odd", 0, **fields)
        with pytest.raises(ValueError, match=reason):
            it.pump.run_until_idle()
