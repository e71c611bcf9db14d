"""The jobs as commands: what they collect, score and publish, and what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from functions.model import iso
from tests.commands.running import (
    ROOT,
    THEN,
    done,
    kiprah,
    refused,
    report,
)
from tests.platforms.credentials import ENVIRONMENT

pytestmark = pytest.mark.usefixtures("folder")


def test_a_platform_that_answers_nonsense_is_one_line_in_a_process_of_its_own(stand_ins):
    """Whatever libraries would print besides is seen only where no test harness takes it."""
    done("registry", "import", "satker.csv", "--now", THEN)
    stand_ins.fault("html", platform="x")
    ran = subprocess.run(
        [sys.executable, "-m", "functions", "collect", "--platform", "x"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "kiprah: x kemenkum_aceh: /2/users/by: the answer is not JSON"
    ]


def test_collecting_an_empty_registry_fails_and_says_what_to_do():
    assert "kiprah registry import" in refused(1, "collect")


def test_a_platform_without_credentials_is_skipped_and_said():
    """ "a platform without credentials is skipped, and … the run report say[s] so" """
    done("registry", "import", "satker.csv")
    result = kiprah("collect", "--json")
    assert result.exit_code == 1  # nothing at all could be read
    assert result.stderr.splitlines() == [
        "kiprah: x is skipped: no credentials; set KIPRAH_X_BEARER_TOKEN",
        "kiprah: tiktok is skipped: no credentials; "
        "set KIPRAH_TIKTOK_CLIENT_KEY and KIPRAH_TIKTOK_CLIENT_SECRET",
    ]
    assert set(json.loads(result.stdout)["skipped"]) == {"x", "tiktok"}


def test_another_time_at_an_official_host_is_refused():
    """ "it would forge evidence" """
    done("registry", "import", "satker.csv")
    assert "forge evidence" in refused(2, "collect", "--now", "2020-01-01T00:00:00Z")


def test_a_past_instant_is_replayed_from_the_registry_to_the_site(
    stand_ins, now, folder, monkeypatch
):
    """ "so that any past or simulated time can be replayed" """
    # However slowly it collects here, what it read is known at the instant that is scored.
    monkeypatch.setattr("functions.collect.client.monotonic", lambda: 0.0)
    at = ["--now", iso(now)]
    done("registry", "import", "satker.csv", "--now", iso(now - timedelta(days=19)))
    done("connect", "import", "consents.csv", *at)
    collected = report("collect", *at)
    assert (collected["now"], collected["failed"], collected["problems"]) == (iso(now), False, [])
    assert {p: s["posts_found"] for p, s in collected["platforms"].items()} == {
        "x": 2,
        "tiktok": 1,
    }
    scored = report("score", *at)
    assert scored["months"]["2026-10"] == {
        "state": "open",
        "posts": 3,
        "counted": 3,
        "written": True,
    }
    published = report("publish", *at)
    assert published["uploaded"] > 0
    assert "Kanwil Aceh" in (folder / "site" / "index.html").read_text()
    again = report("publish", *at)
    assert again["uploaded"] == again["listed"] == 0
    (folder / "site" / "index.html").write_text("ditimpa")
    assert report("publish", *at)["uploaded"] == 0
    checked = report("publish", "--check", *at)
    assert checked["listed"] > 0
    assert "Kanwil Aceh" in (folder / "site" / "index.html").read_text()
    for month in ("2026-10", "2026-09", "dulu"):
        said = refused(2, "publish", "--again", month, *at)
        assert f"--again {month}: there is no frozen month {month}" in said
    ranking = json.loads((folder / "site/data/2026-10/ranking.json").read_text())
    total = ranking["lists"][0]["rows"]
    assert [(row["rank"], row["satker"], row["posts"]) for row in total] == [
        (1, "aceh", 2),
        (2, "bali", 1),
    ]


def test_one_platform_can_be_collected_alone(stand_ins, now):
    done("registry", "import", "satker.csv", "--now", iso(now))
    collected = report("collect", "--platform", "x", "--now", iso(now))
    assert set(collected["platforms"]) == {"x"}
    assert collected["skipped"] == {}


def test_no_secret_is_printed_or_kept(stand_ins, now, folder):
    done("registry", "import", "satker.csv", "--now", iso(now))
    stand_ins.world.credentials.x.clear()
    stand_ins.world.credentials.tiktok.clear()
    done("connect", "import", "consents.csv", "--now", iso(now))
    result = kiprah("collect", "--json", "--now", iso(now))
    said = result.stdout + result.stderr
    kept = b"".join(path.read_bytes() for path in folder.glob("kiprah.db*"))
    for secret in (*ENVIRONMENT.values(), "rft.rahasia"):
        assert secret not in said
        assert secret.encode() not in kept
