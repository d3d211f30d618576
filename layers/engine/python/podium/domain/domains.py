"""Which domain a worker task is sent to (engine.md 12).

``taskToDomain`` may name several, in order of preference: the first one that somebody polls wins. Who
polls is no fact of the execution, so it is asked for, and a creation that is carried out once more may
find another answer (docs/adr/0012); the task's item says where it went.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.decision import Context, MissingError, NeedPollers

if TYPE_CHECKING:
    from podium.domain.json import JsonMap

NO_DOMAIN = "NO_DOMAIN"
#: A domain counts as served this long (ms) after its last poll: the peer's 10 s, and the 5 s by which
#: what is known of polls may be late.
SERVED_MS = 15_000


def domain_of(task_type: str, task_to_domain: JsonMap, context: Context) -> str:
    """Domain of a task: its type's entry, else that of ``*``; empty for none.

    Of a list the first one that is polled, else the last; NO_DOMAIN counts in the last place only.
    Raises MissingError when it has to be known who polls.
    """
    text = task_to_domain.get(task_type, task_to_domain.get("*"))
    if not isinstance(text, str):
        return ""
    *preferred, last = [each.strip() for each in text.split(",")]
    preferred = [each for each in preferred if each and each != NO_DOMAIN]
    if preferred:
        served = _served(task_type, context)
        for domain in (*preferred, last):
            if domain in served:
                return domain
    return "" if last == NO_DOMAIN else last


def _served(task_type: str, context: Context) -> frozenset[str]:
    """Domains in which ``task_type`` has been polled lately."""
    if task_type not in context.pollers:
        raise MissingError(NeedPollers(task_type))
    polled = context.pollers[task_type]
    return frozenset(domain for domain, at in polled.items() if context.now - at <= SERVED_MS)
