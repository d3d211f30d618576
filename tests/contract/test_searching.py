"""Whole searches on every store: what a plain filter finds, each execution once (rest-api.md 11)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podium.adapters.items.search_store import ItemSearch
from podium.domain.search import WORKFLOW_FIELDS, SearchParameters
from tests.support.queries import (
    Query,
    Sorting,
    facts_of,
    in_order,
    queries,
    sortings,
    workflow_rows,
)
from tests.support.search_rows import Services, as_stored, put_executions

ROWS = [as_stored(row) for row in workflow_rows()]
FACTS = [facts_of(row) for row in ROWS]


@pytest.fixture(scope="module")
def services(backend):
    store = backend.store()
    search = ItemSearch(store._table)
    put_executions(store, search, ROWS)
    return Services(store, search, backend.clock)


def expected(query: Query, sorting: Sorting) -> list[str]:
    found = in_order([fact for fact in FACTS if query.wants(fact)], sorting.keys)
    return [fact["workflowId"] for fact in found]


def check(services: Services, examples: int) -> None:
    """Each execution that a query wants, once, over pages of several sizes."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(queries(ROWS), sortings(), st.sampled_from([1, 7, 50, 299, 300, 1000]))
    def compare(query: Query, sorting: Sorting, size: int) -> None:
        wanted = expected(query, sorting)
        parameters = SearchParameters(query=query.text, sort=sorting.values)
        asked = replace(parameters.read(WORKFLOW_FIELDS), size=max(size, len(wanted) // 3 + 1))
        found: list[str] = []
        for start in range(0, max(len(wanted), 1), asked.size):
            page = services.searching.search(replace(asked, start=start))
            assert page.total == len(wanted)
            assert not page.is_cut_short
            found += [row.workflow_id for row in page.rows]
        assert found == wanted

    compare()


def test_a_search_finds_what_a_plain_filter_finds(services, request):
    check(services, 200 if "memory" in request.node.name else 4)


@pytest.mark.slow
def test_many_searches_find_what_a_plain_filter_finds(services, request):
    check(services, 2000 if "memory" in request.node.name else 200)


def test_rows_come_back_whole(services):
    asked = replace(SearchParameters().read(WORKFLOW_FIELDS), size=1000)
    found = services.searching.search(asked).rows
    assert sorted(map(repr, found)) == sorted(map(repr, ROWS))
