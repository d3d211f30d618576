"""Inline advance: carry on in the request what the stream would do anyway.

A setting. The stream's records come all the same and find nothing left to do; what fails here is
therefore left to them, never shown to the client whose own write has been accepted.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from podium.errors import PodiumError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.changes import Change
    from podium.services.advancing import Advancing

logger = logging.getLogger(__name__)

#: Changes handled within one request; the stream takes over beyond.
MOST_INLINE = 64


class Following:
    """Follows changes up inline, or leaves them to the stream."""

    def __init__(self, advancing: Advancing, *, inline: bool) -> None:
        """``inline`` is the setting PODIUM_INLINE_ADVANCE."""
        self._advancing = advancing
        self._inline = inline

    def follow(self, changes: Sequence[Change], *, always: bool = False) -> None:
        """Handle ``changes`` and what follows; ``always``: also when inline advance is off."""
        if not (self._inline or always):
            return
        try:
            self._advancing.run(changes, limit=MOST_INLINE)
        except PodiumError:
            logger.warning("left to the stream", exc_info=True)
