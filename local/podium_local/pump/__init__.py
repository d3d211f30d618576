"""Plays Lambda's event-source mappings: streams, queues and schedules drive the functions.

What is promised is what AWS promises: at least once, in order per item only, retried, bisected and in
the end handed to the on-failure queue (reference: aws.md 5).
"""

from podium_local.pump.faults import Faults
from podium_local.pump.invoking import Invoker, LambdaContext
from podium_local.pump.pump import Pump, Round

__all__ = ["Faults", "Invoker", "LambdaContext", "Pump", "Round"]
