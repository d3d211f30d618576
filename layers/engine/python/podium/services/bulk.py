"""One operation on many executions: each by itself, whatever becomes of the others (rest-api.md 4).

Nearly all of an operation is waiting for AWS, so several go on at once; a thousand one after another
would take longer than a request may.
"""

from __future__ import annotations

import contextvars
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from podium.errors import ClientError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podium.ports.outside import Clock

T = TypeVar("T")
R = TypeVar("R")

#: By id, in the order of the request: results, and the message of each failure.
Outcome: TypeAlias = "tuple[dict[str, T], dict[str, str]]"

logger = logging.getLogger(__name__)

#: Executions at once; below the ten connections that a client of AWS keeps open.
AT_ONCE = 8
#: What has not begun after so long (ms) is left, so that the answer comes within the function's time.
LIMIT_MS = 20_000


def each_of(ids: Iterable[str], operation: Callable[[str], T], clock: Clock) -> Outcome[T]:
    """Call ``operation`` once with each id; a failure is told and stops nobody else."""
    until = clock.now() + LIMIT_MS

    def call(workflow_id: str) -> tuple[T | None, str]:
        if clock.now() > until:
            return None, f"There was no time left for workflow {workflow_id}; send it again"
        try:
            return operation(workflow_id), ""
        except (ClientError, TransientError) as error:
            return None, str(error)
        except Exception as error:
            logger.exception("workflow %s of a bulk request", workflow_id)
            return None, f"Internal error ({type(error).__name__}) with workflow {workflow_id}"

    ended = _called(call, list(dict.fromkeys(ids)))
    return (
        {each: result for each, (result, error) in ended.items() if not error},  # type: ignore[misc]  # a result, then
        {each: error for each, (_, error) in ended.items() if error},
    )


def _called(call: Callable[[str], R], ids: list[str]) -> dict[str, R]:
    if len(ids) < 2:
        return {each: call(each) for each in ids}
    with ThreadPoolExecutor(min(AT_ONCE, len(ids))) as pool:
        # Each thread belongs to the request: what is kept in the context has to be there, too.
        begun = [pool.submit(contextvars.copy_context().run, call, each) for each in ids]
        return {each: future.result() for each, future in zip(ids, begun, strict=True)}
