"""Secrets in Secrets Manager, variables in the parameter store of Systems Manager.

Each installation has its own prefix in both. What was read is remembered for a minute: a secret
that was replaced is handed out a minute later at the latest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_ssm import SSMClient

    from podium.ports.outside import Clock

#: Milliseconds for which a value is remembered.
REMEMBERED = 60_000
#: Values kept per process.
_KEPT = 1000
#: Days in which a deleted secret can be restored; the least that Secrets Manager offers.
_RECOVERY_DAYS = 7
#: What Secrets Manager says of a secret that is not there, or was deleted and can be restored.
_ABSENT, _DELETED = "ResourceNotFoundException", "InvalidRequestException"
#: GetParameters takes this many names.
_BATCH = 10
#: Other names cannot exist, and are not asked for.
_SECRET_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9_.-]{1,256}")


class _Remembered:
    """Values by name for a while; that there is none is remembered, too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._values: dict[str, tuple[int, str | None]] = {}

    def fresh(self, names: Collection[str]) -> dict[str, str | None]:
        """Those that are known well enough."""
        since = self._clock.now() - REMEMBERED
        found = {name: self._values.get(name, (0, None)) for name in names}
        return {name: value for name, (at, value) in found.items() if at > since}

    def remember(self, values: Mapping[str, str | None]) -> None:
        """Keep what was read just now."""
        if len(self._values) + len(values) > _KEPT:
            self._values.clear()
        now = self._clock.now()
        self._values.update({name: (now, value) for name, value in values.items()})

    def forget(self, name: str) -> None:
        """Read it anew the next time."""
        self._values.pop(name, None)


class SecretsManager:
    """SecretStore: the secret ``X`` is called ``<prefix>X``, its text is its SecretString."""

    def __init__(self, client: SecretsManagerClient, prefix: str, clock: Clock) -> None:
        """``prefix`` ends in a slash."""
        self._client = client
        self._prefix = prefix
        self._present = _Remembered(clock)
        self._previous = _Remembered(clock)

    def find(self, names: Collection[str]) -> dict[str, str | None]:
        return self._find(names, self._present)

    def replaced(self, names: Collection[str]) -> dict[str, str]:
        found = self._find(names, self._previous, VersionStage="AWSPREVIOUS")
        return {name: text for name, text in found.items() if text is not None}

    def names(self) -> Sequence[str]:
        found: list[str] = []
        request: dict[str, Any] = {"Filters": [{"Key": "name", "Values": [self._prefix]}]}
        while True:
            with translated("ListSecrets"):
                page = self._client.list_secrets(**request)
            found += [secret["Name"] for secret in page["SecretList"]]
            if "NextToken" not in page:
                break
            request["NextToken"] = page["NextToken"]
        # The filter matches words anywhere in a name.
        cut = len(self._prefix)
        return sorted(name[cut:] for name in found if name.startswith(self._prefix))

    def value(self, name: str) -> str | None:
        self._present.forget(name)
        return self.find((name,))[name]

    def put(self, name: str, value: str) -> None:
        secret_id = self._prefix + name
        if self._is_deleted(secret_id):
            with translated("RestoreSecret"):
                self._client.restore_secret(SecretId=secret_id)
        with translated("PutSecretValue"):
            try:
                self._client.put_secret_value(SecretId=secret_id, SecretString=value)
            except ClientError as error:
                if code_of(error) != _ABSENT:
                    raise
                self._client.create_secret(Name=secret_id, SecretString=value)
        self._present.forget(name)
        self._previous.forget(name)

    def delete(self, name: str) -> bool:
        if self.value(name) is None:
            return False
        with translated("DeleteSecret"):
            self._client.delete_secret(
                SecretId=self._prefix + name, RecoveryWindowInDays=_RECOVERY_DAYS
            )
        self._present.forget(name)
        self._previous.forget(name)
        return True

    def _is_deleted(self, secret_id: str) -> bool:
        with translated("GetSecretValue"):
            try:
                self._client.get_secret_value(SecretId=secret_id)
            except ClientError as error:
                if code_of(error) not in {_ABSENT, _DELETED}:
                    raise
                return code_of(error) == _DELETED
        return False

    def _find(
        self, names: Collection[str], remembered: _Remembered, **stage: str
    ) -> dict[str, str | None]:
        known = remembered.fresh(names)
        read = {name: self._read(name, stage) for name in names if name not in known}
        remembered.remember(read)
        return known | read

    def _read(self, name: str, stage: Mapping[str, str]) -> str | None:
        if _SECRET_NAME.fullmatch(name) is None:
            return None
        with translated("GetSecretValue"):
            try:
                found = self._client.get_secret_value(SecretId=self._prefix + name, **stage)
            except ClientError as error:
                if code_of(error) in {_ABSENT, _DELETED}:
                    return None
                raise
        return found.get("SecretString")


class ParameterStore:
    """EnvironmentStore: the variable ``X`` is the parameter ``<prefix>X``."""

    def __init__(self, client: SSMClient, prefix: str, clock: Clock) -> None:
        """``prefix`` begins and ends with a slash."""
        self._client = client
        self._prefix = prefix
        self._remembered = _Remembered(clock)

    def find(self, names: Collection[str]) -> dict[str, str | None]:
        found = self._remembered.fresh(names)
        asked = [
            name
            for name in dict.fromkeys(names)
            if name not in found and _PARAMETER_NAME.fullmatch(name)
        ]
        for first in range(0, len(asked), _BATCH):
            found |= self._read(asked[first : first + _BATCH])
        return dict.fromkeys(names) | found

    def all(self) -> dict[str, str]:
        found: dict[str, str] = {}
        request: dict[str, Any] = {"Path": self._prefix, "WithDecryption": True}
        while True:
            with translated("GetParametersByPath"):
                page = self._client.get_parameters_by_path(**request)
            found |= {
                each["Name"].removeprefix(self._prefix): each["Value"]
                for each in page["Parameters"]
            }
            if "NextToken" not in page:
                return dict(sorted(found.items()))
            request["NextToken"] = page["NextToken"]

    def _read(self, names: Sequence[str]) -> dict[str, str | None]:
        with translated("GetParameters"):
            answer = self._client.get_parameters(
                Names=[self._prefix + name for name in names], WithDecryption=True
            )
        there = {each["Name"]: each["Value"] for each in answer["Parameters"]}
        read = {name: there.get(self._prefix + name) for name in names}
        self._remembered.remember(read)
        return read
