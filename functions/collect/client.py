"""HTTP to one platform: bounded retries, rate, connections, and no secret in any message.

Credentials travel in query strings on some platforms, so errors are built from the path alone and
httpx's own messages never get out.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlencode

import msgspec

from functions.collect.contract import (
    UNDECODABLE,
    Denied,
    Limited,
    PlatformError,
    TooMuch,
    Transient,
    Unreadable,
)
from functions.collect.platforms.decoding import decode
from functions.model import Platform
from functions.times import CLOCKS_AGREE

# httpx and stamina are imported where a request is sent: a tick with nothing due sends none.
if TYPE_CHECKING:
    import httpx

CONNECTIONS = 10
CONNECTING = 5.0  # seconds until a platform has taken a connection
TIMEOUT = 20.0  # seconds without a byte of an answer
ATTEMPTS = 3
BLANK = b" \t\r\n\xef\xbb\xbf"  # what may stand before JSON, a byte order mark among it
PATIENCE = 45.0  # seconds for all attempts of one request together
WHOLE = 30.0  # seconds for one answer, however slowly it trickles in
# Bytes of one answer, as they come and as they unpack: far more than a hundred long posts.
MOST_PACKED = 8 * 2**20
MOST_UNPACKED = 32 * 2**20
PACKINGS = {"gzip": 31, "x-gzip": 31, "deflate": 47}  # zlib's ``wbits`` for each
LONGEST_WAIT = 24 * 3600.0  # seconds; no limit of any platform lasts longer than a day

T = TypeVar("T")

# What an answer means: (status, headers, body, now) -> an error, or None to judge by status.
Explain = Callable[[int, Mapping[str, str], bytes, datetime], PlatformError | None]
# How much of its limit a platform says is used, in percent; None when it does not say.
UsageReader = Callable[[Mapping[str, str]], int | None]


def says_nothing(headers: Mapping[str, str]) -> int | None:
    """``UsageReader`` of a platform whose answers do not tell it."""
    return None


def every_call(path: str) -> str:
    """The bucket of a platform that counts calls of all kinds alike."""
    return "calls"


class Clock:
    """The present: the given instant plus the time that has passed since.

    With no instant given it is the computer's clock, and ``given`` is false. ``heard``: what the
    hosts that were asked said of the time, the earliest of each.
    """

    def __init__(self, now: datetime | None = None) -> None:
        self.given = now is not None
        self.heard: dict[str, datetime] = {}
        self._start = now or datetime.now(UTC)
        self._began = monotonic()

    def __call__(self) -> datetime:
        """Aware UTC in whole seconds, rounded down."""
        return (self._start + timedelta(seconds=monotonic() - self._began)).replace(microsecond=0)

    def hear(self, host: str, date: datetime | None) -> None:
        """Note the date of an answer, None when it had none. A given clock knows better itself."""
        at = self() if self.given else date
        if at is not None:
            self.heard[host] = min(at, self.heard.get(host, at))


class Rate:
    """At most so many calls in any span of so many seconds; those beyond wait for their turn."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._began: deque[float] = deque()

    async def turn(self) -> None:
        """Wait until one more call may begin."""
        while len(self._began) >= self._calls:
            pause = self._began[0] + self._seconds - monotonic()
            if pause <= 0:
                self._began.popleft()
            else:
                await asyncio.sleep(pause)
        self._began.append(monotonic())


@dataclass(slots=True)
class CallTally:
    """What a credential sent, by bucket, retries included; ``usage``: what the platform said last
    of its limit, in percent (None: nothing); ``lost``: fields that could not be understood and were
    of nobody's listing (of profiles, say)."""

    sent: Counter[str] = field(default_factory=Counter)
    usage: int | None = None
    lost: list[str] = field(default_factory=list)


class HttpAnswer(NamedTuple):
    """One answer, whole and unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """Up to ``CONNECTIONS`` open connections to one platform; ``async with`` closes them.

    Each lane is an httpx client with a single connection: a client's pool looks at all of its
    connections for every request, which with ten of them costs more CPU than the request itself.
    ``requests`` counts what was sent, retries included.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.requests = 0
        self._turn = asyncio.Semaphore(CONNECTIONS)
        self._free: list[httpx.AsyncClient] = []
        self._all: list[httpx.AsyncClient] = []
        # Reading the certificates takes longer than a small tick: once, and only where needed.
        self._secure = base_url.startswith("https:")
        self._verify: ssl.SSLContext | bool = self._secure and ssl.create_default_context()

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *_: object) -> None:
        for lane in self._all:
            await lane.aclose()

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int],
        headers: Mapping[str, str],
        json: Any,
        form: Mapping[str, str] | None,
    ) -> HttpAnswer:
        """One attempt; ``Transient`` when no answer came, ``Unreadable`` for one without end."""
        import httpx

        async with self._turn:
            lane = self._free.pop() if self._free else self._open()
            self.requests += 1
            try:
                # One address, put together once: httpx parses it anew for each part it is given.
                address = f"{self.base_url}{path}" + (f"?{urlencode(params)}" if params else "")
                async with (
                    asyncio.timeout(WHOLE),
                    lane.stream(method, address, headers=headers, json=json, data=form) as response,
                ):
                    body = await _body(path, response)
                return HttpAnswer(response.status_code, response.headers, body)
            except (httpx.TransportError, TimeoutError, zlib.error) as error:
                # Never its message, which may carry the address with its query.
                raise Transient(f"no answer ({type(error).__name__})") from None
            finally:
                self._free.append(lane)

    def _open(self) -> httpx.AsyncClient:
        import httpx

        lane = httpx.AsyncClient(
            headers={"accept-encoding": "gzip, deflate"},  # what ``_body`` unpacks
            timeout=httpx.Timeout(TIMEOUT, connect=CONNECTING),
            limits=httpx.Limits(max_connections=1, keepalive_expiry=60),
            verify=self._verify,
            trust_env=self._secure,
        )
        self._all.append(lane)
        return lane


