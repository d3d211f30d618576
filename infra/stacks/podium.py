"""The one stack of an installation."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.calls import Calls
from infra.constructs.code import Layers
from infra.constructs.functions import Functions
from infra.constructs.http import HttpFront
from infra.constructs.queues import Queues
from infra.constructs.resources import Resources
from infra.constructs.storage import Storage
from infra.constructs.triggers import Triggers
from infra.dependencies import Installer
from infra.shapes import (
    Topology,
    environment_prefix,
    physical_name,
    secret_prefix,
    task_queue_prefix,
)


class PodiumStack(Stack):
    """Everything the topology describes, under the names of the installation ``name``."""

    def __init__(
        self, scope: Construct, name: str, *, topology: Topology, install: Installer
    ) -> None:
        super().__init__(
            scope,
            name,
            stack_name=name,
            description="Podium: Conductor workflows on serverless primitives.",
            analytics_reporting=False,
        )
        # W3005: the CDK orders a function after its role in two ways.
        self.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}
        storage = Storage(self, "Storage", topology, name)
        queues = Queues(self, "Queues", topology, name)
        events.EventBus(self, "Events", event_bus_name=physical_name(topology.event_bus.name, name))
        calls = Calls(self, "Calls", topology=topology, queues=queues, stack=name)
        resources = Resources(self, storage, queues, calls)
        functions = Functions(
            self,
            "Functions",
            topology=topology,
            resources=resources,
            layers=Layers(self, "Layers", topology, install),
            stack=name,
        )
        Triggers(
            self,
            "Triggers",
            topology=topology,
            resources=resources,
            functions=functions,
            stack=name,
        )
        front = HttpFront(self, "Http", topology=topology, functions=functions, stack=name)
        Alarms(self, "Alarms", topology=topology, queues=queues, functions=functions, stack=name)
        CfnOutput(self, "ApiUrl", value=front.url)
        CfnOutput(self, "TaskQueuePrefix", value=task_queue_prefix(name))
        CfnOutput(self, "SecretPrefix", value=secret_prefix(name))
        CfnOutput(self, "EnvironmentPrefix", value=environment_prefix(name))
        for queue in topology.queues:
            words = queue.name.title().replace("-", "")
            CfnOutput(self, f"{words}QueueUrl", value=queues.by_name[queue.name].queue_url)
