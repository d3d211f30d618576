"""DefinitionStore on pynamodb, over the items that DynamoDefinitionReader reads.

The only module that imports pynamodb; no function on the hot path imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from podium.adapters.aws import definition_items as items
from podium.adapters.aws.definitions_reader import DynamoDefinitionReader
from podium.adapters.aws.errors import CONDITION_FAILED, translated
from podium.adapters.consistency import DEFINITIONS
from podium.domain.definitions import TaskDef, WorkflowDef

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from podium.domain.json import JsonMap


class _Definition(Model):
    """An item with a definition; each store makes a subclass bound to its table."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute(attr_name="n")
    json = UnicodeAttribute(attr_name=items.JSON, null=True)
    compressed = BinaryAttribute(attr_name=items.COMPRESSED, null=True, legacy_encoding=False)

    @property
    def definition(self) -> JsonMap:
        """The definition as JSON."""
        return items.unpack(self.serialize())


class DynamoDefinitions(DynamoDefinitionReader):
    """All of the metadata port."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        super().__init__(client, table)
        place = {
            "table_name": table,
            "region": client.meta.region_name,
            "host": client.meta.endpoint_url,
        }
        meta = type("Meta", (), place)
        #: pynamodb binds a class, not an object, to a table.
        self._model: type[_Definition] = type("BoundDefinition", (_Definition,), {"Meta": meta})

    def create_workflow(self, definition: WorkflowDef) -> bool:
        item = self._workflow_item(definition)
        return _holds("PutItem", lambda: item.save(condition=_Definition.pk.does_not_exist()))

    def put_workflow(self, definition: WorkflowDef) -> None:
        item = self._workflow_item(definition)
        with _translated("PutItem"):
            item.save()

    def delete_workflow(self, name: str, version: int) -> bool:
        return self._delete(items.WORKFLOWS, items.workflow_sort_key(name, version))

    def all_workflows(self) -> Sequence[WorkflowDef]:
        found = self._read(self._model.query(items.WORKFLOWS, consistent_read=DEFINITIONS))
        definitions = map(WorkflowDef.from_json, found)
        return sorted(definitions, key=lambda definition: (definition.name, definition.version))

    def workflow_versions(self, name: str) -> Sequence[WorkflowDef]:
        bounds = _Definition.sk.between(*items.version_bounds(name))
        found = self._read(self._model.query(items.WORKFLOWS, bounds, consistent_read=DEFINITIONS))
        return list(map(WorkflowDef.from_json, found))

    def put_task(self, definition: TaskDef) -> None:
        item = self._task_item(definition)
        with _translated("PutItem"):
            item.save()

    def replace_task(self, definition: TaskDef) -> bool:
        item = self._task_item(definition)
        return _holds("PutItem", lambda: item.save(condition=_Definition.pk.exists()))

    def delete_task(self, name: str) -> bool:
        return self._delete(items.TASKS, items.task_sort_key(name))

    def all_tasks(self) -> Sequence[TaskDef]:
        found = self._read(self._model.query(items.TASKS, consistent_read=DEFINITIONS))
        return sorted(map(TaskDef.from_json, found), key=lambda definition: definition.name)

    def _workflow_item(self, definition: WorkflowDef) -> _Definition:
        sk = items.workflow_sort_key(definition.name, definition.version)
        return self._item(items.WORKFLOWS, sk, definition.name, definition.to_json())

    def _task_item(self, definition: TaskDef) -> _Definition:
        sk = items.task_sort_key(definition.name)
        return self._item(items.TASKS, sk, definition.name, definition.to_json())

    def _item(self, pk: str, sk: str, name: str, definition: JsonMap) -> _Definition:
        plain, compressed = items.pack(definition)
        return self._model(pk=pk, sk=sk, name=name, json=plain, compressed=compressed)

    def _delete(self, pk: str, sk: str) -> bool:
        item = self._model(pk=pk, sk=sk)
        return _holds("DeleteItem", lambda: item.delete(condition=_Definition.pk.exists()))

    def _read(self, found: Iterable[_Definition]) -> Iterator[JsonMap]:
        with _translated("Query"):
            for item in found:
                yield item.definition


def _holds(call: str, write: Callable[[], object]) -> bool:
    """Run a conditional write; False when its condition does not hold."""
    with _translated(call):
        try:
            write()
        except PynamoDBException as error:
            if error.cause_response_code == CONDITION_FAILED:
                return False
            raise
    return True


@contextmanager
def _translated(call: str) -> Iterator[None]:
    """Run one call; what pynamodb wraps comes out as a PodiumError."""
    with translated(call):
        try:
            yield
        except PynamoDBException as error:
            raise (error.cause or error) from error
