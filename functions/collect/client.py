"""HTTP to one platform: bounded retries, rate, connections, and no secret in any message.

Credentials travel in query strings on some platforms, so errors are built from the path alone and
httpx's own messages never get out.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec
import stamina

from functions.collect.answers import Limited, PlatformError, Transient, Unreadable

CONNECTIONS = 10
TIMEOUT = httpx.Timeout(20, connect=5)
ATTEMPTS = 3
PATIENCE = 45.0  # seconds for all attempts of one request together

T = TypeVar("T")

# What an answer means: (status, headers, body, now) -> an error, or None to judge by status.
Explain = Callable[[int, Mapping[str, str], bytes, datetime], PlatformError | None]


class Clock:
    """The present: the given instant plus the time that has passed since.

    With no instant given it is the computer's clock.
    """

    def __init__(self, now: datetime | None = None) -> None:
        self._start = now or datetime.now(UTC)
        self._began = monotonic()

    def __call__(self) -> datetime:
        """Aware UTC in whole seconds, rounded down."""
        return (self._start + timedelta(seconds=monotonic() - self._began)).replace(microsecond=0)


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
    ) -> httpx.Response:
        """One attempt; ``Transient`` when no answer came."""
        async with self._turn:
            lane = self._free.pop() if self._free else self._open()
            self.requests += 1
            try:
                # One address, put together once: httpx parses it anew for each part it is given.
                address = f"{self.base_url}{path}" + (f"?{urlencode(params)}" if params else "")
                return await lane.request(method, address, headers=headers, json=json, data=form)
            except (httpx.TransportError, httpx.DecodingError) as error:
                # Never its message, which may carry the address with its query.
                raise Transient(f"no answer ({type(error).__name__})") from None
            finally:
                self._free.append(lane)

    def _open(self) -> httpx.AsyncClient:
        lane = httpx.AsyncClient(
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=60),
            verify=self._verify,
            trust_env=self._secure,
        )
        self._all.append(lane)
        return lane


class ApiClient:
    """One credential's way into one platform's API.

    Args:
        connection: the pool, shared by the platform's credentials.
        clock: gives ``taken_at``.
        explain: the adapter's word on what a refusal means.
        prefix: goes before every path (an API version).
        subject: whose eyes the API reads through, where it wants that in the path (Instagram).
        params, headers: what authenticates every request.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        explain: Explain,
        *,
        prefix: str = "",
        subject: str = "",
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.clock = clock
        self.prefix = prefix
        self.subject = subject
        self.learned: set[str] = set()  # what an adapter found this API not to offer
        self._connection = connection
        self._explain = explain
        self._params = dict(params or {})
        self._headers = dict(headers or {})

    def authorised(self, token: str) -> ApiClient:
        """The same client speaking for the owner of a Bearer token."""
        return ApiClient(
            self._connection,
            self.clock,
            self._explain,
            prefix=self.prefix,
            params=self._params,
            headers={**self._headers, "Authorization": f"Bearer {token}"},
        )

    async def get(self, path: str, type: type[T], **params: str | int) -> tuple[T, datetime]:
        """A decoded answer and when it arrived; raises ``PlatformError``s."""
        return await self._request("GET", path, type, params=params)

    async def post(
        self,
        path: str,
        type: type[T],
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        **params: str | int,
    ) -> tuple[T, datetime]:
        """Like ``get``, with a JSON or form body."""
        return await self._request("POST", path, type, params=params, json=json, form=form)

    async def _request(
        self,
        method: str,
        path: str,
        type: type[T],
        *,
        params: Mapping[str, str | int],
        json: Any = None,
        form: Mapping[str, str] | None = None,
    ) -> tuple[T, datetime]:
        async for attempt in stamina.retry_context(
            on=_backoff, attempts=ATTEMPTS, timeout=PATIENCE, wait_initial=0.5, wait_max=10.0
        ):
            with attempt:
                response = await self._connection.send(
                    method,
                    self.prefix + path,
                    params={**self._params, **params},
                    headers=self._headers,
                    json=json,
                    form=form,
                )
                taken_at = self.clock()
                self._check(path, response)
        return _decode(path, response.content, type), taken_at

    def _check(self, path: str, response: httpx.Response) -> None:
        status, body = response.status_code, response.content
        error = self._explain(status, response.headers, body, self.clock())
        if error is None and status >= 400:
            error = _by_status(status, response.headers, self.clock())
        if error is not None:
            raise _named(path, status, error)
        if body.lstrip()[:1] not in (b"{", b"["):
            raise Transient(f"{path}: the answer is not JSON")


def _by_status(status: int, headers: Mapping[str, str], now: datetime) -> PlatformError:
    if status == 429:
        wait = retry_after(headers, now)
        return Limited("too many requests", now + timedelta(seconds=wait or 60))
    if status >= 500 or status == 408:
        return Transient("the platform is unwell", retry_after(headers, now))
    return Unreadable("an unexpected refusal")


def _named(path: str, status: int, error: PlatformError) -> PlatformError:
    error.args = (f"{path}: {status} {error}",)
    return error


def _decode(path: str, body: bytes, type: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=type)
    except msgspec.DecodeError as error:
        if isinstance(error, msgspec.ValidationError):
            raise Unreadable(f"{path}: {error}") from None
        raise Transient(f"{path}: the answer is broken JSON") from None


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, Transient):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= PATIENCE else False


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the time that ``Retry-After`` names; None without that header."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
