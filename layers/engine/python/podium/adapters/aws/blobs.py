"""Payload store in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated
from podium.errors import NotFoundError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ObjectIdentifierTypeDef

_ABSENT = frozenset({"NoSuchKey", "404"})
#: Seconds for which a signed URL is good.
SIGNED = 900


class S3Blobs:
    """Blobs as objects of one bucket, by key."""

    def __init__(self, client: S3Client, bucket: str, signing: S3Client | None = None) -> None:
        """``signing`` makes URLs for others, who may reach S3 under another address than we do."""
        self._client = client
        self._bucket = bucket
        self._signing = signing or client

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
                    raise _absent(path) from error
                raise
            return answer["Body"].read()

    def size(self, path: str) -> int:
        with translated("HeadObject"):
            try:
                answer = self._client.head_object(Bucket=self._bucket, Key=path)
            except ClientError as error:
                if code_of(error) in _ABSENT:
                    raise _absent(path) from error
                raise
        return answer["ContentLength"]

    def delete(self, folder: str) -> None:
        with translated("DeleteObjects"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=folder):
                found: list[ObjectIdentifierTypeDef] = [
                    {"Key": each["Key"]} for each in page.get("Contents", [])
                ]
                if found:
                    self._client.delete_objects(
                        Bucket=self._bucket, Delete={"Objects": found, "Quiet": True}
                    )

    def address(self, path: str, *, write: bool) -> str:
        with translated("presigning"):
            return self._signing.generate_presigned_url(
                "put_object" if write else "get_object",
                Params={"Bucket": self._bucket, "Key": path},
                ExpiresIn=SIGNED,
            )


def _absent(path: str) -> NotFoundError:
    return NotFoundError(f"no payload at {path}")
