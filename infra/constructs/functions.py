"""The functions, each with a role of its own that may do what the topology says and nothing else."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.acknowledged import acknowledge, acknowledge_wildcard
from infra.constructs.code import ARCHITECTURES, Layers, function_code
from infra.constructs.resources import Resources
from infra.shapes import Function, Kind, Topology, all_grants, physical_name

#: Kinds whose ARN ends in ``*``, and why nothing narrower can be said at deployment.
OPEN_ENDED = {
    Kind.OBJECTS: "Payload keys are made at run time; the grant ends at this bucket.",
    Kind.TASK_QUEUES: "Queues of task types are made at run time; the grant ends at their prefix.",
    Kind.SINK_QUEUES: "Queues of sinks are named by definitions; the grant ends at their prefix.",
    Kind.SINK_TOPICS: "Topics of sinks are named by definitions; the grant ends at their prefix.",
    Kind.EVENT_RULES: "Rules are made with event handlers; the grant ends at their prefix.",
    Kind.MAPPINGS: "Ids of mappings are drawn; a condition ends the grant at one function.",
    Kind.ALL_MAPPINGS: "Mappings are listed by no narrower right.",
    Kind.EVENT_BUSES: "Buses for status events are named by definitions; the grant ends at their prefix.",
    Kind.SECRETS: "Secrets are made at run time; the grant ends at their prefix.",
    Kind.ALL_SECRETS: "Names of secrets are listed by no narrower right; it tells no value.",
    Kind.SCHEDULES: "One-time schedules are made at run time; the grant ends at their group.",
    Kind.PARAMETERS: "Variables are made at run time; the grant ends at their prefix.",
}
#: What narrows the grants on a kind further.
CONDITIONS = {
    Kind.SCHEDULER_ROLE: {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
}
RUNTIME = "Dependencies have wheels for this Python; it is moved on with the lock, not by the day."


class Functions(Construct):
    """Every function of the topology, by name."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        topology: Topology,
        resources: Resources,
        layers: Layers,
        stack: str,
    ) -> None:
        super().__init__(scope, id_)
        self.by_name = {
            function.name: _Deployed(self, function, resources, layers, stack).function
            for function in topology.functions
        }


class _Deployed(Construct):
    """One function with its log group and role."""

    def __init__(
        self,
        scope: Construct,
        function: Function,
        resources: Resources,
        layers: Layers,
        stack: str,
    ) -> None:
        super().__init__(scope, function.name)
        name = physical_name(function.name, stack)
        log_group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{name}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            code=function_code(function.name),
            handler=function.handler,
            runtime=lambda_.Runtime(function.runtime),
            architecture=ARCHITECTURES[function.architecture],
            memory_size=function.memory,
            timeout=Duration.seconds(function.timeout),
            layers=list(layers.all),
            environment={
                variable.name: resources.value(variable) for variable in function.environment
            },
            log_group=log_group,
            role=self._role(function, resources, log_group),
        )
        acknowledge(self.function, "L1", RUNTIME)

    def _role(self, function: Function, resources: Resources, log_group: logs.LogGroup) -> iam.Role:
        grants = all_grants(function)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            # Inline, so that no event source is connected before its function may read it.
            inline_policies={
                "topology": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            actions=list(grant.actions),
                            resources=[resources.arn(grant.on)],
                            conditions=CONDITIONS.get(grant.on.kind)
                            or resources.conditions(grant.on)
                            or None,
                        )
                        for grant in grants
                    ]
                ),
                "log": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                            resources=[log_group.log_group_arn],
                        )
                    ]
                ),
            },
        )
        for grant in grants:
            if grant.on.kind in OPEN_ENDED:
                arn = resources.arn(grant.on)
                acknowledge_wildcard(role, arn, OPEN_ENDED[grant.on.kind])
        # The function's role is its policy: a construct of the CDK must not add to it.
        return role.without_policy_updates()  # type: ignore[return-value]
