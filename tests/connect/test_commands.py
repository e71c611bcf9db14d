"""Consents as an operator handles them: the command line against the stand-ins, end to end."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions import log
from functions.connect import ticket
from functions.model import iso
from functions.tokens.vault import Vault
from tests.commands.running import done, kiprah, opened
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import Handle, serve
from tests.platforms.world import World

OLD = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="
NEW = "b3RoZXIta2lwcmFoLWtleS1mb3ItdGVzdHMtLTAwMDI="
REGISTRY = "id,nama,jenis,tiktok,facebook\nbali,Kanwil Bali,kanwil,kemenkum.bali,kemenkumbali\n"
CONSENTS = "satker,platform,handle,refresh_token\nbali,tiktok,kemenkum.bali,rft.rahasia\n"


@pytest.fixture(autouse=True)
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[Handle]:
    """A working folder with a registry and consents, and the platforms of a small world."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    monkeypatch.setattr(log, "_hidden", set())
    Path("satker.csv").write_text(REGISTRY)
    Path("consents.csv").write_text(CONSENTS)
    world = World(now=now)
    tiktok = world.add_account(
        "tiktok", "kemenkum.bali", satker="bali", refresh_token="rft.rahasia"
    )
    world.add_account("facebook", "kemenkumbali", satker="bali")
    world.add_post(tiktok, now - timedelta(hours=2), level={"likes": 500})
    with serve(world) as handle:
        for platform in ("INSTAGRAM", "FACEBOOK", "X", "TIKTOK", "YOUTUBE"):
            monkeypatch.setenv(f"KIPRAH_{platform}_URL", handle.url)
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("KIPRAH_SIMULATION", "1")
        yield handle


@pytest.fixture
def consenting(now: datetime) -> str:
    """An account that has been read once, and the instant of it."""
    done("registry", "import", "satker.csv", "--now", iso(now))
    done("connect", "import", "consents.csv", "--now", iso(now))
    done("collect", "--now", iso(now))
    return iso(now)


def status(handle: str = "kemenkum.bali") -> str:
    """What stands beside the handle in the registry."""
    with opened() as agency:
        return str(agency.feedback("bali")[f"tiktok:{handle}"]["status"])


def everything() -> dict[str, Any]:
    """What every document says, by path, however often it was written."""
    with opened() as agency:
        return {stored.path: stored.data for stored in agency.store.everything()}


def dumped() -> bytes:
    """Everything in the database, whatever a page of it may still hold."""
    with sqlite3.connect("kiprah.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return "\n".join(connection.iterdump()).encode()


# Withdrawing


def test_a_consent_is_withdrawn_at_tiktok_and_here_and_the_unit_is_told(
    consenting: str, stand_ins: Handle, now: datetime
) -> None:
    assert status() == "ok"
    result = kiprah("connect", "withdraw", "bali", "--platform", "tiktok", "--now", consenting)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "tiktok  kemenkum.bali  withdrawn, its tokens deleted; TikTok has disconnected the app\n"
    )
    assert stand_ins.calls.report()["requests"]["tiktok"]["POST /v2/oauth/revoke/"] == 1
    assert "telah dicabut pada 2026-10-20T03:00:00Z" in status()
    later = iso(now + timedelta(hours=4))
    before = stand_ins.calls.report()["requests"]["tiktok"]
    collected = json.loads(kiprah("collect", "--json", "--now", later).stdout)
    assert any("telah dicabut" in problem for problem in collected["problems"])
    assert stand_ins.calls.report()["requests"]["tiktok"] == before
    assert "telah dicabut pada 2026-10-20T03:00:00Z" in status()
    words = kiprah("doctor").stdout
    assert "1 withdrawn: @kemenkum.bali" in words


def test_it_is_read_again_after_a_new_consent(
    consenting: str, stand_ins: Handle, now: datetime
) -> None:
    done("connect", "withdraw", "bali", "--platform", "tiktok", "--now", consenting)
    again = kiprah("connect", "import", "consents.csv", "--now", consenting)
    assert "tidak disimpan: izin ini telah dicabut; perlu token baru" in again.stdout
    account = stand_ins.world.by_handle("tiktok", "kemenkum.bali")
    assert account is not None
    stand_ins.world.consent(account, "rft.baru")
    Path("consents.csv").write_text(CONSENTS.replace("rft.rahasia", "rft.baru"))
    later = iso(now + timedelta(hours=1))
    assert "izin baru" in done("connect", "import", "consents.csv", "--now", later)
    done("collect", "--now", iso(now + timedelta(hours=4)))
    assert status() == "ok"


