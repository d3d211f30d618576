"""What the topology describes is what gets made."""

from __future__ import annotations

import json

import pytest
from moto import mock_aws

from podium.settings import Settings
from podium_local.environment import for_functions, for_workers
from podium_local.resources import create
from podium_local.topology import TOPOLOGY
from tests.support.moto import client


@pytest.fixture(scope="module")
def resources():
    with mock_aws():
        yield create(TOPOLOGY, client)


def test_tables_have_their_keys_indexes_streams_and_expiry(resources):
    for table in TOPOLOGY.tables:
        name = resources.tables[table.name]
        made = client("dynamodb").describe_table(TableName=name)["Table"]
        assert [key["AttributeName"] for key in made["KeySchema"]] == ["pk", "sk"]
        assert {index["IndexName"] for index in made.get("GlobalSecondaryIndexes", [])} == {
            index.name for index in table.indexes
        }
        assert ("LatestStreamArn" in made) is table.stream is (table.name in resources.streams)
        expiry = client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        assert expiry.get("AttributeName", "") == table.ttl_attribute


def test_queues_have_their_timeouts_and_dead_letters(resources):
    for queue in TOPOLOGY.queues:
        attributes = client("sqs").get_queue_attributes(
            QueueUrl=resources.queue_urls[queue.name], AttributeNames=["All"]
        )["Attributes"]
        assert attributes["VisibilityTimeout"] == str(queue.visibility)
        assert attributes["MessageRetentionPeriod"] == str(queue.retention)
        policy = json.loads(attributes.get("RedrivePolicy", "{}"))
        if queue.dead_letters is None:
            assert policy == {}
        else:
            assert policy == {
                "deadLetterTargetArn": resources.queue_arns[queue.dead_letters.queue],
                "maxReceiveCount": queue.dead_letters.max_receive_count,
            }


def test_the_functions_find_every_setting_in_their_environment(resources):
    variables = for_functions(TOPOLOGY, resources, {"PODIUM_INLINE_ADVANCE": "false"})
    settings = Settings.from_environment(variables)
    assert settings.executions_table == "podium-executions"
    assert settings.payload_bucket == "podium-payloads"
    assert settings.inline_advance is False
    # On the laptop HTTP tasks may call the developer's own services.
    assert settings.http_task_allow_private is True


def test_workers_in_other_processes_get_the_queue_under_the_address_they_see(resources):
    variables = for_workers("http://127.0.0.1:4566", TOPOLOGY, resources)
    assert variables["PODIUM_RESULTS_QUEUE_URL"] == (
        "http://127.0.0.1:4566/123456789012/podium-results"
    )
