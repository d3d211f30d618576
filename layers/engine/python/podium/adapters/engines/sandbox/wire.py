"""What parent and child say to each other over the child's stdin and stdout.

A message is four bytes of length (big endian) and that many bytes. A request is the program as JSON
text, a line feed, and the document as JSON text (which holds no line feed). A reply is one letter
and a text: the result as JSON text, or a message.
"""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import Protocol

LENGTH = struct.Struct(">I")


class Answer(StrEnum):
    """First letter of a reply."""

    RESULT = "="
    #: The program is wrong or failed.
    ERROR = "!"
    #: The program was cut off.
    LIMIT = "%"
    #: The child's memory is full, maybe of what programs before this one have left in it.
    FULL = "#"


class Stream(Protocol):
    """An unbuffered binary file."""

    def write(self, data: memoryview, /) -> int | None:
        """Write some of ``data``; how much."""
        ...


def send(stream: Stream, payload: bytes) -> None:
    """Write one message, however much of it the pipe takes at a time."""
    rest = memoryview(LENGTH.pack(len(payload)) + payload)
    while rest:
        rest = rest[stream.write(rest) or 0 :]
