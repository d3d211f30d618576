"""Schedules: a crash at any call, any order of changes and deliveries.

- A crash before or after any AWS call of a firing, followed by the same wakeup, ends as no crash does.
- A crash in a client's change leaves the schedule as it was or as it is to be, and it fires as that;
  where its wakeup was lost, the sweep finds it.
- Whatever is done to schedules in whatever order, one that will fire has a wakeup under way, and each
  moment starts one workflow at most, never before it has come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.errors import NotFoundError
from tests.support.cluster import Crash
from tests.support.scheduler import MINUTE, START, Scheduler

_CRONS: dict[str, dict[str, Any]] = {
    "near": {"cron": "0 */10 * * * *"},
    "far": {"cron": "30 0 * * * *"},
    "made up for": {"cron": "0 */4 * * * *", "runCatchupScheduleInstances": True},
    "several": {
        "cron": None,
        "cronSchedules": [{"cronExpression": "0 */20 * * * *"}, {"cronExpression": "0 0 * * * *"}],
    },
    "broken": {"cron": "0 */30 * * * *", "startWorkflowRequest": {"name": "gone"}},
}


class _Killer:
    """Dies at the ``at``-th half call (odd: before a call, even: after it); counts them all."""

    def __init__(self, scheduler: Scheduler, at: int) -> None:
        self.made = 0
        self._at = at
        scheduler.cluster.calls.before_call = scheduler.cluster.calls.after_call = self._hook

    def _hook(self, name: str) -> None:
        self.made += 1
        if self.made == self._at:
            raise Crash


def _fire(fields: dict[str, Any], at: int) -> tuple[object, int, int]:
    """Two hours of a schedule: what came of it, the half calls made, the crashes."""
    scheduler = Scheduler()
    scheduler.save(**fields)
    if "runCatchupScheduleInstances" in fields:
        scheduler.cluster.wakeups.sent, kept = [], scheduler.cluster.wakeups.sent
        scheduler.run_until(30 * MINUTE)
        scheduler.cluster.wakeups.sent = kept
    killer = _Killer(scheduler, at)
    scheduler.run_until(70 * MINUTE)
    scheduler.cluster.calls.before_call = scheduler.cluster.calls.after_call = lambda name: None
    records = [
        (record.scheduled_time, record.workflow_id, record.state, record.reason)
        for record in scheduler.records()
    ]
    state = scheduler.schedules.get("s")
    return (
        (records, state.cursors, state.fired, scheduler.started()),
        killer.made,
        scheduler.crashes,
    )


@pytest.mark.parametrize("kind", _CRONS)
def test_a_crash_at_any_call_of_a_firing_changes_nothing(kind):
    undisturbed, calls, _ = _fire(_CRONS[kind], at=0)
    assert calls > 10
    for at in range(1, min(calls, 150) + 1):
        outcome, _, crashes = _fire(_CRONS[kind], at)
        assert (crashes, outcome) == (1, undisturbed), f"died at half call {at}"


_CHANGES: dict[str, Callable[[Scheduler], object]] = {
    "create": lambda scheduler: scheduler.save("new", "0 */7 * * * *"),
    "replace": lambda scheduler: scheduler.save("s", "0 */7 * * * *"),
    "replace, far": lambda scheduler: scheduler.save("s", "0 40 * * * *"),
    "pause": lambda scheduler: scheduler.schedules.pause("s"),
    "resume": lambda scheduler: scheduler.schedules.resume("p"),
    "delete": lambda scheduler: scheduler.schedules.delete("s"),
}


@pytest.mark.parametrize("change", _CHANGES)
def test_a_change_that_dies_leaves_schedules_that_fire_as_they_say(change):
    at = 0
    while True:
        at += 1
        scheduler = Scheduler()
        scheduler.save("s", "30 */10 * * * *")
        scheduler.save("p", "30 */10 * * * *", paused=True)
        killer = _Killer(scheduler, at)
        try:
            _CHANGES[change](scheduler)
        except Crash:
            scheduler.cluster.restart_processes()
        scheduler.cluster.calls.before_call = scheduler.cluster.calls.after_call = lambda name: None
        kept = {state.schedule.name: state for state in scheduler.finding.all()}
        scheduler.run_until(62 * MINUTE)
        scheduler.firing.sweep()
        scheduler.run_until(62 * MINUTE)
        for name, state in kept.items():
            found = [each for each in scheduler.records() if each.schedule_name == name]
            every = {"30 */10 * * * *": 7, "0 */7 * * * *": 9, "0 40 * * * *": 1}
            expected = 0 if state.schedule.paused else every[state.schedule.cron_expression or ""]
            assert len(found) == expected, f"{name} after a death at half call {at}"
        assert {each.schedule_name for each in scheduler.records()} <= kept.keys()
        if killer.made < at:
            break
    assert at > 3


# --- any history ------------------------------------------------------------------------------------

_NAMES = st.sampled_from(["a", "b"])
_STEPS = st.one_of(
    st.tuples(
        st.just("save"),
        _NAMES,
        st.sampled_from(["*/20 * * * * *", "0 */3 * * * *", "0 0 * * * *"]),
        st.booleans(),
    ),
    st.tuples(st.sampled_from(["pause", "resume", "delete"]), _NAMES),
    st.tuples(st.just("wait"), st.sampled_from([1, 19_000, MINUTE, 7 * MINUTE, 50 * MINUTE])),
    st.tuples(st.just("again"), st.integers(0, 30)),
    st.tuples(st.sampled_from(["stop", "go_on"])),
)


@given(st.lists(_STEPS, max_size=12))
def test_a_schedule_that_will_fire_has_a_wakeup_and_each_moment_starts_one_workflow(steps):
    scheduler = Scheduler()
    schedules = scheduler.schedules
    now, stopped = 0, False
    delivered = []
    plain_deliver = scheduler.deliver

    def deliver(wakeup):
        delivered.append(wakeup)
        plain_deliver(wakeup)

    scheduler.deliver = deliver  # type: ignore[method-assign]  # listens
    for step in steps:
        try:
            match step:
                case ("save", str(name), str(cron), bool(paused)):
                    scheduler.save(name, cron, paused=paused)
                case (("pause" | "resume" | "delete") as operation, str(name)):
                    getattr(schedules, operation)(name)
                case ("wait", int(time)):
                    now += time
                    scheduler.run_until(now)
                case ("again", int(number)) if delivered:
                    plain_deliver(delivered[number % len(delivered)])
                case (("stop" | "go_on") as operation,):
                    stopped = operation == "stop"
                    getattr(scheduler.firing, operation)()
        except NotFoundError:
            pass
        wakeups = scheduler.cluster.wakeups
        under_way = {wakeup for _, wakeup in wakeups.sent} | set(wakeups.booked)
        for state in scheduler.finding.all():
            if state.next is not None and not (stopped and state.next <= START + now):
                assert any(
                    (wakeup.schedule, wakeup.revision) == (state.schedule.name, state.revision)
                    and wakeup.moment >= state.next
                    for wakeup in under_way
                ), f"nobody wakes {state}"
    records = scheduler.records()
    assert all(record.execution_time >= record.scheduled_time for record in records)
    starts = Counter(record.workflow_id for record in records if record.workflow_id)
    assert all(count == 1 for count in starts.values())
