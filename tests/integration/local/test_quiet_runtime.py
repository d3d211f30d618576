"""A runtime on a virtual clock waits to be told."""

from __future__ import annotations

import json
import os

import pytest

from podium_local.clock import VirtualClock
from podium_local.runtime import LocalRuntime, Options


@pytest.mark.parametrize("inline", [True, False])
def test_with_a_virtual_clock_nothing_moves_by_itself(inline):
    before = dict(os.environ)
    with LocalRuntime(Options(clock=VirtualClock(), inline_advance=inline)) as quiet:
        assert quiet.url == quiet.aws_url == ""
        assert os.environ["PODIUM_INLINE_ADVANCE"] == json.dumps(inline)
        assert quiet.pump.step().is_idle
    assert dict(os.environ) == before
