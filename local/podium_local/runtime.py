"""Podium in one process: moto, the pump and the HTTP front around the real functions.

Nothing leaves 127.0.0.1 and nothing outlives the process.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import boto3
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID

from podium.cross_origin import CrossOrigin
from podium_local import environment
from podium_local.backlog import Backlog, BlindBacklog, MotoBacklog
from podium_local.clock import LocalClock, SystemClock
from podium_local.engine import forget_engine, install_engine
from podium_local.front import Gateway, HttpRequest, HttpResponse
from podium_local.moto_patch import patched
from podium_local.ports import HOST, listen, port_of
from podium_local.pump import Faults, Invoker, Pump
from podium_local.pump.invoking import Handler, half_call, import_handler
from podium_local.pump.streams import Backoff, exponential
from podium_local.resources import ACCOUNT, REGION, Resources, create
from podium_local.topology import TOPOLOGY, Function, Topology

if TYPE_CHECKING:
    import socket

assert ACCOUNT == DEFAULT_ACCOUNT_ID  # noqa: S101 - a constant of moto's that may change with it


_only_one = threading.Lock()


@dataclass(frozen=True, slots=True)
class Options:
    """How to run; the defaults are those of ``podium up`` without its ports."""

    clock: LocalClock = field(default_factory=SystemClock)
    #: 0 takes a free port, None opens none.
    port: int | None = None
    aws_port: int | None = None
    #: The API advances workflows within the request; False: the stream alone does.
    inline_advance: bool = True
    #: Environment variables of the functions that are to differ.
    settings: Mapping[str, str] = field(default_factory=dict)
    topology: Topology = TOPOLOGY
    faults: Faults | None = None
    backoff: Backoff = exponential
    #: Gives the handler of a function.
    find: Callable[[Function], Handler] = import_handler
    #: Makes this process's engine, on the given clock; repeated after a fault killed the "process".
    engine: Callable[[LocalClock], None] = install_engine


class LocalRuntime(AbstractContextManager["LocalRuntime"]):
    """A running installation, from entering the block until leaving it.

    With a clock that passes the pump runs by itself; with a virtual one it does when it is told to.
    """

    resources: Resources
    pump: Pump

    def __init__(self, options: Options | None = None) -> None:
        """Nothing is opened before the block is entered."""
        self.options = options or Options()
        self.clock = self.options.clock
        self.url = ""
        self.aws_url = ""
        self._stack = ExitStack()
        self._gateway: Gateway | None = None

    def __enter__(self) -> Self:
        """Start everything; PortInUseError if a port is taken, and then nothing has been started."""
        with ExitStack() as stack:
            # moto's state, os.environ and the installed engine belong to the process.
            if not _only_one.acquire(blocking=False):
                raise RuntimeError("there can be one runtime in a process at a time")
            stack.callback(_only_one.release)
            front = self._listen(stack, self.options.port, "the API")
            aws = self._listen(stack, self.options.aws_port, "AWS")
            if aws is not None:
                self.aws_url = f"http://{HOST}:{port_of(aws)}"
            backlog = self._start_aws(stack)
            self._start_functions(stack, backlog)
            self._open(stack, front, aws)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, last started first."""
        self._stack.close()

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer a request without a socket."""
        if self._gateway is None:
            raise RuntimeError("the runtime is not running")
        return self._gateway.handle(request)

    def worker_environment(self) -> dict[str, str]:
        """Variables for an SQS-direct worker in another process."""
        return environment.for_workers(self.aws_url, self.options.topology, self.resources)

    @staticmethod
    def client(service: str) -> Any:
        """A boto3 client of the in-process AWS."""
        return _client(service)

    # --- Starting ----------------------------------------------------------------------------------

    @staticmethod
    def _listen(stack: ExitStack, port: int | None, purpose: str) -> socket.socket | None:
        return None if port is None else stack.enter_context(listen(port, purpose))

    def _start_aws(self, stack: ExitStack) -> Backlog:
        stack.enter_context(environment.local_aws())
        stack.enter_context(mock_aws())
        mock_aws().reset()  # an outer mock, if there is one, has kept its data
        is_patched = stack.enter_context(patched(self.clock))
        self.resources = create(self.options.topology, _client)
        return MotoBacklog() if is_patched else BlindBacklog(self.clock)

    def _start_functions(self, stack: ExitStack, backlog: Backlog) -> None:
        options = self.options
        own = {
            "PODIUM_INLINE_ADVANCE": "true" if options.inline_advance else "false",
            "PODIUM_PAYLOAD_ENDPOINT_URL": self.aws_url,
        }
        variables = environment.for_functions(
            options.topology, self.resources, own | dict(options.settings)
        )
        stack.enter_context(environment.changed(variables))
        options.engine(self.clock)
        stack.callback(forget_engine)
        if options.faults is not None:
            from podium_local.moto_patch.calls import hooked

            stack.enter_context(hooked(half_call))
        invoker = Invoker(
            self.clock,
            find=options.find,
            faults=options.faults,
            on_drop=lambda: options.engine(self.clock),
        )
        self._gateway = Gateway(options.topology, invoker, self.clock)
        self.pump = Pump(
            options.topology,
            self.resources,
            _client,
            invoker,
            backlog,
            self.clock,
            faults=options.faults,
            backoff=options.backoff,
        )

    def _open(
        self, stack: ExitStack, front: socket.socket | None, aws: socket.socket | None
    ) -> None:
        if aws is not None:
            from podium_local.aws_server import AwsServer

            aws_server = AwsServer(aws)
            aws_server.start()
            stack.callback(aws_server.stop)
        if front is not None:
            from podium_local.front.server import FrontServer, make_app

            allowed = CrossOrigin.parse(os.environ["PODIUM_CORS_ALLOWED_ORIGINS"])
            front_server = FrontServer(make_app(self.handle, cross_origin=allowed), front)
            front_server.start()
            stack.callback(front_server.stop)
            self.url = front_server.url
        if self.clock.passes:
            self.pump.start()
            stack.callback(self.pump.stop)


@cache
def _client(service: str) -> Any:
    # One per service and process: each costs 100 ms. What they hold of the environment never changes.
    make: Any = boto3.client
    return make(
        service,
        region_name=REGION,
        aws_access_key_id=environment.CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment.CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
