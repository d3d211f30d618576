"""What a canceled transaction means: a condition that does not hold, or nothing but bad luck."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from podium.adapters.aws.errors import canceled
from podium.errors import LostRaceError, TransientError


def error(*codes: str) -> ClientError:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(response, "TransactWriteItems")


def test_a_condition_that_does_not_hold_refuses() -> None:
    assert not canceled(error("None", "ConditionalCheckFailed", "TransactionConflict"))


def test_another_transaction_is_no_refusal() -> None:
    with pytest.raises(LostRaceError, match="another transaction"):
        canceled(error("None", "TransactionConflict"))


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_busy_table_may_be_asked_again(code: str) -> None:
    with pytest.raises(TransientError, match=code):
        canceled(error(code, "None"))


def test_anything_else_is_a_mistake_of_ours() -> None:
    with pytest.raises(ClientError):
        canceled(error("ValidationError"))
