"""Cloud Scheduler on this machine: the library's own messages over gRPC.

It answers GetJob, PauseJob, ResumeJob and RunJob as the documentation of the API has them (a job is
paused while it is enabled, resumed while it is paused; anything else is FAILED_PRECONDITION), fails
when it is told to, and can answer with any bytes. Nothing runs by itself: ``runs`` notes what was
asked to.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import grpc  # type: ignore[import-untyped]
from google.cloud.scheduler_v1 import (
    GetJobRequest,
    Job,
    PauseJobRequest,
    ResumeJobRequest,
    RunJobRequest,
)

PARENT = "projects/proyek/locations/asia-southeast2"
Request = GetJobRequest | PauseJobRequest | ResumeJobRequest | RunJobRequest
_STATES = {"PauseJob": (Job.State.ENABLED, Job.State.PAUSED)}
_STATES["ResumeJob"] = (Job.State.PAUSED, Job.State.ENABLED)


@dataclass
class Handle:
    """The running server: ``address`` is host:port; jobs are named by their last part."""

    address: str
    jobs: dict[str, Job]
    calls: list[str] = field(default_factory=list)  # method and job, refused ones too
    runs: list[str] = field(default_factory=list)
    slowness: float = 0.0  # seconds that every call takes
    raw: bytes | None = None  # what is answered in place of any job
    _faults: list[tuple[str, grpc.StatusCode, str, bool]] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def fail(
        self,
        code: str,
        words: str = "scripted",
        *,
        times: int = 1,
        on: str = "",
        done: bool = False,
    ) -> None:
        """Answer the next ``times`` calls (of the method ``on``) with a code; ``done``: after the
        work was done all the same, as when an answer is lost."""
        with self._guard:
            self._faults += [(on, grpc.StatusCode[code], words, done)] * times

    def _answer(self, method: str, request: Request, context: grpc.ServicerContext) -> bytes:
        if self.slowness:
            time.sleep(self.slowness)
        name = request.name.rpartition("/")[2]
        with self._guard:
            self.calls.append(f"{method} {name}")
            fault = next((f for f in self._faults if f[0] in ("", method)), None)
            if fault:
                self._faults.remove(fault)
            if fault and not fault[3]:
                context.abort(fault[1], fault[2])
            job = self._found(request.name, context)
            self._work(method, name, job, context)
        if fault:
            context.abort(fault[1], fault[2])
        return self.raw if self.raw is not None else Job.serialize(job)

    def _found(self, name: str, context: grpc.ServicerContext) -> Job:
        parent, _, job = name.rpartition("/jobs/")
        if parent != PARENT or job not in self.jobs:
            context.abort(grpc.StatusCode.NOT_FOUND, "Job not found.")
        return self.jobs[job]

    def _work(self, method: str, name: str, job: Job, context: grpc.ServicerContext) -> None:
        if method == "RunJob":
            self.runs.append(name)
        if method in _STATES:
            before, after = _STATES[method]
            if job.state != before:
                words = f"Job must be in state {before.name}, it is {Job.State(job.state).name}."
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, words)
            job.state = after


@contextmanager
def serve(jobs: dict[str, Job]) -> Iterator[Handle]:
    """The server while it runs, with these jobs by the last part of their names."""
    handle = Handle("", jobs)
    server = grpc.server(ThreadPoolExecutor(8))
    requests = {
        "GetJob": GetJobRequest,
        "PauseJob": PauseJobRequest,
        "ResumeJob": ResumeJobRequest,
        "RunJob": RunJobRequest,
    }
    methods = {
        method: grpc.unary_unary_rpc_method_handler(
            _answering(handle, method), request_deserializer=request.deserialize
        )
        for method, request in requests.items()
    }
    service = grpc.method_handlers_generic_handler(
        "google.cloud.scheduler.v1.CloudScheduler", methods
    )
    server.add_generic_rpc_handlers((service,))
    handle.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield handle
    finally:
        server.stop(None).wait()


def _answering(handle: Handle, method: str) -> Callable[[Request, grpc.ServicerContext], bytes]:
    return lambda request, context: handle._answer(method, request, context)
