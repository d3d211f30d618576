"""Keys of the executions table (protocol.md 2)."""

from __future__ import annotations

import hashlib
import zlib

from podium.adapters.items.attributes import Attribute, Item, Key, text
from podium.domain.ids import TaskKey, escape_ref, unescape_ref
from podium.domain.scopes import MARK

HEADER = "H"
START = "I"
OUTPUT = "O"
SEARCH = "S"
TASKS = "T#"
VARIABLES = "V#"
GIVEN = "N#"
WAITERS = "A#"
WORKFLOWS = "W#"
MESSAGES = "Q#"

#: Sorts after everything a sort key may go on with: all of them are printable ASCII.
LAST = "\x7f"

#: Partitions of the ``due`` index, so that no single one takes every far timer.
DUE_BUCKETS = tuple("01234567")

#: A sort key holds 1024 bytes; a longer escaped ref is hashed.
_LONGEST_REF = 500
#: Characters of an id; ours have 36. A partition key holds 2048 bytes.
_LONGEST_ID = 400
#: No escaped ref contains it: a ``~`` there is always followed by hex digits.
_HASHED = "~~"


def partition(workflow_id: str) -> str:
    """Partition key of everything an execution consists of."""
    return WORKFLOWS + _short_id(workflow_id)


def _short_id(workflow_id: str) -> str:
    """An id as a part of a key: one that is longer than any of ours is hashed, so that it can be asked
    for and is not there.
    """
    if len(workflow_id) <= _LONGEST_ID:
        return workflow_id
    return _HASHED + hashlib.sha256(workflow_id.encode("utf-8", "surrogatepass")).hexdigest()


def workflow_id_of(item: dict[str, Attribute]) -> str:
    """The execution an item of :func:`partition` belongs to."""
    return text(item, "pk").removeprefix(WORKFLOWS)


def header_key(workflow_id: str) -> Key:
    """Key of H."""
    return partition(workflow_id), HEADER


def start_key(workflow_id: str) -> Key:
    """Key of I."""
    return partition(workflow_id), START


def output_key(workflow_id: str) -> Key:
    """Key of O."""
    return partition(workflow_id), OUTPUT


def search_key(workflow_id: str) -> Key:
    """Key of S."""
    return partition(workflow_id), SEARCH


def variables_key(workflow_id: str, version: int) -> Key:
    """Key of a variables snapshot. Two slots taken in turn keep the newest two without a delete."""
    return partition(workflow_id), f"{VARIABLES}{version % 2}"


def given_key(workflow_id: str, seq: int) -> Key:
    """Key of the input that an operator gave to a task."""
    return partition(workflow_id), f"{GIVEN}{seq:08d}"


def archive_key(workflow_id: str) -> Key:
    """Key of the item that says where the archived copy of an execution is."""
    return f"A#{_short_id(workflow_id)}", "A"


def is_archived(item: dict[str, Attribute]) -> bool:
    """Part of what an archive keeps of a partition: H, I, O, V and T."""
    sk = text(item, "sk")
    return sk in {HEADER, START, OUTPUT} or sk.startswith((TASKS, VARIABLES))


def short_ref(ref: str) -> str:
    """A ref as a part of a sort key: escaped, its name hashed when very long."""
    name, mark, within = ref.partition(MARK)
    escaped = escape_ref(name)
    if len(escaped) > _LONGEST_REF:
        escaped = _HASHED + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return escaped + escape_ref(mark + within)


def task_prefix(ref: str) -> str:
    """What the sort keys of all items under ``ref`` begin with."""
    return f"{TASKS}{short_ref(ref)}#"


def family_prefix(family: str) -> str:
    """What the sort keys of all items under refs that begin with ``family`` begin with (scopes.py)."""
    return f"{TASKS}{short_ref(family)}"


def task_key(key: TaskKey) -> Key:
    """Key of T."""
    return partition(key.workflow_id), f"{task_prefix(key.ref)}{key.seq:08d}"


def ref_attributes(ref: str) -> Item:
    """The ref itself where the sort key only carries its hash."""
    return {"rf": escape_ref(ref)} if short_ref(ref).startswith(_HASHED) else {}


def ref_and_seq(item: dict[str, Attribute]) -> tuple[str, int]:
    """Reference name and sequence number of a task item."""
    short, _, seq = text(item, "sk").removeprefix(TASKS).rpartition("#")
    escaped = text(item, "rf") if short.startswith(_HASHED) else short
    return unescape_ref(escaped), int(seq)


def is_task(item: dict[str, Attribute]) -> bool:
    """True for T."""
    return text(item, "sk").startswith(TASKS)


def is_header(item: dict[str, Attribute]) -> bool:
    """True for H."""
    return item.get("sk") == HEADER and text(item, "pk").startswith(WORKFLOWS)


def is_search(item: dict[str, Attribute]) -> bool:
    """True for S."""
    return item.get("sk") == SEARCH


def messages_of(workflow_id: str) -> str:
    """Partition key of the messages to an execution: apart, since nobody reads them with it."""
    return MESSAGES + _short_id(workflow_id)


def message_run(generation: int) -> str:
    """What the sort keys of the messages to one run of an execution begin with."""
    return f"{generation:06d}#"


def message_key(workflow_id: str, generation: int, number: int) -> Key:
    """Key of a message."""
    return messages_of(workflow_id), f"{message_run(generation)}{number:08d}"


def message_number(item: dict[str, Attribute]) -> int:
    """Number of a message in its queue."""
    return int(text(item, "sk").partition("#")[2])


def message_place(item: dict[str, Attribute]) -> tuple[str, int, int]:
    """Execution, run generation and number of a message."""
    generation, _, number = text(item, "sk").partition("#")
    return text(item, "pk").removeprefix(MESSAGES), int(generation), int(number)


def is_message(item: dict[str, Attribute]) -> bool:
    """True for a message to an execution."""
    return text(item, "pk").startswith(MESSAGES)


def due_bucket(workflow_id: str) -> str:
    """The partition of the ``due`` index that carries this execution's far timer."""
    return DUE_BUCKETS[zlib.crc32(workflow_id.encode()) % len(DUE_BUCKETS)]


def snapshot_key(digest: str) -> Key:
    """Key of a definition snapshot."""
    return f"D#{digest}", "D"


def idempotency_key(name: str, key: str) -> Key:
    """Key of K: one idempotency key of one workflow name (protocol.md 3, Start)."""
    text_of = f"{len(name)}#{name}#{key}"
    encoded = text_of.encode("utf-8", "surrogatepass")
    if len(encoded) > _LONGEST_REF or not text_of.isprintable():
        text_of = _HASHED + hashlib.sha256(encoded).hexdigest()
    return f"K#{text_of}", "K"


def limit_key(key: str) -> Key:
    """Key of L, the slots of the limit called ``key``."""
    return f"L#{short_ref(key)}", "L"


def cache_key(digest: str) -> Key:
    """Key of C: the kept output of a task."""
    return f"C#{digest}", "C"


def page_key(name: str) -> Key:
    """Key of P: where a page of a search ended."""
    return f"P#{name}", "P"


def logs_partition(task_id: str) -> str:
    """Partition key of the log lines of a task; any text is a task id here."""
    encoded = task_id.encode("utf-8", "surrogatepass")
    if len(encoded) > _LONGEST_REF or not task_id.isascii():
        return f"LOG#{_HASHED}{hashlib.sha256(encoded).hexdigest()}"
    return f"LOG#{task_id}"
