"""Tags and limits of MetadataClient, and SchemaClient, of the Python SDK against ``podium up``."""

from __future__ import annotations

from typing import Any

import pytest
from conductor.client.configuration.configuration import Configuration
from conductor.client.http.models.schema_def import SchemaDef, SchemaType
from conductor.client.http.models.task_def import TaskDef
from conductor.client.http.rest import ApiException
from conductor.client.orkes.models.metadata_tag import MetadataTag
from conductor.client.orkes.orkes_schema_client import OrkesSchemaClient

from tests.parity.conftest import Server
from tests.parity.sdk import Sdk, calls

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def colour(value: str) -> MetadataTag:
    """Made within a test: its class warns that it is deprecated."""
    return MetadataTag("colour", value)


def pairs(tags: list[Any]) -> list[tuple[str, str, str]]:
    return [(tag.type, tag.key, tag.value) for tag in tags]


@calls(
    "MetadataClient.add_workflow_tag",
    "MetadataClient.get_workflow_tags",
    "MetadataClient.set_workflow_tags",
    "MetadataClient.delete_workflow_tag",
)
def test_tags_of_a_workflow(sdk: Sdk) -> None:
    sdk.register("sdk_tagged", ("SIMPLE", "work"))
    sdk.metadata.add_workflow_tag(colour("red"), "sdk_tagged")
    sdk.metadata.add_workflow_tag(colour("blue"), "sdk_tagged")
    both = [("METADATA", "colour", "blue"), ("METADATA", "colour", "red")]
    assert pairs(sdk.metadata.get_workflow_tags("sdk_tagged")) == both
    sdk.metadata.delete_workflow_tag(colour("blue"), "sdk_tagged")
    assert pairs(sdk.metadata.get_workflow_tags("sdk_tagged")) == both[1:]
    sdk.metadata.set_workflow_tags([colour("blue")], "sdk_tagged")
    assert pairs(sdk.metadata.get_workflow_tags("sdk_tagged")) == both[:1]


@calls(
    "MetadataClient.addTaskTag",
    "MetadataClient.getTaskTags",
    "MetadataClient.setTaskTags",
    "MetadataClient.deleteTaskTag",
)
def test_tags_of_a_task(sdk: Sdk) -> None:
    sdk.metadata.register_task_def(TaskDef(name="sdk_tagged_task"))
    sdk.metadata.addTaskTag(colour("red"), "sdk_tagged_task")
    assert pairs(sdk.metadata.getTaskTags("sdk_tagged_task")) == [("METADATA", "colour", "red")]
    sdk.metadata.setTaskTags([colour("blue")], "sdk_tagged_task")
    assert pairs(sdk.metadata.getTaskTags("sdk_tagged_task")) == [("METADATA", "colour", "blue")]
    sdk.metadata.deleteTaskTag(colour("blue"), "sdk_tagged_task")
    assert sdk.metadata.getTaskTags("sdk_tagged_task") == []


@calls(
    "MetadataClient.setWorkflowRateLimit",
    "MetadataClient.getWorkflowRateLimit",
    "MetadataClient.removeWorkflowRateLimit",
)
def test_the_limit_of_a_workflow(sdk: Sdk) -> None:
    sdk.register("sdk_limited", ("SIMPLE", "work"))
    assert sdk.metadata.getWorkflowRateLimit("sdk_limited") is None
    for limit in (5, 3):
        sdk.metadata.setWorkflowRateLimit(limit, "sdk_limited")
        assert sdk.metadata.getWorkflowRateLimit("sdk_limited") == limit
        config = sdk.metadata.get_workflow_def("sdk_limited").rate_limit_config
        assert config.concurrent_exec_limit == limit
    sdk.metadata.removeWorkflowRateLimit("sdk_limited")
    assert sdk.metadata.getWorkflowRateLimit("sdk_limited") is None


def test_the_schema_client(server: Server) -> None:
    client = OrkesSchemaClient(Configuration(server_api_url=server.url))
    data = {"type": "object", "required": ["n"]}
    for version in (1, 2):
        client.register_schema(
            SchemaDef(name="sdk_schema", version=version, type=SchemaType.JSON, data=data)
        )
    found = client.get_schema("sdk_schema", 2)
    assert (found.name, found.version, found.data) == ("sdk_schema", 2, data)
    assert [each.version for each in client.get_all_schemas() if each.name == "sdk_schema"] == [
        1,
        2,
    ]
    client.delete_schema("sdk_schema", 1)
    with pytest.raises(ApiException) as refused:
        client.get_schema("sdk_schema", 1)
    assert refused.value.status == 404
    client.delete_schema_by_name("sdk_schema")
    assert not [each for each in client.get_all_schemas() if each.name == "sdk_schema"]
