"""The secrets and environment values that scenarios may use, put where Podium keeps them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import boto3

from tests.parity.harness.peer import ENVIRONMENT, SECRETS

_ADDRESS = "AWS_ENDPOINT_URL"


def provide(exported: Mapping[str, str] = os.environ) -> None:
    """Into the local AWS that ``podium up`` exports; without its address nothing happens."""
    if _ADDRESS not in exported:
        return
    store, parameters = (_client(service, exported) for service in ("secretsmanager", "ssm"))
    for name, value in SECRETS.items():
        try:
            store.create_secret(Name=exported["PODIUM_SECRET_PREFIX"] + name, SecretString=value)
        except store.exceptions.ResourceExistsException:
            continue
    for name, value in ENVIRONMENT.items():
        key = exported["PODIUM_ENVIRONMENT_PREFIX"] + name
        parameters.put_parameter(Name=key, Value=value, Type="String", Overwrite=True)


def _client(service: str, exported: Mapping[str, str]) -> Any:
    return boto3.client(  # type: ignore[call-overload]  # the service is a variable
        service,
        endpoint_url=exported[_ADDRESS],
        region_name=exported["AWS_DEFAULT_REGION"],
        aws_access_key_id=exported["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
    )
