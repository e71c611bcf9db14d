"""``kiprah notify test``: whether notices would arrive."""

from __future__ import annotations

import click

from functions.commands.shell import Misused, fail, json_option, load_settings, tell, tells_errors
from functions.registry import values
from functions.settings.notices import targets

SUBJECT = "Uji pemberitahuan Kiprah"
TEXT = "Ini hanya uji: pemberitahuan dari Kiprah sampai di sini."


@click.group()
def notify() -> None:
    """Notices to units, by mail and webhook."""


@notify.command("test")
@click.argument("address", required=False)
@json_option
@tells_errors
def test_command(address: str | None, as_json: bool) -> None:
    """Send a test notice to the mail ADDRESS, or without one to every webhook."""
    from functions.notify.sender import Sender

    wanted = targets(load_settings().notify)
    if not any(wanted):
        fail("KIPRAH_NOTIFY is empty: nobody is told anything")
    sender = Sender(wanted)
    if address is None:
        if not wanted.hooks:
            raise Misused("KIPRAH_NOTIFY has no webhook; name a mail ADDRESS")
        sent = [sender.call(hook, SUBJECT, TEXT) for hook in wanted.hooks]
    else:
        if wanted.mail is None:
            raise Misused("KIPRAH_NOTIFY has no mail server; leave ADDRESS out to try the webhooks")
        sent = [sender.mail(_address(address), SUBJECT, TEXT)]
    if not all(sent):
        what = f"webhook {sent.index(False) + 1}" if address is None else "the mail server"
        fail(f"{what} did not take it: look at its address, user and password in KIPRAH_NOTIFY")
    tell({"job": "notify test", "sent": len(sent)}, as_json, f"{len(sent)} terkirim.")


def _address(given: str) -> str:
    try:
        [address] = values.emails(given)
    except ValueError:
        raise Misused("ADDRESS is no mail address") from None
    return address
