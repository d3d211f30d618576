"""Tables and the payload bucket: what must survive every deployment."""

from __future__ import annotations

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.acknowledged import acknowledge
from infra.shapes import Bucket, Key, Table, Topology, physical_name

_KEY_TYPES = {"S": dynamodb.AttributeType.STRING, "N": dynamodb.AttributeType.NUMBER}


class Storage(Construct):
    """The tables and the bucket of one installation; deleting the stack leaves them."""

    def __init__(self, scope: Construct, id_: str, topology: Topology, stack: str) -> None:
        super().__init__(scope, id_)
        self.tables = {table.name: self._table(table, stack) for table in topology.tables}
        self.bucket = self._bucket(topology.bucket, stack)

    def _table(self, table: Table, stack: str) -> dynamodb.Table:
        # Table, not TableV2: moto can deploy it, and conditions on a version end at the region anyway.
        made = dynamodb.Table(
            self,
            table.name,
            table_name=physical_name(table.name, stack),
            partition_key=_key(table.partition_key),
            sort_key=_key(table.sort_key),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if table.stream else None,
            time_to_live_attribute=table.ttl_attribute or None,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        for index in table.indexes:
            made.add_global_secondary_index(
                index_name=index.name,
                partition_key=_key(index.partition_key),
                sort_key=_key(index.sort_key),
                projection_type=dynamodb.ProjectionType[index.projection],
            )
        return made

    def _bucket(self, bucket: Bucket, stack: str) -> s3.Bucket:
        made = s3.Bucket(
            self,
            bucket.name,
            bucket_name=f"{physical_name(bucket.name, stack)}-{Aws.ACCOUNT_ID}-{Aws.REGION}",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(bucket.expire_after_days),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(
            made,
            "S1",
            "Only the functions read and write payloads, and each execution records what it did;"
            " an access log would cost as much as the payloads.",
        )
        return made


def _key(key: Key) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=key.name, type=_KEY_TYPES[key.type])
