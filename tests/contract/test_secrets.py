"""Secrets and variables are found by name, replaced, forgotten and listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from podium.adapters.aws.secrets import REMEMBERED, ParameterStore, SecretsManager
from podium.adapters.memory.secrets import MemoryEnvironment, MemorySecrets
from podium.errors import DefectError, TransientError
from podium_local.clock import VirtualClock
from tests.support.aws import moto_stack


@dataclass
class Stores:
    """Both, and how an operator sets a variable."""

    secrets: Any
    environment: Any
    clock: VirtualClock

    def set_variable(self, name: str, value: str) -> None:
        if isinstance(self.environment, MemoryEnvironment):
            self.environment.put(name, value)
            return
        self.environment._client.put_parameter(
            Name=f"/podium/environment/{name}", Value=value, Type="String", Overwrite=True
        )


@pytest.fixture(params=["memory", "aws"])
def stores(request):
    if request.param == "memory":
        yield Stores(MemorySecrets(), MemoryEnvironment(), VirtualClock())
        return
    with moto_stack() as stack:
        yield Stores(
            SecretsManager(stack.clients.secrets, "podium/secrets/", stack.clock),
            ParameterStore(stack.clients.ssm, "/podium/environment/", stack.clock),
            stack.clock,
        )


def test_what_is_not_there_is_none(stores):
    assert stores.secrets.find(["A", "not a name"]) == {"A": None, "not a name": None}
    assert stores.secrets.value("A") is None
    assert stores.secrets.replaced(["A"]) == {}
    assert list(stores.secrets.names()) == []
    assert not stores.secrets.delete("A")
    assert stores.environment.find(["A", "not a name"]) == {"A": None, "not a name": None}
    assert stores.environment.all() == {}


def test_a_secret_is_found_once_it_was_put(stores):
    assert stores.secrets.find(["A"]) == {"A": None}
    stores.secrets.put("A", "one")
    stores.secrets.put("B", '{"x": "ü"}')
    assert stores.secrets.find(["B", "A"]) == {"A": "one", "B": '{"x": "ü"}'}
    assert list(stores.secrets.names()) == ["A", "B"]


def test_the_value_before_is_known_for_masking(stores):
    stores.secrets.put("A", "one")
    assert stores.secrets.replaced(["A"]) == {}
    stores.secrets.put("A", "two")
    assert stores.secrets.find(["A"]) == {"A": "two"}
    assert stores.secrets.replaced(["A", "B"]) == {"A": "one"}


def test_a_deleted_secret_is_gone_and_can_be_put_again(stores):
    stores.secrets.put("A", "one")
    assert stores.secrets.delete("A")
    assert stores.secrets.find(["A"]) == {"A": None}
    assert not stores.secrets.delete("A")
    stores.secrets.put("A", "two")
    assert stores.secrets.value("A") == "two"


def test_variables_are_found_and_listed(stores):
    for number in range(12):
        stores.set_variable(f"V{number:02}", str(number))
    names = [f"V{number:02}" for number in range(14)]
    found = stores.environment.find(names)
    assert found == {name: str(int(name[1:])) if name < "V12" else None for name in names}
    assert list(stores.environment.all()) == names[:12]


# --- what only AWS does -------------------------------------------------------------------------


@pytest.fixture
def aws():
    with moto_stack() as stack:
        secrets = SecretsManager(stack.clients.secrets, "podium/secrets/", stack.clock)
        environment = ParameterStore(stack.clients.ssm, "/podium/environment/", stack.clock)
        yield Stores(secrets, environment, stack.clock)


def test_a_value_is_remembered_for_a_minute(aws):
    aws.secrets.put("A", "one")
    aws.set_variable("V", "one")
    assert (aws.secrets.find(["A"]), aws.environment.find(["V"])) == ({"A": "one"}, {"V": "one"})
    aws.secrets._client.put_secret_value(SecretId="podium/secrets/A", SecretString="two")
    aws.set_variable("V", "two")
    aws.clock.advance(REMEMBERED - 1)
    assert (aws.secrets.find(["A"]), aws.environment.find(["V"])) == ({"A": "one"}, {"V": "one"})
    assert aws.secrets.value("A") == "two", "an operator sees what is there now"
    aws.clock.advance(1)
    assert aws.environment.find(["V"]) == {"V": "two"}


def test_secrets_of_others_are_neither_found_nor_listed(aws):
    client = aws.secrets._client
    client.create_secret(Name="other/secrets/A", SecretString="x")
    client.create_secret(Name="a/podium/secrets/A", SecretString="x")
    aws.secrets.put("B", "y")
    assert list(aws.secrets.names()) == ["B"]
    assert aws.secrets.find(["A"]) == {"A": None}


def test_a_secret_without_text_counts_as_none(aws):
    aws.secrets._client.create_secret(Name="podium/secrets/BIN", SecretBinary=b"x")
    assert aws.secrets.find(["BIN"]) == {"BIN": None}


@pytest.mark.parametrize(
    ("code", "error"),
    [("AccessDeniedException", DefectError), ("ThrottlingException", TransientError)],
)
def test_what_aws_refuses_is_told_apart_from_what_it_is_too_busy_for(code, error):
    from botocore.exceptions import ClientError

    class Refusing:
        def get_secret_value(self, **request):
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetSecretValue")

    store = SecretsManager(Refusing(), "p/", VirtualClock())  # type: ignore[arg-type]
    with pytest.raises(error):
        store.find(["A"])
