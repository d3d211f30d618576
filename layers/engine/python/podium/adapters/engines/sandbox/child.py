"""The child: reads a request, runs it, writes the reply, until its parent is gone.

It has no environment and can open no file and no socket, its memory is bounded, and an alarm ends
it when a request takes too long even if nobody is left to kill it. Importing this module does
nothing; ``python -c`` calls :func:`main`.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO

from podium.adapters.engines.sandbox.wire import LENGTH, Answer, send

#: Runs one request: program and document as JSON text in, result as JSON text out.
Run = Callable[[str, str], str]


class CutOffError(Exception):
    """A program reached a limit that its own engine watches."""


def main(runner: str, seconds: float, alarm: float, memory: int, output: int) -> None:
    """Serve the module ``runner``.

    ``seconds`` is what the engine may take by its own clock, ``alarm`` what a request may take;
    ``memory`` of this process and ``output`` of a result are in bytes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # Before the engine is loaded: jq would show the variables to a program.
    os.environ.clear()
    run: Run = importlib.import_module(runner).start(seconds)
    _close_the_doors(memory)
    requests, replies = sys.stdin.buffer, io.FileIO(sys.stdout.fileno(), "w", closefd=False)
    send(replies, Answer.RESULT.encode())
    while (request := _receive(requests)) is not None:
        signal.setitimer(signal.ITIMER_REAL, alarm)
        reply = _answer(run, request, output)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(replies, reply)


def _answer(run: Run, request: bytes, output: int) -> bytes:
    try:
        program, _, document = request.decode().partition("\n")
        result = run(program, document).encode()
    except MemoryError:
        return f"{Answer.FULL}out of memory".encode()
    except (CutOffError, RecursionError) as error:
        return f"{Answer.LIMIT}{_message(error)}".encode(errors="replace")
    except Exception as error:  # noqa: BLE001 - whatever it is, the program caused it
        return f"{Answer.ERROR}{_message(error)}".encode(errors="replace")
    if len(result) > output:
        return f"{Answer.LIMIT}the result has more than {output} bytes".encode()
    return Answer.RESULT.encode() + result


def _message(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _close_the_doors(memory: int) -> None:
    # Not every system knows every limit; the parent's clock stands behind them.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # Stdin, stdout and stderr stay; whatever would open a fourth file or a socket fails.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _receive(stream: BinaryIO) -> bytes | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return stream.read(LENGTH.unpack(head)[0])
