"""Cloud Tasks on this machine: the library's own messages over gRPC, and real HTTP to the target.

It takes and refuses tasks as Cloud Tasks does (names once, queues that exist, sizes, addresses),
fails when it is told to, and delivers when it is told to: late, twice, in another order, again
after a bad answer. Nothing is delivered by itself, so that a test sees every step.

What it says was taken from Google's documentation of CreateTask and of HTTP targets, and from
errors that users of Cloud Tasks have reported: a missing queue is FAILED_PRECONDITION.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from random import Random
from typing import Literal
from urllib.parse import urlsplit

import grpc  # type: ignore[import-untyped]
from google.cloud.tasks_v2 import CreateTaskRequest, Task

TASK_BYTES = 1_000_000
Order = Literal["created", "reversed", "shuffled"]
_QUEUE = re.compile(r"projects/[A-Za-z0-9.:-]+/locations/[a-z0-9-]+/queues/[A-Za-z0-9-]{1,100}")
_TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,500}")


@dataclass(frozen=True)
class Delivery:
    """One POST of one task. ``status``: None when there was no answer in time."""

    task: Task
    status: int | None
    answer: bytes


@dataclass
class Handle:
    """The running server: ``address`` is host:port; a queue is named by its last part."""

    address: str
    queues: set[str]
    calls: int = 0  # of CreateTask, refused ones too
    slowness: float = 0.0  # seconds that every CreateTask takes
    _waiting: dict[str, Task] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)
    _faults: list[tuple[grpc.StatusCode, str, bool]] = field(default_factory=list)
    _statuses: dict[str, list[int | None]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def tasks(self, queue: str = "") -> list[Task]:
        """What waits in a queue, or in all of them, in the order it came."""
        with self._guard:
            return [t for t in self._waiting.values() if queue in ("", _queue_id(t.name))]

    def fail(
        self, code: str, words: str = "scripted", *, times: int = 1, accept: bool = False
    ) -> None:
        """Answer the next ``times`` CreateTask with a code; ``accept``: and take the task."""
        with self._guard:
            self._faults += [(grpc.StatusCode[code], words, accept)] * times

    def forget(self) -> None:
        """The names of ended tasks are free again, as they are after up to 24 hours."""
        with self._guard:
            self._names = set(self._waiting)

    def deliver(
        self,
        queue: str = "",
        *,
        copies: int = 1,
        attempts: int = 1,
        order: Order = "created",
        parallel: int = 1,
    ) -> list[Delivery]:
        """POST what waits to its targets; a status 200 to 299 ends a task, anything else keeps it.

        Args:
            copies: how often each task arrives before its answer counts (at least once delivery).
            attempts: rounds over what still waits; between rounds no time passes.
            parallel: deliveries in flight together.
        """
        done: list[Delivery] = []
        for _ in range(attempts):
            todo = [task for task in self.tasks(queue) for _ in range(copies)]
            if order == "reversed":
                todo.reverse()
            elif order == "shuffled":
                Random(len(todo)).shuffle(todo)
            with ThreadPoolExecutor(parallel) as pool:
                done += pool.map(self._post, todo)
        return done

    def _post(self, task: Task) -> Delivery:
        with self._guard:
            earlier = list(self._statuses.get(task.name, ()))
        status, answer = _send(task, _headers(task, earlier))
        with self._guard:
            self._statuses.setdefault(task.name, []).append(status)
            if status is not None and 200 <= status < 300:
                self._waiting.pop(task.name, None)
        return Delivery(task, status, answer)

    def _create(self, request: CreateTaskRequest, context: grpc.ServicerContext) -> Task:
        if self.slowness:
            time.sleep(self.slowness)
        with self._guard:
            self.calls += 1
            fault = self._faults.pop(0) if self._faults else None
            refusal = fault and not fault[2]
            if not refusal:
                self._accept(request, context)
        if fault:
            context.abort(fault[0], fault[1])
        return request.task

    def _accept(self, request: CreateTaskRequest, context: grpc.ServicerContext) -> None:
        task, code = request.task, grpc.StatusCode.INVALID_ARGUMENT
        if not _QUEUE.fullmatch(request.parent):
            context.abort(code, 'Invalid resource field value in the request: "parent".')
        if _queue_id(request.parent) not in self.queues:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "Queue does not exist.")
        if words := _objection(request.parent, task):
            context.abort(code, words)
        if task.name in self._names:
            words = "The task cannot be created because a task with this name existed too recently."
            context.abort(grpc.StatusCode.ALREADY_EXISTS, words)
        self._names.add(task.name)
        self._waiting[task.name] = Task(task, create_time=_now(), schedule_time=_now())


@contextmanager
def serve(queues: Sequence[str]) -> Iterator[Handle]:
    """The server while it runs, with these queues, empty."""
    handle = Handle("", set(queues))
    server = grpc.server(ThreadPoolExecutor(64))
    create = grpc.unary_unary_rpc_method_handler(
        handle._create,
        request_deserializer=CreateTaskRequest.deserialize,
        response_serializer=Task.serialize,
    )
    service = grpc.method_handlers_generic_handler(
        "google.cloud.tasks.v2.CloudTasks", {"CreateTask": create}
    )
    server.add_generic_rpc_handlers((service,))
    handle.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield handle
    finally:
        server.stop(None).wait()


def _objection(parent: str, task: Task) -> str:
    """Why Cloud Tasks refuses a task; empty when it does not."""
    http = task.http_request
    queue, _, task_id = task.name.partition("/tasks/")
    if task.name and (queue != parent or not _TASK_ID.fullmatch(task_id)):
        return "The queue name from request must be the same as the queue name of the named task."
    if not http.url.startswith(("http://", "https://")) or len(http.url) > 2083:
        return "HttpRequest.url must start with 'http://' or 'https://'."
    deadline = task.dispatch_deadline
    if deadline and not timedelta(seconds=15) <= deadline <= timedelta(minutes=30):
        return "Task.dispatchDeadline must be between [15s, 30m]."
    if http.oidc_token and "@" not in http.oidc_token.service_account_email:
        return "OidcToken.service_account_email must be a service account's."
    if Task.pb(task).ByteSize() > TASK_BYTES:
        return "Task size too large"
    return ""


def _headers(task: Task, earlier: list[int | None]) -> dict[str, str]:
    """What Cloud Tasks adds to a request; an answer of 500 and above is no execution."""
    answered = [status for status in earlier if status is not None and status < 500]
    headers = dict(task.http_request.headers) | {
        "User-Agent": "Google-Cloud-Tasks",
        "X-CloudTasks-QueueName": _queue_id(task.name),
        "X-CloudTasks-TaskName": task.name.rpartition("/")[2],
        "X-CloudTasks-TaskRetryCount": str(len(earlier)),
        "X-CloudTasks-TaskExecutionCount": str(len(answered)),
        "X-CloudTasks-TaskETA": f"{task.schedule_time.timestamp():.6f}",
    }
    if earlier:
        headers["X-CloudTasks-TaskPreviousResponse"] = str(earlier[-1] or 0)
    if token := task.http_request.oidc_token:
        claims = {"aud": token.audience, "email": token.service_account_email}
        headers["Authorization"] = f"Bearer {_part({'alg': 'none'})}.{_part(claims)}."
    return headers


def _send(task: Task, headers: dict[str, str]) -> tuple[int | None, bytes]:
    target = urlsplit(task.http_request.url)
    kind = HTTPSConnection if target.scheme == "https" else HTTPConnection
    patience = task.dispatch_deadline.total_seconds() if task.dispatch_deadline else 600
    connection = kind(target.netloc, timeout=patience)
    path = f"{target.path or '/'}{'?' if target.query else ''}{target.query}"
    try:
        connection.request("POST", path, task.http_request.body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException):
        return None, b""
    finally:
        connection.close()


def _part(content: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _queue_id(name: str) -> str:
    return name.partition("/queues/")[2].partition("/")[0]


def _now() -> datetime:
    return datetime.now(UTC)
