"""The environment of the functions when they run in this process, and of workers in others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from podium_local.resources import REGION

if TYPE_CHECKING:
    from podium_local.resources import Resources
    from podium_local.topology import Topology

#: Enough for boto3 to sign: nobody checks the signature.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
}

#: On the laptop only: HTTP tasks may call services on this machine, pages from this machine may call
#: the API, and the log is for a terminal.
_LOCAL = {
    "PODIUM_HTTP_TASK_ALLOW_PRIVATE": "true",
    "PODIUM_CORS_ALLOWED_ORIGINS": "http://localhost:*,http://127.0.0.1:*",
    "PODIUM_LOG_LEVEL": "ERROR",
}

#: What points boto3 to an account of the developer's own.
_FOREIGN = (
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_SQS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SESSION_TOKEN",
)


def for_functions(
    topology: Topology, resources: Resources, changes: Mapping[str, str]
) -> dict[str, str]:
    """Variables of all functions at once (they agree on every name they share), with ``changes``."""
    merged: dict[str, str] = {}
    for function in topology.functions:
        merged |= resources.environment(function)
    return {**merged, **_LOCAL, **changes}


def for_workers(aws_url: str, topology: Topology, resources: Resources) -> dict[str, str]:
    """What an SQS-direct worker in another process needs; the queues are named as that process sees them."""
    variables = for_functions(topology, resources, {})
    path = urlsplit(variables["PODIUM_RESULTS_QUEUE_URL"]).path
    return CREDENTIALS | {
        "AWS_ENDPOINT_URL": aws_url,
        "PODIUM_QUEUE_PREFIX": variables["PODIUM_QUEUE_PREFIX"],
        "PODIUM_RESULTS_QUEUE_URL": aws_url + path,
        "PODIUM_PAYLOAD_BUCKET": variables["PODIUM_PAYLOAD_BUCKET"],
        "PODIUM_SECRET_PREFIX": variables["PODIUM_SECRET_PREFIX"],
        "PODIUM_ENVIRONMENT_PREFIX": variables["PODIUM_ENVIRONMENT_PREFIX"],
    }


@contextmanager
def local_aws() -> Iterator[None]:
    """No call of this process can reach a real account while this lasts."""
    # moto has no route for the endpoints with an account id in them.
    wanted = CREDENTIALS | {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled"}
    with changed(wanted, without=_FOREIGN):
        yield


@contextmanager
def changed(variables: Mapping[str, str], without: tuple[str, ...] = ()) -> Iterator[None]:
    """``os.environ`` with ``variables`` and without the names in ``without``, then as it was."""
    before = dict(os.environ)
    for name in without:
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
