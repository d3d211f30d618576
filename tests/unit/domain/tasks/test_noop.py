"""NOOP (tasks.md 22)."""

from __future__ import annotations

from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import noop


def test_it_completes_at_once_without_output():
    assert noop.run() == Outcome(TaskStatus.COMPLETED, {}, "")
