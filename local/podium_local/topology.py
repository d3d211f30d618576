"""The topology and its words, from the checkout or from the wheel.

In a wheel ``functions`` and ``infra`` lie inside this package, since nobody wants such names at the
top of site-packages; they are put on the path under the names they have everywhere else.
"""

from __future__ import annotations

import sys
from pathlib import Path

SHIPPED = Path(__file__).parent / "_shipped"

if SHIPPED.is_dir() and str(SHIPPED) not in sys.path:
    # In front: an ``infra`` of somebody else must not be taken for ours.
    sys.path.insert(0, str(SHIPPED))

from infra.shapes import (  # noqa: E402 - only now can it be found
    Attribute,
    DeadLetters,
    Function,
    HttpRoute,
    MappedQueuesTrigger,
    Queue,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    Table,
    Topology,
    Trigger,
    environment_prefix,
    physical_name,
    queue_prefix,
    secret_prefix,
)
from infra.topology import TOPOLOGY  # noqa: E402

__all__ = [
    "SHIPPED",
    "TOPOLOGY",
    "Attribute",
    "DeadLetters",
    "Function",
    "HttpRoute",
    "MappedQueuesTrigger",
    "Queue",
    "QueueTrigger",
    "ScheduleTrigger",
    "StreamTrigger",
    "Table",
    "Topology",
    "Trigger",
    "environment_prefix",
    "physical_name",
    "queue_prefix",
    "secret_prefix",
]
