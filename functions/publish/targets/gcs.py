"""The site in a bucket of Google Cloud Storage; ``STORAGE_EMULATOR_HOST`` is honoured."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from google.api_core.exceptions import (
    Forbidden,
    GoogleAPIError,
    NotFound,
    PreconditionFailed,
    Unauthorized,
)
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.cloud.storage import Client
from google.cloud.storage.retry import DEFAULT_RETRY
from requests.exceptions import RequestException

from functions.publish.targets.port import File, Listed, ObjectsError

_TIMEOUT = (5, 60)
# Every put is of the same bytes or conditional: trying again does no harm.
_RETRY = DEFAULT_RETRY.with_timeout(120)


class GcsObjects:
    """Objects under ``prefix`` in a bucket that exists."""

    parallel = 10  # as many connections as the library keeps open

    def __init__(self, bucket: str, prefix: str, setting: str = "KIPRAH_SITE") -> None:
        self._setting = setting
        self._name = bucket
        self._root = f"{prefix}/" if prefix else ""
        with self._errors():
            # The project matters for creating buckets only.
            self._client: Any = Client(project="-")
            self._bucket: Any = self._client.bucket(bucket)

    def list(self, folder: str = "") -> dict[str, Listed]:
        with self._errors():
            blobs = self._client.list_blobs(
                self._bucket,
                prefix=self._root + folder,
                fields="items(name,md5Hash,size),nextPageToken",
                timeout=_TIMEOUT,
                retry=_RETRY,
            )
            return {
                blob.name.removeprefix(self._root): Listed(_hex(blob.md5_hash), blob.size)
                for blob in blobs
            }

    def get(self, path: str) -> bytes | None:
        with self._errors():
            try:
                blob = self._bucket.blob(self._root + path)
                body: bytes = blob.download_as_bytes(timeout=_TIMEOUT, retry=_RETRY)
            except NotFound as error:
                if "bucket" in str(error).lower() and "object" not in str(error).lower():
                    raise
                return None
        return body

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        blob = self._bucket.blob(self._root + file.path)
        blob.cache_control = file.cache_control
        with self._errors():
            try:
                blob.upload_from_string(
                    file.body,
                    content_type=file.content_type,
                    if_generation_match=0 if if_absent else None,
                    timeout=_TIMEOUT,
                    retry=_RETRY,
                )
            except PreconditionFailed:
                return False
            except Forbidden:
                # A retention policy refuses to replace a file like this (403,
                # retentionPolicyNotMet): so the file is there.
                if not if_absent or self.get(file.path) is None:
                    raise
                return False
        return True

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except NotFound as error:
            raise self._unusable(
                f"there is no such bucket; create it, or name another one in {self._setting}"
            ) from error
        except (Forbidden, Unauthorized) as error:
            raise self._unusable(
                "permission denied; give this account the role Storage Object User on the bucket"
            ) from error
        except DefaultCredentialsError as error:
            raise self._unusable(
                "no credentials; run `gcloud auth application-default login`, "
                "or set GOOGLE_APPLICATION_CREDENTIALS"
            ) from error
        except (GoogleAPIError, GoogleAuthError, RequestException, ValueError) as error:
            raise self._unusable(" ".join(str(error).split())) from error

    def _unusable(self, advice: str) -> ObjectsError:
        return ObjectsError(f"the site cannot use gs://{self._name}/{self._root}: {advice}")


def _hex(md5: str | None) -> str:
    return base64.b64decode(md5).hex() if md5 else ""
