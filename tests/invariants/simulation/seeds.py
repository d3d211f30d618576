"""The seeds that the tests run: the same for the same commit, wherever it is checked out."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence

from tests.conftest import REPOSITORY

#: Seeds that are always run, and those that each commit chooses for itself.
FIXED, DERIVED = 2_000, 200
#: What the source files are when there is no git: all that decides a history.
_SOURCES = ("layers", "functions", "infra", "local", "tests/invariants/simulation", "tests/support")


def derived(number: int = DERIVED) -> range:
    """Seeds of the commit's tree, far above the fixed ones."""
    first = int(hashlib.sha256(tree().encode()).hexdigest()[:8], 16) + 1_000_000
    return range(first, first + number)


def slices(number: int) -> list[list[Sequence[int]]]:
    """The seeds of the tests in so many parts, each with its share of both kinds."""
    kinds = (range(FIXED), derived())
    return [
        [seeds[part * len(seeds) // number : (part + 1) * len(seeds) // number] for seeds in kinds]
        for part in range(number)
    ]


def tree() -> str:
    """Git's hash of the commit's files; outside of a checkout, one of the files themselves."""
    asked = ["git", "rev-parse", "HEAD^{tree}"]
    try:
        done = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    except OSError:
        return _hash_of_files()
    return done.stdout.strip() if done.returncode == 0 else _hash_of_files()


def _hash_of_files() -> str:
    digest = hashlib.sha256()
    for folder in _SOURCES:
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            digest.update(str(path.relative_to(REPOSITORY)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
