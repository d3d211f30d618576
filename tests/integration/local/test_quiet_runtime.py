"""A runtime that cannot start leaves nothing behind; one on a virtual clock waits to be told."""

from __future__ import annotations

import json
import os
import socket

import pytest

from podium_local.clock import VirtualClock
from podium_local.ports import PortInUseError
from podium_local.runtime import LocalRuntime, Options


def test_a_taken_port_is_named_and_nothing_is_left_behind():
    before = dict(os.environ)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(PortInUseError, match=f"port {port}, wanted for AWS, is in use"),
            LocalRuntime(Options(port=0, aws_port=port)),
        ):
            pass
    assert dict(os.environ) == before


@pytest.mark.parametrize("inline", [True, False])
def test_with_a_virtual_clock_nothing_moves_by_itself(inline):
    before = dict(os.environ)
    with LocalRuntime(Options(clock=VirtualClock(), inline_advance=inline)) as quiet:
        assert quiet.url == quiet.aws_url == ""
        assert os.environ["PODIUM_INLINE_ADVANCE"] == json.dumps(inline)
        assert quiet.pump.step().is_idle
    assert dict(os.environ) == before
