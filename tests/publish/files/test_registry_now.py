"""Who is measured now: a line for each account, and nothing of people."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.model import Account, Roster, Satker
from functions.publish.files.registry_now import COLUMNS, registry_csv

NOW = datetime(2026, 10, 21, 4, tzinfo=UTC)
BEGIN = datetime(2026, 7, 31, 17, tzinfo=UTC)


def unit(satker: str, **facts: object) -> Satker:
    made: dict[str, object] = {"id": satker, "name": satker.title(), "kind": "kanwil", **facts}
    return Satker(**made)  # type: ignore[arg-type]


def account(satker: str, platform: str = "x", **facts: object) -> Account:
    made = {"platform": platform, "handle": "kami", "satker": satker, "valid_from": BEGIN}
    return Account(**{**made, **facts})  # type: ignore[arg-type]


def rows(*units: Satker, accounts: tuple[Account, ...] = ()) -> list[dict[str, str]]:
    roster = Roster(as_of=BEGIN, satker=units, accounts=accounts)
    text = registry_csv(roster, NOW).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_account_has_a_line_and_who_has_none_has_one_too() -> None:
    accounts = (account("aceh"), account("aceh", "instagram", account_id="17"), account("x"))
    found = rows(unit("bali"), unit("aceh"), accounts=accounts)
    assert [(r["satker"], r["platform"], r["account_id"]) for r in found] == [
        ("aceh", "instagram", "17"),
        ("aceh", "x", ""),
        ("bali", "", ""),
    ]
    assert [*found[0]] == [column.name for column in COLUMNS]


def test_what_has_ended_is_left_out_and_what_will_begin_is_not() -> None:
    later = NOW + timedelta(days=3)
    accounts = (
        account("aceh", handle="dulu", valid_to=NOW),
        account("aceh", handle="kini", valid_to=later),
        account("aceh", handle="nanti", valid_from=later),
    )
    found = rows(unit("aceh"), unit("bali", valid_to=NOW), accounts=accounts)
    assert [(r["satker"], r["handle"]) for r in found] == [("aceh", "kini"), ("aceh", "nanti")]


def test_mail_addresses_are_not_published() -> None:
    roster = Roster(as_of=BEGIN, satker=(unit("aceh", emails=("ayu@example.go.id",)),))
    assert b"ayu" not in registry_csv(roster, NOW)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
def test_an_odd_name_costs_its_own_line_alone(name: str) -> None:
    found = rows(unit("aceh", name=name), unit("bali"), accounts=(account("bali", handle=name),))
    assert [row["satker"] for row in found] == ["aceh", "bali"]
    assert found[1]["name"] == "Bali"
    assert not found[0]["name"].startswith(("=", "+", "-", "@"))
