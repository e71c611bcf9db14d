"""``kiprah listen`` and what it shows of what was counted."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions.commands import listen
from functions.listen.counts.queries import code_of
from functions.model import iso
from functions.store.port import Write
from functions.store.volumes import HOUR, Series
from tests.commands.running import THEN, done, kiprah, opened, refused, report
from tests.platforms.x import mentions

pytestmark = pytest.mark.usefixtures("folder")
TEXT = '@kemenkum_aceh OR "Kanwil Bali"'
QUERY = {"name": "Aceh", "query": TEXT, "by": "Ani", "confirmed_by": "Budi"}
QUERY |= {"code": code_of(TEXT)}


def wish(*queries, **fields):
    with opened() as agency:
        typed = {"x_volume": [*queries], "x_listen_dollars_per_day": "0,36", **fields}
        agency.store.write([Write(f"{agency.root}/settings/listening", typed)])


def test_off_is_said_and_is_no_failure():
    result = kiprah("listen")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("kiprah: off: ")
    assert done("listen", "volumes") == ""


def test_what_is_counted_is_shown_by_the_day_and_the_hour(stand_ins, now):
    done("registry", "import", "satker.csv", "--now", THEN)
    wish(QUERY)
    stand_ins.set_clock(now + timedelta(minutes=7))
    told = report("listen", "--now", iso(now + timedelta(minutes=7)))
    assert (told["calls"], told["dollars"], told["queries"]["Aceh"]["hours"]) == (1, 0.005, 167)
    shown = report("listen", "volumes", "--now", iso(now + timedelta(minutes=7)))
    [volume] = shown["volumes"]
    assert (volume["query"], volume["asked"], len(volume["days"])) == ("Aceh", TEXT, 7)
    last = iso(now - HOUR)
    assert volume["hours"][last] == mentions(TEXT, int((now - HOUR).timestamp()))
    today = volume["days"][-1]  # ten in the morning in Jakarta
    assert (today["day"], today["known_hours"]) == ("2026-10-20", 10)
    assert sum(day["count"] for day in volume["days"]) == sum(volume["hours"].values())
    table = done("listen", "volumes", "--now", iso(now + timedelta(minutes=7))).splitlines()
    assert table[0].split() == ["Kueri", "Hari", "Jumlah", "Jam", "diketahui"]
    assert table[-1].split() == ["Aceh", "2026-10-20", str(today["count"]), "10", "dari", "24"]


def test_what_came_of_reading_comments_is_one_sentence(monkeypatch, now):
    done("registry", "import", "satker.csv", "--now", THEN)
    wish(comments={"youtube": True}, dpia="1", dpo="2", notice_url="https://kemenkum.example/p")
    told = []
    monkeypatch.setattr(listen, "tell", lambda report, as_json, words: told.append(words))
    result = kiprah("listen", "--now", iso(now))
    assert told[0].endswith("Komentar: 0 akun dibaca, 0 utas baru, 0 terjawab, 0 hilang.")
    assert "youtube: no registered account is of a unit" in result.stderr


def test_a_day_without_any_known_hour_is_no_zero(now):
    done("registry", "import", "satker.csv", "--now", THEN)
    wish(QUERY)
    with opened() as agency:
        agency.add_volumes(Series.of("Aceh", TEXT), {now - HOUR: 0})
    [volume] = report("listen", "volumes", "--now", iso(now))["volumes"]
    counts = [day["count"] for day in volume["days"]]
    assert counts == [None] * 6 + [0]
    assert "–" in done("listen", "volumes", "--now", iso(now))


def test_a_refused_query_is_told_with_its_word_and_costs_no_other(stand_ins, now):
    done("registry", "import", "satker.csv", "--now", THEN)
    wish(QUERY | {"name": "x", "query": "#AksiBuruh"}, QUERY, "@kemenkum_aceh")
    stand_ins.set_clock(now + timedelta(minutes=7))
    at = iso(now + timedelta(minutes=7))
    result = kiprah("listen", "--json", "--now", at)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["calls"] == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("kiprah: settings/listening: x: ditolak: kueri memuat kata terlarang")
    shown = kiprah("listen", "volumes", "--now", at)
    assert [line.split(": ")[1] for line in shown.stderr.splitlines()] == ["x", "kueri 3"]


def test_a_now_ahead_of_the_clock_is_refused():
    refused(2, "listen", "--now", "2099-01-01T00:00:00Z")
