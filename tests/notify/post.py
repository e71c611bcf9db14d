"""A mail server and a webhook of this machine, that notices are sent to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER, PASSWORD = "kiprah", "rahasia-canary-4711"


@dataclass
class Mailbox:
    """What a mail server took, and whom it refuses."""

    url: str = ""
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    is_down: bool = False
    logins: set[tuple[str, str]] = field(default_factory=set)

    @property
    def addresses(self) -> list[str]:
        return sorted(address for address, _ in self.taken)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.is_down:
            return "451 try again later"
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        for address in envelope.rcpt_tos:
            self.taken.append((address, message))  # type: ignore[arg-type]
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, kind: str, given: Any) -> Any:
        login = (given.login.decode(), given.password.decode())
        self.logins.add(login)
        return AuthResult(success=login == (USER, PASSWORD))


class _Anywhere(Controller):
    """On whichever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A mail server that takes one login."""
    box = Mailbox()
    controller = _Anywhere(
        box,
        hostname="127.0.0.1",
        port=0,
        authenticator=box.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    box.url = (
        f"mailto://{USER}:{PASSWORD}@127.0.0.1:{controller.port}?from=kiprah@kemenkum.example.go.id"
    )
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Hook:
    """What a webhook was told, and with which status it answers."""

    url: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    status: int = 200


@contextmanager
def webhook() -> Iterator[Hook]:
    """A webhook that takes JSON."""
    hook = Hook()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.status == 200:
                hook.told.append(json.loads(body))
                hook.headers.append(dict(self.headers))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hook.url = f"json://127.0.0.1:{server.server_address[1]}/kait/rahasia-jalan-0815"
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
