"""The cloud's store: a Firestore database in native mode, or Google's emulator of one.

Importing this file is cheap: Google's library takes half a second and loads when a store is opened.
FIRESTORE_EMULATOR_HOST is honoured by that library itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from functions.parsing import refusals
from functions.store.documents import EXPIRY, PAGE, PAGES, STAMP, check, check_path, queried_field
from functions.store.port import Conflict, Meter, Stored, StoreError, Write

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPIError
    from google.cloud.firestore import Client, DocumentReference, Query
    from google.cloud.firestore import DocumentSnapshot as AnySnapshot
    from google.cloud.firestore_v1.types.write import Write as Message

    DocumentSnapshot = AnySnapshot[DocumentReference]

Commit = list[tuple[Write, "Message"]]

T = TypeVar("T")

# Firestore takes at most 500 operations in a commit and counted the server's timestamp as one of
# its own for years; and a commit must stay below 4 MiB, with some room for its envelope.
_COMMIT_WRITES = 250
_COMMIT_BYTES = 4 * 1024 * 1024 - 64 * 1024
# Commits under way at once.
_PARALLEL = 8

# What an error's class means to whoever runs this: the name as google.api_core has it.
_ADVICE = {
    "PermissionDenied": "this account may not use it; give it the role roles/datastore.user",
    "Unauthenticated": "its credentials are refused; run gcloud auth application-default login",
    "NotFound": "there is no such database; create it, or correct KIPRAH_STORE",
    "ServiceUnavailable": "it cannot be reached; check the network and FIRESTORE_EMULATOR_HOST",
    "DeadlineExceeded": "it does not answer in time; check the network, then try again",
    "ResourceExhausted": "its quota is spent; raise it, or wait until tomorrow",
    "Aborted": "others keep writing to the same documents; try again",
    "FailedPrecondition": "it refuses; see its own words",
    "InvalidArgument": "it refuses a document; see its own words",
}


class FirestoreStore:
    """Documents in ``database`` of the Google Cloud project ``project``."""

    remote = True

    def __init__(
        self, project: str, database: str = "(default)", *, deadline: float = 30.0
    ) -> None:
        """``deadline``: seconds for one call, and for trying it again."""
        from google.api_core.exceptions import GoogleAPIError
        from google.auth.exceptions import GoogleAuthError
        from google.cloud.firestore import Client

        self.meter = Meter()
        self._name = f"Firestore {project}/{database}"
        self._deadline = deadline
        self._guard = threading.Lock()
        try:
            self._client: Client = Client(project=project, database=database)
            # Made now: the library makes its channel on first use, and threads would make several.
            self._api = self._client._firestore_api
        except (GoogleAuthError, GoogleAPIError, ValueError) as error:
            raise StoreError(
                f"{self._name} cannot be opened: run gcloud auth application-default login, "
                f"or set GOOGLE_APPLICATION_CREDENTIALS ({refusals.words(error)})"
            ) from error

    def get(self, paths: Sequence[str]) -> dict[str, Stored]:
        wanted = list(dict.fromkeys(paths))
        for path in wanted:
            check_path(path)
        found: dict[str, Stored] = {}
        for start in range(0, len(wanted), PAGE):
            page = wanted[start : start + PAGE]
            snapshots = self._call(partial(self._snapshots, page))
            found |= {s.reference.path: _stored(s) for s in snapshots if s.exists}
            self._count(reads=len(page))
        return found

    def list(
        self,
        collection: str,
        *,
        at_least: str | None = None,
        below: str | None = None,
        changed_since: datetime | None = None,
        newest: int | None = None,
    ) -> Iterator[Stored]:
        query = self._query(collection, at_least, below, changed_since, newest)
        if newest is not None:
            return self._page(query.limit(newest))
        return self._pages(query, PAGES.get(collection.rpartition("/")[2], PAGE))

    def everything(self, *, most: int | None = None) -> Iterator[Stored]:
        """As the store was when the first page was read; Firestore can read any instant of the past
        hour (Database.PointInTimeRecoveryEnablement of the Admin API, read in 2026-11)."""
        after, read_at, left = None, None, most
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            page, read_at = self._call(partial(self._any_documents, size, after, read_at))
            self._count(reads=len(page) or 1)
            yield from map(_stored, page)
            if len(page) < size:
                return
            after = page[-1].reference
            left = None if left is None else left - len(page)

    def sweep(self, until: datetime, *, most: int) -> int:
        return 0  # Firestore's TTL policies do it, which Terraform sets

    def write(self, writes: Iterable[Write]) -> None:
        todo = list(writes)
        for write in todo:
            check(write)
        commits = _commits([(write, self._message(write)) for write in todo])
        independent = len({write.path for write in todo}) == len(todo)
        if independent and len(commits) > 2 and not any(map(_is_conditional, todo)):
            # The last one waits for the others: what a caller writes last (a cursor, a report) is
            # never there before what it speaks of.
            *commits, last = commits
            with ThreadPoolExecutor(_PARALLEL) as pool:
                list(pool.map(self._commit, commits))
            commits = [last]
        for commit in commits:
            self._commit(commit)

    def close(self) -> None:
        self._api.transport.close()

    def _query(
        self,
        collection: str,
        at_least: str | None,
        below: str | None,
        changed_since: datetime | None,
        newest: int | None,
    ) -> Query:
        from google.cloud.firestore import FieldFilter

        query = self._client.collection(collection)
        if (at_least, below, changed_since, newest) == (None, None, None, None):
            return query.order_by("__name__")
        if changed_since is not None:
            if at_least is not None or below is not None:
                raise ValueError("a list is bounded by its field or by its changes, not by both")
            return query.where(filter=FieldFilter(STAMP, ">=", changed_since)).order_by(STAMP)
        field = queried_field(collection)
        bounded = query.order_by(field, direction="ASCENDING" if newest is None else "DESCENDING")
        if at_least is not None:
            bounded = bounded.where(filter=FieldFilter(field, ">=", at_least))
        if below is not None:
            bounded = bounded.where(filter=FieldFilter(field, "<", below))
        return bounded

    def _page(self, query: Query) -> Iterator[Stored]:
        page = self._call(partial(self._results, query))
        self._count(reads=len(page) or 1)
        yield from map(_stored, page)

    def _pages(self, query: Query, size: int) -> Iterator[Stored]:
        """Page after page: a single stream's deadline would run on while the caller works."""
        query = query.limit(size)
        while True:
            page = self._call(partial(self._results, query))
            self._count(reads=len(page) or 1)
            yield from map(_stored, page)
            if len(page) < size:
                return
            query = query.start_after(page[-1])

    # Both read a whole page, so that one whose stream breaks off is asked for again as a whole.

    def _snapshots(self, paths: Sequence[str]) -> Sequence[DocumentSnapshot]:
        references = [self._client.document(path) for path in paths]
        return [*self._client.get_all(references, retry=None, timeout=self._deadline)]

    def _results(self, query: Query) -> Sequence[DocumentSnapshot]:
        from google.api_core.retry import Retry

        # The library would resume a broken stream as often as it breaks; `_call` bounds it.
        never = Retry(predicate=lambda _: False)
        return [*query.stream(retry=never, timeout=self._deadline)]

    def _any_documents(
        self, size: int, after: DocumentReference | None, read_at: datetime | None
    ) -> tuple[Sequence[DocumentSnapshot], datetime]:
        """A page of all documents, by name, and the instant at which it was read.

        A query for no collection in particular: the library has no words for it at the root.
        """
        from google.cloud.firestore import DocumentSnapshot
        from google.cloud.firestore_v1._helpers import decode_dict

        query: dict[str, Any] = {
            "from_": [{"all_descendants": True}],
            "order_by": [{"field": {"field_path": "__name__"}, "direction": "ASCENDING"}],
            "limit": size,
        }
        if after is not None:
            values = [{"reference_value": after._document_path}]
            query["start_at"] = {"values": values, "before": False}
        request = {
            "parent": f"{self._client._database_string}/documents",
            "structured_query": query,
        }
        answers = [
            *self._api.run_query(
                request=request | ({} if read_at is None else {"read_time": read_at}),
                metadata=self._client._rpc_metadata,
                retry=None,
                timeout=self._deadline,
            )
        ]
        found = [
            DocumentSnapshot(
                self._client.document(held.name),
                decode_dict(held.fields, self._client),
                True,
                answer.read_time,
                held.create_time,
                held.update_time,
            )
            for answer in answers
            if (held := answer.document).name
        ]
        return found, read_at or answers[0].read_time

    def _message(self, write: Write) -> Message:
        """The write as Firestore's protocol has it, with the stamp and the precondition."""
        from google.api_core.datetime_helpers import DatetimeWithNanoseconds
        from google.cloud.firestore import SERVER_TIMESTAMP

        batch = self._client.batch()
        reference = self._client.document(write.path)
        stamped = write.data | {STAMP: SERVER_TIMESTAMP}
        if write.expires_at is not None:
            stamped[EXPIRY] = write.expires_at
        if write.mode == "delete":
            batch.delete(reference)
        elif write.mode == "create":
            batch.create(reference, stamped)
        else:
            batch.set(reference, stamped, merge=write.mode == "merge")
        message = batch._write_pbs[-1]
        if write.version is not None:
            # Firestore takes a precondition on any write; the library offers it for `update` and
            # `delete` alone. `update` cannot stand in for `set`: it would have to name every field
            # to remove, and reads dots in names as paths. So the option is put where it belongs.
            read_at = DatetimeWithNanoseconds.from_rfc3339(write.version)  # type: ignore[no-untyped-call]
            option = self._client.write_option(last_update_time=read_at.timestamp_pb())
            option.modify_write(message)
        return message

    def _commit(self, writes: Commit) -> None:
        def commit() -> None:
            batch = self._client.batch()
            batch._add_write_pbs([message for _, message in writes])
            batch.commit(retry=None, timeout=self._deadline)

        # An answer may be lost on its way and the commit sent again: then a write with a
        # precondition meets its own first arrival and says Conflict. The caller reads again anyway.
        self._call(
            commit, conditional=[write.path for write, _ in writes if _is_conditional(write)]
        )
        self._count(writes=[write for write, _ in writes])

    def _call(self, function: Callable[[], T], *, conditional: Sequence[str] = ()) -> T:
        """The function's result, tried again for a while; StoreError or Conflict without one.

        ``conditional``: paths of the documents that it writes under a precondition.
        """
        from google.api_core import exceptions
        from google.api_core.retry import Retry, if_exception_type

        passing = if_exception_type(
            exceptions.ServiceUnavailable,
            exceptions.InternalServerError,
            exceptions.ResourceExhausted,
            exceptions.Aborted,
        )
        retry = Retry(predicate=passing, initial=0.2, maximum=5.0, timeout=self._deadline)
        try:
            return retry(function)()
        except exceptions.GoogleAPIError as error:
            cause = getattr(error, "cause", None) or error
            if conditional and _is_conflict(cause):
                which = ", ".join(conditional[:3]) + (" or others" if conditional[3:] else "")
                raise Conflict(
                    f"somebody else wrote {which} first ({refusals.words(cause)})"
                ) from error
            raise StoreError(self._explain(cause)) from error

    def _explain(self, error: GoogleAPIError) -> str:
        return f"{self._name}: {refusals.advice(error, _ADVICE)} ({refusals.words(error)})"

    def _count(self, *, reads: int = 0, writes: Sequence[Write] = ()) -> None:
        deletes = sum(write.mode == "delete" for write in writes)
        with self._guard:
            self.meter.reads += reads
            self.meter.writes += len(writes) - deletes
            self.meter.deletes += deletes


