"""Secrets at the moment of hand-off, and out of what comes back (engine.md 10.3).

A resolved input exists in the answer of a poll or in the call of a system task and nowhere else: it
is never stored, sent or logged. What a task reports is searched for the values that it was handed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from podium.domain.masking import Mask
from podium.domain.secrets import reveal, revealed, runtime_metadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podium.domain.execution import Task, TaskEnd
    from podium.domain.json import Json
    from podium.ports.bundle import Ports


class Holder(Protocol):
    """A task, or the message that hands it out: the names of what a hand-out resolves."""

    @property
    def secrets(self) -> Sequence[str]:
        """Secrets that its input refers to."""
        ...

    @property
    def runtime_metadata(self) -> Sequence[str]:
        """Names of secrets or variables that its worker is given."""
        ...


@dataclass(frozen=True, slots=True)
class Values:
    """What the stores hold under some names; None where they hold nothing."""

    secrets: Mapping[str, str | None] = field(default_factory=dict)
    variables: Mapping[str, str | None] = field(default_factory=dict)


NOTHING = Values()


class Revealing:
    """Looks up, replaces, hides."""

    def __init__(self, ports: Ports) -> None:
        """Keep the stores."""
        self._ports = ports

    def look_up(self, holder: Holder) -> Values:
        """Values of what ``holder`` names; asks nobody when it names nothing.

        Raises TransientError, and DefectError when a store refuses to answer.
        """
        if not (holder.secrets or holder.runtime_metadata):
            return NOTHING
        names = dict.fromkeys((*holder.secrets, *holder.runtime_metadata))
        secrets = self._ports.secrets.find(names)
        lacking = [name for name in holder.runtime_metadata if secrets[name] is None]
        return Values(secrets, self._ports.environment.find(lacking) if lacking else {})

    def reveal(self, task: Task, values: Values) -> Task:
        """``task`` with secrets in its input: for the worker, and for nobody else."""
        if not task.secrets:
            return task
        allowed = {name: values.secrets.get(name) for name in task.secrets}
        revealed_input = reveal(task.input, allowed, self._ports.engines.path)
        # The input is a map, and stays one.
        return replace(task, input=revealed_input)  # type: ignore[arg-type]

    def metadata(self, task: Task, values: Values) -> dict[str, str]:
        """``runtimeMetadata`` of the handed out task."""
        return runtime_metadata(task.runtime_metadata, values.secrets, values.variables)

    def mask(self, task: Task, values: Values) -> Mask:
        """Hides what a hand-out of ``task`` with ``values`` resolves to."""
        return Mask(self._hidden(task, values.secrets))

    def masked(self, task: Task, end: TaskEnd) -> TaskEnd:
        """``end``, reported for ``task``, without what the task was handed; raises as ``look_up``."""
        if not task.holds_secrets:
            return replace(end, is_unmasked=False)
        mask = self.mask_of_report(task)
        output = None if end.output is None else mask.map(end.output)
        return replace(
            end,
            output=output,
            reason=mask.text(end.reason),
            # What the worker wrote itself still holds the secret: nobody is told where.
            external_output_path=end.external_output_path if output == end.output else "",
            is_unmasked=False,
        )

    def mask_of_report(self, task: Task) -> Mask:
        """Hides what ``task`` was handed: secrets as they are, and as they were until lately."""
        secrets = self.look_up(task).secrets
        known = [name for name, text in secrets.items() if text is not None]
        replaced = self._ports.secrets.replaced(known)
        return Mask([*self._hidden(task, secrets), *self._hidden(task, replaced)])

    def _hidden(self, task: Task, secrets: Mapping[str, str | None]) -> list[Json]:
        allowed = {name: text for name, text in secrets.items() if name in task.secrets}
        metadata = [secrets.get(name) for name in task.runtime_metadata]
        return [*revealed(task.input, allowed, self._ports.engines.path), *metadata]
