"""The synthesized template against the topology: everything that is described, and nothing beside."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.constructs.alarms import REPAIRED, SERVICE
from infra.constructs.http import preflight
from infra.shapes import (
    Attribute,
    Function,
    HttpRoute,
    Kind,
    QueueTrigger,
    Resource,
    ScheduleTrigger,
    StreamTrigger,
    Variable,
    all_grants,
    physical_name,
)
from infra.topology import TOPOLOGY
from tests.support.template import PSEUDO, Template

REPOSITORY = Path(__file__).resolve().parents[2]
ACCOUNT = PSEUDO["AWS::AccountId"]
REGION = PSEUDO["AWS::Region"]
TASK_QUEUES = f"arn:aws:sqs:{REGION}:{ACCOUNT}:podium-task-*"
SINK_QUEUES = f"arn:aws:sqs:{REGION}:{ACCOUNT}:podium-sink-*"
EVENT_BUSES = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/podium-*"
SINK_TOPICS = f"arn:aws:sns:{REGION}:{ACCOUNT}:podium-sink-*"
EVENT_RULES = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/podium-*/podium-event-*"
MAPPINGS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:*"
SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:podium/secrets/*"
SCHEDULES = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/podium-schedules/*"
PARAMETERS = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/podium/environment*"
#: By the logical id that the CDK gives it: the role has no name.
SCHEDULER_ROLE = "CallsRoleCC7036D6.Arn"
#: What is known by its prefix only.
PREFIXES = {
    Kind.TASK_QUEUES: TASK_QUEUES,
    Kind.SINK_QUEUES: SINK_QUEUES,
    Kind.SINK_TOPICS: SINK_TOPICS,
    Kind.EVENT_RULES: EVENT_RULES,
    Kind.MAPPINGS: MAPPINGS,
    Kind.ALL_MAPPINGS: "*",
    Kind.EVENT_BUSES: EVENT_BUSES,
    Kind.SECRETS: SECRETS,
    Kind.ALL_SECRETS: "*",
    Kind.PARAMETERS: PARAMETERS,
    Kind.SCHEDULES: SCHEDULES,
}
BUCKET = f"podium-payloads-{ACCOUNT}-{REGION}"
FUNCTIONS = pytest.mark.parametrize(
    "function", TOPOLOGY.functions, ids=lambda function: function.name
)


def _triggers(kind):
    return [
        (function, trigger)
        for function in TOPOLOGY.functions
        for trigger in function.triggers
        if isinstance(trigger, kind)
    ]


def _arn(resource: Resource) -> str:
    """What a grant's resource looks like in the resolved template."""
    name = physical_name(resource.name)
    match resource.kind:
        case Kind.TABLE | Kind.QUEUE:
            return f"{name}.Arn"
        case Kind.INDEX:
            table, _, index = name.partition("/")
            return f"{table}.Arn/index/{index}"
        case Kind.STREAM:
            return f"{name}.StreamArn"
        case Kind.BUCKET:
            return f"{BUCKET}.Arn"
        case Kind.OBJECTS:
            return f"{BUCKET}.Arn/*"
        case Kind.SCHEDULER_ROLE:
            return SCHEDULER_ROLE
        case _:
            return PREFIXES[resource.kind]


def _value(variable: Variable) -> str:
    match variable.attribute:
        case Attribute.TABLE_NAME | Attribute.QUEUE_URL:
            return physical_name(variable.of)  # Ref of a queue is its URL
        case Attribute.BUCKET_NAME:
            return BUCKET
        case Attribute.QUEUE_ARN:
            return f"{physical_name(variable.of)}.Arn"
        case Attribute.FUNCTION_NAME:
            return physical_name(variable.of)
        case Attribute.QUEUE_PREFIX:
            return "podium-"
        case Attribute.SECRET_PREFIX:
            return "podium/secrets/"
        case Attribute.ENVIRONMENT_PREFIX:
            return "/podium/environment/"
        case Attribute.SCHEDULE_GROUP_NAME:
            return "podium-schedules"
        case Attribute.SCHEDULER_ROLE_ARN:
            return SCHEDULER_ROLE
        case Attribute.TEXT:
            return variable.of


