"""One installation with inline advance; what depends on it says so itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.client import Client
from tests.support.stack import local_stack


@pytest.fixture
def client() -> Iterator[Client]:
    with local_stack() as stack:
        yield Client(stack)


@pytest.fixture
def stream_only() -> Iterator[Client]:
    with local_stack(inline_advance=False) as stack:
        yield Client(stack)
