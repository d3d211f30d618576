"""This process's engine, on the clock of the runtime."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium_local.clock import LocalClock


def install_engine(clock: LocalClock) -> None:
    """Make an engine from the environment and let every handler use it; it starts with cold caches."""
    from podium import bootstrap
    from podium.settings import Settings

    settings = Settings.from_environment(os.environ)
    bootstrap.install(bootstrap.build(settings, clock=clock, sleep=clock.sleep))


def forget_engine() -> None:
    """Let the next use of the engine make a new one, from the environment of that moment."""
    from podium import bootstrap

    bootstrap.install(None)
