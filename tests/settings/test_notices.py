"""What KIPRAH_NOTIFY takes, and that nobody sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.settings import SettingsError
from functions.settings.notices import Targets, is_usable, secrets, targets
from tests.settings.conftest import loaded, refusal

MAIL = "mailtos://kiprah:s%40ndi-canary@surat.example.go.id:587?from=kiprah@example.go.id"
HOOK = "jsons://kait.example.go.id/jalan/rahasia?+Authorization=Bearer%20kunci-canary"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("", Targets(None, ())),
        (MAIL, Targets(MAIL, ())),
        (f"{MAIL} {HOOK}", Targets(MAIL, (HOOK,))),
        (f"{HOOK}, {MAIL}, json://127.0.0.1:8080/a", Targets(MAIL, (HOOK, "json://127.0.0.1:8080/a"))),
        ("mailto://127.0.0.1:25?from=Kiprah%20<a@example.go.id>&mode=insecure",) * 2,
    ],
)  # fmt: skip
def test_a_mail_server_and_webhooks_are_told_apart(given, found):
    found = Targets(found, ()) if isinstance(found, str) else found
    assert is_usable(given)
    assert targets(given) == found
    assert loaded(notify=given).notify == given.strip()


@pytest.mark.parametrize(
    "given",
    [
        "surat.example.go.id",
        "exec:///bin/sh",
        "file:///etc/passwd",
        "syslog://",
        f"{MAIL} exec://x",
        f"{MAIL} {MAIL.replace('surat', 'dua')}",
        " ".join(f"json://h{n}.example.go.id" for n in range(6)),
        "mailtos://u:p@surat.example.go.id/korban@example.org?from=a@example.go.id",
        "mailtos://u:p@surat.example.go.id?from=a@example.go.id&to=korban@example.org",
        "mailtos://u:p@surat.example.go.id?from=a@example.go.id&verify=no",
        "mailtos://u:p@surat.example.go.id?from=a@example.go.id&pgp=yes&key=/etc/passwd",
        "mailtos://u:p@surat.example.go.id?from=a@example.go.id&mode=apa",
        "mailtos://u:p@surat.example.go.id?from=a@example.go.id%0d%0aBcc:b@example.org",
        "mailtos://u:p@surat.example.go.id?from=a@example.go.id&from=b@example.go.id",
        "mailtos://u:p@surat.example.go.id?from=kiprah",
        "mailtos://surat.example.go.id",
        "mailtos://u:p@?from=a@example.go.id",
        "mailtos://u:p@surat.example.go.id:99999?from=a@example.go.id",
        "jsons://kait.example.go.id?method=DELETE",
        "jsons://kait.example.go.id?+X=a%0d%0ab",
        "jsons://kait.example.go.id?:payload=x",
        "jsons://kait.example.go.id/#a",
        "jsons://[::1",
        "jsons://käit.example.go.id",
    ],
)
def test_what_is_no_mail_server_and_no_webhook_is_refused_and_never_shown(given):
    said = refusal({"KIPRAH_NOTIFY": given})
    assert said.startswith("KIPRAH_NOTIFY must be one mailto:// or mailtos:// address")
    for part in ("surat.example", "kait", "canary", "korban", "passwd"):
        assert part not in said


def test_nothing_of_it_is_seen():
    settings = loaded(notify=f"{MAIL} {HOOK}")
    assert "canary" not in repr(settings)
    hidden = settings.secrets()
    for secret in ("s%40ndi-canary", "s@ndi-canary", "Bearer kunci-canary", MAIL, HOOK):
        assert secret in hidden
    # What stands in every mail is no secret.
    assert "kiprah@example.go.id" not in hidden
    assert loaded().secrets() == ()


@given(st.text(max_size=80) | st.builds("mailto://{}".format, st.text(max_size=60)))
def test_whatever_is_given_is_taken_or_refused(given):
    secrets(given)
    if is_usable(given):
        targets(given)
    else:
        with pytest.raises(SettingsError, match="KIPRAH_NOTIFY"):
            loaded(notify=f"-{given}")
