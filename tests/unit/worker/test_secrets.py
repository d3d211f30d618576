"""The worker library resolves and hides secrets as the engine does, with rights of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from podium.domain.masking import Mask as EngineMask
from podium.domain.secrets import reveal
from podium_worker import ConfigurationError, Task, TaskFunction, Worker, lambda_handler
from podium_worker.masking import Mask
from podium_worker.secrets import REMEMBERED, Secrets, resolved
from tests.unit.worker.fakes import FakeSqs, message, queues

VALUES: dict[str, str | None] = {
    "KEY": "s3cret-value",
    "B-1": "other-value",
    "JSON": '{"user": {"name": "ada"}, "list": [1, "two"], "a b": true}',
    "GONE": None,
}


class ClientError(Exception):
    """As botocore's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


class FakeStores:
    """Both services; ``calls`` are the names asked for."""

    class exceptions:  # noqa: N801  # boto3 names it so
        ClientError = ClientError

    def __init__(self, refuse: str = "") -> None:
        self.calls: list[str] = []
        self.values = dict(VALUES)
        self._refuse = refuse

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        self.calls.append(SecretId)
        if self._refuse:
            raise ClientError(self._refuse)
        value = self.values.get(SecretId.removeprefix("podium/secrets/"))
        if value is None:
            raise ClientError("ResourceNotFoundException")
        return {"SecretString": value}

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803
        self.calls.append(Name)
        if Name != "/podium/environment/STAGE":
            raise ClientError("ParameterNotFound")
        return {"Parameter": {"Value": "test"}}


def secrets_of(stores: FakeStores, now: list[float] | None = None) -> Secrets:
    moments = now or [0.0]
    return Secrets(lambda service: stores, now=lambda: moments[0])


def a_task(**fields: Any) -> Task:
    return Task("wf.1.charge", "wf", "charge", **fields)


@pytest.mark.parametrize(
    "text",
    [
        "${workflow.secrets.KEY}",
        "Bearer ${workflow.secrets.KEY} and ${ workflow.secrets.B-1 }!",
        "${$.workflow.secrets.KEY}",
        "${workflow['secrets']['KEY']}",
        '${workflow["secrets"].KEY}',
        "${workflow.secrets.JSON.user.name}",
        "${workflow.secrets.JSON.user}",
        "<${workflow.secrets.JSON.user}>",
        "${workflow.secrets.JSON.list[1]}",
        "${workflow.secrets.JSON.list[-1]}",
        "${workflow.secrets.JSON.list[7]}",
        "${workflow.secrets.JSON['a b']}",
        "${workflow.secrets.JSON.list.x}",
        "${workflow.secrets.KEY.x}",
        "${workflow.secrets.GONE}",
        "<${workflow.secrets.GONE}>",
        "${workflow.secrets.OTHER} ${workflow.secrets.KEY}",
        "$${workflow.secrets.KEY}",
        "${workflow.input.secrets.KEY} ${workflow.secrets",
        "${workflow.secrets} {workflow.secrets.KEY}",
    ],
)
def test_references_mean_what_they_mean_to_the_engine(text):
    task = a_task(input={"a": [text]}, secrets=tuple(VALUES))
    ready, _ = resolved(task, secrets_of(FakeStores()))
    assert ready.input == {"a": [reveal(text, VALUES)]}


def test_what_the_message_does_not_name_is_neither_resolved_nor_looked_up():
    stores = FakeStores()
    task = a_task(input={"a": "${workflow.secrets.KEY}"})
    assert resolved(task, secrets_of(stores))[0] == task
    assert stores.calls == []


def test_runtime_metadata_is_a_secret_or_a_variable():
    task = a_task(metadata_names=("KEY", "STAGE", "NOBODY"))
    ready, mask = resolved(task, secrets_of(FakeStores()))
    assert ready.runtime_metadata == {"KEY": "s3cret-value", "STAGE": "test"}
    assert mask.text("s3cret-value at test") == "*** at test"


