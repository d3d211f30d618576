"""EventBridge Scheduler: the group of one-time schedules, and the role with which they send."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.constructs.queues import Queues
from infra.shapes import Topology, physical_name


class Calls(Construct):
    """What the functions need to be called at a minute of their choice."""

    def __init__(
        self, scope: Construct, id_: str, *, topology: Topology, queues: Queues, stack: str
    ) -> None:
        super().__init__(scope, id_)
        group = topology.schedule_group
        self.group_name = physical_name(group.name, stack)
        scheduler.CfnScheduleGroup(self, "Group", name=self.group_name)
        targets = [queues.by_name[name].queue_arn for name in (group.queue, group.dead_letters)]
        role = iam.Role(
            self,
            "Role",
            # For this account's schedules only: nobody else's may make the service use it.
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            ),
            inline_policies={
                "send": iam.PolicyDocument(
                    statements=[iam.PolicyStatement(actions=["sqs:SendMessage"], resources=targets)]
                )
            },
        )
        self.role_arn = role.role_arn
