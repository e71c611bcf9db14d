"""The queue: pieces of work handed to Cloud Tasks, which calls this function with each of them.

There is a queue for each platform's batches (PREFIX-instagram, PREFIX-x, …) and one for the
agencies' jobs (PREFIX-jobs), whose rate limits and retries are set where they are created. A task
is one POST of JSON to KIPRAH_QUEUE_TARGET with an OIDC token of KIPRAH_QUEUE_ACCOUNT. Cloud Tasks
delivers at least once, in any order, and possibly late:

- work must be safe to repeat, also at the same time on two instances;
- work carries its expiry, and what arrives later is answered without being done;
- a status from 200 to 299 ends a task. After any other status, and after silence until the dispatch
  deadline, the queue tries the task again. 429 and 503 also slow the whole queue down, and Cloud
  Tasks heeds Retry-After. So an error that a retry cannot mend is answered with 200 and told in the
  report. So is a platform's spent limit: it must not slow down the platform's other credentials.

Cloud Tasks refuses a name from its creation until up to 24 hours after its task ended (docs of
CreateTask, 2026-11). So putting a batch twice is the same as putting it once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec

from functions.parsing import refusals
from functions.settings import Settings

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPIError
    from google.cloud.tasks_v2 import Task

# Creating a task is a call of its own, and slow for a named one; all share one HTTP/2 connection.
# 300 tasks at 300 ms each: 3.3 s (measured against a local server).
_PARALLEL = 32
_ATTEMPT = 10.0  # seconds for one call
# "Maximum task size: 1 MB" (quotas page, 2026-11; the library's own docs still say 100 KB).
_TASK_BYTES = 1_000_000
_SHORTEST, _LONGEST = timedelta(seconds=15), timedelta(minutes=30)
_TASK_ID_LENGTH = 100  # of the 500 that are allowed
ANSWERS_IN = timedelta(minutes=10)

_ADVICE = {
    "Unauthenticated": "the credentials are refused; run gcloud auth application-default login",
    "ServiceUnavailable": "it cannot be reached; check the network and KIPRAH_QUEUE_ADDRESS",
    "DeadlineExceeded": "it does not answer in time; check the network, then try again",
    "ResourceExhausted": "its quota is spent; raise it, or collect less often",
    "InvalidArgument": "it refuses a task; check KIPRAH_QUEUE_TARGET and KIPRAH_QUEUE_ACCOUNT",
}


class QueueError(Exception):
    """Work could not be put; the message is one line and says what to do."""


class QueuedWork(Protocol):
    """A piece of work as a queue takes it."""

    @property
    def name(self) -> str:
        """The same name for the same work: its queue takes a name once."""

    @property
    def queue(self) -> str:
        """Which queue, without the prefix: a platform's name, or ``jobs``."""

    def body(self) -> bytes:
        """The JSON that the function is called with."""


T = TypeVar("T", bound=QueuedWork)


class Enqueued(msgspec.Struct, Generic[T], frozen=True):
    """What became of work: every piece is in exactly one of the lists, in the order given.

    ``known``: pieces put before, because a trigger was delivered twice or an answer got lost.
    """

    new: list[T] = msgspec.field(default_factory=list)
    known: list[T] = msgspec.field(default_factory=list)
    failed: list[tuple[T, QueueError]] = msgspec.field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """What an operator must know, each thing once."""
        return list(dict.fromkeys(str(error) for _, error in self.failed))


def open_queue(settings: Settings, *, answers_in: timedelta = ANSWERS_IN) -> Queue | None:
    """The queue that the settings name; None when one invocation does everything.

    ``answers_in``: how long the function may take over a piece.

    Raises:
        QueueError: there are no credentials for it.
    """
    if not settings.queue:
        return None
    return Queue(
        QueuePath(*settings.queue.removeprefix("tasks://").split("/")),
        target=settings.queue_target,
        account=settings.queue_account,
        address=settings.queue_address,
        dispatch_deadline=answers_in,
    )


class QueuePath(msgspec.Struct, frozen=True):
    """Where the queues PREFIX-… are: a location of a Google Cloud project."""

    project: str
    location: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.project}/{self.location}/{self.prefix}"

    def resource(self, queue: str) -> str:
        """A queue's name as Cloud Tasks wants it."""
        return f"projects/{self.project}/locations/{self.location}/queues/{self.prefix}-{queue}"


