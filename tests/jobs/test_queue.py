"""The queue: Google's own client against a local Cloud Tasks, and batches worked off over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.tasks_v2 import Task
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.queueing.batch import Batch, received
from functions.jobs import queue as queue_module
from functions.jobs.queue import (
    Enqueued,
    Queue,
    QueueError,
    QueuePath,
    open_queue,
    task_id,
)
from functions.model import PLATFORMS
from functions.settings import Settings
from tests import cloudtasks, tools
from tests.cloudtasks import Handle

TARGET = "https://collect.example.go.id/kerja"
ACCOUNT = "antrean@proyek.iam.gserviceaccount.com"
QUEUES = [f"kiprah-{platform}" for platform in PLATFORMS]
PATH = QueuePath("proyek", "asia-southeast2", "kiprah")
NOON = datetime(2026, 10, 20, 5, 0, tzinfo=UTC)


@pytest.fixture
def cloud_tasks() -> Iterator[Handle]:
    with cloudtasks.serve(QUEUES) as handle:
        yield handle


@pytest.fixture
def queue(cloud_tasks: Handle) -> Iterator[Queue]:
    with opened_queue(cloud_tasks) as made:
        yield made


@contextmanager
def opened_queue(server: Handle, prefix: str = "kiprah", **options: Any) -> Iterator[Queue]:
    wanted = {"target": TARGET, "account": ACCOUNT, "address": server.address, **options}
    made = Queue(msgspec.structs.replace(PATH, prefix=prefix), **wanted)
    yield made
    made.close()


def batch(number: int = 1, platform: Any = "instagram", **work: Any) -> Batch:
    return Batch(
        name=f"20261020T050000Z-collect/{number}",
        platform=platform,
        expires_at=NOON + timedelta(minutes=12),
        work=work or {"sweeps": ["kanwil-ntt"]},
    )


def refusals(put: Enqueued) -> list[str]:
    """What is said of batches that were not put, each in one line."""
    assert all("\n" not in problem for problem in put.problems)
    return put.problems


# Batches


def test_a_batch_survives_the_way() -> None:
    sent = batch(7, "x", ids=["1", "2"], purpose="mark")
    assert received(json.loads(sent.body())) == sent


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
batches = st.builds(
    Batch,
    name=st.text(min_size=1),
    platform=st.sampled_from(PLATFORMS),
    expires_at=st.datetimes(timezones=st.just(UTC)),
    work=st.dictionaries(st.text(), json_values, max_size=4),
)


@given(batches)
def test_any_batch_survives_the_way(sent: Batch) -> None:
    assert received(json.loads(sent.body())) == sent


def test_the_same_batch_is_the_same_bytes() -> None:
    assert batch(1, "x", a=1, b=2).body() == batch(1, "x", b=2, a=1).body()


def test_a_scheduled_trigger_is_no_batch() -> None:
    assert received({}) is None
    assert received({"platforms": ["x"], "now": "2026-10-20T05:00:00Z"}) is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        {"name": "1", "platform": "friendster", "expires_at": "2026-10-20T05:00:00Z", "work": {}},
        {"name": "1", "platform": "x", "expires_at": "2026-10-20T05:00:00", "work": {}},
        {"name": "1", "platform": "x", "expires_at": "soon", "work": {}},
        {"name": "1", "platform": "x", "expires_at": "2026-10-20T05:00:00Z", "work": []},
    ],
)
def test_what_is_no_batch_of_ours_is_one_line(body: Any) -> None:
    with pytest.raises(ValueError, match="no batch of ours") as told:
        received({"batch": body})
    assert "\n" not in str(told.value)


def test_a_batch_without_an_offset_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        Batch(name="1", platform="x", expires_at=datetime(2026, 10, 20), work={})  # noqa: DTZ001


def test_a_batch_is_good_until_its_expiry() -> None:
    made = batch()
    assert not made.expired(NOON)
    assert not made.expired(made.expires_at - timedelta(seconds=1))
    assert made.expired(made.expires_at)


# Names


@given(st.text(), st.text())
def test_names_are_task_ids_and_stay_apart(one: str, other: str) -> None:
    for name in (one, other):
        assert cloudtasks._TASK_ID.fullmatch(task_id(name))
    assert (task_id(one) == task_id(other)) == (one == other)


def test_names_that_follow_each_other_begin_unlike_each_other() -> None:
    """ "Using hashed strings for the task id or for the prefix of the task id is recommended" """
    ids = [task_id(batch(number).name) for number in range(200)]
    assert len({name[:8] for name in ids}) == 200
    assert len({name[0] for name in ids}) == 16
    assert ids[3].endswith("-20261020T050000Z-collect-3")


# Putting


def test_a_batch_becomes_a_task_of_its_platforms_queue(cloud_tasks: Handle, queue: Queue) -> None:
    put = queue.put([batch(1), batch(1, "x", ids=["9"])])
    assert [made.platform for made in put.new] == ["instagram", "x"]
    assert (put.known, put.failed, put.problems) == ([], [], [])
    [instagram], [x] = cloud_tasks.tasks("kiprah-instagram"), cloud_tasks.tasks("kiprah-x")
    assert instagram.name.startswith(
        "projects/proyek/locations/asia-southeast2/queues/kiprah-instagram/tasks/"
    )
    request = x.http_request
    assert (request.url, request.http_method.name) == (TARGET, "POST")
    assert dict(request.headers) == {"Content-Type": "application/json"}
    assert request.oidc_token.service_account_email == ACCOUNT
    assert request.oidc_token.audience == TARGET
    assert x.dispatch_deadline == timedelta(minutes=10)
    assert received(json.loads(request.body)) == batch(1, "x", ids=["9"])


def test_nothing_to_put_asks_nobody(cloud_tasks: Handle, queue: Queue) -> None:
    assert queue.put([]) == Enqueued()
    assert cloud_tasks.calls == 0


def test_the_same_trigger_twice_puts_nothing_twice(cloud_tasks: Handle, queue: Queue) -> None:
    """ "the same scheduled trigger delivered twice enqueues nothing twice" """
    assert len(queue.put(map(batch, range(5))).new) == 5
    again = queue.put(map(batch, range(6)))
    assert [made.name[-1] for made in again.known] == ["0", "1", "2", "3", "4"]
    assert again.new == [batch(5)]
    assert again.problems == []
    assert len(cloud_tasks.tasks()) == 6


def test_a_name_is_remembered_after_its_task_is_done(cloud_tasks: Handle) -> None:
    with worker() as done, opened_queue(cloud_tasks, target=done.address) as queue:
        queue.put([batch()])
        cloud_tasks.deliver()
        assert cloud_tasks.tasks() == []
        assert queue.put([batch()]).known == [batch()]
        cloud_tasks.forget()
        assert queue.put([batch()]).new == [batch()]


def test_without_an_account_a_task_carries_no_token(cloud_tasks: Handle) -> None:
    with opened_queue(cloud_tasks, account="") as queue:
        queue.put([batch()])
    [task] = cloud_tasks.tasks()
    assert not task.http_request.oidc_token


def test_hundreds_of_batches_are_put_side_by_side(cloud_tasks: Handle, queue: Queue) -> None:
    """ "significantly increased latency" of named tasks: 50 ms each would be 15 s in a row."""
    cloud_tasks.slowness = 0.05
    started = time.monotonic()
    put = queue.put(batch(number, PLATFORMS[number % 5]) for number in range(300))
    took = time.monotonic() - started
    assert len(put.new) == len(cloud_tasks.tasks()) == 300
    assert took < 300 * cloud_tasks.slowness / 2
    assert [made.name for made in put.new] == [batch(number).name for number in range(300)]


def test_a_batch_that_is_too_large_costs_itself(cloud_tasks: Handle, queue: Queue) -> None:
    """ "Maximum task size: 1 MB": refused before it is sent, and never by Cloud Tasks alone."""
    large = batch(2, "x", ids=["1" * 19] * 50_000)
    put = queue.put([batch(1, "x"), large, batch(3, "x")])
    assert put.new == [batch(1, "x"), batch(3, "x")]
    [said] = refusals(put)
    assert "plan smaller batches" in said
    assert "20261020T050000Z-collect/2 of x" in said
    assert cloud_tasks.calls == 2


def test_the_largest_batch_fits(cloud_tasks: Handle, queue: Queue) -> None:
    """Ours is Cloud Tasks' own edge: it refuses none that we send, and would take none we keep."""
    empty = batch(1, "x", text="")
    room = cloudtasks.TASK_BYTES - len(Task.serialize(queue._task(empty)))
    # The lengths of the body and of the request take more bytes to write, the larger they are.
    near = [batch(n, "x", text="a" * (room - 8 + n)) for n in range(12)]
    put = queue.put(near)
    assert 0 < len(put.new) < 12, "the edge must lie between them"
    assert cloud_tasks.calls == len(put.new)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue_module, "_TASK_BYTES", 2 * cloudtasks.TASK_BYTES)
        everything = queue.put(near)
    assert (everything.known, everything.new) == (put.new, [])
    assert cloud_tasks.calls == len(put.new) + len(near)


