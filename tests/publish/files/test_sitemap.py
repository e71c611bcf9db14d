"""What search engines are told, by the protocol of sitemaps.org."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest

from functions.publish.files import sitemap

ADDRESS = "https://kiprah.example.go.id/"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
AT = datetime(2026, 10, 21, 4, tzinfo=UTC)


def told(body: bytes, each: str) -> list[tuple[str, str]]:
    found = ElementTree.fromstring(body).findall(f"{NAMESPACE}{each}")
    return [
        (entry.findtext(f"{NAMESPACE}loc") or "", entry.findtext(f"{NAMESPACE}lastmod") or "")
        for entry in found
    ]


def test_pages_are_named_and_what_is_no_page_of_its_own_is_not() -> None:
    pages = [
        "index.html",
        "404.html",
        "satker/a&b/index.html",
        "sematan/index.html",
        "sematan/setjen/index.html",
        "satker/setjen/peringkat.csv",
    ]
    [(path, body)] = sitemap.maps(sitemap.LIVING, pages, ADDRESS, AT).items()
    assert path == "peta/halaman.xml"
    assert told(body, "url") == [
        (ADDRESS, "2026-10-21"),
        (f"{ADDRESS}satker/a&b/", "2026-10-21"),
        (f"{ADDRESS}sematan/", "2026-10-21"),
    ]


def test_nobody_knows_when_it_changed() -> None:
    body = sitemap.maps("2026-10", ["2026/10/index.html"], ADDRESS, None)["peta/2026-10.xml"]
    assert told(body, "url") == [(f"{ADDRESS}2026/10/", "")]


def test_a_full_map_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MOST", 2)
    pages = [f"satker/{letter}/index.html" for letter in "abcde"]
    made = sitemap.maps("2026-10", pages, ADDRESS, AT)
    assert [*made] == ["peta/2026-10.xml", "peta/2026-10-2.xml", "peta/2026-10-3.xml"]
    assert [len(told(body, "url")) for body in made.values()] == [2, 2, 1]


def test_the_index_names_the_maps() -> None:
    body = sitemap.index([("peta/halaman.xml", AT), ("peta/2026-08.xml", None)], ADDRESS)
    assert told(body, "sitemap") == [
        (f"{ADDRESS}peta/halaman.xml", "2026-10-21"),
        (f"{ADDRESS}peta/2026-08.xml", ""),
    ]


def test_robots_may_read_everything_and_are_told_every_agencys_maps() -> None:
    read = RobotFileParser()
    read.parse(sitemap.robots([ADDRESS, f"{ADDRESS}kemenham/"]).decode().splitlines())
    assert read.can_fetch("*", f"{ADDRESS}satker/setjen/")
    assert read.site_maps() == [f"{ADDRESS}sitemap.xml", f"{ADDRESS}kemenham/sitemap.xml"]
