"""Clients of AWS: one botocore session, each client made when first used.

Region, credentials and endpoints come from the environment, as botocore reads it
(``AWS_ENDPOINT_URL`` and its kin). botocore rather than boto3: a cold start pays for every import.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.session import Session, get_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodbstreams import DynamoDBStreamsClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_s3 import S3Client
    from types_boto3_scheduler import EventBridgeSchedulerClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sns import SNSClient
    from types_boto3_sqs import SQSClient
    from types_boto3_ssm import SSMClient

#: Our requests are built in one place each and tested there; checking them again costs time.
_CONFIG = Config(
    parameter_validation=False,
    retries={"mode": "standard", "total_max_attempts": 3},
    connect_timeout=1,
    read_timeout=5,
    max_pool_connections=50,
)
#: A receive may wait 20 seconds.
_SQS_CONFIG = _CONFIG.merge(Config(read_timeout=25))


class Clients:
    """The clients of one process; they may be shared by threads."""

    def __init__(self, session: Session | None = None) -> None:
        """``session``: None makes one."""
        self.session = session or get_session()

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """Client of DynamoDB."""
        return cast("DynamoDBClient", self.session.create_client("dynamodb", config=_CONFIG))

    @cached_property
    def streams(self) -> DynamoDBStreamsClient:
        """Client of DynamoDB Streams."""
        client = self.session.create_client("dynamodbstreams", config=_CONFIG)
        return cast("DynamoDBStreamsClient", client)

    @cached_property
    def sqs(self) -> SQSClient:
        """Client of SQS."""
        return cast("SQSClient", self.session.create_client("sqs", config=_SQS_CONFIG))

    @cached_property
    def s3(self) -> S3Client:
        """Client of S3."""
        return cast("S3Client", self.session.create_client("s3", config=_CONFIG))

    def signing_s3(self, endpoint: str) -> S3Client:
        """A client that only signs URLs, made at its first call: for S3's own address, or for
        ``endpoint``, under which clients reach a stand-in of it.
        """
        config = _CONFIG.merge(Config(signature_version="s3v4"))
        if endpoint:
            config = config.merge(Config(s3={"addressing_style": "path"}))

        def make() -> object:
            return self.session.create_client("s3", endpoint_url=endpoint or None, config=config)

        return cast("S3Client", _Deferred(make))

    @property
    def deferred_s3(self) -> S3Client:
        """As ``s3``, made at its first call: most processes never see a large payload."""
        return cast("S3Client", _Deferred(lambda: self.s3))

    @property
    def deferred_streams(self) -> DynamoDBStreamsClient:
        """As ``streams``, made at its first call: only repair reads the stream again."""
        return cast("DynamoDBStreamsClient", _Deferred(lambda: self.streams))

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        """Client of Secrets Manager."""
        client = self.session.create_client("secretsmanager", config=_CONFIG)
        return cast("SecretsManagerClient", client)

    @property
    def deferred_secrets(self) -> SecretsManagerClient:
        """As ``secrets``, made at its first call: many installations have none."""
        return cast("SecretsManagerClient", _Deferred(lambda: self.secrets))

    @cached_property
    def events(self) -> EventBridgeClient:
        """Client of EventBridge."""
        return cast("EventBridgeClient", self.session.create_client("events", config=_CONFIG))

    @property
    def deferred_events(self) -> EventBridgeClient:
        """As ``events``, made at its first call: only the listeners function publishes."""
        return cast("EventBridgeClient", _Deferred(lambda: self.events))

    @cached_property
    def sns(self) -> SNSClient:
        """Client of SNS."""
        return cast("SNSClient", self.session.create_client("sns", config=_CONFIG))

    @property
    def deferred_sns(self) -> SNSClient:
        """As ``sns``, made at its first call: most installations have no topics."""
        return cast("SNSClient", _Deferred(lambda: self.sns))

    @cached_property
    def functions(self) -> LambdaClient:
        """Client of Lambda."""
        return cast("LambdaClient", self.session.create_client("lambda", config=_CONFIG))

    @property
    def deferred_functions(self) -> LambdaClient:
        """As ``functions``, made at its first call: when an event handler reads a queue."""
        return cast("LambdaClient", _Deferred(lambda: self.functions))

    @cached_property
    def ssm(self) -> SSMClient:
        """Client of Systems Manager."""
        return cast("SSMClient", self.session.create_client("ssm", config=_CONFIG))

    @property
    def deferred_ssm(self) -> SSMClient:
        """As ``ssm``, made at its first call."""
        return cast("SSMClient", _Deferred(lambda: self.ssm))

    @cached_property
    def scheduler(self) -> EventBridgeSchedulerClient:
        """Client of EventBridge Scheduler."""
        client = self.session.create_client("scheduler", config=_CONFIG)
        return cast("EventBridgeSchedulerClient", client)

    @property
    def deferred_scheduler(self) -> EventBridgeSchedulerClient:
        """As ``scheduler``, made at its first call: only far moments need it."""
        return cast("EventBridgeSchedulerClient", _Deferred(lambda: self.scheduler))


class _Deferred:
    """Stands in for a client until one of its methods is wanted; each costs 100 ms to make."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> object:
        return getattr(self._make(), name)