# Failures


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("UNAVAILABLE", "try again"),
        ("INTERNAL", "oops"),
        ("DEADLINE_EXCEEDED", "slow"),
        ("RESOURCE_EXHAUSTED", "too fast"),
        ("ABORTED", "busy"),
    ],
)
def test_what_passes_is_tried_again(
    cloud_tasks: Handle, queue: Queue, code: str, words: str
) -> None:
    cloud_tasks.fail(code, words, times=2)
    put = queue.put([batch()])
    assert (put.new, put.failed) == ([batch()], [])
    assert cloud_tasks.calls == 3


def test_an_answer_that_is_lost_is_no_second_task(cloud_tasks: Handle, queue: Queue) -> None:
    cloud_tasks.fail("UNAVAILABLE", accept=True)
    put = queue.put([batch()])
    assert (put.new, put.known, put.failed) == ([], [batch()], [])
    assert len(cloud_tasks.tasks()) == 1


def test_one_call_that_hangs_is_given_up_and_tried_again(
    cloud_tasks: Handle, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "_ATTEMPT", 0.3)
    cloud_tasks.slowness = 4.0
    threading.Timer(0.45, setattr, [cloud_tasks, "slowness", 0.0]).start()
    started = time.monotonic()
    assert queue.put([batch()]).new == [batch()]
    assert time.monotonic() - started < 3.5


