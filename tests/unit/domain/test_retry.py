"""Delays between attempts (engine.md 6; tasks.md 27, case 11)."""

from __future__ import annotations

import pytest

from podium.domain.decision import Context
from podium.domain.definitions import TaskDef
from podium.domain.retry import LONGEST_DELAY_SECONDS, delay_seconds, jitter_ms
from tests.support.driver import engines


def _definition(**fields):
    return TaskDef.from_json({"name": "t", "retryDelaySeconds": 10, **fields})


@pytest.mark.parametrize(
    ("fields", "attempt", "seconds"),
    [
        ({}, 0, 10),
        ({}, 5, 10),
        ({"retryLogic": "LINEAR_BACKOFF"}, 0, 10),
        ({"retryLogic": "LINEAR_BACKOFF", "backoffScaleFactor": 3}, 0, 30),
        ({"retryLogic": "LINEAR_BACKOFF", "backoffScaleFactor": 3}, 2, 90),
        ({"retryLogic": "EXPONENTIAL_BACKOFF"}, 0, 10),
        ({"retryLogic": "EXPONENTIAL_BACKOFF", "backoffScaleFactor": 7}, 3, 80),
        ({"retryLogic": "EXPONENTIAL_BACKOFF"}, 31, LONGEST_DELAY_SECONDS),
        ({"retryLogic": "EXPONENTIAL_BACKOFF"}, 500, LONGEST_DELAY_SECONDS),
        ({"retryLogic": "EXPONENTIAL_BACKOFF", "retryDelaySeconds": 0}, 500, 0),
        ({"retryLogic": "EXPONENTIAL_BACKOFF", "maxRetryDelaySeconds": 50}, 3, 50),
        ({"retryLogic": "EXPONENTIAL_BACKOFF", "maxRetryDelaySeconds": 50}, 500, 50),
        ({"maxRetryDelaySeconds": 4}, 0, 4),
        ({"maxRetryDelaySeconds": 0}, 0, 10),
    ],
)
def test_the_delay_grows_as_defined_and_is_capped(fields, attempt, seconds):
    assert delay_seconds(_definition(**fields), attempt) == seconds


def test_without_a_definition_there_is_no_delay():
    assert delay_seconds(None, 3) == 0


@pytest.mark.parametrize(("fraction", "milliseconds"), [(0.0, 0), (0.5, 50), (0.9999, 100)])
def test_jitter_lies_between_nothing_and_all_of_it(fraction, milliseconds):
    context = Context(0, engines(), lambda _: fraction)
    assert jitter_ms(_definition(backoffJitterMs=100), "seed", context) == milliseconds


def test_no_jitter_is_drawn_where_none_is_defined():
    context = Context(0, engines(), lambda _: pytest.fail("asked for a fraction"))
    assert jitter_ms(_definition(), "seed", context) == 0
    assert jitter_ms(None, "seed", context) == 0
