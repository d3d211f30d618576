"""Every setting of a Podium function, read from its environment in this one place.

Documented in docs/reference/settings.md; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from podium.domain.sizes import DEFAULT_LIMITS, PayloadLimits
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.domain.json import Json

PREFIX = "PODIUM_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings by name; ``executions_table`` is read from PODIUM_EXECUTIONS_TABLE, and so on."""

    executions_table: str
    metadata_table: str
    payload_bucket: str
    queue_prefix: str
    system_tasks_queue_url: str
    timers_queue_url: str
    results_queue_url: str
    gates_queue_url: str
    task_dead_letters_queue_arn: str
    failures_queue_url: str
    schedules_queue_url: str
    schedules_queue_arn: str
    schedules_dead_letters_queue_arn: str
    #: Group of the one-time schedules of EventBridge Scheduler, and the role that they call with.
    schedule_group: str
    scheduler_role_arn: str
    #: Podium's own queue of events, by its URL and its ARN.
    event_messages_queue_url: str
    event_messages_queue_arn: str
    #: Where messages of events go that nobody can deal with.
    event_dead_letters_queue_arn: str
    #: Name of the function that queues of event handlers are mapped to.
    events_function: str
    #: Queues of dead letters by their names without the prefix, separated by commas.
    dead_letter_queues: str = ""
    #: The secret X is called this and X in Secrets Manager.
    secret_prefix: str = "podium/secrets/"  # noqa: S105  # a name
    #: The variable X is called this and X in the parameter store.
    environment_prefix: str = "/podium/environment/"
    #: The API advances the workflow within the request; the stream does in any case.
    inline_advance: bool = True
    #: Payloads above this many bytes go to the bucket.
    payload_threshold_bytes: int = 32_768
    #: Inputs and outputs of tasks, and of workflows, above this many bytes are answered by their path.
    task_payload_threshold_bytes: int = DEFAULT_LIMITS.task_threshold
    workflow_payload_threshold_bytes: int = DEFAULT_LIMITS.workflow_threshold
    #: Larger ones are refused.
    task_payload_limit_bytes: int = DEFAULT_LIMITS.task
    workflow_payload_limit_bytes: int = DEFAULT_LIMITS.workflow
    variables_limit_bytes: int = DEFAULT_LIMITS.variables
    #: Where clients reach the bucket, if not at S3's own address.
    payload_endpoint_url: str = ""
    #: Definitions without ``ownerEmail`` are refused.
    owner_email_mandatory: bool = False
    #: Workflow names are limited to letters, digits and ``_<>{}#- ``.
    name_validation: bool = False
    #: HTTP tasks may call private, link-local and loopback addresses.
    http_task_allow_private: bool = False
    #: Listeners hear of tasks, too, as far as their definitions allow; counts from the next start on.
    task_status_events: bool = False
    #: Where status events go when the definition does not say: ``eventbridge``, ``sqs:<queue>`` or ``queue``.
    listener_sink: str = "eventbridge"
    #: Pages of these origins may call the API from a browser, separated by commas; none by default.
    cors_allowed_origins: str = ""
    #: Schedules that catch up make up for moments of this long ago (seconds) and no older ones.
    schedule_catch_up_seconds: int = 2_592_000
    #: Kafka brokers (``host:port``, with commas between) for sinks; KAFKA_PUBLISH names its own.
    kafka_bootstrap_servers: str = ""
    #: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.
    kafka_security_protocol: str = "PLAINTEXT"
    #: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or AWS_MSK_IAM.
    kafka_sasl_mechanism: str = ""
    #: The secret that holds ``{"username": .., "password": ..}``.
    kafka_secret: str = ""
    log_level: str = "INFO"

    @property
    def payload_limits(self) -> PayloadLimits:
        """The five above."""
        return PayloadLimits(
            task_threshold=self.task_payload_threshold_bytes,
            task=self.task_payload_limit_bytes,
            workflow_threshold=self.workflow_payload_threshold_bytes,
            workflow=self.workflow_payload_limit_bytes,
            variables=self.variables_limit_bytes,
        )

    def shown(self) -> dict[str, Json]:
        """All of them by the names of their variables, for operators: none holds a secret."""
        return {PREFIX + each.name.upper(): getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read ``environment``; raises InvalidInputError naming what is missing or malformed."""
        values: dict[str, object] = {}
        for each in fields(cls):
            variable = PREFIX + each.name.upper()
            if variable in environment:
                values[each.name] = _parse(variable, environment[variable], str(each.type))
        missing = [
            PREFIX + each.name.upper()
            for each in fields(cls)
            if each.name not in values and each.name in _REQUIRED
        ]
        if missing:
            message = f"missing settings: {', '.join(missing)}"
            raise InvalidInputError(message)
        return cls(**values)  # type: ignore[arg-type]  # checked by field above


_REQUIRED = frozenset(
    {
        "executions_table",
        "metadata_table",
        "payload_bucket",
        "queue_prefix",
        "system_tasks_queue_url",
        "timers_queue_url",
        "results_queue_url",
        "gates_queue_url",
        "task_dead_letters_queue_arn",
        "failures_queue_url",
        "schedules_queue_url",
        "schedules_queue_arn",
        "schedules_dead_letters_queue_arn",
        "schedule_group",
        "scheduler_role_arn",
        "event_messages_queue_url",
        "event_messages_queue_arn",
        "event_dead_letters_queue_arn",
        "events_function",
    }
)


def _parse(variable: str, text: str, kind: str) -> object:
    match kind:
        case "bool":
            if text.lower() in {"true", "false"}:
                return text.lower() == "true"
        case "int":
            if text.isdigit():
                return int(text)
        case _:
            return text
    message = (
        f"{variable} must be {'true or false' if kind == 'bool' else 'a number'}, not {text!r}"
    )
    raise InvalidInputError(message)
