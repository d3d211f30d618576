from __future__ import annotations

from typing import Any

import pytest

from podium.domain.definitions import TaskDef
from podium.domain.validation import validate_task_def
from podium.errors import Violation
from tests.support.validation import validation_context


def found(**fields: Any) -> tuple[Violation, ...]:
    definition = TaskDef.from_json({"name": "t"} | fields)
    return validate_task_def(definition, validation_context(), "registerTaskDef.arg0[1]")


def test_a_named_task_definition_is_valid():
    assert found() == ()


def test_a_task_definition_needs_a_name():
    assert found(name=None) == (
        Violation("registerTaskDef.arg0[1].name", "TaskDef name cannot be null or empty"),
    )


def test_an_owner_is_demanded_when_the_switch_is_on():
    strict = validation_context(owner_email_mandatory=True)

    assert validate_task_def(TaskDef(name="t"), strict, "p") == (
        Violation("p.ownerEmail", "ownerEmail cannot be empty"),
    )
    assert validate_task_def(TaskDef(name="t", owner_email="a@b"), strict) == ()


@pytest.mark.parametrize(
    "field",
    [
        "retryCount",
        "pollTimeoutSeconds",
        "maxRetryDelaySeconds",
        "backoffJitterMs",
        "totalTimeoutSeconds",
    ],
)
def test_a_negative_number_is_refused(field: str):
    assert found(**{field: 0}) == ()
    assert found(**{field: -1}) == (
        Violation(f"registerTaskDef.arg0[1].{field}", f"TaskDef {field}: 0 must be >= 0", "-1"),
    )


def test_a_response_timeout_is_at_least_one_second():
    assert found(responseTimeoutSeconds=0) == (
        Violation(
            "registerTaskDef.arg0[1].responseTimeoutSeconds",
            "TaskDef responseTimeoutSeconds: 0 should be minimum 1 second",
            "0",
        ),
    )


def test_a_backoff_factor_is_at_least_one():
    assert found(backoffScaleFactor=0) == (
        Violation(
            "registerTaskDef.arg0[1].backoffScaleFactor",
            "Backoff scale factor. Applicable for LINEAR_BACKOFF",
            "0",
        ),
    )


def test_the_default_response_timeout_does_not_fit_into_a_short_timeout():
    assert found(timeoutSeconds=60) == (
        Violation(
            "registerTaskDef.arg0[1]",
            "TaskDef: t responseTimeoutSeconds: 3600 must be less than timeoutSeconds: 60",
        ),
    )
    assert found(timeoutSeconds=60, responseTimeoutSeconds=60) == ()


def test_a_timeout_fits_into_the_total_timeout():
    assert found(timeoutSeconds=61, responseTimeoutSeconds=1, totalTimeoutSeconds=60) == (
        Violation(
            "registerTaskDef.arg0[1]",
            "TaskDef: t timeoutSeconds: 61 must be less than or equal to totalTimeoutSeconds: 60",
        ),
    )
    assert found(timeoutSeconds=60, responseTimeoutSeconds=1, totalTimeoutSeconds=60) == ()


def test_all_violations_of_a_task_definition_are_collected():
    assert len(found(name="", retryCount=-1, backoffJitterMs=-1, responseTimeoutSeconds=-1)) == 4