def test_withdrawing_again_changes_nothing(consenting: str) -> None:
    done("connect", "withdraw", "bali", "--platform", "tiktok", "--now", consenting)
    before = everything()
    assert done("connect", "withdraw", "bali", "--platform", "tiktok", "--now", consenting) == (
        "tiktok  kemenkum.bali  no tokens; links are void\n"
    )
    assert everything() == before


def test_an_unreachable_tiktok_keeps_nothing_here(consenting: str, stand_ins: Handle) -> None:
    stand_ins.fault("html", platform="tiktok", path="/v2/oauth/revoke/")
    result = kiprah("connect", "withdraw", "bali", "--platform", "tiktok", "--now", consenting)
    assert result.exit_code == 0
    assert "TikTok could not be reached; the owner removes Kiprah in TikTok" in result.stderr
    report = json.loads(kiprah("connect", "withdraw", "bali", "--now", consenting, "--json").stdout)
    assert [one["tokens"] for one in report["withdrawn"]] == [False, False]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["aceh"], "aceh has no such account"),
        (["bali", "--handle", "orang.lain"], "bali has no such account"),
    ],
)
def test_whom_nobody_knows_is_one_line(consenting: str, words: list[str], said: str) -> None:
    result = kiprah("connect", "withdraw", *words)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "kiprah registry export" in result.stderr


# A new key


def test_the_key_that_is_set_is_changed_while_work_goes_on(
    monkeypatch: pytest.MonkeyPatch, now: datetime, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("KIPRAH_TOKEN_KEY", OLD)
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example.go.id")
    at = request.getfixturevalue("consenting")
    address = done("connect", "link", "bali", "--now", at).split()[1]
    [link] = parse_qs(urlsplit(address).query)["ticket"]
    monkeypatch.setenv("KIPRAH_TOKEN_KEY", f"{NEW},{OLD}")
    assert ticket.read(Vault(NEW, OLD), link, now).handle == "kemenkum.bali"
    assert "2 of 2 stored secrets still need an older key" in kiprah("doctor").stdout
    done("collect", "--now", iso(now + timedelta(hours=4)))  # renews with the new one
    said = done("connect", "rekey")
    assert said.startswith("0 secrets sealed anew; 2 keys, and none of 2 stored secrets needs")
    monkeypatch.setenv("KIPRAH_TOKEN_KEY", NEW)
    assert done("connect", "rekey") == (
        "0 secrets sealed anew; one key; all 2 stored secrets are sealed with it\n"
    )
    done("collect", "--now", iso(now + timedelta(hours=8)))
    assert status() == "ok"
    assert OLD not in said + kiprah("doctor").stdout


def test_the_key_file_is_changed_by_one_command(consenting: str, now: datetime) -> None:
    before = Path("kiprah.key").read_text()
    report = json.loads(done("connect", "rekey", "--new-key", "--json", "--now", consenting))
    assert (report["resealed"], report["current"], report["older"]) == (2, 2, 0)
    after = Path("kiprah.key").read_text()
    assert before.strip() in after
    assert before.strip() not in json.dumps(report)
    done("collect", "--now", iso(now + timedelta(hours=4)))
    done("connect", "rekey", "--now", iso(now + timedelta(days=7)))
    assert Path("kiprah.key").read_text() == after.splitlines()[0] + "\n"
    done("collect", "--now", iso(now + timedelta(days=7)))
    assert status() == "ok"


def test_what_no_key_opens_fails_and_is_named(
    monkeypatch: pytest.MonkeyPatch, consenting: str
) -> None:
    monkeypatch.setenv("KIPRAH_TOKEN_KEY", NEW)
    result = kiprah("connect", "rekey")
    assert result.exit_code == 1
    assert "consents/tiktok:kemenkum.bali: no key opens it; import or ask for" in result.stderr


@pytest.mark.parametrize("option", ["--new-key", "--drop-old"])
def test_a_key_that_is_set_is_changed_where_it_is_set(
    monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setenv("KIPRAH_TOKEN_KEY", NEW)
    result = kiprah("connect", "rekey", option)
    assert result.exit_code == 2
    assert "set it to NEW,OLD" in result.stderr
    assert NEW not in result.stderr