def _commits(writes: Commit) -> list[Commit]:
    """The writes in their order, cut so that each commit is within Firestore's limits.

    A conditional write to a document that the commit already writes begins a new one: its
    precondition is about the document after that first write.
    """
    commits: list[Commit] = []
    room, paths = 0, set[str]()
    for write, message in writes:
        size = message._pb.ByteSize()
        again = _is_conditional(write) and write.path in paths
        if not commits or again or size > room or len(commits[-1]) == _COMMIT_WRITES:
            commits.append([])
            room, paths = _COMMIT_BYTES, set()
        commits[-1].append((write, message))
        room -= size
        paths.add(write.path)
    return commits


def _is_conditional(write: Write) -> bool:
    return write.mode == "create" or write.version is not None


def _is_conflict(error: Exception) -> bool:
    """Whether a precondition did not hold. A missing database is NotFound too, and no conflict."""
    from google.api_core import exceptions

    if isinstance(error, exceptions.NotFound):
        return "The database" not in str(error)
    return isinstance(
        error, exceptions.FailedPrecondition | exceptions.AlreadyExists | exceptions.Aborted
    )


def _stored(snapshot: DocumentSnapshot) -> Stored:
    """An existing document as every store gives it."""
    data = snapshot.to_dict() or {}
    # A document that an admin made in the console carries no stamp.
    stamp = data.pop(STAMP, None)
    changed_at = stamp if isinstance(stamp, datetime) else snapshot.update_time
    # In nanoseconds: Python's own datetime would lose three digits, and with them the precondition.
    version = snapshot.update_time.rfc3339()
    expiry = data.pop(EXPIRY, None)
    expires_at = _datetime(expiry) if isinstance(expiry, datetime) else None
    plain = {name: _plain(value) for name, value in data.items()}
    return Stored(snapshot.reference.path, plain, version, _datetime(changed_at), expires_at)


def _plain(value: Any) -> Any:
    """JSON for what an admin can choose in the console beyond JSON; else the value itself."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return _datetime(value).isoformat().replace("+00:00", "Z")
    if value is None or isinstance(value, str | int | float | bytes):
        return value
    return str(getattr(value, "path", value))


def _datetime(at: datetime) -> datetime:
    """Python's own datetime, in UTC, without the library's nanoseconds."""
    at = at.astimezone(UTC)
    return datetime.combine(at.date(), at.time(), UTC)
