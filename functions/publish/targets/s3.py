"""The site in a bucket of S3, or of any store that speaks its protocol.

``AWS_ENDPOINT_URL`` is honoured by the library itself. Checksums are sent only when required:
stores other than Amazon's refuse the newer ones. The ETag of an object put in one piece is its
MD5, unless the bucket encrypts with a KMS key: then every file travels on every run.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from functions.publish.targets.port import File, Listed, ObjectsError

_ADVICE = {
    "NoSuchBucket": "there is no such bucket; create it, or name another one in KIPRAH_SITE",
    "AccessDenied": "permission denied; allow s3:ListBucket, s3:GetObject and s3:PutObject",
    "AllAccessDisabled": "permission denied; check the bucket's account",
    "InvalidAccessKeyId": "the access key is unknown; check AWS_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "the secret does not fit; check AWS_SECRET_ACCESS_KEY",
    "ExpiredToken": "the credentials have expired; get new ones",
}
_ABSENT = ("NoSuchKey", "404")
# What stores answer when what lies there may not be overwritten yet.
_LOCKED = ("AccessDenied", "ObjectLocked", "RetentionPolicyNotMet")


class S3Objects:
    """Objects under ``prefix`` in a bucket that exists."""

    parallel = 12

    def __init__(self, bucket: str, prefix: str, setting: str = "KIPRAH_SITE") -> None:
        self._setting = setting
        self._bucket = bucket
        self._root = f"{prefix}/" if prefix else ""
        config = Config(
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"mode": "standard", "max_attempts": 4},
            max_pool_connections=self.parallel,
            connect_timeout=5,
            read_timeout=60,
        )
        try:
            self._client: Any = boto3.client("s3", config=config)
        except (BotoCoreError, ValueError) as error:
            raise self._unusable(error) from error

    def list(self, folder: str = "") -> dict[str, Listed]:
        found: dict[str, Listed] = {}
        pages = self._client.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._root + folder):
                for item in page.get("Contents", ()):
                    path = item["Key"].removeprefix(self._root)
                    found[path] = Listed(item["ETag"].strip('"'), item["Size"])
        except (BotoCoreError, ClientError) as error:
            raise self._unusable(error) from error
        return found

    def get(self, path: str) -> bytes | None:
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._root + path)
            body: bytes = answer["Body"].read()
            return body
        except (BotoCoreError, ClientError) as error:
            if _code(error) in _ABSENT:
                return None
            raise self._unusable(error) from error

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        digest = hashlib.md5(file.body, usedforsecurity=False).digest()
        request: dict[str, Any] = {
            "Bucket": self._bucket,
            "Key": self._root + file.path,
            "Body": file.body,
            "ContentType": file.content_type,
            "CacheControl": file.cache_control,
            "ContentMD5": base64.b64encode(digest).decode(),
        }
        try:
            self._client.put_object(**request, **({"IfNoneMatch": "*"} if if_absent else {}))
        except (BotoCoreError, ClientError) as error:
            if if_absent and _code(error) in ("PreconditionFailed", "ConditionalRequestConflict"):
                return False
            if if_absent and _code(error) in _LOCKED and self.get(file.path) is not None:
                return False
            if if_absent and _code(error) == "NotImplemented":
                # A store without conditional writes: look first, which is nearly as good.
                return self.get(file.path) is None and self.put(file)
            raise self._unusable(error) from error
        return True

    def _unusable(self, error: Exception) -> ObjectsError:
        if isinstance(error, NoCredentialsError):
            advice = "no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role"
        else:
            advice = _ADVICE.get(_code(error), " ".join(str(error).split()))
        advice = advice.replace("KIPRAH_SITE", self._setting)
        return ObjectsError(f"the site cannot use s3://{self._bucket}/{self._root}: {advice}")


def _code(error: Exception) -> str:
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
