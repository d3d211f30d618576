"""Which reads of DynamoDB are strongly consistent, where no caller says so.

The AWS adapters send these, the adapters in memory answer by them, and
``tests/contract/test_consistent_reads.py`` holds the requests against them. Global indexes have no
consistent reads.
"""

from __future__ import annotations

#: What was registered can be started at once.
DEFINITIONS: bool = True
#: Items of a partition: a task that is not seen in its execution would be lost.
PARTITIONS: bool = True
#: Each state of a schedule follows from the one before.
SCHEDULES: bool = True
#: A queue that is not found is looked for again, or made again, which changes nothing.
QUEUE_REGISTRY: bool = False
#: For people to look at.
POLL_DATA: bool = False
