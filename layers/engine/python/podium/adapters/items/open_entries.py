"""The header's ``open`` list as one short string.

``1|12w7;13c4/12:3,a1,i2,t1.3,l4,g1,rname``: the version of the format, then the entries. An entry
is its seq, the letter of its kind and its node; after commas whatever is not zero or empty:
``a`` attempt, ``i`` inc, ``t`` iteration, ``l`` loop, ``g`` generation, ``r`` ref, ``o`` opened at
(epoch ms), ``h`` by hand, ``d`` detached, ``n`` input given, ``c`` closing, ``p`` part, ``e`` seq and
``q`` ref of the error, ``f`` failed. Nodes and refs are escaped, so that any text is a legal one.
"""

from __future__ import annotations

import re

from podium.domain.execution import Kind, OpenEntry
from podium.domain.ids import escape_ref, unescape_ref
from podium.errors import DefectError

_VERSION = "1|"
_UNSAFE = re.compile(r"[^A-Za-z0-9_/:.-]")
_HEAD = re.compile(r"(\d+)([a-z])(.*)", re.DOTALL)


def pack_entries(entries: tuple[OpenEntry, ...]) -> str:
    """Entries in their order; empty text for none."""
    return _VERSION + ";".join(map(_pack, entries)) if entries else ""


def unpack_entries(packed: str) -> tuple[OpenEntry, ...]:
    """Undo :func:`pack_entries`; DefectError for a format of another version."""
    if not packed:
        return ()
    if not packed.startswith(_VERSION):
        raise DefectError(f"open entries of an unknown format: {packed[:20]!r}")
    return tuple(map(_unpack, packed.removeprefix(_VERSION).split(";")))


def pack_numbers(numbers: tuple[int, ...]) -> str:
    """``(1, 3)`` as ``"1.3"``."""
    return ".".join(map(str, numbers))


def unpack_numbers(packed: str) -> tuple[int, ...]:
    """Undo :func:`pack_numbers`."""
    return tuple(map(int, packed.split("."))) if packed else ()


def pack_ranges(ranges: tuple[tuple[int, int], ...]) -> str:
    """``((1, 5), (7, 7))`` as ``"1-5.7-7"``."""
    return ".".join(f"{first}-{last}" for first, last in ranges)


def unpack_ranges(packed: str) -> tuple[tuple[int, int], ...]:
    """Undo :func:`pack_ranges`."""
    pairs = (part.partition("-") for part in packed.split(".") if part)
    return tuple((int(first), int(last)) for first, _, last in pairs)


def pack_skipped(skipped: tuple[tuple[int, str], ...]) -> str:
    """``((5, "3"), (6, "7"))`` as ``"5@3.6@7"``; only static nodes are skipped."""
    return ".".join(f"{seq}@{node}" for seq, node in skipped)


def unpack_skipped(packed: str) -> tuple[tuple[int, str], ...]:
    """Undo :func:`pack_skipped`."""
    pairs = (part.partition("@") for part in packed.split(".") if part)
    return tuple((int(seq), node) for seq, _, node in pairs)


def _pack(entry: OpenEntry) -> str:
    fields = (
        ("a", entry.attempt),
        ("i", entry.inc),
        ("t", pack_numbers(entry.iteration)),
        ("l", entry.loop),
        ("g", entry.generation),
        ("r", escape_ref(entry.ref)),
        ("o", entry.opened_at),
        ("h", int(entry.by_hand)),
        ("d", int(entry.detached)),
        ("n", int(entry.given)),
        ("c", int(entry.closing)),
        ("p", entry.part),
        ("e", entry.error_seq),
        ("q", escape_ref(entry.error_ref)),
        ("f", entry.failed),
    )
    tail = "".join(f",{tag}{value}" for tag, value in fields if value)
    node = _UNSAFE.sub(lambda match: f"~{ord(match[0]):x}.", entry.node)
    return f"{entry.seq}{entry.kind.value}{node}{tail}"


def _unpack(packed: str) -> OpenEntry:
    head, *tail = packed.split(",")
    match = _HEAD.fullmatch(head)
    if match is None:
        raise DefectError(f"not an open entry: {packed!r}")
    fields = {part[0]: part[1:] for part in tail}
    return OpenEntry(
        seq=int(match[1]),
        node=unescape_ref(match[3]),
        kind=Kind(match[2]),
        attempt=int(fields.get("a", 0)),
        inc=int(fields.get("i", 0)),
        iteration=unpack_numbers(fields.get("t", "")),
        loop=int(fields.get("l", 0)),
        generation=int(fields.get("g", 0)),
        ref=unescape_ref(fields.get("r", "")),
        opened_at=int(fields.get("o", 0)),
        by_hand="h" in fields,
        detached="d" in fields,
        given="n" in fields,
        closing="c" in fields,
        part=int(fields.get("p", 0)),
        error_seq=int(fields.get("e", 0)),
        error_ref=unescape_ref(fields.get("q", "")),
        failed=int(fields.get("f", 0)),
    )
