"""Stop signals: whatever moment they choose, the wait ends."""

from __future__ import annotations

import os
import signal

from podium_local.stopping import stop_signals


def test_a_signal_that_came_before_the_wait_ends_it() -> None:
    with stop_signals((signal.SIGUSR1,)) as wait:
        os.kill(os.getpid(), signal.SIGUSR1)
        wait()


def test_a_signal_ends_the_wait_at_whatever_moment_it_comes() -> None:
    for number in range(3000):
        with stop_signals((signal.SIGALRM,)) as wait:
            # From before the wait to well into it, a microsecond at a time.
            signal.setitimer(signal.ITIMER_REAL, 1e-6 * (1 + number % 60))
            wait()


def test_the_handlers_from_before_are_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with stop_signals():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
