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
                external_input_path=wire.get("externalInputPayloadStoragePath", ""),
                secrets=tuple(wire.get("secrets", ())),
                metadata_names=tuple(wire.get("runtimeMetadata", ())),
            )
        except KeyError as error:
            message = f"a task message without {error}"
            raise ValueError(message) from error


@dataclass(frozen=True)
class Result:
    """What became of a task."""

    status: str
    output: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    #: Where the output lies when it is too large to travel.
    external_output_path: str = ""

    @classmethod
    def completed(cls, output: Mapping[str, Any]) -> Result:
        """COMPLETED with ``output``; a bad end instead when it is not JSON."""
        try:
            json.dumps(output, allow_nan=False)
        except (TypeError, ValueError) as error:
            return cls("FAILED_WITH_TERMINAL_ERROR", {}, f"the output is not JSON: {error}")
        return cls("COMPLETED", output)

    def masked(self, mask: Mask) -> Result:
        """The result without what the task was handed."""
        return replace(self, output=mask.json(self.output), reason=mask.text(self.reason))

    def to_json(self, task: Task, worker_id: str) -> str:
        """The message for the results queue."""
        external = {"externalOutputPayloadStoragePath": self.external_output_path}
        return json.dumps(
            {
                "v": VERSION,
                "taskId": task.task_id,
                "workflowInstanceId": task.workflow_id,
                "inc": task.inc,
                "epoch": task.epoch,
                "status": self.status,
                "outputData": self.output,
                "reasonForIncompletion": self.reason[:LONGEST_REASON] or None,
                "workerId": worker_id,
                **(external if self.external_output_path else {}),
            }
        )
