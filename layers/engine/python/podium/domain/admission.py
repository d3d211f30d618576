"""Limits on the executions that run at a time (engine.md 11.3).

The key of the limit is evaluated per start: who has the same key shares it, whatever the definition.
Over the limit a start is refused, or its execution waits: RUNNING, without tasks, until the gate
has taken a slot for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain.decision import Context, Decision, Missing, MissingError
from podium.domain.definitions import RateLimitPolicy
from podium.domain.facts import Facts
from podium.domain.limits import Limit, key_of_workflow
from podium.domain.status import WorkflowStatus
from podium.domain.timeouts import armed
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from podium.domain.state import State

#: Characters of a key; it is part of the name of a queue and of an item.
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Admission:
    """The limit of one start, and what happens when it is reached."""

    limit: Limit
    policy: RateLimitPolicy


def admission(state: State, context: Context) -> Admission | Missing | None:
    """What limits the start of ``state``; None when nothing does: no configuration, or a limit of 0.

    Without a key all executions of the definition's name share the limit. Raises InvalidInputError
    for a key that evaluates to no text.
    """
    definition = state.graph.definition
    config = definition.rate_limit_config
    if config is None or config.concurrent_exec_limit <= 0:
        return None
    template = config.rate_limit_key or definition.name
    try:
        key = Facts(state, context.engines).value(template)
    except MissingError as missing:
        return Missing(missing.needs)
    if isinstance(key, bool) or not isinstance(key, str | int | float) or key == "":
        raise InvalidInputError(
            f"The rateLimitKey {template} of workflow {definition.name} evaluates to no text"
        )
    if len(str(key)) > LONGEST_KEY:
        raise InvalidInputError(
            f"The rateLimitKey {template} of workflow {definition.name} evaluates to more than "
            f"{LONGEST_KEY} characters"
        )
    limit = Limit(key_of_workflow(str(key)), config.concurrent_exec_limit, at_gate=True)
    return Admission(limit, config.policy)


def waiting(state: State, context: Context) -> Decision | Missing:
    """The first write of an execution that has to wait for its slot; its timeout runs meanwhile."""
    try:
        timer = armed(state, (), context)
    except MissingError as missing:
        return Missing(missing.needs)
    header = state.header
    return Decision(replace(header, version=header.version + 1, waits=True, timer=timer))


def admitted(header: Header, now: int) -> Decision | None:
    """The end of the wait: the first decision is due now. None when it does not wait, or is paused."""
    if not is_parked(header):
        return None
    begun = replace(header, version=header.version + 1, waits=False, committed_at=now)
    return Decision(begun, previous=header)


def is_parked(header: Header) -> bool:
    """It waits at the gate of its limit."""
    return header.waits and header.status is WorkflowStatus.RUNNING
