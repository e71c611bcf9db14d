"""Serves a world on a free port of 127.0.0.1."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tests.platforms.app import App
from tests.platforms.calls import Calls
from tests.platforms.faults import Fault
from tests.platforms.wire import Connection
from tests.platforms.world import World


class Handle:
    """A running server, in the same process as its caller."""

    def __init__(self, app: App, url: str) -> None:
        self.app = app
        self.url = url
        """Scheme and host without a path: the base URL of all five platforms."""

    @property
    def world(self) -> World:
        return self.app.world

    @property
    def calls(self) -> Calls:
        return self.app.calls

    def set_clock(self, now: datetime) -> None:
        self.world.set_clock(now)

    def fault(self, kind: str, **options: object) -> None:
        """Script a fault: `handle.fault("rate_limited", platform="x", times=2)`."""
        self.app.faults.add(Fault.make(kind, **options))


@contextmanager
def serve(world: World, *, latency: float = 0.0, port: int = 0) -> Iterator[Handle]:
    """Serve the world from a thread; every response waits `latency` seconds.

    Leaving raises when the stand-in itself failed on a request, so no test passes over a bug
    in what it measures with.
    """
    app = App(world, latency=latency)
    listener = socket.create_server(("127.0.0.1", port))
    handle = Handle(app, f"http://127.0.0.1:{listener.getsockname()[1]}")
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(run(app, listener, stop)),
        name="platforms",
        daemon=True,
    )
    thread.start()
    try:
        yield handle
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=5)
        loop.close()
    if app.failures:
        raise RuntimeError("the stand-in failed:\n" + "\n".join(app.failures))


async def run(app: App, listener: socket.socket, stop: asyncio.Event) -> None:
    """Answer until told to stop, then drop what is open."""
    loop = asyncio.get_running_loop()
    connections: set[Connection] = set()
    server = await loop.create_server(lambda: Connection(app, connections), sock=listener)
    await stop.wait()
    server.close()
    for connection in list(connections):
        connection.close()
