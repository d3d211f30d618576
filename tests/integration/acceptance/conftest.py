"""Every case runs twice: with inline advance, and with the stream alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.client import Client
from tests.support.stack import local_stack


@pytest.fixture(params=[True, False], ids=["inline", "stream-only"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    with local_stack(inline_advance=request.param) as stack:
        yield Client(stack)
