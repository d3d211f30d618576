"""Messages of a task queue, and the results sent back; JSON both.

The format is Podium's public one (docs/workers.md); fields this version does not know are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from podium_worker.masking import Mask

VERSION = 1
#: Characters of a reason that are kept.
LONGEST_REASON = 500
#: Bytes of an output; SQS takes 1 MiB in a message.
LARGEST_OUTPUT = 1_000_000


@dataclass(frozen=True)
class Task:
    """A task as its message describes it."""

    task_id: str
    workflow_id: str
    task_type: str
    input: Mapping[str, Any] = field(default_factory=dict)
    reference_name: str = ""
    workflow_type: str = ""
    correlation_id: str | None = None
    #: 0 for the first attempt.
    retry_count: int = 0
    #: Iteration of the innermost loop, 0 outside loops.
    iteration: int = 0
    #: Incarnation and epoch: sent back, so that a late result does not end a newer run.
    inc: int = 0
    epoch: int = 0
    #: Not to be run before this moment (epoch milliseconds); 0 means at once.
    not_before: int = 0
    #: Seconds a detached task stays with its worker without a sign of life; 0 means for ever.
    response_timeout: float = 0
    #: Where the input lies when it is too large to travel.
    external_input_path: str = ""
    #: Names of the secrets that references in the input are replaced by before the function runs.
    secrets: tuple[str, ...] = ()
    #: Names in the task definition's runtimeMetadata.
    metadata_names: tuple[str, ...] = ()
    #: What was found under these names: secrets first, then variables of the environment.
    runtime_metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> Task:
        """Read a message body; raises ValueError for what is not one."""
        wire = json.loads(text)
        if not isinstance(wire, dict) or wire.get("v") != VERSION:
            message = f"not a task message of version {VERSION}: {text[:100]!r}"
            raise ValueError(message)
        try:
            return cls(
                task_id=wire["taskId"],
                workflow_id=wire["workflowInstanceId"],
                task_type=wire["taskType"],
                input=wire.get("inputData") or {},
                reference_name=wire.get("referenceTaskName") or wire.get("ref") or "",
                workflow_type=wire.get("workflowType", ""),
                correlation_id=wire.get("correlationId"),
                retry_count=wire.get("retryCount", 0),
                iteration=wire.get("iteration", 0),
                inc=wire["inc"],
                epoch=wire["epoch"],
                not_before=wire.get("notBefore", 0),
                response_timeout=wire.get("responseTimeoutSeconds", 0),
                external_input_path=wire.get("externalInputPayloadStoragePath", ""),
                secrets=tuple(wire.get("secrets", ())),
                metadata_names=tuple(wire.get("runtimeMetadata", ())),
            )
        except KeyError as error:
            message = f"a task message without {error}"
            raise ValueError(message) from error

    def detached(self) -> Task:
        """The same task once it has been claimed for this worker."""
        return replace(self, epoch=self.epoch + 1)

    def report(self, worker_id: str, **fields: Any) -> str:
        """A message for the results queue about this task."""
        return json.dumps(
            {
                "v": VERSION,
                "taskId": self.task_id,
                "workflowInstanceId": self.workflow_id,
                "inc": self.inc,
                "epoch": self.epoch,
                "workerId": worker_id,
                **fields,
            }
        )

    def detachment(self, worker_id: str) -> str:
        """The report that this worker goes on without the message."""
        return self.report(worker_id, detach=True)

    def postponement(self, worker_id: str) -> str:
        """The report that the message came too early and will be deleted."""
        return self.report(worker_id, postpone=True)

    def sign_of_life(self, worker_id: str) -> str:
        """The report that extends the lease of a detached task."""
        return self.report(worker_id, extendLease=True)


@dataclass(frozen=True)
class Result:
    """What became of a task."""

    status: str
    output: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    #: Where the output lies when it is too large to travel.
    external_output_path: str = ""
    #: IN_PROGRESS: seconds until the task is handed out again.
    callback_after: int = 0

    @classmethod
    def completed(cls, output: Mapping[str, Any]) -> Result:
        """COMPLETED with ``output``; a bad end instead when it is not JSON."""
        try:
            json.dumps(output, allow_nan=False)
        except (TypeError, ValueError) as error:
            return cls("FAILED_WITH_TERMINAL_ERROR", {}, f"the output is not JSON: {error}")
        return cls("COMPLETED", output)

    @classmethod
    def in_progress(cls, output: Mapping[str, Any], callback_after: int = 0) -> Result:
        """Not done yet: the task is handed out again after so many seconds, with this output."""
        result = cls.completed(output)
        if result.status != "COMPLETED":
            return result
        return cls("IN_PROGRESS", output, callback_after=callback_after)

    def masked(self, mask: Mask) -> Result:
        """The result without what the task was handed."""
        return replace(self, output=mask.json(self.output), reason=mask.text(self.reason))

    def to_json(self, task: Task, worker_id: str) -> str:
        """The message for the results queue."""
        optional: dict[str, Any] = {
            "externalOutputPayloadStoragePath": self.external_output_path,
            "callbackAfterSeconds": self.callback_after,
        }
        return task.report(
            worker_id,
            status=self.status,
            outputData=self.output,
            reasonForIncompletion=self.reason[:LONGEST_REASON] or None,
            **{name: value for name, value in optional.items() if value},
        )