async def _body(path: str, response: httpx.Response) -> bytes:
    """The answer's body, unpacked piece by piece so that no bomb ever stands in memory."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing in ("", "identity"):
        packer = None
    elif packing in PACKINGS:
        packer = zlib.decompressobj(PACKINGS[packing])
    else:
        raise Unreadable(f"{path}: packed in a way that nobody asked for ({packing[:20]})")
    body = bytearray()
    packed = 0
    # As it comes from the transport: httpx's own ways of reading cut it into chunks once more.
    async for piece in response.stream:  # type: ignore[union-attr]  # of an async client
        packed += len(piece)
        room = MOST_UNPACKED + 1 - len(body)
        body += packer.decompress(piece, room) if packer else piece
        if packed > MOST_PACKED or len(body) > MOST_UNPACKED:
            raise Unreadable(f"{path}: larger than any answer that is read")
    if packer and packed and not packer.eof:
        raise Transient("an answer that was cut off")
    return bytes(body)


class Connections:
    """Open connections by platform and address, kept between ticks by whoever runs many."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._open: dict[tuple[Platform, str], Connection] = {}

    async def __aenter__(self) -> Connections:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def to(self, platform: Platform, base_url: str) -> Connection:
        """The connection to a platform at an address, opened on first use."""
        place = (platform, base_url)
        if place not in self._open:
            self._open[place] = await self._stack.enter_async_context(Connection(base_url))
        return self._open[place]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)  # it holds what authenticates
class ClientOptions:
    """What every call with one credential is made with.

    Attributes:
        prefix: goes before every path (an API version).
        subject: whose eyes the API reads through, where it wants that in the path (Instagram).
        params, headers: what authenticates.
        usage: the adapter's word on what an answer says of the limit.
        rate: what calls wait for, where a platform limits them by the minute.
    """

    prefix: str = ""
    subject: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    usage: UsageReader = says_nothing
    rate: Rate | None = None


PLAIN = ClientOptions()


