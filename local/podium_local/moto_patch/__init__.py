"""Makes one version of moto fit to carry an engine: linear, bounded, serialized, on our clock.

Stock moto copies a whole table per item of a transaction, sorts it for each query, walks a queue
several times per call, forgets nothing, loses conditional writes under threads, and shows a reader
of a stream what a failed transaction rolled back (reference: aws.md 0, 2, 3). :func:`patched` repairs
that and nothing else; tests/unit/local/test_moto_patch.py compares the answers with those of stock
moto. Replaced functions are put back on the way out.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import moto

from podium_local.moto_patch.substitution import Substitutions

if TYPE_CHECKING:
    from podium_local.clock import LocalClock

#: Versions whose insides are known to be those the patch was written against.
SUPPORTED = re.compile(r"5\.2\.")


@contextmanager
def patched(clock: LocalClock, version: str = moto.__version__) -> Iterator[bool]:
    """Patch moto as long as the block runs; tables and queues are to be made inside it.

    Yields whether it did: another ``version`` than :data:`SUPPORTED` gives a RuntimeWarning and
    stays as it is (slow, unsafe under threads, and on the machine's clock).
    """
    if not SUPPORTED.match(version):
        warnings.warn(
            f"moto {version} is not known to Podium (5.2 is): it runs unpatched, which is slow and "
            "unsafe under threads. Install the locked version.",
            RuntimeWarning,
            stacklevel=3,
        )
        yield False
        return
    # Imported late: they reach into moto's insides, which another version may not have.
    from podium_local.moto_patch import (
        answers,
        calls,
        expressions,
        mappings,
        memory,
        queues,
        streams,
        tables,
    )

    substitutions = Substitutions()
    try:
        for part in (calls, memory, answers, expressions, tables, streams, queues, mappings):
            part.install(substitutions, clock)
        yield True
    finally:
        substitutions.undo()
