"""Tags of workflow and task definitions, as the SDKs of the hosted product set them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.definitions import RateLimitConfig
from podium.domain.tags import RATE_LIMIT, Tag, Tagged
from podium.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podium.ports.bundle import Ports
    from podium.services.registering import Registering


class Tagging:
    """The tag routes on the tag store; a limit is kept where it works, in the definitions."""

    def __init__(self, ports: Ports, registering: Callable[[], Registering]) -> None:
        """``registering`` changes definitions."""
        self._ports = ports
        self._registering = registering

    def add(self, kind: Tagged, name: str, tags: Sequence[Tag]) -> None:
        """Beside those there are, a limit instead of the one there is.

        Raises NotFoundError for a definition that is not registered, InvalidInputError for a limit of
        something else.
        """
        self._refuse_unknown(kind, name)
        limits = [tag for tag in tags if tag.type == RATE_LIMIT]
        for tag in limits:
            if kind is not Tagged.WORKFLOW or tag.key != name:
                raise InvalidInputError(
                    f"a {RATE_LIMIT} tag limits a workflow and has its name as key, not {tag.key}"
                )
        for tag in tags:
            if tag.type != RATE_LIMIT:
                self._ports.tags.add(kind, name, tag)
        if limits:
            self._limit(name, int(limits[-1].value))

    def replace(self, kind: Tagged, name: str, tags: Sequence[Tag]) -> None:
        """Instead of those there are; new ones first. Raises NotFoundError as :meth:`add` does."""
        self.add(kind, name, tags)
        self.remove(kind, name, [tag for tag in self.of(kind, name) if tag not in tags])

    def remove(self, kind: Tagged, name: str, tags: Sequence[Tag]) -> None:
        """Forget these; nothing for one that is not there."""
        for tag in tags:
            if tag.type != RATE_LIMIT:
                self._ports.tags.remove(kind, name, tag)
            elif tag in self._limits(kind, name):
                self._limit(name, None)

    def of(self, kind: Tagged, name: str) -> Sequence[Tag]:
        """Those of one definition, sorted; none for an unknown one."""
        return sorted([*self._ports.tags.of(kind, name), *self._limits(kind, name)])

    def all(self) -> Sequence[Tag]:
        """Every label that is in use, once, sorted."""
        return self._ports.tags.all()

    def _limits(self, kind: Tagged, name: str) -> list[Tag]:
        """The limit of the highest version, if it is one that a tag could have set."""
        definition = self._ports.definitions.workflow(name, None)
        config = None if definition is None else definition.rate_limit_config
        if kind is not Tagged.WORKFLOW or config is None or config.rate_limit_key != name:
            return []
        return [Tag.limit(name, config.concurrent_exec_limit)]

    def _limit(self, name: str, limit: int | None) -> None:
        """Of every version; executions that run keep what they started with."""
        config = None
        if limit is not None:
            config = RateLimitConfig(rate_limit_key=name, concurrent_exec_limit=limit)
        registering = self._registering()
        changed = [
            replace(definition, rate_limit_config=config)
            for definition in registering.workflow_versions(name)
        ]
        if changed:
            registering.put_workflows(changed)

    def _refuse_unknown(self, kind: Tagged, name: str) -> None:
        definitions = self._ports.definitions
        is_task = kind is Tagged.TASK
        found = definitions.task(name) if is_task else definitions.workflow(name, None)
        if found is None:
            what = "taskType" if is_task else "workflow"
            raise NotFoundError(f"No such {what} found by name: {name}")