def test_what_does_not_pass_ends_in_time(cloud_tasks: Handle) -> None:
    cloud_tasks.fail("UNAVAILABLE", "the backend is away", times=10_000)
    started = time.monotonic()
    with opened_queue(cloud_tasks, deadline=1.0) as queue:
        put = queue.put(batch(number) for number in range(100))
    assert time.monotonic() - started < 5
    assert len(put.failed) == 100
    assert any("cannot be reached; check the network" in said for said in refusals(put))
    assert cloud_tasks.tasks() == []


def test_slow_answers_end_in_time(cloud_tasks: Handle) -> None:
    cloud_tasks.slowness = 0.4
    started = time.monotonic()
    with opened_queue(cloud_tasks, deadline=2.0) as queue:
        put = queue.put(batch(number) for number in range(200))
    assert time.monotonic() - started < 8
    assert put.new, "what was answered in time is put"
    assert len(put.new) + len(put.failed) == 200
    assert any("does not answer in time" in said for said in refusals(put))


def test_without_time_nothing_is_sent(cloud_tasks: Handle) -> None:
    with opened_queue(cloud_tasks, deadline=0.0) as queue:
        put = queue.put(map(batch, range(3)))
    assert len(put.failed) == 3
    assert "no time was left" in refusals(put)[0]
    assert cloud_tasks.calls == 0


