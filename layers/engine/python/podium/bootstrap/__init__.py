"""The only place that wires services to adapters.

``assemble`` is pure wiring over any ports; ``engine`` is this process's engine on AWS, made from the
environment at first use. The local runtime and tests install their own.
"""

from __future__ import annotations

import os

from podium.bootstrap.assembly import OnDemand, Switches, assemble
from podium.bootstrap.aws import build
from podium.bootstrap.use_cases import Engine
from podium.settings import Settings

__all__ = ["Engine", "OnDemand", "Switches", "assemble", "build", "engine", "install"]

_installed: list[Engine] = []


def engine() -> Engine:
    """This process's engine: the installed one, or one made from the environment at first use."""
    if not _installed:
        install(build(Settings.from_environment(os.environ)))
    return _installed[-1]


def install(replacement: Engine | None) -> None:
    """Make ``replacement`` this process's engine; None: forget it, the next use makes a new one."""
    _installed[:] = [] if replacement is None else [replacement]
