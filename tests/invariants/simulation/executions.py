"""Which executions there are: found in the table's own records, whoever started them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.keys import HEADER, WORKFLOWS

if TYPE_CHECKING:
    from podium.adapters.memory.executions import MemoryExecutions

#: Attribute of a header that names the parent.
_PARENT = "pw"


class Executions:
    """Every execution that ever had a header, in the order of their starts."""

    def __init__(self, store: MemoryExecutions) -> None:
        """``store`` is read by its records only: no call is made."""
        self._store = store
        self._position = 0
        #: Ids, with whether the execution is nobody's child.
        self._found: dict[str, bool] = {}

    def all(self) -> list[str]:
        """Their ids, those that have been removed again included."""
        self._look()
        return list(self._found)

    def roots(self) -> list[str]:
        """Those that no parent started."""
        self._look()
        return [workflow_id for workflow_id, is_root in self._found.items() if is_root]

    def _look(self) -> None:
        if self._store.written() == self._position:
            return
        records = self._store.records(self._position)
        self._position += len(records)
        for record in records:
            change = record["dynamodb"]
            partition = change["Keys"]["pk"]["S"]
            if record["eventName"] != "INSERT" or change["Keys"]["sk"]["S"] != HEADER:
                continue
            workflow_id = partition.removeprefix(WORKFLOWS)
            self._found.setdefault(workflow_id, _PARENT not in change["NewImage"])