def test_nobody_listening_is_told(cloud_tasks: Handle) -> None:
    address = f"127.0.0.1:{tools.free_port()}"
    with opened_queue(cloud_tasks, address=address, deadline=1.0) as queue:
        [said] = refusals(queue.put([batch()]))
    assert "Cloud Tasks queue proyek/asia-southeast2/kiprah-instagram" in said
    assert "KIPRAH_QUEUE_ADDRESS" in said


def test_a_missing_queue_costs_its_platform(cloud_tasks: Handle, queue: Queue) -> None:
    cloud_tasks.queues.remove("kiprah-x")
    put = queue.put(batch(number, "x") for number in range(200))
    again = queue.put([batch(1, "youtube"), batch(1, "x"), batch(2, "youtube")])
    assert again.new == [batch(1, "youtube"), batch(2, "youtube")]
    assert [lost for lost, _ in again.failed] == [batch(1, "x")]
    assert len(put.failed) == 200
    [said] = refusals(put)
    assert "gcloud tasks queues create kiprah-x --location=asia-southeast2 --project=proyek" in said
    assert "Queue does not exist." in said


def test_a_closed_queue_is_not_asked_for_every_batch(cloud_tasks: Handle, queue: Queue) -> None:
    cloud_tasks.fail("PERMISSION_DENIED", times=10_000)
    assert len(queue.put(batch(number) for number in range(300)).failed) == 300
    assert cloud_tasks.calls < 60


@pytest.mark.parametrize(
    ("code", "words", "advice"),
    [
        (
            "PERMISSION_DENIED",
            'The principal lacks IAM permission "cloudtasks.tasks.create" for the resource '
            '"projects/proyek/locations/asia-southeast2/queues/kiprah-instagram"',
            "role Cloud Tasks Enqueuer",
        ),
        (
            "PERMISSION_DENIED",
            'The principal lacks IAM permission "iam.serviceAccounts.actAs" for the resource',
            f"role Service Account User on {ACCOUNT}",
        ),
        (
            "PERMISSION_DENIED",
            "Cloud Tasks API has not been used in project 1 before\nor it is disabled.",
            "gcloud services enable cloudtasks.googleapis.com --project=proyek",
        ),
        ("NOT_FOUND", "Requested entity was not found.", "wake up after 30 idle days"),
        ("FAILED_PRECONDITION", "The queue no longer exists", "gcloud tasks queues create"),
        ("UNAUTHENTICATED", "invalid credentials", "gcloud auth application-default login"),
        ("INVALID_ARGUMENT", "HttpRequest.url is odd", "check KIPRAH_QUEUE_TARGET"),
        ("UNIMPLEMENTED", "no such method", "see its own words (no such method)"),
    ],
)
def test_what_an_operator_must_do_is_said(
    cloud_tasks: Handle, queue: Queue, code: str, words: str, advice: str
) -> None:
    cloud_tasks.fail(code, words)
    put = queue.put([batch()])
    assert [lost for lost, _ in put.failed] == [batch()]
    [said] = refusals(put)
    assert advice in said
    assert words.split("\n")[0] in said
    assert cloud_tasks.calls == 1, "asking again would not mend it"


def test_one_refused_batch_is_not_its_platform(
    cloud_tasks: Handle, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "_PARALLEL", 1)
    cloud_tasks.fail("INVALID_ARGUMENT")
    put = queue.put(map(batch, range(3)))
    assert [lost for lost, _ in put.failed] == [batch(0)]
    assert put.new == [batch(1), batch(2)]


def test_a_target_that_cloud_tasks_refuses_is_told(cloud_tasks: Handle) -> None:
    with opened_queue(cloud_tasks, target="ftp://collect") as queue:
        [said] = refusals(queue.put([batch()]))
    assert "check KIPRAH_QUEUE_TARGET" in said


QUEUE = "projects/proyek/locations/asia-southeast2/queues/kiprah-x"