class ApiClient:
    """One credential's way into one platform's API.

    Args:
        connection: the pool, shared by the platform's credentials.
        clock: gives ``taken_at``.
        explain: the adapter's word on what a refusal means.
        bucket: which part of the budget a path is counted in.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        explain: Explain,
        bucket: Callable[[str], str] = every_call,
        options: ClientOptions = PLAIN,
    ) -> None:
        self.clock = clock
        self.options = options
        self.learned: set[str] = set()  # what an adapter found this API not to offer
        self.tally = CallTally()
        self._connection = connection
        self._explain = explain
        self._bucket = bucket

    def authorised(self, token: str) -> ApiClient:
        """The same client speaking for the owner of a Bearer token; calls count as this one's."""
        return self.speaking_for(self.options.subject, {"Authorization": f"Bearer {token}"})

    def speaking_for(self, subject: str, headers: Mapping[str, str]) -> ApiClient:
        """The same client speaking for another, by these headers; calls count as this one's."""
        client = copy(self)
        client.learned = set()
        client.options = replace(
            self.options, subject=subject, headers={**self.options.headers, **headers}
        )
        return client

    def speaking(self, **params: str) -> ApiClient:
        """A client authenticated by other parameters, which counts its calls for itself."""
        client = copy(self)
        client.learned, client.tally = set(), CallTally()
        client.options = replace(self.options, params=params)
        return client

    # These give the request itself to be awaited, so that nothing stands between who asks and who
    # sends.

    def get(
        self, path: str, type: type[T], *, lost: list[str] | None = None, **params: str | int
    ) -> Awaitable[tuple[T, datetime]]:
        """A decoded answer and when it arrived; raises ``PlatformError``s.

        ``lost``: takes what of the answer could not be understood, one message each; without it the
        tally does.
        """
        return self._ask("GET", path, self._decoded(path, type, lost), params=params)

    def raw(self, path: str, **params: str | int) -> Awaitable[tuple[bytes, datetime]]:
        """Like ``get``, for an answer that is no JSON: its body as it came.

        Whether the body makes any sense is for ``explain`` to say, which sees successes as well.
        """
        return self._ask("GET", path, bytes, params=params, is_json=False)

    def post(
        self,
        path: str,
        type: type[T],
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        lost: list[str] | None = None,
        **params: str | int,
    ) -> Awaitable[tuple[T, datetime]]:
        """Like ``get``, with a JSON or form body."""
        read = self._decoded(path, type, lost)
        return self._ask("POST", path, read, params=params, json=json, form=form)

    async def tell(self, path: str, form: Mapping[str, str]) -> bytes:
        """Post a form to where a success has nothing to say, and perhaps no JSON; its body."""
        body, _ = await self._ask("POST", path, bytes, params={}, form=form, is_json=False)
        return body

    def _decoded(self, path: str, type: type[T], lost: list[str] | None) -> Callable[[bytes], T]:
        return lambda body: _decode(path, body, type, self.tally.lost if lost is None else lost)

    async def _ask(
        self,
        method: str,
        path: str,
        read: Callable[[bytes], T],
        *,
        params: Mapping[str, str | int],
        json: Any = None,
        form: Mapping[str, str] | None = None,
        is_json: bool = True,
    ) -> tuple[T, datetime]:
        """What ``read`` makes of a body that passed the checks, after as many attempts as it took.

        A body that cannot be read is not asked for again.
        """
        import stamina

        async for attempt in stamina.retry_context(
            on=_backoff, attempts=ATTEMPTS, timeout=PATIENCE, wait_initial=0.5, wait_max=10.0
        ):
            with attempt:
                if self.options.rate:
                    await self.options.rate.turn()
                self.tally.sent[self._bucket(path)] += 1
                response = await self._connection.send(
                    method,
                    self.options.prefix + path,
                    params={**self.options.params, **params},
                    headers=self.options.headers,
                    json=json,
                    form=form,
                )
                taken_at = self.clock()
                used = self.options.usage(response.headers)
                self.tally.usage = self.tally.usage if used is None else used
                self._check(path, response, is_json)
        return read(response.body), taken_at

    def _check(self, path: str, answer: HttpAnswer, is_json: bool) -> None:
        status, headers, body = answer
        theirs = None if self.clock.given else _date(headers)
        self.clock.hear(self._connection.base_url, theirs)
        if theirs is not None:
            _check_clock(path, theirs, self.clock())
        try:
            error = self._explain(status, headers, body, self.clock())
        except UNDECODABLE:  # the status alone has to tell
            error = None
        if error is None and not 200 <= status < 300:
            error = _by_status(status, headers, self.clock())
        if error is not None:
            raise _named(path, status, error)
        if is_json and not body.lstrip(BLANK).startswith((b"{", b"[")):
            raise Transient(f"{path}: the answer is not JSON")


def _by_status(status: int, headers: Mapping[str, str], now: datetime) -> PlatformError:
    if status == 429:
        wait = retry_after(headers, now)
        return Limited("too many requests", now + timedelta(seconds=wait or 60))
    if status in (413, 414):
        return TooMuch("the platform wants a smaller request")
    if status >= 500 or status == 408:
        return Transient("the platform is unwell", retry_after(headers, now))
    if status < 400:  # not followed: a token must not travel to another address
        return Transient("the platform answers neither with yes nor with no")
    return Denied("an unexpected refusal")


def _date(headers: Mapping[str, str]) -> datetime | None:
    """When the platform says that it answered; None when it does not say. An answer that some cache
    kept says nothing of the present."""
    if "age" in headers:
        return None
    try:
        told = parsedate_to_datetime(headers.get("date", ""))
        return told.astimezone(UTC) if told.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None


def _check_clock(path: str, theirs: datetime, now: datetime) -> None:
    """Refuse to go on when the platform's clock and ours differ: reads would be filed under a wrong
    time, and nobody could tell."""
    differ = now - theirs
    if abs(differ) > CLOCKS_AGREE:
        ahead = "ahead of" if differ > timedelta() else "behind"
        minutes = abs(differ) // timedelta(minutes=1)
        raise Limited(
            f"{path}: this computer's clock is {minutes} min {ahead} the platform's; set it right"
        )


def _named(path: str, status: int, error: PlatformError) -> PlatformError:
    error.args = (f"{path}: {status} {error}",)
    if isinstance(error, Denied):
        error.reason = f"{status} {error.reason}"
    return error


def _decode(path: str, body: bytes, type: type[T], lost: list[str]) -> T:
    try:
        return decode(body, type, lost, named=path)
    except msgspec.ValidationError as error:
        raise Unreadable(f"{path}: {error}") from None
    except UNDECODABLE:
        raise Transient(f"{path}: the answer is broken JSON") from None


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, Transient):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= PATIENCE else False


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the time that ``Retry-After`` names, a day at most; None without it."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdecimal():
        return min(float(value), LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(value) - now).total_seconds()
        return min(max(0.0, wait), LONGEST_WAIT)
    except (TypeError, ValueError, OverflowError):
        return None
