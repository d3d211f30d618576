"""The commands of ``podium`` that run it here; whatever needs moto is imported by the one that does."""

from __future__ import annotations

import os
import shlex
import signal
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from podium import VERSION
from podium_local import instances
from podium_local.stopping import stop_signals

if TYPE_CHECKING:
    from podium_local.runtime import LocalRuntime

#: Seconds that ``podium down`` waits for the process to end.
_PATIENCE = 15.0


def up(
    *,
    port: Annotated[int, typer.Option(help="Port of the API; 0 takes a free one.")] = 8080,
    aws_port: Annotated[int, typer.Option(help="Port of the local AWS; 0: a free one.")] = 4566,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="A line for each workflow and task event.")
    ] = False,
    stream_only: Annotated[
        bool,
        typer.Option("--stream-only", help="Only the stream advances workflows, no API call does."),
    ] = False,
) -> None:
    """Run Podium on this machine until Ctrl-C; its state lives in memory."""
    from podium_local.ports import PortInUseError
    from podium_local.runtime import LocalRuntime, Options

    options = Options(
        port=port,
        aws_port=aws_port,
        inline_advance=not stream_only,
        settings={"PODIUM_LOG_LEVEL": "WARNING"} if verbose else {},
    )
    try:
        with stop_signals() as wait_for_stop, LocalRuntime(options) as runtime:
            if verbose:
                runtime.pump.observe(_tell)
            with instances.announced(_instance(runtime)):
                print(_welcome(runtime), flush=True)
                wait_for_stop()
                print("stopping", flush=True)
    except PortInUseError as error:
        print(f"podium: {error}. Choose another with --port or --aws-port.", flush=True)
        raise typer.Exit(1) from None


def status() -> None:
    """Show what runs; exit code 1 if nothing does."""
    found = instances.running()
    for instance in found:
        seconds = time.time() - instance.since / 1000
        print(
            f"podium {instance.version}  pid {instance.pid}  up {_duration(seconds)}\n"
            f"  API  {instance.url}/api\n"
            f"  AWS  {instance.aws_url}"
        )
    if not found:
        print("podium is not running")
        raise typer.Exit(1)


def down(
    *,
    port: Annotated[
        int | None, typer.Option(help="Port of the API of the one to stop; all, if left out.")
    ] = None,
) -> None:
    """Stop what `podium up` started; exit code 1 if nothing runs, or does not stop."""
    found = [one for one in instances.running() if port in (None, one.port)]
    if not found:
        where = "" if port is None else f" on port {port}"
        print(f"podium is not running{where}")
        raise typer.Exit(1)
    for instance in found:
        os.kill(instance.pid, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while left := [one for one in instances.running() if one in found]:
        if time.monotonic() > deadline:
            print(f"still running: pid {', '.join(str(one.pid) for one in left)}")
            raise typer.Exit(1)
        time.sleep(0.05)
    for instance in found:
        print(f"stopped {instance.url}")


def _instance(runtime: LocalRuntime) -> instances.Instance:
    return instances.Instance(
        pid=os.getpid(),
        port=int(runtime.url.rpartition(":")[2]),
        url=runtime.url,
        aws_url=runtime.aws_url,
        since=runtime.clock.now(),
        version=VERSION,
    )


def _welcome(runtime: LocalRuntime) -> str:
    worker = _exports(runtime.worker_environment())
    return (
        f"Podium {VERSION} is up on this machine. Its state lives in memory: when it stops, all is gone.\n"
        "\n"
        f"  API  {runtime.url}/api\n"
        f"  AWS  {runtime.aws_url}\n"
        "\n"
        "Workers and clients of the Conductor SDKs; workers on SQS:\n"
        "\n"
        f"  export CONDUCTOR_SERVER_URL={runtime.url}/api\n"
        f"  export {worker}\n"
        "\n"
        "Ctrl-C stops it."
    )


def _exports(variables: Mapping[str, str]) -> str:
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())


def _tell(record: dict[str, object]) -> None:
    from podium_local.narration import narrate

    line = narrate(record)
    if line is not None:
        print(line, flush=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
