"""What a start does whose idempotency key has been used (engine.md 16, models.md 2.1)."""

from __future__ import annotations

import pytest

from podium.domain.definitions import IdempotencyStrategy
from podium.domain.idempotency import KeyClaim, is_key, resolve
from podium.domain.status import WorkflowStatus
from podium.errors import ConflictError
from tests.support.executions import header

CLAIM = KeyClaim("orders", "order-7", instead_of="first")
OPEN = [WorkflowStatus.RUNNING, WorkflowStatus.PAUSED]
ENDED = [status for status in WorkflowStatus if status.is_terminal]


@pytest.mark.parametrize("strategy", [None, *IdempotencyStrategy])
def test_a_key_whose_execution_is_gone_is_free(strategy):
    assert resolve(CLAIM, strategy, None) is CLAIM


@pytest.mark.parametrize("status", WorkflowStatus)
@pytest.mark.parametrize("strategy", [None, IdempotencyStrategy.FAIL])
def test_fail_refuses_a_used_key_and_is_the_default(strategy, status):
    with pytest.raises(ConflictError, match=f"'order-7' before: first is {status}"):
        resolve(CLAIM, strategy, header("first", status=status))


@pytest.mark.parametrize("status", WorkflowStatus)
def test_return_existing_answers_with_the_first_execution(status):
    found = resolve(CLAIM, IdempotencyStrategy.RETURN_EXISTING, header("first", status=status))
    assert found == "first"


@pytest.mark.parametrize("status", OPEN)
def test_fail_on_running_refuses_while_the_first_is_open(status):
    with pytest.raises(ConflictError, match=f"first is {status}"):
        resolve(CLAIM, IdempotencyStrategy.FAIL_ON_RUNNING, header("first", status=status))


@pytest.mark.parametrize("status", ENDED)
def test_fail_on_running_starts_anew_once_the_first_has_ended(status):
    found = resolve(CLAIM, IdempotencyStrategy.FAIL_ON_RUNNING, header("first", status=status))
    assert found is CLAIM


@pytest.mark.parametrize(
    ("key", "expected"), [(None, False), ("", False), (" ", False), ("k", True)]
)
def test_a_strategy_without_a_key_asks_for_nothing(key, expected):
    assert is_key(key) is expected