@pytest.mark.parametrize(
    ("parent", "task"),
    [
        ("kiprah-x", {"http_request": {"url": TARGET}}),
        (QUEUE, {"http_request": {"url": "collect.example.go.id"}}),
        (QUEUE, {"http_request": {"url": f"{TARGET}/{'a' * 2083}"}}),
        (QUEUE, {"http_request": {"url": TARGET}, "name": f"{QUEUE}/tasks/a.b"}),
        (QUEUE, {"http_request": {"url": TARGET}, "name": f"{QUEUE[:-1]}/tasks/a"}),
        (QUEUE, {"http_request": {"url": TARGET}, "dispatch_deadline": timedelta(hours=1)}),
        (
            QUEUE,
            {"http_request": {"url": TARGET, "oidc_token": {"service_account_email": "antrean"}}},
        ),
    ],
)
def test_the_local_server_refuses_what_cloud_tasks_refuses(
    cloud_tasks: Handle, queue: Queue, parent: str, task: dict[str, Any]
) -> None:
    """Else a test here would prove nothing of what is sent."""
    with pytest.raises(InvalidArgument):
        queue._client.create_task(parent=parent, task=Task(task))
    assert cloud_tasks.tasks() == []


@pytest.mark.parametrize("prefix", ["kiprah", "lain"])
def test_a_prefix_is_part_of_the_name(cloud_tasks: Handle, prefix: str) -> None:
    cloud_tasks.queues |= {f"lain-{platform}" for platform in PLATFORMS}
    with opened_queue(cloud_tasks, prefix) as queue:
        queue.put([batch()])
    assert len(cloud_tasks.tasks(f"{prefix}-instagram")) == 1


# Settings


def test_without_the_setting_there_is_no_queue() -> None:
    assert open_queue(Settings()) is None


def test_the_settings_name_the_queue(cloud_tasks: Handle) -> None:
    made = open_queue(
        Settings(
            queue="tasks://proyek/asia-southeast2/kiprah",
            queue_target=TARGET,
            queue_account=ACCOUNT,
            queue_address=cloud_tasks.address,
        )
    )
    assert made is not None
    assert made.put([batch()]).new == [batch()]
    made.close()
    [task] = cloud_tasks.tasks("kiprah-instagram")
    assert task.http_request.url == TARGET
    assert task.http_request.oidc_token.service_account_email == ACCOUNT


def test_missing_credentials_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path_factory.mktemp("gcloud")))
    with pytest.raises(QueueError, match="no credentials; run gcloud auth") as told:
        Queue(PATH, target=TARGET, account=ACCOUNT)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("wait", [timedelta(seconds=14), timedelta(minutes=31)])
def test_a_dispatch_deadline_that_cloud_tasks_refuses_is_a_bug(wait: timedelta) -> None:
    with pytest.raises(ValueError, match="15 seconds to 30 minutes"):
        Queue(PATH, target=TARGET, address="127.0.0.1:1", dispatch_deadline=wait)


def test_working_batches_off_does_not_load_the_library() -> None:
    """A cold start loads only what its job uses."""
    code = (
        "import sys; from functions.jobs import queue; "
        "from functions.collect.queueing import batch; from functions.settings import Settings; "
        "batch.received({}); queue.open_queue(Settings()); "
        "sys.exit(len({'google.api_core', 'google.cloud.tasks_v2', 'grpc'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# The whole way: from a put to worked-off batches


class Worker:
    """A function that works batches off, as Cloud Tasks sees it: statuses, and what was done."""

    def __init__(self) -> None:
        self.address = ""
        self.now = NOON
        self.statuses: list[int] = []  # answers to give before it works
        self.done: Counter[str] = Counter()
        self.expired: list[str] = []
        self.headers: list[dict[str, str]] = []

    def work(self, body: bytes, headers: Any) -> int:
        found = received(json.loads(body))
        assert found is not None
        self.headers.append(dict(headers))
        if self.statuses:
            return self.statuses.pop(0)
        if found.expired(self.now):
            self.expired.append(found.name)
        else:
            self.done[found.name] += 1
        return 200


@contextmanager
def worker() -> Iterator[Worker]:
    made = Worker()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(made.work(body, self.headers))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Answer) as served:
        made.address = f"http://127.0.0.1:{served.server_address[1]}/kerja"
        threading.Thread(target=served.serve_forever, args=[0.02]).start()
        yield made
        served.shutdown()


