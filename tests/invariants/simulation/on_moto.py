"""The same histories on the adapters of AWS: tables, queues and bucket are those of an in-process moto.

Nothing but the parts of the installation differs. Every call that botocore sends is a place where
another job may come in, where the process may die or the call fail: with the errors of botocore,
which the adapters translate. One stack serves one world after the other; each finds it empty.
"""

from __future__ import annotations

import atexit
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from botocore.signers import RequestSigner
from moto import mock_aws
from moto.moto_api._internal import mock_random

from infra.shapes import physical_name
from infra.topology import EXECUTIONS, PAYLOADS
from podium.adapters.aws.clients import Clients
from podium.adapters.aws.dead_letters import SqsDeadLetters
from podium.adapters.aws.metadata import DynamoDefinitions
from podium.adapters.aws.records import DynamoFailedRecords
from podium.adapters.aws.redelivery import SqsRedelivery
from podium.adapters.memory.calls import Calls
from podium.errors import PodiumError
from podium.ports.dead_letters import DeadLetterQueues
from podium.ports.queues import Redelivery
from podium.ports.records import FailedRecords
from podium_local.clock import VIRTUAL_START, VirtualClock
from podium_local.moto_patch import patched
from podium_local.resources import REGION, create
from podium_local.topology import TOPOLOGY
from tests.invariants.simulation.faults import READS
from tests.invariants.simulation.letters import LAST
from tests.invariants.simulation.moto_parts import MotoPlumbing, Queues, parts
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.world import World
from tests.support.aws import MotoStack
from tests.support.moto_state import MotoState

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    # For SQS-direct workers.
    "PODIUM_PAYLOAD_BUCKET": physical_name(PAYLOADS),
    # moto serves the streams of no account's own endpoint (aws.md 0, item 4).
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
}
#: What a canceled transaction is to whoever made the call.
_CANCELED: Any = {
    "Error": {"Code": "TransactionCanceledException", "Message": "canceled in the simulation"},
    "CancellationReasons": [{"Code": "TransactionConflict"}],
}


class Wire:
    """Between the adapters and moto: tells the hooks of whichever world there is of each call."""

    def __init__(self) -> None:
        #: Hooks of the present world; None: nobody listens.
        self.calls: Calls | None = None
        #: Messages sent so far, by the URL of their queue.
        self.sent: Counter[str] = Counter()

    def send(self, operation: str, request: Mapping[str, Any], body: Callable[[], Any]) -> Any:
        """Make one call of botocore."""
        calls = self.calls
        if calls is None:
            return self._noted(operation, request, body)
        try:
            if operation in READS:
                with calls.call(operation):
                    answer = body()
            else:
                answer = calls.write(operation, lambda: self._noted(operation, request, body))
        except PodiumError as error:
            # What strikes is told as the adapters in memory tell it: here they have to find out.
            if isinstance(error.__cause__, ClientError | BotoCoreError):
                raise error.__cause__ from None
            raise
        if answer is False:
            raise ClientError(_CANCELED, operation)
        return answer

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Nobody hears of the calls in the body: those of AWS itself."""
        calls, self.calls = self.calls, None
        try:
            yield
        finally:
            self.calls = calls

    def _noted(self, operation: str, request: Mapping[str, Any], body: Callable[[], Any]) -> Any:
        answer = body()
        if operation == "SendMessage":
            self.sent[request["QueueUrl"]] += 1
        return answer


class Installation:
    """The resources of the topology on moto, and the wire to them."""

    def __init__(self, stack: MotoStack, stream_arn: str, wire: Wire) -> None:
        self.stack = stack
        self.stream_arn = stream_arn
        self.wire = wire
        self.state = MotoState(stack)
        #: Kept: it has no state, and pynamodb binds a class to the table each time.
        self.definitions = DynamoDefinitions(stack.clients.dynamodb, stack.metadata_table)

    def emptied(self) -> None:
        """As it was when it was made: the same for every world."""
        self.wire.calls = None
        self.state.wipe()
        self.wire.sent.clear()
        self.stack.clock._now = VIRTUAL_START
        mock_random.seed(0)


_present: Installation | None = None


@contextmanager
def installation() -> Iterator[None]:
    """moto with everything that the topology names; worlds in the body run on it."""
    global _present  # noqa: PLW0603 - there is one moto in a process
    clock, wire = VirtualClock(), Wire()
    stock: Any = getattr(BaseClient, "_make_api_call")  # noqa: B009 - its stubs leave it out
    sign = RequestSigner.sign

    def heard(client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        # A copy each time: botocore puts a stream in the place of a body, which is read once.
        return wire.send(operation, request, lambda: stock(client, operation, dict(request)))

    def signed(signer: RequestSigner, *args: Any, **named: Any) -> None:
        # A signature costs a tenth of a call, and moto looks at those of S3 alone.
        if signer.signing_name == "s3":
            sign(signer, *args, **named)

    with pytest.MonkeyPatch.context() as patch, patched(clock), mock_aws():
        for name, value in _ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.setattr(BaseClient, "_make_api_call", heard)
        patch.setattr(RequestSigner, "sign", signed)
        clients = Clients()
        made = create(TOPOLOGY, clients.session.create_client)
        stack = MotoStack(
            clock, clients, queue_urls=dict(made.queue_urls), queue_arns=dict(made.queue_arns)
        )
        _present = Installation(stack, made.streams[EXECUTIONS], wire)
        try:
            yield
        finally:
            _present = None


def world(script: Script) -> World:
    """The world of a script on the installation that there is; a process that has none makes one."""
    if _present is None:
        opened = installation()
        opened.__enter__()
        atexit.register(opened.__exit__, None, None, None)
    assert _present is not None
    return WorldOnMoto(_present, script)


class WorldOnMoto(World):
    """One simulated installation over moto; there is one at a time."""

    def __init__(self, installation: Installation, script: Script) -> None:
        self._installation = installation
        installation.emptied()
        super().__init__(script)
        installation.wire.calls = self.calls

    def _make_parts(self, threshold: int) -> None:
        """See Cluster."""
        made = self._installation
        self.clock, self.calls = made.stack.clock, Calls()
        self._made = Queues(made.stack, made.state, made.wire.sent)
        found = parts(
            made.stack,
            made.state,
            self._made,
            made.definitions,
            threshold,
            looks_on=lambda: self.jobs.running is None,
        )
        vars(self).update(vars(found))

    def _queue(self, name: str) -> Any:
        stack = self._installation.stack
        if name in stack.queue_urls:
            return self._made.named(name)
        return self._made.at(
            stack.clients.sqs.create_queue(QueueName=stack.queue_prefix + name)["QueueUrl"]
        )

    def _plumbing(self) -> Any:
        made = self._installation
        return MotoPlumbing(made.stack, made.stream_arn, made.wire.unheard)

    def _failed_records(self) -> FailedRecords:
        return DynamoFailedRecords(
            self._installation.stack.clients.streams, self._installation.stack.executions_table
        )

    def _dead_letters(self) -> DeadLetterQueues:
        stack = self._installation.stack
        url = stack.queue_urls["results"]
        return SqsDeadLetters(stack.clients.sqs, LAST, stack.queue_prefix, url)

    def _bury(self) -> None:
        """SQS does it by itself."""

    def _redelivery(self) -> Redelivery:
        stack = self._installation.stack
        return SqsRedelivery(stack.clients.sqs, stack.queue_urls.values())
