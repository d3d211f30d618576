"""Payload store in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated
from podium.errors import NotFoundError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_ABSENT = frozenset({"NoSuchKey", "404"})


class S3Blobs:
    """Blobs as objects of one bucket, by key."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, path: str, content: bytes) -> None:
        with translated("PutObject"):
            self._client.put_object(
                Bucket=self._bucket, Key=path, Body=content, ContentType="application/json"
            )

    def get(self, path: str) -> bytes:
        with translated("GetObject"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=path)
            except ClientError as error:
                if code_of(error) in _ABSENT:
                    raise NotFoundError(f"no payload at {path}") from error
                raise
            return answer["Body"].read()
