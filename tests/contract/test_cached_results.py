"""What is kept of runs: the newest result under a key, for a while."""

from __future__ import annotations

from podium.adapters.items.keys import cache_key
from podium.domain.caching import CachedResult
from tests.support.executions import NOW, raw
from tests.support.racing import race


def test_nothing_is_kept_under_an_unknown_key(store, wf):
    assert store.cached_result(f"{wf}-unknown") is None


def test_a_result_is_read_as_it_was_kept_and_expires(store, wf):
    result = CachedResult({"n": [None, "é"]}, NOW, "somewhere")
    store.keep_result(wf, result, 60)
    assert store.cached_result(wf) == result
    assert raw(store, cache_key(wf))["ttl"] == NOW // 1000 + 60
    store.keep_result(f"{wf}-empty", CachedResult({}, NOW), 60)
    assert store.cached_result(f"{wf}-empty") == CachedResult({}, NOW)


def test_a_large_result_lies_in_the_payload_store(backend, wf):
    store = backend.store(threshold=1000)
    result = CachedResult({"text": "x" * 5000}, NOW)
    store.keep_result(wf, result, 60)
    assert store.cached_result(wf) == result
    assert "out" not in raw(store, cache_key(wf))


def test_an_older_result_that_comes_late_changes_nothing(store, wf):
    store.keep_result(wf, CachedResult({"n": 2}, NOW + 2), 60)
    for at in (NOW, NOW + 2):
        store.keep_result(wf, CachedResult({"n": 1}, at), 6000)
    assert store.cached_result(wf) == CachedResult({"n": 2}, NOW + 2)
    store.keep_result(wf, CachedResult({"n": 3}, NOW + 3), 60)
    assert store.cached_result(wf) == CachedResult({"n": 3}, NOW + 3)


def test_of_racing_results_the_newest_stays(store, wf):
    race(6, lambda n: store.keep_result(wf, CachedResult({"n": n}, NOW + n), 60))
    assert store.cached_result(wf) == CachedResult({"n": 5}, NOW + 5)
