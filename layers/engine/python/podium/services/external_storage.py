"""Payloads that clients put into the store themselves, because they are too large for a request.

A client asks where to write, uploads, and names the path in a start or a result (engine.md 17). The
payload is read, checked and stored like any other at that moment: what happens to the client's own
object afterwards changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from podium.domain.sizes import oversize_reason
from podium.errors import InvalidInputError, NotFoundError, PayloadTooLargeError
from podium.json_text import decode_json

if TYPE_CHECKING:
    from podium.domain.children import StartSpec
    from podium.domain.json import JsonMap
    from podium.ports.bundle import Ports

#: First part of the path of whatever a client writes.
FOLDER = "external"


class Operation(StrEnum):
    """What a client wants to do with a payload."""

    READ = "READ"
    WRITE = "WRITE"


class PayloadType(StrEnum):
    """What the payload is of."""

    WORKFLOW_INPUT = "WORKFLOW_INPUT"
    WORKFLOW_OUTPUT = "WORKFLOW_OUTPUT"
    TASK_INPUT = "TASK_INPUT"
    TASK_OUTPUT = "TASK_OUTPUT"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a payload is: a signed URL, and the path that names it in requests."""

    uri: str
    path: str


class ExternalStorage:
    """Tells clients where payloads are, and reads what they have put there."""

    def __init__(self, ports: Ports) -> None:
        """Keep the store."""
        self._blobs = ports.blobs
        self._ids = ports.ids
        self._limits = ports.payload_limits

    def location(self, operation: Operation, payload_type: PayloadType, path: str) -> Location:
        """A URL to read what lies at ``path``, or to write to a path that nobody else has.

        Whoever writes does not choose the path: so nothing that is stored can be overwritten.
        Raises InvalidInputError for a read without a path.
        """
        if operation is Operation.READ:
            if not path.strip():
                raise InvalidInputError("query parameter path is required to read")
            return Location(self._blobs.address(path, write=False), path)
        kind = payload_type.value.lower().replace("_", "-")
        path = f"{FOLDER}/{kind}/{self._ids.workflow_id()}.json"
        return Location(self._blobs.address(path, write=True), path)

    def started(self, spec: StartSpec) -> StartSpec:
        """``spec`` with the input that it names; a path beside an input is not looked at.

        Raises InvalidInputError when there is no JSON object, PayloadTooLargeError.
        """
        path = (spec.external_input_path or "").strip()
        if spec.input or not path:
            return replace(spec, external_input_path=None)
        what = f"input of workflow {spec.name}"
        return replace(spec, input=self.read(path, what, self._limits.workflow))

    def task_output(self, path: str, task_id: str) -> JsonMap:
        """The output of a task that lies at ``path``; raises as :meth:`read`."""
        return self.read(path, f"output of task {task_id}", self._limits.task)

    def read(self, path: str, what: str, limit: int) -> JsonMap:
        """The JSON object at ``path``, which is the ``what``. Its size is asked for before it is read.

        Raises InvalidInputError when there is none, PayloadTooLargeError above ``limit`` bytes.
        """
        try:
            size = self._blobs.size(path)
            if size > limit:
                raise PayloadTooLargeError(oversize_reason(what, size, limit))
            content = self._blobs.get(path)
        except NotFoundError:
            raise InvalidInputError(f"the {what} is not there: no payload at {path}") from None
        try:
            value = decode_json(content.decode())
        except (UnicodeDecodeError, InvalidInputError) as error:
            raise InvalidInputError(f"the {what} at {path} cannot be read: {error}") from None
        if not isinstance(value, dict):
            raise InvalidInputError(f"the {what} at {path} is not a JSON object")
        return value
