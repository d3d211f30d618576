"""What the process holds: its resident memory, and the books that moto keeps for it."""

from __future__ import annotations

import gc
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from moto.core.models import DEFAULT_ACCOUNT_ID

from podium_local.resources import REGION

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Census:
    """How much is held at one moment."""

    #: Bytes; 0: this machine does not say.
    resident: int
    #: Items of all tables.
    items: int
    #: Records of all streams, the read ones among them.
    stream_records: int
    #: Messages that wait, are delayed or in flight.
    messages: int
    #: Receipts of deleted messages.
    receipts: int
    #: Iterators of streams.
    iterators: int
    #: Objects in the bucket.
    objects: int


def take() -> Census:
    """Count, after what nobody holds any more has been collected."""
    from moto.dynamodb.models import dynamodb_backends
    from moto.dynamodbstreams.models import dynamodbstreams_backends
    from moto.s3.models import s3_backends
    from moto.sqs.models import sqs_backends

    gc.collect()
    tables = list(dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables.values())
    queues = list(sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues.values())
    streams = dynamodbstreams_backends[DEFAULT_ACCOUNT_ID][REGION]
    buckets = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.values()
    return Census(
        resident=resident_bytes(),
        items=sum(len(table) for table in tables),
        stream_records=sum(len(table.stream_shard.items) for table in tables if table.stream_shard),
        messages=sum(len(queue._messages) for queue in queues),  # noqa: SLF001 - nothing else has them all
        receipts=sum(len(queue.deleted_messages) for queue in queues),
        iterators=len(streams.shard_iterators),
        objects=sum(len(bucket.keys) for bucket in buckets),
    )


def resident_bytes() -> int:
    """Resident set size of this process, in bytes; 0 where nobody tells."""
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    command = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    try:
        printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return 0
    return int(printed.stdout or 0) * 1024
