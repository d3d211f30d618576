"""What tests of invariants share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def quiet() -> Iterator[None]:
    """What the local runtime and handlers log of processes that die is expected."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
