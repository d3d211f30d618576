"""Tags of workflow and task definitions, as the SDKs of the hosted product set them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.tags import Tagged
from podium.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.tags import Tag
    from podium.ports.bundle import Ports


class Tagging:
    """The tag routes on the tag store."""

    def __init__(self, ports: Ports) -> None:
        """Keep the ports."""
        self._ports = ports

    def add(self, kind: Tagged, name: str, tags: Sequence[Tag]) -> None:
        """Beside those there are. Raises NotFoundError for a definition that is not registered."""
        self._refuse_unknown(kind, name)
        for tag in tags:
            self._ports.tags.add(kind, name, tag)

    def replace(self, kind: Tagged, name: str, tags: Sequence[Tag]) -> None:
        """Instead of those there are; new ones first. Raises NotFoundError as :meth:`add` does."""
        self.add(kind, name, tags)
        self.remove(kind, name, [tag for tag in self.of(kind, name) if tag not in tags])

    def remove(self, kind: Tagged, name: str, tags: Sequence[Tag]) -> None:
        """Forget these; nothing for one that is not there."""
        for tag in tags:
            self._ports.tags.remove(kind, name, tag)

    def of(self, kind: Tagged, name: str) -> Sequence[Tag]:
        """Those of one definition, sorted; none for an unknown one."""
        return self._ports.tags.of(kind, name)

    def all(self) -> Sequence[Tag]:
        """Every tag that is in use, once, sorted."""
        return self._ports.tags.all()

    def _refuse_unknown(self, kind: Tagged, name: str) -> None:
        definitions = self._ports.definitions
        is_task = kind is Tagged.TASK
        found = definitions.task(name) if is_task else definitions.workflow(name, None)
        if found is None:
            what = "taskType" if is_task else "workflow"
            raise NotFoundError(f"No such {what} found by name: {name}")
