"""Apprise, behind two verbs: a mail to one address, and a call of one webhook.

The two services are taken by their classes, so that none of the other hundred is loaded: 0.2 s the
first time instead of 0.35 s (Apprise 2.3, on two cores, 2026-11). Apprise tells success and failure
alone, and logs the rest with addresses in it; its log is silenced.
"""

from __future__ import annotations

import logging
from typing import Any

from functions.settings.notices import Targets

TIMEOUT = 4.0  # seconds that a server may take to answer


class Sender:
    """Sends by the mail server and the webhooks of an installation; loading it loads Apprise."""

    def __init__(self, targets: Targets) -> None:
        from apprise.plugins.custom_json import NotifyJSON
        from apprise.plugins.email import NotifyEmail

        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        self._targets = targets
        self._mail: Any = NotifyEmail
        self._hook: Any = NotifyJSON

    def mail(self, address: str, subject: str, text: str) -> bool:
        """Whether the mail server took a plain mail to an address. Raises nothing."""
        if self._targets.mail is None:
            return False
        return _sent(self._mail, self._targets.mail, subject, text, targets=[address])

    def call(self, hook: str, subject: str, text: str) -> bool:
        """Whether a webhook took a message. Raises nothing."""
        return _sent(self._hook, hook, subject, text)


def _sent(service: Any, address: str, subject: str, text: str, **more: Any) -> bool:
    try:
        facts = {**service.parse_url(address), **more}
        # Nothing follows a redirect: the headers that open one door are not for another.
        bounds = {"cto": TIMEOUT, "rto": TIMEOUT, "redirect": "no", "verify": "yes"}
        made = service(**{**facts, **bounds, "format": "text"})
        return bool(made.send(body=text, title=subject))
    except Exception:  # whatever it says may hold the address
        return False
