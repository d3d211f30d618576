"""Many executions at a time, without their tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.attributes import number, text
from podium.adapters.items.base import ItemStore
from podium.adapters.items.headers import header_of
from podium.adapters.items.keys import header_key, output_key, start_key
from podium.adapters.items.payloads import pointer
from podium.adapters.items.starts import start_of
from podium.domain.execution import StartRecord
from podium.ports.executions import Outline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podium.adapters.items.attributes import Item, Key
    from podium.domain.execution import Header

_INPUT, _OUTPUT = "in", "p"


class OutlineStore(ItemStore):
    """Batches of headers, alone or with what surrounds them."""

    def read_headers(self, workflow_ids: Sequence[str]) -> dict[str, Header]:
        items = self._table.batch([header_key(each) for each in workflow_ids])
        present = (item for item in items.values() if not number(item, "rm"))
        headers = map(header_of, present)
        return {header.workflow_id: header for header in headers}

    def read_outlines(self, workflow_ids: Sequence[str]) -> dict[str, Outline]:
        keys = [key(each) for each in workflow_ids for key in (header_key, start_key, output_key)]
        items = self._table.batch(keys)
        found: dict[str, Outline] = {}
        for workflow_id in workflow_ids:
            header = items.get(header_key(workflow_id))
            if header is not None and not number(header, "rm"):
                found[workflow_id] = self._outline(header_of(header), items)
        return found

    def _outline(self, header: Header, items: Mapping[Key, Item]) -> Outline:
        start = items.get(start_key(header.workflow_id), {})
        output = items.get(output_key(header.workflow_id), {}) if header.output_version else {}
        input_path, output_path = text(start, pointer(_INPUT)), text(output, pointer(_OUTPUT))
        return Outline(
            header=header,
            start=start_of(_without(start, _INPUT), self._payloads) if start else StartRecord(),
            output=self._payloads.unpack(_without(output, _OUTPUT), _OUTPUT),
            input_path=input_path,
            output_path=output_path,
        )


def _without(item: Item, name: str) -> Item:
    """The item, but for where its large payload lies."""
    return {each: value for each, value in item.items() if each != pointer(name)}