def _statements(role) -> list[dict[str, Any]]:
    return [
        statement
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _role_of(template: Template, function: Function) -> Any:
    """The role resource whose ARN the function names."""
    for resource in template.raw["Resources"].values():
        properties = resource["Properties"]
        if properties.get("FunctionName") == physical_name(function.name):
            logical_id = properties["Role"]["Fn::GetAtt"][0]
            return template.resolve(template.raw["Resources"][logical_id]["Properties"])
    raise AssertionError(f"no function {function.name}")


def test_there_are_the_functions_of_the_topology_and_no_others(template):
    expected = {physical_name(function.name) for function in TOPOLOGY.functions}

    assert set(template.named("AWS::Lambda::Function")) == expected


@FUNCTIONS
def test_a_function_is_configured_as_described(template, function):
    found = template.named("AWS::Lambda::Function")[physical_name(function.name)]

    assert found["Handler"] == f"functions.{function.name}.handler.handler"
    assert found["MemorySize"] == function.memory
    assert found["Timeout"] == function.timeout
    assert found["Architectures"] == ["arm64"]
    assert found["Runtime"] == "python3.13"
    assert len(found["Layers"]) == 2
    expected = {variable.name: _value(variable) for variable in function.environment}
    assert found["Environment"]["Variables"] == expected


@FUNCTIONS
def test_a_role_allows_what_the_topology_grants_and_nothing_else(template, function):
    role = _role_of(template, function)
    allowed = {
        (action, resource)
        for statement in _statements(role)
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }
    granted = {
        (action, _arn(grant.on)) for grant in all_grants(function) for action in grant.actions
    }
    log_group = f"/aws/lambda/{physical_name(function.name)}.Arn"
    logging = {("logs:CreateLogStream", log_group), ("logs:PutLogEvents", log_group)}

    assert allowed == granted | logging
    assert {statement["Effect"] for statement in _statements(role)} == {"Allow"}
    assert "ManagedPolicyArns" not in role


def test_no_policy_stands_outside_the_roles(template):
    assert not list(template.resources("AWS::IAM::Policy"))
    assert not list(template.resources("AWS::IAM::ManagedPolicy"))
    roles = template.properties("AWS::IAM::Role")
    assert len(roles) == len(TOPOLOGY.functions) + len(_roles_of_the_scheduler(roles))


def _roles_of_the_scheduler(roles):
    return [
        role
        for role in roles
        if role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
        == "scheduler.amazonaws.com"
    ]


def test_eventbridge_scheduler_may_send_wakeups_for_this_account_and_nothing_else(template):
    (role,) = _roles_of_the_scheduler(template.properties("AWS::IAM::Role"))
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    (sending,) = _statements(role)

    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert sending["Action"] == "sqs:SendMessage"
    queues = {"podium-schedules.Arn", "podium-schedules-dead-letters.Arn"}
    assert set(sending["Resource"]) == queues
    (group,) = template.properties("AWS::Scheduler::ScheduleGroup")
    assert group["Name"] == "podium-schedules"


def test_the_role_of_the_scheduler_can_be_passed_to_the_scheduler_only(template):
    passing = [
        statement
        for role in template.properties("AWS::IAM::Role")
        for statement in _statements(role)
        if statement["Action"] == "iam:PassRole"
    ]

    assert len(passing) == 2
    for statement in passing:
        assert statement["Resource"] == SCHEDULER_ROLE
        assert statement["Condition"] == {
            "StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}
        }


def test_the_only_open_ended_resources_are_those_whose_names_are_made_at_run_time(template):
    open_ended = {
        resource
        for role in template.properties("AWS::IAM::Role")
        for statement in _statements(role)
        for resource in _listed(statement["Resource"])
        if "*" in resource
    }

    # Objects of one bucket; queues, topics, rules, buses, secrets and variables of one prefix; mappings
    # of one function; and the lists of secrets and of mappings.
    assert open_ended == {f"{BUCKET}.Arn/*", *PREFIXES.values()}


def test_nothing_but_lists_of_names_is_granted_on_everything(template):
    actions = {
        action
        for role in template.properties("AWS::IAM::Role")
        for statement in _statements(role)
        if "*" in _listed(statement["Resource"])
        for action in _listed(statement["Action"])
    }

    assert actions == {"lambda:ListEventSourceMappings", "secretsmanager:ListSecrets"}


def test_mappings_may_be_made_and_deleted_for_the_events_function_alone(template):
    conditions = [
        statement["Condition"]
        for role in template.properties("AWS::IAM::Role")
        for statement in _statements(role)
        if "lambda:CreateEventSourceMapping" in _listed(statement["Action"])
    ]

    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:podium-events"
    assert conditions == [{"ArnEquals": {"lambda:FunctionArn": arn}}]


def test_topics_and_rules_of_the_installation_may_send_to_the_queue_of_events(template):
    found = {
        (statement["Principal"]["Service"], statement["Condition"]["ArnLike"]["aws:SourceArn"])
        for policy in template.properties("AWS::SQS::QueuePolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    }

    assert found == {
        ("sns.amazonaws.com", SINK_TOPICS),
        ("events.amazonaws.com", EVENT_RULES),
    }


def test_every_stream_and_queue_trigger_is_mapped_with_its_settings(template):
    expected = [_stream_mapping(*found) for found in _triggers(StreamTrigger)]
    expected += [_queue_mapping(*found) for found in _triggers(QueueTrigger)]
    found = template.properties("AWS::Lambda::EventSourceMapping")
    for mapping in found:
        if "FilterCriteria" in mapping:
            mapping["FilterCriteria"] = [
                json.loads(entry["Pattern"]) for entry in mapping["FilterCriteria"]["Filters"]
            ]

    def by_source(mapping):
        return mapping["EventSourceArn"]

    assert sorted(found, key=by_source) == sorted(expected, key=by_source)


def _stream_mapping(function: Function, trigger: StreamTrigger) -> dict[str, Any]:
    return {
        "FunctionName": physical_name(function.name),
        "EventSourceArn": f"{physical_name(trigger.table)}.StreamArn",
        "StartingPosition": "TRIM_HORIZON",
        "FilterCriteria": [json.loads(json.dumps(trigger.filter))],
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 0,
        "ParallelizationFactor": 10,
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": 10,
        "MaximumRecordAgeInSeconds": trigger.max_record_age,
        "DestinationConfig": {
            "OnFailure": {"Destination": f"{physical_name(trigger.on_failure)}.Arn"}
        },
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }


def _queue_mapping(function: Function, trigger: QueueTrigger) -> dict[str, Any]:
    return {
        "FunctionName": physical_name(function.name),
        "EventSourceArn": f"{physical_name(trigger.queue)}.Arn",
        "BatchSize": trigger.batch_size,
        "MaximumBatchingWindowInSeconds": trigger.window,
        "ScalingConfig": {"MaximumConcurrency": trigger.max_concurrency},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }


@pytest.mark.parametrize(("name", "mark"), [("decider", "x"), ("listeners", "ls")])
def test_a_reader_of_the_stream_sees_only_writes_that_are_marked_for_it(name, mark):
    filters = {function.name: trigger.filter for function, trigger in _triggers(StreamTrigger)}

    assert filters.keys() == {"decider", "listeners"}
    assert json.loads(json.dumps(filters[name])) == {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {mark: {"S": ["1"]}}},
    }


def test_the_bus_of_events_is_made(template):
    (bus,) = template.properties("AWS::Events::EventBus")

    assert bus["Name"] == physical_name(TOPOLOGY.event_bus.name)


def test_every_route_needs_a_signature(template):
    routes = template.properties("AWS::ApiGatewayV2::Route")

    assert {route["AuthorizationType"] for route in routes} == {"AWS_IAM"}
    assert {route["RouteKey"] for route in routes} == {
        f"{route.method} {route.path}" for _, route in _triggers(HttpRoute)
    }
    payloads = {
        entry["IntegrationUri"]: entry["PayloadFormatVersion"]
        for entry in template.properties("AWS::ApiGatewayV2::Integration")
    }
    assert payloads == {
        f"{physical_name(function.name)}.Arn": "2.0" for function, _ in _triggers(HttpRoute)
    }


def test_pages_of_other_origins_are_allowed_by_the_setting_alone(template):
    (api,) = template.properties("AWS::ApiGatewayV2::Api")
    assert "CorsConfiguration" not in api
    variable = Variable(
        "PODIUM_CORS_ALLOWED_ORIGINS", Attribute.TEXT, "https://a.org,https://b.org"
    )
    functions = tuple(replace(each, environment=(variable,)) for each in TOPOLOGY.functions)

    found = preflight(replace(TOPOLOGY, functions=functions))

    assert found is not None
    assert found.allow_origins == ["https://a.org", "https://b.org"]


def test_schedules_tick_their_functions(template):
    found = {rule["Name"]: rule for rule in template.properties("AWS::Events::Rule")}
    rates = {1: "rate(1 minute)", 5: "rate(5 minutes)", 15: "rate(15 minutes)"}

    assert found.keys() == {physical_name(tick.name) for _, tick in _triggers(ScheduleTrigger)}
    for function, trigger in _triggers(ScheduleTrigger):
        rule = found[physical_name(trigger.name)]
        assert rule["ScheduleExpression"] == rates[trigger.rate_minutes]
        targets = [target["Arn"] for target in rule["Targets"]]
        assert targets == [f"{physical_name(function.name)}.Arn"]


@pytest.mark.parametrize("queue", TOPOLOGY.queues, ids=lambda queue: queue.name)
def test_a_queue_is_encrypted_and_keeps_what_was_tried_too_often(template, queue):
    found = template.named("AWS::SQS::Queue")[physical_name(queue.name)]

    assert found["VisibilityTimeout"] == queue.visibility
    assert found["MessageRetentionPeriod"] == queue.retention
    assert found["SqsManagedSseEnabled"] is True
    if queue.dead_letters:
        assert found["RedrivePolicy"] == {
            "deadLetterTargetArn": f"{physical_name(queue.dead_letters.queue)}.Arn",
            "maxReceiveCount": queue.dead_letters.max_receive_count,
        }
    else:
        assert "RedrivePolicy" not in found


def test_there_are_the_queues_of_the_topology_and_no_others(template):
    expected = {physical_name(queue.name) for queue in TOPOLOGY.queues}

    assert set(template.named("AWS::SQS::Queue")) == expected


@pytest.mark.parametrize("table", TOPOLOGY.tables, ids=lambda table: table.name)
def test_a_table_has_its_keys_stream_and_expiry_and_survives_the_stack(template, table):
    (found,) = (
        resource
        for resource in template.resources("AWS::DynamoDB::Table")
        if resource["Properties"]["TableName"] == physical_name(table.name)
    )
    properties = found["Properties"]

    assert found["DeletionPolicy"] == "Retain"
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["DeletionProtectionEnabled"] is True
    assert [key["AttributeName"] for key in properties["KeySchema"]] == ["pk", "sk"]
    stream = properties.get("StreamSpecification")
    assert stream == ({"StreamViewType": "NEW_AND_OLD_IMAGES"} if table.stream else None)
    expiry = properties.get("TimeToLiveSpecification", {}).get("AttributeName", "")
    assert expiry == table.ttl_attribute
    indexes = properties.get("GlobalSecondaryIndexes", [])
    assert [
        (index["IndexName"], *(key["AttributeName"] for key in index["KeySchema"]))
        for index in indexes
    ] == [(index.name, index.partition_key.name, index.sort_key.name) for index in table.indexes]
    assert [index["Projection"]["ProjectionType"] for index in indexes] == [
        index.projection for index in table.indexes
    ]


def test_payloads_are_private_encrypted_and_expire(template):
    (bucket,) = template.properties("AWS::S3::Bucket")

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "AES256" in json.dumps(bucket["BucketEncryption"])
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == TOPOLOGY.bucket.expire_after_days


def test_every_log_ends_after_a_month(template):
    logs = template.properties("AWS::Logs::LogGroup")

    assert {log["RetentionInDays"] for log in logs} == {30}
    names = {log["LogGroupName"] for log in logs}
    assert names >= {
        f"/aws/lambda/{physical_name(function.name)}" for function in TOPOLOGY.functions
    }


def test_an_alarm_watches_each_queue_of_failures_and_each_reader_of_the_stream(template):
    watched = {
        tuple(dimension["Value"] for dimension in alarm["Dimensions"])
        for alarm in template.properties("AWS::CloudWatch::Alarm")
    }
    letters = {queue.dead_letters.queue for queue in TOPOLOGY.queues if queue.dead_letters}
    expected = {(f"{physical_name(name)}.QueueName",) for name in letters | {"decider-failures"}}

    assert watched == expected | {("podium-decider",), ("podium-listeners",), ("podium",)}


def test_an_alarm_watches_what_repair_counts(template):
    (alarm,) = [
        alarm
        for alarm in template.properties("AWS::CloudWatch::Alarm")
        if alarm["Namespace"] == "Podium"
    ]
    assert alarm["MetricName"] == REPAIRED
    assert alarm["Dimensions"] == [{"Name": "service", "Value": SERVICE}]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 0)


def test_outputs_tell_where_the_api_and_the_queues_are(template):
    outputs = template.resolve(template.raw["Outputs"])

    assert outputs["ApiUrl"]["Value"].endswith(".ApiEndpoint")
    assert outputs["TaskQueuePrefix"]["Value"] == "podium-task-"
    urls = {entry["Value"] for name, entry in outputs.items() if name.endswith("QueueUrl")}
    assert urls == {physical_name(queue.name) for queue in TOPOLOGY.queues}


def test_cfn_lint_finds_nothing(assembly):
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), assembly / "podium.template.json"],
        cwd=assembly,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


def test_cdk_nag_was_asked_and_is_content(assembly):
    report = json.loads((assembly / "validation-report.json").read_text())
    (nag,) = (entry for entry in report["pluginReports"] if entry["pluginName"] == "AwsSolutions")

    assert nag["conclusion"] == "success"


def test_nothing_in_the_template_depends_on_the_machine_that_made_it(assembly):
    text = (assembly / "podium.template.json").read_text()

    assert str(REPOSITORY) not in text
    assert str(assembly) not in text
