"""Payloads by path: written, read, measured, addressed."""

from __future__ import annotations

import pytest

from podium.errors import NotFoundError


def test_what_was_written_is_read_and_measured(backend, wf):
    backend.blobs.put(f"{wf}/a.json", '{"a": "ü"}'.encode())
    assert backend.blobs.get(f"{wf}/a.json") == '{"a": "ü"}'.encode()
    assert backend.blobs.size(f"{wf}/a.json") == 11


def test_what_is_not_there_is_said_to_be(backend, wf):
    for ask in (backend.blobs.get, backend.blobs.size):
        with pytest.raises(NotFoundError, match=f"no payload at {wf}/none"):
            ask(f"{wf}/none")


def test_an_address_names_the_path_and_is_for_one_purpose(backend, wf):
    read = backend.blobs.address(f"{wf}/a.json", write=False)
    write = backend.blobs.address(f"{wf}/a.json", write=True)
    assert f"{wf}/a.json" in read
    assert read != write
