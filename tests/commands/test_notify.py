"""``kiprah notify test``, against a mail server and a webhook of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from functions.__main__ import cli
from tests.notify.post import PASSWORD, mail_server, webhook

ADDRESS = "operator@example.go.id"


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def tried(monkeypatch: pytest.MonkeyPatch, notify: str, *words: str) -> Result:
    monkeypatch.setenv("KIPRAH_NOTIFY", notify)
    return CliRunner().invoke(cli, ["notify", "test", *words])


def test_a_mail_arrives_at_the_address_and_a_call_at_every_webhook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with mail_server() as mailbox, webhook() as hook:
        both = f"{mailbox.url} {hook.url}"
        done = tried(monkeypatch, both, ADDRESS, "--json")
        assert json.loads(done.stdout) == {"job": "notify test", "sent": 1}
        assert mailbox.addresses == [ADDRESS]
        assert hook.told == []
        assert tried(monkeypatch, both).exit_code == 0
        assert [told["title"] for told in hook.told] == ["Uji pemberitahuan Kiprah"]


@pytest.mark.parametrize(
    ("notify", "words", "status", "said"),
    [
        ("", [ADDRESS], 1, "KIPRAH_NOTIFY is empty"),
        ("json://127.0.0.1:1/a", [ADDRESS], 2, "has no mail server"),
        ("mailto://127.0.0.1:1?from=a@example.go.id", [], 2, "has no webhook"),
        ("mailto://127.0.0.1:1?from=a@example.go.id", ["bukan"], 2, "is no mail address"),
        (f"mailto://u:{PASSWORD}@127.0.0.1:1?from=a@b.go.id", [ADDRESS], 1, "the mail server did"),
        (f"json://127.0.0.1:1/{PASSWORD}", [], 1, "webhook 1 did not take it"),
    ],
)
def test_what_cannot_be_sent_is_one_line_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, notify: str, words: list[str], status: int, said: str
) -> None:
    done = tried(monkeypatch, notify, *words)
    [line] = done.stderr.splitlines()
    assert (done.exit_code, said in line) == (status, True)
    assert PASSWORD not in done.output
