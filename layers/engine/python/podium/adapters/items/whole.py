"""A whole execution from the items of its partition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.attributes import Item, number, text
from podium.adapters.items.headers import header_of
from podium.adapters.items.keys import HEADER, OUTPUT, START, is_task, variables_key
from podium.adapters.items.starts import own_variables, start_of
from podium.adapters.items.tasks import task_of
from podium.domain.execution import StartRecord
from podium.domain.task_types import FORKS
from podium.ports.executions import Everything

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.adapters.items.payloads import Budget, Payloads
    from podium.domain.execution import Header
    from podium.domain.json import JsonMap


def everything_in(items: Sequence[Item], payloads: Payloads, budget: Budget) -> Everything | None:
    """The execution that ``items`` make up; None when its header is not there, or says removed.

    Payloads of tasks that are beyond ``budget`` are left where they are, but for the inputs of forks:
    without the branches nobody can tell what the tasks in them are.
    """
    by_sk = {text(item, "sk"): item for item in items}
    if HEADER not in by_sk or number(by_sk[HEADER], "rm"):
        return None
    header = header_of(by_sk[HEADER])
    start = by_sk.get(START)
    output = by_sk.get(OUTPUT) if header.output_version else None
    tasks = (
        task_of(item, payloads, None if text(item, "ty") in FORKS else budget)
        for item in items
        if is_task(item)
    )
    return Everything(
        header=header,
        start=StartRecord() if start is None else start_of(start, payloads),
        variables=_variables(by_sk, header, payloads),
        output=None if output is None else payloads.unpack(output, "p"),
        tasks=tuple(sorted(tasks, key=lambda task: task.seq)),
    )


def _variables(by_sk: dict[str, Item], header: Header, payloads: Payloads) -> JsonMap | None:
    version = header.variables_version
    if version == 0:
        return own_variables(by_sk.get(START), payloads)
    item = by_sk.get(variables_key(header.workflow_id, version)[1])
    return None if item is None else payloads.unpack(item, "p")
