"""Schedules while deliveries are duplicated, late and reordered, and functions die between two calls."""

from __future__ import annotations

import pytest

from podium_local.pump.faults import Faults
from tests.support.client import Client, definition, task
from tests.support.stack import local_stack


@pytest.mark.parametrize("seed", [7, 8])
def test_each_moment_starts_one_workflow(seed):
    faults = Faults(seed, duplicate=0.3, hold_back=0.2, drop=0.3, reorder=True, longest_life=14)
    with local_stack(faults=faults) as stack:
        client = Client(stack)
        client.register(definition("w", task("NOOP", "n")))
        now = stack.clock.now()
        body = {
            "name": "s",
            "cronExpression": "0 */10 * * * *",
            "startWorkflowRequest": {"name": "w"},
        }
        client.call("POST", "/scheduler/schedules", {**body, "runCatchupScheduleInstances": True})
        stack.advance(3600)
        # A message that died comes again after six minutes.
        stack.advance(480)
        found = client.call("GET", "/scheduler/search/executions", sort="scheduledTime:ASC")
        fired = found["results"]
        assert [each["scheduledTime"] - now for each in fired] == [600_000 * n for n in range(1, 7)]
        assert {each["state"] for each in fired} == {"EXECUTED"}
        ids = [each["workflowId"] for each in fired]
        assert len(set(ids)) == len(ids)
        assert {client.status(each) for each in ids} == {"COMPLETED"}
