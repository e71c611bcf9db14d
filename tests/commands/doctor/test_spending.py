"""What the operator is told of credentials that several agencies share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from functions.collect.planning.quota import Budget, Spending, Wait, Wants
from functions.collect.planning.sharing import limits_of
from functions.commands.doctor.spending import budgets
from functions.settings import Settings
from functions.store import open_agencies
from functions.store.agency import AgencyStore

NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)


def found(
    sqlite_url: str, held: dict[str, Budget], count: int, subject: str = "budget", **more: Any
) -> str:
    """What is said of the X credential."""
    named = ";".join(f"a{n}=A" for n in range(count))
    loaded = Settings(store=sqlite_url, agencies=named, x_bearer_token=("t",), **more)
    agencies: list[AgencyStore] = open_agencies(loaded)
    [name] = [name for name in limits_of(loaded) if name.startswith("x:")]
    for agency in agencies:
        if agency.id in held:
            from msgspec import to_builtins

            agency.settle({name: to_builtins(held[agency.id])})
    [told] = [f for f in budgets(agencies, loaded, NOW) if f.subject == f"{subject} {name}"]
    agencies[0].store.close()
    return told.words


def spent(mills: int, **more: object) -> Budget:
    run = Spending(at=NOW - timedelta(minutes=15), amounts={"mills": mills}, settled=True)
    return Budget(runs={"r": run}, **more)  # type: ignore[arg-type]


def test_an_only_agencys_credential_is_told_as_ever(sqlite_url: str) -> None:
    assert found(sqlite_url, {"a0": spent(1_240)}, 1) == "$1.24 of $20.00 since midnight UTC"


def test_the_whole_and_each_ones_part_are_told(sqlite_url: str) -> None:
    held = {"a0": spent(3_000), "a1": spent(1_000), "a2": Budget(wants=Wants(at=NOW, none=True))}
    assert found(sqlite_url, held, 3, shares="a0=3") == (
        "$4.00 of $20.00 since midnight UTC; $15.00 left for 2 agencies, "
        "a0 $3.00 of its $14.25, a1 $1.00 of its $4.75"
    )


def test_of_many_the_largest_are_told_and_who_has_gone_without(sqlite_url: str) -> None:
    waiting = Wants(at=NOW, amounts={"mills": 9}, since=NOW - timedelta(hours=1))
    held = {f"a{n}": spent(100 * n) for n in range(40)} | {"a7": Budget(wants=waiting)}
    words = found(sqlite_url, held, 40)
    assert "a39 $3.90 of its $0.47" in words
    assert "35 more spent less" in words
    assert "1 got nothing at their last tick, a7 since 2026-10-20T02:00:00Z" in words
    assert len(words) < 400


def test_what_one_was_told_is_told_of_the_credential(sqlite_url: str) -> None:
    wait = Wait(until=NOW + timedelta(hours=1), message="slow down")
    refused = Wait(until=NOW - timedelta(hours=1), message="bad token")
    held = {"a1": Budget(waits={"mills": wait}, refused=refused)}
    words = found(sqlite_url, held, 2)
    assert "waits until 2026-10-20T04:00:00Z (slow down)" in words
    assert found(sqlite_url, held, 2, "token") == (
        "refused: bad token (since 2026-10-20T02:00:00Z, 60 min ago)"
    )


# Whether a token works, without asking


def test_what_was_used_and_not_refused_works_as_far_as_is_known(sqlite_url: str) -> None:
    held = {"a0": spent(5), "a1": Budget()}
    assert found(sqlite_url, held, 2, "token") == (
        "last used 15 min ago, and not refused; it has no end of its own"
    )


def test_what_is_not_known_is_said_to_be_unknown(sqlite_url: str) -> None:
    reserved = Spending(at=NOW - timedelta(minutes=1), amounts={"mills": 9})
    idle = Spending(at=NOW - timedelta(minutes=1), amounts={"mills": 0}, settled=True)
    for budget in (Budget(), Budget(runs={"r": reserved}), Budget(runs={"r": idle})):
        assert found(sqlite_url, {"a0": budget}, 1, "token").startswith(
            "no call is remembered, so whether it works is unknown"
        )


def test_every_credential_has_its_line_and_a_public_feed_has_none(sqlite_url: str) -> None:
    loaded = Settings(
        store=sqlite_url,
        instagram_token=("a",),
        instagram_user_id=("1",),
        facebook_token=("a", "b"),
        x_bearer_token=("c",),
    )
    agencies = open_agencies(loaded)
    told = {f.subject: f for f in budgets(agencies, loaded, NOW)}
    agencies[0].store.close()
    ends = [f.words.rpartition("; ")[2] for f in told.values()]
    assert [subject.partition(":")[0] for subject in told] == [
        "token meta",
        "token meta",
        "token x",
    ]
    assert ends == [*["when it ends is asked with --live"] * 2, "it has no end of its own"]
    assert {f.group for f in told.values()} == {"tokens"}
