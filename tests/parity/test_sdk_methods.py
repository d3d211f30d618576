"""No public method of the Python SDK's clients is left out: each is called, or the hosted product's alone."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conductor.client.configuration.configuration import Configuration
from conductor.client.event.queue.kafka_queue_configuration import (
    KafkaConsumerConfiguration,
    KafkaProducerConfiguration,
    KafkaQueueConfiguration,
)
from conductor.client.http.rest import ApiException
from conductor.client.orkes.models.metadata_tag import MetadataTag

from tests.parity.sdk import CLIENTS, Sdk, methods_of

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
HERE = Path(__file__).parent
KAFKA = KafkaQueueConfiguration("orders")
KAFKA.add_consumer(KafkaConsumerConfiguration("broker:9092"))
KAFKA.add_producer(KafkaProducerConfiguration("broker:9092"))


def tag() -> MetadataTag:
    return MetadataTag("colour", "red")


#: Methods of routes that only the hosted product has (docs/reference/rest-api.md marks them
#: [sdk-only], and says which of them we serve): with us, as with the open server, they are a 404.
HOSTED: dict[str, Callable[[Sdk], Any]] = {
    "EventClient.delete_queue_configuration": lambda sdk: sdk.events.delete_queue_configuration(
        KAFKA
    ),
    "EventClient.get_kafka_queue_configuration": lambda sdk: (
        sdk.events.get_kafka_queue_configuration("t")
    ),
    "EventClient.get_queue_configuration": lambda sdk: sdk.events.get_queue_configuration(
        "sqs", "q"
    ),
    "EventClient.put_queue_configuration": lambda sdk: sdk.events.put_queue_configuration(KAFKA),
    "SecretClient.delete_secret_tags": lambda sdk: sdk.secrets.delete_secret_tags([tag()], "k"),
    "SecretClient.get_secret_tags": lambda sdk: sdk.secrets.get_secret_tags("k"),
    "SecretClient.set_secret_tags": lambda sdk: sdk.secrets.set_secret_tags([tag()], "k"),
}


def called_in_tests() -> Iterator[str]:
    """What the tests of this folder say with ``@calls``."""
    for path in HERE.glob("test_sdk_*.py"):
        module = importlib.import_module(f"tests.parity.{path.stem}")
        for value in vars(module).values():
            yield from getattr(value, "calls", ()) if callable(value) else ()


def test_no_public_method_is_left_out() -> None:
    configuration = Configuration(server_api_url="http://127.0.0.1:9/api")
    public = {
        f"{name}.{method}"
        for name, make in CLIENTS.items()
        for method in methods_of(make(configuration))
    }
    called = set(called_in_tests())
    assert len(public) > 100
    assert called | HOSTED.keys() == public
    assert not called & HOSTED.keys()


@pytest.mark.parametrize("method", sorted(HOSTED))
def test_a_method_of_the_hosted_product_alone_is_a_404(method: str, plain_sdk: Sdk) -> None:
    with pytest.raises(ApiException) as refused:
        HOSTED[method](plain_sdk)
    assert plain_sdk.called == {method}
    assert refused.value.status == 404
    assert "No endpoint" in str(refused.value)