def test_a_value_is_remembered_for_a_minute():
    stores, now = FakeStores(), [0.0]
    secrets = secrets_of(stores, now)
    assert secrets.secret("KEY") == "s3cret-value"
    stores.values["KEY"] = "new"
    now[0] = REMEMBERED - 1
    assert secrets.secret("KEY") == "s3cret-value"
    now[0] = REMEMBERED
    assert secrets.secret("KEY") == "new"
    assert stores.calls == ["podium/secrets/KEY"] * 2


def test_the_prefixes_come_from_the_environment(monkeypatch):
    asked: list[str] = []
    made = Secrets.from_environment(
        {"PODIUM_SECRET_PREFIX": "orders/secrets/", "PODIUM_ENVIRONMENT_PREFIX": "/orders/env/"}
    )
    monkeypatch.setattr(made, "_read_secret", asked.append)
    monkeypatch.setattr(made, "_read_parameter", asked.append)
    made.secret("A")
    made.variable("B")
    assert asked == ["orders/secrets/A", "/orders/env/B"]


def echo(token: str, **rest: Any) -> dict[str, Any]:
    if rest.get("fail"):
        raise ValueError(f"cannot use {token}")
    return {"token": token, f"key {token}": [f"Bearer {token}", token * 2]}


ECHO = TaskFunction("charge", echo)
INPUT = {"token": "${workflow.secrets.KEY}"}


def run_once(sqs: FakeSqs, stores: FakeStores) -> int:
    worker = Worker(queues(sqs), [ECHO], worker_id="me", wait=0, secrets=secrets_of(stores))
    return worker.run_once(ECHO)


def test_a_function_gets_the_value_and_its_result_does_not_hold_it():
    sqs = FakeSqs()
    sqs.put("charge", inputData=INPUT, secrets=["KEY"])
    run_once(sqs, FakeStores())
    (result,) = sqs.sent
    assert result["outputData"] == {"token": "***", "key ***": ["Bearer ***", "******"]}


def test_nor_does_the_reason_of_a_failure():
    sqs = FakeSqs()
    sqs.put("charge", inputData={**INPUT, "fail": True}, secrets=["KEY"])
    run_once(sqs, FakeStores())
    assert sqs.sent[0]["reasonForIncompletion"] == "ValueError: cannot use ***"


def test_without_the_right_the_message_comes_again_and_the_error_names_the_right():
    sqs = FakeSqs()
    sqs.put("charge", inputData=INPUT, secrets=["KEY"])
    with pytest.raises(
        ConfigurationError, match="secretsmanager:GetSecretValue on podium/secrets/KEY"
    ):
        run_once(sqs, FakeStores(refuse="AccessDeniedException"))
    assert sqs.sent == []
    assert "delete" not in [name for name, _ in sqs.calls]


def test_a_path_that_only_the_engine_can_follow_fails_the_task_for_good():
    sqs = FakeSqs()
    sqs.put("charge", inputData={"token": "${workflow.secrets.JSON.list[*]}"}, secrets=["JSON"])
    run_once(sqs, FakeStores())
    assert sqs.sent[0]["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "only a poll over HTTP" in sqs.sent[0]["reasonForIncompletion"]


def test_a_lambda_worker_resolves_too(monkeypatch):
    stores = FakeStores()
    monkeypatch.setattr("podium_worker.secrets._boto3_client", lambda service: stores)
    sqs = FakeSqs()
    body = json.dumps(message("charge", inputData=INPUT, secrets=["KEY"]))
    lambda_handler(ECHO, queues(sqs))({"Records": [{"messageId": "m", "body": body}]}, None)
    assert sqs.sent[0]["outputData"]["token"] == "***"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@example(["true"], True, "")
@given(st.lists(JSON, max_size=3), JSON, st.text())
def test_the_mask_is_the_engines(values, shown, around):
    values = [value for value in values if value is not None]
    parts = [value for value in values if isinstance(value, str)]
    shown = [shown, *values, around.join(parts)]
    assert Mask(values).json(shown) == EngineMask(values).json(shown)
