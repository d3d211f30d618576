"""Registered schemas and tags, on the items of a table."""

from __future__ import annotations

import pytest

from podium.adapters.items.schema_store import ItemSchemaStore
from podium.adapters.items.tag_store import ItemTagStore
from podium.domain.definitions import SchemaDef
from podium.domain.tags import Tag, Tagged
from podium.errors import PayloadTooLargeError
from tests.support.racing import race


@pytest.fixture
def schemas(store):
    return ItemSchemaStore(store._table)


@pytest.fixture
def tags(store):
    return ItemTagStore(store._table)


def test_a_schema_is_read_as_it_was_put(schemas, wf):
    schema = SchemaDef(name=f"{wf} é#/", version=3, data={"type": "object", "x": [None]})
    assert schemas.get(schema.name, 3) is None
    schemas.put(schema)
    assert schemas.get(schema.name, 3) == schema
    schemas.put(SchemaDef(name=schema.name, version=3, data={}))
    assert schemas.get(schema.name, 3) == SchemaDef(name=schema.name, version=3, data={})


def test_versions_are_in_order_and_of_one_name_alone(schemas, wf):
    for name, version in ((wf, 10), (wf, 9), (f"{wf}0", 1), (wf, 1)):
        schemas.put(SchemaDef(name=name, version=version))
    assert [each.version for each in schemas.versions(wf)] == [1, 9, 10]
    found = [(each.name, each.version) for each in schemas.all() if each.name.startswith(wf)]
    assert found == [(wf, 1), (wf, 9), (wf, 10), (f"{wf}0", 1)]


def test_a_schema_is_forgotten_and_forgotten_again(schemas, wf):
    schemas.put(SchemaDef(name=wf, version=1))
    for _ in range(2):
        schemas.delete(wf, 1)
        assert schemas.versions(wf) == []


def test_a_schema_that_no_item_holds_is_refused(schemas, wf):
    with pytest.raises(PayloadTooLargeError, match=wf):
        schemas.put(SchemaDef(name=wf, data={"text": "x" * 400_000}))


def test_tags_differ_by_any_part_and_are_sorted(tags, wf):
    given = [Tag("b", "1"), Tag("a", "2"), Tag("a", "1"), Tag("a", "1", "OTHER"), Tag("a", "2")]
    for tag in given:
        tags.add(Tagged.WORKFLOW, wf, tag)
    tags.add(Tagged.TASK, wf, Tag("c", "3"))
    tags.add(Tagged.WORKFLOW, f"{wf}#", Tag("d", "4"))
    assert tags.of(Tagged.WORKFLOW, wf) == sorted(set(given))
    assert tags.of(Tagged.TASK, wf) == [Tag("c", "3")]
    assert set(given) | {Tag("c", "3"), Tag("d", "4")} <= set(tags.all())
    for _ in range(2):
        tags.remove(Tagged.WORKFLOW, wf, Tag("a", "1"))
        assert Tag("a", "1") not in tags.of(Tagged.WORKFLOW, wf)
    assert tags.of(Tagged.WORKFLOW, f"{wf}-nothing") == []


def test_of_tags_that_race_none_is_lost(tags, wf):
    race(6, lambda n: tags.add(Tagged.TASK, wf, Tag("k", str(n))))
    assert len(tags.of(Tagged.TASK, wf)) == 6
