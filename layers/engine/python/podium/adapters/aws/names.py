"""Legal names for the queues of task types, and group ids for fair queues."""

from __future__ import annotations

import hashlib
import re

from podium.domain.queues import Lane, QueueAddress

#: What a task type may look like so that its queue can be called by it; ``-`` first is for the others.
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 80
_GROUP = re.compile(r"[!-~]{1,128}")


def queue_name(prefix: str, address: QueueAddress) -> str:
    """Name of the SQS queue at an address; no two share one.

    ``<prefix>task-<taskType>`` where that is legal, else ``<prefix>task--<hash>-<readable part>``.
    """
    full, tag = address.registry_name, _tag(address)
    plain = f"{prefix}task-{full}"
    if not address.domain and not tag and _PLAIN.fullmatch(full) and len(plain) <= _LONGEST_NAME:
        return plain
    # A colon parts domain and type in both, but either may hold one itself. A tag begins with a letter,
    # the length with a digit, so the queues of one type stay apart from those of every other.
    text = f"{len(address.domain)}:{full}"
    if tag:
        text = f"{tag}:{len(address.key)}:{address.key}:{text}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    readable = _UNSAFE.sub("_", full)
    middle = f"{tag}-{readable}" if tag else readable
    return f"{prefix}task--{digest[:20]}-{middle}"[:_LONGEST_NAME]


def _tag(address: QueueAddress) -> str:
    """What tells the queues of one type and domain apart; empty for the plain one."""
    if address.band:
        return f"{address.lane.value}{address.band}"
    return "" if address.lane is Lane.OPEN else address.lane.value


def group_id(workflow_name: str) -> str:
    """MessageGroupId that gives each workflow its fair share of a queue."""
    if _GROUP.fullmatch(workflow_name):
        return workflow_name
    return hashlib.sha256(workflow_name.encode("utf-8", "surrogatepass")).hexdigest()
