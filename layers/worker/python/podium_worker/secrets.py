"""Secrets named by a task's message, looked up with the worker's own rights when the task is run.

The message holds references, ``${workflow.secrets.X}``, and the names of those that may be resolved.
Values exist in the arguments of the function and nowhere else: what it returns is searched for them.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from podium_worker.errors import ConfigurationError, TerminalError
from podium_worker.masking import Mask

if TYPE_CHECKING:
    from podium_worker.message import Task

#: How the names in both stores begin, for a stack called ``podium``.
SECRET_PREFIX = "podium/secrets/"  # noqa: S105  # a name
ENVIRONMENT_PREFIX = "/podium/environment/"
#: Seconds for which a value is remembered.
REMEMBERED = 60
_STEP = (
    r"""(?:\.[^\s.\[\]()*'"{}$,]+|\[\s*-?\d{1,9}\s*\]|\[\s*'[^'\\]*'\s*\]|\[\s*"[^"\\]*"\s*\])"""
)
_SECRETS = r"""(?:\.secrets|\[\s*'secrets'\s*\]|\[\s*"secrets"\s*\])"""
#: A reference; one behind another ``$`` is an escape.
_REFERENCE = re.compile(
    rf"(?<!\$)\$\{{\s*(?:\$\.)?workflow{_SECRETS}(?P<steps>{_STEP}+)(?P<rest>[^{{}}]*)\}}"
)
_PART = re.compile(_STEP)
_SECRET_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Secrets:
    """Secrets Manager and the parameter store, under the prefixes of one Podium installation."""

    def __init__(
        self,
        client: Callable[[str], Any],
        secret_prefix: str = SECRET_PREFIX,
        environment_prefix: str = ENVIRONMENT_PREFIX,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``client`` makes a boto3 client of a service; it is asked when the first value is needed."""
        self._make = client
        self._clients: dict[str, Any] = {}
        self._secret_prefix = secret_prefix
        self._environment_prefix = environment_prefix
        self._now = now
        self._remembered: dict[str, tuple[float, str | None]] = {}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Secrets:
        """Read PODIUM_SECRET_PREFIX and PODIUM_ENVIRONMENT_PREFIX; both have the defaults of a stack
        called ``podium``.
        """
        return cls(
            _boto3_client,
            environment.get("PODIUM_SECRET_PREFIX") or SECRET_PREFIX,
            environment.get("PODIUM_ENVIRONMENT_PREFIX") or ENVIRONMENT_PREFIX,
        )

    def secret(self, name: str) -> str | None:
        """Text of a secret, None when there is none. Raises ConfigurationError without the right."""
        if _SECRET_NAME.fullmatch(name) is None:
            return None
        return self._find(self._secret_prefix + name, self._read_secret)

    def variable(self, name: str) -> str | None:
        """Text of an environment variable of workflows; as :meth:`secret`."""
        return self._find(self._environment_prefix + name, self._read_parameter)

    def _find(self, name: str, read: Callable[[str], str | None]) -> str | None:
        known = self._remembered.get(name)
        if known is None or self._now() - known[0] >= REMEMBERED:
            known = (self._now(), read(name))
            self._remembered[name] = known
        return known[1]

    def _read_secret(self, secret_id: str) -> str | None:
        client = self._client("secretsmanager")
        absent = {"ResourceNotFoundException", "InvalidRequestException"}
        ask = partial(client.get_secret_value, SecretId=secret_id)
        answer = _answer(client, ask, absent, f"secretsmanager:GetSecretValue on {secret_id}")
        return None if answer is None else answer.get("SecretString")

    def _read_parameter(self, name: str) -> str | None:
        client = self._client("ssm")
        ask = partial(client.get_parameter, Name=name, WithDecryption=True)
        answer = _answer(client, ask, {"ParameterNotFound"}, f"ssm:GetParameter on {name}")
        return None if answer is None else str(answer["Parameter"]["Value"])

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._make(service)
        return self._clients[service]


def resolved(task: Task, secrets: Secrets) -> tuple[Task, Mask]:
    """``task`` with secrets in its input and metadata, and the mask that hides them in its result.

    Raises ConfigurationError when the worker may not read one, TerminalError when a reference is
    more than members and indexes.
    """
    if not (task.secrets or task.metadata_names):
        return task, Mask(())
    values = {name: secrets.secret(name) for name in (*task.secrets, *task.metadata_names)}
    metadata = {}
    for name in task.metadata_names:
        found = values[name]
        if found is None:
            found = secrets.variable(name)
        if found is not None:
            metadata[name] = found
    allowed = {name: values[name] for name in task.secrets}
    hidden = [value for value in values.values() if value is not None]
    hidden += _handed_out(task.input, allowed)
    ready = replace(task, input=_reveal(task.input, allowed), runtime_metadata=metadata)
    return ready, Mask(hidden)


def _reveal(value: Any, secrets: Mapping[str, str | None]) -> Any:
    if isinstance(value, str):
        return _text(value, secrets)
    if isinstance(value, dict):
        return {key: _reveal(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_reveal(item, secrets) for item in value]
    return value


def _text(text: str, secrets: Mapping[str, str | None]) -> Any:
    whole = _REFERENCE.fullmatch(text)
    if whole is not None and _steps(whole)[0] in secrets:
        return _value(whole, secrets)

    def spliced(found: re.Match[str]) -> str:
        if _steps(found)[0] not in secrets:
            return found[0]
        value = _value(found, secrets)
        if value is None:
            return ""
        is_text = isinstance(value, str)
        return value if is_text else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    return _REFERENCE.sub(spliced, text)


def _value(reference: re.Match[str], secrets: Mapping[str, str | None]) -> Any:
    """Value of a reference: the secret's text, or what is inside the JSON that it holds."""
    if reference["rest"].strip():
        message = (
            f"{reference[0]} is more than members and indexes: only a poll over HTTP resolves it"
        )
        raise TerminalError(message)
    name, *steps = _steps(reference)
    text = secrets[str(name)]
    if text is None or not steps:
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return None
    for step in steps:
        try:
            fits = isinstance(value, dict if isinstance(step, str) else list)
            value = value[step] if fits else None
        except (KeyError, IndexError):
            return None
    return value


def _steps(reference: re.Match[str]) -> list[str | int]:
    found: list[str | int] = []
    for part in _PART.findall(reference["steps"]):
        inner = part.strip("[] ") if part[0] == "[" else part[1:]
        is_index = part[0] == "[" and inner[0] not in "'\""
        found.append(int(inner) if is_index else inner.strip("'\""))
    return found


def _handed_out(value: Any, secrets: Mapping[str, str | None]) -> Iterator[Any]:
    if isinstance(value, str):
        for reference in _REFERENCE.finditer(value):
            if _steps(reference)[0] in secrets:
                yield _value(reference, secrets)
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _handed_out(item, secrets)


def _answer(
    client: Any, ask: Callable[[], dict[str, Any]], absent: set[str], right: str
) -> dict[str, Any] | None:
    try:
        return ask()
    except client.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in absent:
            return None
        if code in {"AccessDeniedException", "AccessDenied"}:
            message = f"this worker lacks the right {right}"
            raise ConfigurationError(message) from error
        raise


def _boto3_client(service: str) -> Any:
    import boto3  # noqa: PLC0415  # workers without secrets never need it

    make: Any = boto3.client
    return make(service)
