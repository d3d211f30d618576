"""Legal names for the queues of task types, and group ids for fair queues."""

from __future__ import annotations

import hashlib
import re

#: What a task type may look like so that its queue can be called by it; ``-`` first is for the others.
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 80
_GROUP = re.compile(r"[!-~]{1,128}")


def registry_name(task_type: str, domain: str = "") -> str:
    """``[domain:]taskType``, as the peer writes queue names (rest-api.md)."""
    return f"{domain}:{task_type}" if domain else task_type


def queue_name(prefix: str, task_type: str, domain: str = "") -> str:
    """Name of the SQS queue of a task type in a domain; no two share one.

    ``<prefix>task-<taskType>`` where that is legal, else ``<prefix>task--<hash>-<readable part>``.
    """
    full = registry_name(task_type, domain)
    plain = f"{prefix}task-{full}"
    if not domain and _PLAIN.fullmatch(full) and len(plain) <= _LONGEST_NAME:
        return plain
    # A colon parts domain and type in both, but either may hold one itself.
    digest = hashlib.sha256(f"{len(domain)}:{full}".encode("utf-8", "surrogatepass")).hexdigest()
    hashed = f"{prefix}task--{digest[:20]}-{_UNSAFE.sub('_', full)}"
    return hashed[:_LONGEST_NAME]


def group_id(workflow_name: str) -> str:
    """MessageGroupId that gives each workflow its fair share of a queue."""
    if _GROUP.fullmatch(workflow_name):
        return workflow_name
    return hashlib.sha256(workflow_name.encode("utf-8", "surrogatepass")).hexdigest()
