"""Enumerations of the definitions (models.md 7.3); values are the wire names."""

from __future__ import annotations

from enum import StrEnum


class WorkflowTimeoutPolicy(StrEnum):
    """What happens when a workflow runs longer than its ``timeoutSeconds``."""

    TIME_OUT_WF = "TIME_OUT_WF"
    ALERT_ONLY = "ALERT_ONLY"


class TimeoutPolicy(StrEnum):
    """What happens when a task times out (engine.md 8)."""

    RETRY = "RETRY"
    TIME_OUT_WF = "TIME_OUT_WF"
    ALERT_ONLY = "ALERT_ONLY"


class RetryLogic(StrEnum):
    """How the delay before a retry grows (models.md 1.3)."""

    FIXED = "FIXED"
    EXPONENTIAL_BACKOFF = "EXPONENTIAL_BACKOFF"
    LINEAR_BACKOFF = "LINEAR_BACKOFF"


class JoinMode(StrEnum):
    """How the peer evaluates a JOIN; here every JOIN is evaluated in decide (docs/parity.md)."""

    SYNC = "SYNC"
    ASYNC = "ASYNC"


class IdempotencyStrategy(StrEnum):
    """What a start with a known idempotency key does (models.md 2.1)."""

    FAIL = "FAIL"
    RETURN_EXISTING = "RETURN_EXISTING"
    FAIL_ON_RUNNING = "FAIL_ON_RUNNING"


class RateLimitPolicy(StrEnum):
    """What happens to a start over the limit of a RateLimitConfig."""

    QUEUE = "QUEUE"
    REJECT = "REJECT"


class LimitDelivery(StrEnum):
    """When a task of a limited type takes its slot (protocol.md 9)."""

    #: After the claim of a poll over HTTP; no other worker is given such a task.
    POLL = "POLL"
    #: Before its message is sent, so that every kind of worker may serve it.
    GATE = "GATE"


class SchemaType(StrEnum):
    """The language a SchemaDef is written in."""

    JSON = "JSON"
    AVRO = "AVRO"
    PROTOBUF = "PROTOBUF"
