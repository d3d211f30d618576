"""Runs one part of the simulation's seeds for a test file; who comes last checks what all have covered.

A part is a process of its own, the command's: nothing traces it, and it tells what the command tells.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conftest import REPOSITORY
from tests.invariants.simulation import coverage
from tests.invariants.simulation.faults import Fault
from tests.invariants.simulation.seeds import slices

#: Test files that share the seeds: ``--dist loadfile`` gives each to a core.
PARTS = 4
#: What has to have happened in a hundred seeds on moto.
FAULTS_ON_MOTO = (
    Fault.KILLED_BEFORE_WRITE,
    Fault.KILLED_AFTER_WRITE,
    Fault.WRITE_REPEATED,
)


def check_part(part: int, base: Path) -> None:
    """No invariant is broken in this part's seeds; ``base`` is pytest's folder for temporary files."""
    # Each worker of xdist has a folder of its own inside that of the run.
    shared = base.parent if base.name.startswith("popen-") else base
    counts: Counter[str] = Counter()
    for seeds in slices(PARTS)[part]:
        report = _run(seeds)
        assert not report["failed"], f"broken: {json.dumps(report['failed'], indent=1)}"
        counts.update(report["counts"])
    (shared / f"simulated-{part}.json").write_text(json.dumps(counts))
    told = [shared / f"simulated-{each}.json" for each in range(PARTS)]
    if all(path.exists() for path in told):
        check_coverage([Counter(json.loads(path.read_text())) for path in told])


def check_on_moto(seeds: range) -> None:
    """The same on the adapters of AWS over moto, a second each."""
    report = _run(seeds, "--on", "moto")
    assert not report["failed"], f"broken on moto: {json.dumps(report['failed'], indent=1)}"
    assert [fault for fault in FAULTS_ON_MOTO if not report["counts"].get(fault.value)] == []


def check_coverage(parts: Sequence[Counter[str]]) -> None:
    """Everything that has to happen did, in one of the parts."""
    missing = coverage.missing(sum(parts, Counter()))
    assert not missing, f"never happened in the simulation: {missing}"


def _run(seeds: Sequence[int], *options: str) -> Any:
    numbers = str(seeds[0]), str(seeds[-1] + 1)
    command = [sys.executable, "-m", "tests.invariants.simulation", *numbers, *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)
