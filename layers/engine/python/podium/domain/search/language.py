"""What reads queries, and finds, sorts and pages by them; loaded where somebody searches."""

from __future__ import annotations

from podium.domain.search.matching import matches
from podium.domain.search.paging import REMEMBER_SECONDS, Page, is_turned, page_of
from podium.domain.search.parsing import parse
from podium.domain.search.planning import plan
from podium.domain.search.requests import MAX_SIZE, SearchParameters, SearchRequest
from podium.domain.search.writing import write

__all__ = [
    "MAX_SIZE",
    "REMEMBER_SECONDS",
    "Page",
    "SearchParameters",
    "SearchRequest",
    "is_turned",
    "matches",
    "page_of",
    "parse",
    "plan",
    "write",
]
