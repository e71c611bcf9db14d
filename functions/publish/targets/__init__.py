"""Where the site's files are put: the port, an adapter for each kind of target, and the upload.

``open_objects`` picks the adapter by its address; only that one's library is imported.
"""

from __future__ import annotations

from pathlib import Path

from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.port import Objects, ObjectsError

_FORMS = "write file://FOLDER, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"


def open_objects(url: str, setting: str = "KIPRAH_SITE") -> Objects:
    """The destination at ``url``, as in KIPRAH_SITE; only that adapter's library is imported.

    ``file://site`` is a folder beside the current one, ``file:///var/www`` one from the root.
    ``setting``: the setting that names it, for error messages.

    Raises:
        ObjectsError: the address is of no known form, or there are no credentials for it.
    """
    scheme, found, rest = url.partition("://")
    if found and scheme == "file" and rest:
        return FolderObjects(Path(rest), setting)
    bucket, _, prefix = rest.partition("/")
    if found and scheme == "s3" and bucket:
        from functions.publish.targets.s3 import S3Objects

        return S3Objects(bucket, prefix.strip("/"), setting)
    if found and scheme == "gs" and bucket:
        from functions.publish.targets.gcs import GcsObjects

        return GcsObjects(bucket, prefix.strip("/"), setting)
    raise ObjectsError(f"{setting} names no destination for the site: {_FORMS}")
