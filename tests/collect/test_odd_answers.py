"""Odd answers through the whole job: what each costs, and to whom it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.model import PLATFORMS, Platform
from functions.settings import Settings
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR, Asked
from tests.collect.ministry import Run, handle_of, register, rows, stored_posts
from tests.collect.test_troubles import COUNTED_AT, distort, measurement_states
from tests.platforms.server import Handle
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import Account, Post

MINUTE = timedelta(minutes=1)
UNITS = ("kanwil-bali", "kanwil-ntt", "kanwil-aceh")
HALF_AN_EMOJI = rb"\ud83d"

EnterUnits = Callable[..., list[Account]]


@pytest.fixture
def enter_units(
    agency: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> EnterUnits:
    """Registers units with an account each on the platforms."""

    def entered(*platforms: Platform, units: tuple[str, ...] = UNITS) -> list[Account]:
        register(agency, settings, units, now, platforms)
        return [
            server.world.add_account(row.platform, row.handle, refresh_token=row.refresh_token)
            for row in rows(units, platforms)
        ]

    return entered


def instead(server: Handle, answer: Callable[[Request, Any], Response | None]) -> None:
    """Answers by hand where ``answer`` gives one."""
    honest = server.app._answer

    def scripted(request: Request, route: Any) -> Response:
        return answer(request, route) or honest(request, route)

    server.app._answer = scripted  # type: ignore[method-assign]


def graph_error(message: str, code: int, status: int = 400, **facts: Any) -> Response:
    return json_response(status, {"error": {"message": message, "code": code, **facts}})


def status_of(agency: AgencyStore, unit: str, platform: Platform) -> str:
    told: dict[str, dict[str, Any]] = agency.feedback(unit)
    return str(told.get(f"{platform}:{handle_of(unit)}", {}).get("status", ""))


def found_of(agency: AgencyStore, account: Account) -> set[str]:
    return {post_id for _, owner, post_id in stored_posts(agency) if owner == account.id}


# Texts


def test_half_an_emoji_costs_half_an_emoji(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    for account in enter_units(*PLATFORMS):
        text = "Selamat XYZ pagi"
        server.world.add_post(account, now - HOUR, text=text, title=text)
        server.world.add_post(account, now - 2 * HOUR, text="Apel", title="Apel")

    def halve(response: Response) -> None:
        response.body = response.body.replace(b"XYZ", HALF_AN_EMOJI)

    for platform in PLATFORMS:
        distort(server, platform, halve)
    report = run(now)
    held = stored_posts(agency)
    assert len(held) == 2 * len(PLATFORMS) * len(UNITS)
    assert {post.text for post in held.values()} == {"Selamat \ufffd pagi", "Apel"}
    assert report.problems == []


def test_texts_of_x_are_stored_as_they_were_written(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    for account in enter_units("x"):
        server.world.add_post(account, now - HOUR, text="Hukum & HAM: < Rp50 &amp;")

    def escape(response: Response) -> None:
        response.body = (
            response.body.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
        )

    distort(server, "x", escape)
    run(now)
    assert {post.text for post in stored_posts(agency).values()} == {"Hukum & HAM: < Rp50 &amp;"}


# Whose fault


def test_a_channel_whose_uploads_are_closed_costs_that_channel(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    accounts = enter_units("youtube")
    for account in accounts:
        server.world.add_post(account, now - HOUR)
    closed = "UU" + accounts[0].id[2:]
    denied: list[Request] = []

    def answer(request: Request, route: Any) -> Response | None:
        if request.query.get("playlistId") != closed:
            return None
        denied.append(request)
        reason = {"domain": "youtube.playlistItem", "reason": "playlistItemsNotAccessible"}
        return json_response(403, {"error": {"code": 403, "message": "No", "errors": [reason]}})

    instead(server, answer)
    report = run(now)
    assert [len(found_of(agency, account)) for account in accounts] == [0, 1, 1]
    assert "ditutup" in status_of(agency, UNITS[0], "youtube")
    assert [status_of(agency, unit, "youtube") for unit in UNITS[1:]] == ["ok", "ok"]
    assert report.platforms["youtube"]["stopped"] == {}
    assert report.platforms["youtube"]["accounts_wrong"] == 1
    run(now + 5 * HOUR)
    assert len(denied) == 1
    for hours in (7, 7.25):
        run(now + hours * HOUR)
    assert len(denied) == 2
    assert "ditutup" in status_of(agency, UNITS[0], "youtube")


def test_a_page_that_may_not_be_seen_is_told_and_rests(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    accounts = enter_units("facebook")
    for account in accounts:
        server.world.add_post(account, now - HOUR)
    run(now - 4 * HOUR)
    denied: list[Request] = []

    def answer(request: Request, route: Any) -> Response | None:
        if accounts[0].id not in request.path:
            return None
        denied.append(request)
        return graph_error("Unsupported get request. Please …", 100, type="GraphMethodException")

    instead(server, answer)
    report = run(now)
    assert report.platforms["facebook"]["accounts_wrong"] == 1
    assert "tidak dapat dibaca lagi" in status_of(agency, UNITS[0], "facebook")
    assert [len(found_of(agency, account)) for account in accounts] == [0, 1, 1]
    assert len(denied) == 1
    for n in range(1, 20):
        run(now + n * 15 * MINUTE)
    assert len(denied) == 1


def test_a_tick_of_one_wrong_account_that_was_answered_about_has_not_failed(
    enter_units: EnterUnits, run: Run, server: Handle, now: datetime
) -> None:
    enter_units("facebook", "x", units=UNITS[:1])
    server.world.add_post(server.world.by_handle("x", handle_of(UNITS[0])), now - HOUR)  # type: ignore[arg-type]
    run(now)
    instead(
        server,
        lambda request, route: (
            graph_error("Unsupported get request", 100) if route.platform == "facebook" else None
        ),
    )
    report = run(now + 7 * HOUR)
    assert report.platforms["facebook"]["accounts_wrong"] == 1
    assert not report.failed


def test_what_one_page_refuses_counts_no_cover_photo_of_another(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    units = tuple(f"kanwil-{n}" for n in range(24))
    accounts = enter_units("facebook", units=units)
    for account in accounts:
        server.world.add_post(account, now - HOUR)
        server.world.add_post(account, now - 2 * HOUR, kind="cover_photo")

    def answer(request: Request, route: Any) -> Response | None:
        if route.template not in ("/{node}/posts", "/{node}/published_posts"):
            return None
        if accounts[7].id in request.path:
            return graph_error("(#100) Tried accessing nonexisting field (attachments)", 100)
        return None

    instead(server, answer)
    report = run(now)
    assert [len(found_of(agency, a)) for a in accounts] == [int(n != 7) for n in range(24)]
    assert report.platforms["facebook"]["posts_found"] == 23
    assert "menolak membaca akun ini" in status_of(agency, units[7], "facebook")


PPCA = (
    "(#100) Object does not exist, cannot be loaded due to missing permission or reviewable "
    "feature. This endpoint requires the 'Page Public Content Access' feature."
)


def test_a_missing_review_of_the_app_is_told_to_no_unit(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    enter_units("facebook")
    instead(server, lambda request, route: graph_error(PPCA, 100))
    report = run(now)
    assert len(report.platforms["facebook"]["stopped"]) == 1
    assert report.platforms["facebook"]["accounts_wrong"] == 0
    assert [status_of(agency, unit, "facebook") for unit in UNITS] == ["", "", ""]
    assert any("review" in problem for problem in report.problems)


@pytest.mark.parametrize("body", [
    b'{"error": {"code": 777, "message": "?"}}', b"<html>Forbidden</html>", b"", b'{"error": 5}',
])  # fmt: skip
@pytest.mark.parametrize("platform", ["instagram", "facebook", "x", "youtube"])
def test_what_many_accounts_are_denied_alike_is_their_credentials_fault(
    enter_units: EnterUnits,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    now: datetime,
    platform: Platform,
    body: bytes,
) -> None:
    """And what only one or two are is theirs."""
    accounts = enter_units(platform)
    for account in accounts:
        server.world.add_post(account, now - HOUR)
    run(now)
    denied = list(accounts)

    def answer(request: Request, route: Any) -> Response | None:
        listing = {"x": "/tweets", "youtube": "playlistItems"}.get(platform, "")
        places = [(a.id[2:], a.handle(server.world.now)) for a in denied]
        if listing in route.template and any(
            one in request.target for place in places for one in place
        ):
            return Response(403, body)
        return None

    instead(server, answer)
    report = run(now + 3 * HOUR)
    summary = report.platforms[platform]
    assert (len(summary["stopped"]), summary["accounts_wrong"]) == (1, 0), report.problems
    assert {status_of(agency, unit, platform) for unit in UNITS} == {"ok"}
    denied.pop()
    summary = run(now + 3.25 * HOUR).platforms[platform]
    assert (summary["stopped"], summary["accounts_wrong"]) == ({}, 2)
    assert "menolak membaca akun ini" in status_of(agency, UNITS[0], platform)


def test_a_run_whose_every_platform_is_down_has_failed_though_a_consent_is_missing(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    enter_units(*PLATFORMS)
    for unit in UNITS:
        path = f"{agency.root}/consents/tiktok:{handle_of(unit)}"
        from functions.store.port import Write

        agency.store.write([Write(path, mode="delete")])
    instead(server, lambda request, route: Response(500, b"{}"))
    report = run(now)
    assert report.failed
    assert not report.platforms["tiktok"]["served"]


# Smaller requests


def test_a_page_too_heavy_is_asked_for_in_halves_and_that_is_remembered(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    accounts = enter_units("facebook")
    for account in accounts:
        for n in range(12):
            server.world.add_post(account, now - HOUR - n * MINUTE)
    limits: list[int] = []

    def answer(request: Request, route: Any) -> Response | None:
        if accounts[0].id not in request.path or "limit" not in request.query:
            return None
        limits.append(int(request.query["limit"]))
        words = "Please reduce the amount of data you're asking for, then retry your request"
        return graph_error(words, 1, 500) if limits[-1] > 10 else None

    instead(server, answer)
    run(now)
    assert limits == [25, 12, 6, 6]
    assert [len(found_of(agency, account)) for account in accounts] == [12, 12, 12]
    limits.clear()
    run(now + 3 * HOUR)
    assert set(limits) == {6}
    limits.clear()
    run(now + 26 * HOUR)  # after a day it is asked for as usual once more
    assert limits[0] == 25


# What is an upload


def test_a_link_to_an_address_outside_is_the_pages_own_post(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    [account] = enter_units("facebook", units=UNITS[:1])
    share = {"media": "shared_story", "text": ""}
    site = "https://bali.kemenkum.go.id/berita/1"
    link = server.world.add_post(account, now - HOUR, kind="link", refers_to=site, **share)
    server.world.add_post(account, now - 2 * HOUR, kind="share", refers_to="1_1", **share)
    run(now)
    assert found_of(agency, account) == {link.id}


# Waiting


def ended_untold(server: Handle, enter_units: EnterUnits, now: datetime, **facts: Any) -> Post:
    [channel] = enter_units("youtube", units=UNITS[:1])
    times = {"scheduled_at": now - 3 * HOUR, "started_at": now - 3 * HOUR, "ended_at": now - HOUR}
    stream = server.world.add_post(channel, now - 3 * HOUR, **times | facts)
    server.fault(
        "missing_keys", platform="youtube", path="/videos", ids=[stream.id], keys=["actualEndTime"]
    )
    return stream


def test_a_stream_whose_end_is_never_told_counts_six_hours_after_it_seemed_over(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    stream = ended_untold(server, enter_units, now)
    for hours in (0, 3, 5.75):
        run(now + hours * HOUR)
        assert stored_posts(agency) == {}
    run(now + 9 * HOUR)
    [post] = stored_posts(agency).values()
    assert (post.post_id, post.published_at) == (stream.id, now - 3 * HOUR)
    for n in range(36, 90):
        run(now + n * 15 * MINUTE)
    assert measurement_states(agency, now + 40 * HOUR)[stream.id] in ("observed", "interpolated")


def test_an_announcement_that_never_airs_is_not_looked_at_for_ever(
    enter_units: EnterUnits, run: Run, server: Handle, asked: list[Asked], now: datetime
) -> None:
    [channel] = enter_units("youtube", units=UNITS[:1])
    late = now + 400 * 24 * HOUR
    times = {"scheduled_at": now + HOUR, "started_at": late, "ended_at": late + HOUR}
    server.world.add_post(channel, now - HOUR, **times)
    run(now)
    for days, looked_at in ((2, True), (6, True), (8, True), (9, False), (20, False)):
        asked.clear()
        run(now + days * 24 * HOUR)
        assert any("/videos" in one.template for one in asked) == looked_at, days


# Pages that were read


PAGE_OF: dict[Platform, str] = {**COUNTED_AT, "youtube": "playlistItems"}  # type: ignore[dict-item]


@pytest.mark.parametrize("status", [429, 500, 403, 200])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_the_first_page_showed_is_kept_when_the_second_fails(
    enter_units: EnterUnits,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    now: datetime,
    platform: Platform,
    status: int,
) -> None:
    accounts = enter_units(platform)
    for n in range(60 if platform != "x" else 110):
        server.world.add_post(accounts[0], now - HOUR - n * MINUTE)
    for account in accounts[1:]:
        server.world.add_post(account, now - HOUR)

    def answer(request: Request, route: Any) -> Response | None:
        second = any(word in request.target for word in ("after", "pageToken", "pagination_token"))
        if second or b"cursor" in request.body:
            return Response(status, b"{" if status == 200 else b"{}")
        return None

    instead(server, answer)
    report = run(now)
    if platform != "youtube" or status != 429:  # then there are no units left for the details
        assert len(found_of(agency, accounts[0])) >= 20
    if status != 429:
        assert [len(found_of(agency, a)) for a in accounts[1:]] == [1, 1]
    assert report.problems
    assert bool(report.platforms[platform]["stopped"]) == (status == 429)


# Reads that make up for others


def test_a_timeline_makes_up_for_a_lookup_that_failed(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    accounts = enter_units("x")
    posts = [server.world.add_post(a, now - 165 * MINUTE, per_hour={"likes": 7}) for a in accounts]
    instead(
        server,
        lambda request, route: (
            json_response(400, {"title": "?"}) if route.template == "/2/tweets" else None
        ),
    )
    for n in range(4 * 25):
        run(now + n * 15 * MINUTE)
    states = measurement_states(agency, now + 30 * HOUR)
    assert {states[post.id] for post in posts} == {"estimated"}


def test_a_read_whose_counters_came_garbled_takes_no_earlier_reads_place(
    enter_units: EnterUnits, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    """At the mark nothing can be read of them for a while: the reads around that while serve."""
    accounts = enter_units("tiktok")
    posts = [server.world.add_post(a, now - 2 * HOUR, per_hour={"likes": 7}) for a in accounts]
    for n in range(4 * 21):
        run(now + n * 15 * MINUTE)
    server.fault("wrong_types", platform="tiktok")
    for n in range(4 * 21, 4 * 23):
        run(now + n * 15 * MINUTE)
    server.app.faults.clear()
    for n in range(4 * 23, 4 * 25):
        run(now + n * 15 * MINUTE)
    states = measurement_states(agency, now + 30 * HOUR)
    assert {states[post.id] for post in posts} <= {"estimated", "interpolated"}
