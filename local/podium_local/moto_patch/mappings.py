"""Event-source mappings of Lambda: kept, listed and deleted, and otherwise left to the pump.

Stock wants the function to have been made in moto, and lets each message that is sent invoke it in a
container.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend, lambda_backends
from moto.core.exceptions import JsonRESTError
from moto.sqs.models import sqs_backends

from podium_local.moto_patch import activity
from podium_local.moto_patch.calls import LOCK

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.moto_patch.substitution import Substitutions


def install(substitutions: Substitutions, clock: LocalClock) -> None:
    """Replace what makes a mapping."""
    del clock

    def create(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        queue_arn, function = str(spec["EventSourceArn"]), str(spec["FunctionName"])
        queues = sqs_backends[self.account_id][self.region_name].queues.values()
        if not any(queue.queue_arn == queue_arn for queue in queues):
            raise JsonRESTError("InvalidParameterValueException", f"{queue_arn} does not exist")
        if queue_arn in mapped_queues(function, self.region_name, self.account_id):
            raise JsonRESTError("ResourceConflictException", "The mapping already exists.")
        place = f"{self.region_name}:{self.account_id}"
        make: Any = EventSourceMapping  # for mypy it is abstract
        mapping: EventSourceMapping = make(
            {
                **spec,
                "RegionName": self.region_name,
                "AccountId": self.account_id,
                "FunctionArn": f"arn:aws:lambda:{place}:function:{function}",
            }
        )
        self._event_source_mappings[mapping.uuid] = mapping
        activity.announce()
        return mapping

    substitutions.set(LambdaBackend, "create_event_source_mapping", create)


def mapped_queues(function: str, region: str, account: str) -> list[str]:
    """ARNs of the queues that are mapped to a function, by its name, in the order of their mapping."""
    with LOCK:
        found = lambda_backends[account][region]._event_source_mappings.values()  # noqa: SLF001 - no public list
        return [mapping.event_source_arn for mapping in found if mapping.function_name == function]
