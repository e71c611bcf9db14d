"""Mails and calls as a mail server and a webhook of this machine get them."""

from __future__ import annotations

import logging

import pytest

from functions.notify.sender import Sender
from functions.settings.notices import Targets
from tests.notify.post import PASSWORD, USER, Hook, Mailbox


def test_a_mail_is_plain_text_to_one_address(mailbox: Mailbox) -> None:
    sender = Sender(Targets(mailbox.url, ()))
    assert sender.mail("humas@bali.example.go.id", "Peringkat – final", "Yth.\n\n<b>Ini</b> teks.")
    [(address, message)] = mailbox.taken
    assert address == "humas@bali.example.go.id"
    assert message["To"] == "humas@bali.example.go.id"
    assert message["Subject"] == "Peringkat – final"
    assert "kiprah@kemenkum.example.go.id" in message["From"]
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == ["Yth.", "", "<b>Ini</b> teks."]
    assert mailbox.logins == {(USER, PASSWORD)}


def test_a_subject_with_lines_adds_no_header(mailbox: Mailbox) -> None:
    sender = Sender(Targets(mailbox.url, ()))
    assert sender.mail("a@example.go.id", "Halo\r\nBcc: lain@example.org\r\n\r\nisi", "teks")
    [(_, message)] = mailbox.taken
    assert message["Bcc"] is None
    assert mailbox.addresses == ["a@example.go.id"]


def test_an_address_that_is_refused_is_told(mailbox: Mailbox) -> None:
    mailbox.refused.add("buruk@example.go.id")
    sender = Sender(Targets(mailbox.url, ()))
    assert sender.mail("buruk@example.go.id", "a", "b") is False
    assert sender.mail("baik@example.go.id", "a", "b") is True
    assert mailbox.addresses == ["baik@example.go.id"]


def test_a_call_carries_the_words_and_its_own_headers(hook: Hook) -> None:
    sender = Sender(Targets(None, (hook.url,)))
    assert sender.call(f"{hook.url}?+Authorization=Bearer%20abc", "Judul", "Isi\nbaris dua")
    [told] = hook.told
    assert (told["title"], told["message"]) == ("Judul", "Isi\nbaris dua")
    assert hook.headers[0]["Authorization"] == "Bearer abc"


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_takes_nothing_is_told(hook: Hook, status: int) -> None:
    hook.status = status
    assert Sender(Targets(None, ())).call(hook.url, "a", "b") is False


def test_whatever_fails_says_nothing_of_where_it_went(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    url = f"mailto://{USER}:{PASSWORD}@127.0.0.1:1?from=kiprah@example.go.id"
    with caplog.at_level(logging.DEBUG):
        assert Sender(Targets(url, ())).mail("humas@example.go.id", "a", "b") is False
        assert Sender(Targets(None, ())).mail("humas@example.go.id", "a", "b") is False
        assert Sender(Targets(None, ())).call("json://127.0.0.1:1/rahasia", "a", "b") is False
        assert Sender(Targets(None, ())).call("", "a", "b") is False
    told = caplog.text + "".join(capfd.readouterr())
    for hidden in (PASSWORD, "humas@", "rahasia"):
        assert hidden not in told
