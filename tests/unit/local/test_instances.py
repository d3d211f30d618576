"""Running instances are found, dead ones are not."""

from __future__ import annotations

import dataclasses

import pytest

from podium_local.instances import Instance, announced, directory, running

INSTANCE = Instance(1, 8080, "http://127.0.0.1:8080", "http://127.0.0.1:4566", 0, "0.1.0")


@pytest.fixture(autouse=True)
def _runtime_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_instances_are_found_while_they_run():
    other = dataclasses.replace(INSTANCE, port=9090)
    assert running() == []
    with announced(other), announced(INSTANCE):
        assert running() == [INSTANCE, other]
    assert running() == []


def test_what_a_dead_process_left_is_removed():
    with announced(INSTANCE):
        left = directory() / "8080.json"
        text = left.read_text()
    left.write_text(text)
    assert running() == []
    assert not left.exists()


def test_only_its_user_can_look_inside():
    with announced(INSTANCE):
        assert directory().stat().st_mode & 0o077 == 0


def test_without_a_runtime_directory_there_is_a_place_of_the_users_own(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with announced(INSTANCE):
        assert directory().parent == tmp_path
        assert running() == [INSTANCE]