class Queue:
    """The queues of one path. Safe for threads."""

    def __init__(
        self,
        path: QueuePath,
        *,
        target: str,
        account: str = "",
        address: str = "",
        deadline: float = 30.0,
        dispatch_deadline: timedelta = ANSWERS_IN,
    ) -> None:
        """Connects on first use.

        Args:
            target: where the work is done; also the audience of the tasks' tokens.
            account: the service account whose OIDC token a task carries; none when empty.
            address: host:port of a local server, spoken to without encryption or credentials.
            deadline: seconds for one ``put``, with all that it tries again.
            dispatch_deadline: how long the function may take over a piece, 15 s to 30 min.

        Raises:
            QueueError: there are no credentials.
        """
        if not _SHORTEST <= dispatch_deadline <= _LONGEST:
            raise ValueError("Cloud Tasks waits for an answer from 15 seconds to 30 minutes")
        self._path = path
        self._target, self._account = target, account
        self._deadline, self._dispatch_deadline = deadline, dispatch_deadline
        # Imported here, so that a function that only does work does not load it.
        from google.auth.exceptions import GoogleAuthError
        from google.cloud.tasks_v2 import CloudTasksClient

        try:
            self._client = _local(address) if address else CloudTasksClient()
        except GoogleAuthError as error:
            raise QueueError(
                f"Cloud Tasks in {path.project}: no credentials; run gcloud auth "
                "application-default login, or set GOOGLE_APPLICATION_CREDENTIALS "
                f"({refusals.words(error)})"
            ) from error

    def put(self, works: Iterable[T]) -> Enqueued[T]:
        """Put every piece into its queue, once, however often this is called.

        Never raises for what Cloud Tasks answers. A piece that cannot be put stops no other piece,
        and a queue that takes nothing stops no other queue; the caller sees which have failed.
        """
        todo = list(works)
        if not todo:
            return Enqueued()
        until, closed = monotonic() + self._deadline, dict[str, QueueError]()
        with ThreadPoolExecutor(min(_PARALLEL, len(todo))) as pool:
            outcomes = list(pool.map(partial(self._put, until=until, closed=closed), todo))
        done: Enqueued[T] = Enqueued()
        for work, outcome in zip(todo, outcomes, strict=True):
            if isinstance(outcome, QueueError):
                done.failed.append((work, outcome))
            else:
                (done.new if outcome else done.known).append(work)
        return done

    def close(self) -> None:
        """Close the connection."""
        self._client.transport.close()

    def _put(
        self, work: QueuedWork, *, until: float, closed: dict[str, QueueError]
    ) -> bool | QueueError:
        """True when the work is new, False when it was known.

        ``closed``: queues that refuse every piece. They are not asked again, so that a wrong name
        or a missing role does not cost a call for each of hundreds of pieces.
        """
        from google.api_core import exceptions

        if work.queue in closed:
            return closed[work.queue]
        task = self._task(work)
        size = type(task).pb(task).ByteSize()
        if size > _TASK_BYTES:
            return QueueError(
                f"{work.name} of {work.queue} is {size:,} bytes large and a task must not exceed "
                f"{_TASK_BYTES:,}: plan smaller batches"
            )
        try:
            self._create(work.queue, task, until)
        except exceptions.AlreadyExists:
            return False
        except exceptions.GoogleAPIError as error:
            cause = getattr(error, "cause", None) or error
            told = QueueError(self._explain(work.queue, cause))
            if not isinstance(cause, exceptions.InvalidArgument):
                closed[work.queue] = told
            return told
        return True

    def _create(self, queue: str, task: Task, until: float) -> None:
        """One CreateTask, tried again while there is time: the name makes that harmless."""
        from google.api_core import exceptions
        from google.api_core.retry import Retry, if_exception_type

        def create() -> None:
            left = until - monotonic()
            if left <= 0:
                raise exceptions.DeadlineExceeded("no time was left after the other pieces")  # type: ignore[no-untyped-call]
            parent = self._path.resource(queue)
            wait = min(left, _ATTEMPT)
            self._client.create_task(parent=parent, task=task, retry=None, timeout=wait)

        passing = if_exception_type(
            exceptions.ServiceUnavailable,
            exceptions.InternalServerError,
            exceptions.DeadlineExceeded,
            exceptions.ResourceExhausted,
            exceptions.Aborted,
        )
        left = max(0.0, until - monotonic())
        Retry(predicate=passing, initial=0.2, maximum=5.0, timeout=left)(create)()

    def _task(self, work: QueuedWork) -> Task:
        from google.cloud.tasks_v2 import HttpMethod, HttpRequest, OidcToken, Task

        request = HttpRequest(
            url=self._target,
            http_method=HttpMethod.POST,
            headers={"Content-Type": "application/json"},
            body=work.body(),
        )
        if self._account:
            request.oidc_token = OidcToken(
                service_account_email=self._account, audience=self._target
            )
        return Task(
            name=f"{self._path.resource(work.queue)}/tasks/{task_id(work.name)}",
            http_request=request,
            dispatch_deadline=self._dispatch_deadline,
        )

    def _explain(self, queue: str, error: GoogleAPIError) -> str:
        kind = type(error).__name__
        advice = refusals.advice(error, _ADVICE)
        # Cloud Tasks answers either of the two for a queue that does not exist; FailedPrecondition
        # also for one that was deleted.
        if kind in ("NotFound", "FailedPrecondition"):
            advice = (
                "it does not exist, or needs some minutes to wake up after 30 idle days; "
                f"gcloud tasks queues create {self._path.prefix}-{queue} "
                f"--location={self._path.location} --project={self._path.project}"
            )
        elif kind == "PermissionDenied":
            advice = self._permission(str(error))
        return f"Cloud Tasks queue {self._path}-{queue}: {advice} ({refusals.words(error)})"

    def _permission(self, words: str) -> str:
        if "has not been used" in words or "is disabled" in words:
            return (
                f"gcloud services enable cloudtasks.googleapis.com --project={self._path.project}"
            )
        if "actAs" in words:
            return (
                "permission denied; give this function's account the role Service Account User "
                f"on {self._account}"
            )
        return (
            "permission denied; give this function's account the role Cloud Tasks Enqueuer, "
            "and check the queue's name"
        )


def task_id(name: str) -> str:
    """A name's task id: a hash first, since ids that begin alike slow a queue down."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", name)
    return f"{digest}-{readable}"[:_TASK_ID_LENGTH]


def _local(address: str) -> Any:
    """A client for a local server, which asks for no credentials."""
    from google.cloud.tasks_v2 import CloudTasksClient
    from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
    from grpc import insecure_channel  # type: ignore[import-untyped]

    return CloudTasksClient(transport=CloudTasksGrpcTransport(channel=insecure_channel(address)))