def test_every_batch_is_worked_off_in_whatever_order_and_number(cloud_tasks: Handle) -> None:
    with worker() as work, opened_queue(cloud_tasks, target=work.address) as queue:
        put = queue.put(batch(number, PLATFORMS[number % 5]) for number in range(40))
        sent = cloud_tasks.deliver(order="shuffled", copies=2, parallel=8)
    assert {delivery.status for delivery in sent} == {200}
    assert work.done == Counter({made.name: 2 for made in put.new})
    assert cloud_tasks.tasks() == []


def test_an_order_can_be_chosen(cloud_tasks: Handle) -> None:
    with worker() as work, opened_queue(cloud_tasks, target=work.address) as queue:
        for number in range(4):
            queue.put([batch(number)])
        cloud_tasks.deliver(order="reversed")
    assert [name[-1] for name in work.done] == ["3", "2", "1", "0"]


def test_platforms_are_delivered_apart(cloud_tasks: Handle) -> None:
    with worker() as work, opened_queue(cloud_tasks, target=work.address) as queue:
        queue.put([batch(1, "x"), batch(2, "tiktok")])
        cloud_tasks.deliver("kiprah-tiktok")
        assert [said["X-CloudTasks-QueueName"] for said in work.headers] == ["kiprah-tiktok"]
        assert len(cloud_tasks.tasks("kiprah-x")) == 1


def test_a_batch_is_tried_again_until_it_is_done(cloud_tasks: Handle) -> None:
    with worker() as work, opened_queue(cloud_tasks, target=work.address) as queue:
        queue.put([batch()])
        work.statuses = [500, 429]
        sent = cloud_tasks.deliver(attempts=5)
    assert [delivery.status for delivery in sent] == [500, 429, 200]
    retries = [said["X-CloudTasks-TaskRetryCount"] for said in work.headers]
    assert retries == ["0", "1", "2"]
    assert {said["X-CloudTasks-TaskName"] for said in work.headers} == {task_id(batch().name)}
    last = work.headers[-1]
    assert last["X-CloudTasks-TaskExecutionCount"] == "1", "a 500 is no execution"
    assert last["X-CloudTasks-TaskPreviousResponse"] == "429"


def test_nobody_to_work_keeps_the_batch(cloud_tasks: Handle) -> None:
    with opened_queue(cloud_tasks, target=f"http://127.0.0.1:{tools.free_port()}") as queue:
        queue.put([batch()])
        [sent] = cloud_tasks.deliver()
    assert sent.status is None
    assert len(cloud_tasks.tasks()) == 1


def test_a_late_batch_is_dropped(cloud_tasks: Handle) -> None:
    with worker() as work, opened_queue(cloud_tasks, target=work.address) as queue:
        queue.put([batch()])
        work.now = batch().expires_at
        cloud_tasks.deliver()
    assert (work.expired, work.done) == ([batch().name], Counter())
    assert cloud_tasks.tasks() == []


def test_a_call_carries_the_accounts_token_for_the_target(cloud_tasks: Handle) -> None:
    with worker() as work, opened_queue(cloud_tasks, target=work.address) as queue:
        queue.put([batch()])
        cloud_tasks.deliver()
    [headers] = work.headers
    claims = headers["Authorization"].removeprefix("Bearer ").split(".")[1]
    assert msgspec.json.decode(urlsafe_b64decode(claims + "==")) == {
        "aud": work.address,
        "email": ACCOUNT,
    }
    assert headers["User-Agent"] == "Google-Cloud-Tasks"
    assert headers["Content-Type"] == "application/json"
