"""The feed of final rankings, by the rules of RFC 4287."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.files.feed import MOST, feed
from functions.publish.imprint import Imprint
from functions.store.agency.months import MonthRecord
from tests.factories import ranked_list, ranking, row
from tests.publish.world import World

ADDRESS = "https://kiprah.example.go.id/"
ATOM = "{http://www.w3.org/2005/Atom}"
OFFICE = Imprint(office="Biro Humas", contact="humas@example.go.id")


def final(month: str, revision: int = 1, name: str = "Kanwil NTT", **facts: str) -> MonthRecord:
    made = ranking(
        ranked_list(row("kanwil-ntt", 1, 61, 4567, name=name)),
        month=month,
        state="final",
        revision=revision,
        as_of=datetime(2026, 9, 8, revision, tzinfo=UTC),
        **facts,
    )
    return MonthRecord(ranking=made, digest=f"{month}{revision}")


def read(*records: MonthRecord, imprint: Imprint = OFFICE) -> ElementTree.Element:
    return ElementTree.fromstring(feed(records, "Kementerian Hukum", imprint, ADDRESS))


def text(parent: ElementTree.Element, name: str) -> str:
    [found] = parent.findall(f"{ATOM}{name}")
    return found.text or ""


def test_the_feed_has_what_a_feed_must_have(world: World) -> None:
    records = [r for r in world.agency.months().values() if r.ranking.state == "final"]
    found = read(*records)
    assert found.tag == f"{ATOM}feed"
    assert text(found, "id") == f"{ADDRESS}feed.xml"
    assert "Kementerian Hukum" in text(found, "title")
    links = {link.attrib["rel"]: link.attrib["href"] for link in found.findall(f"{ATOM}link")}
    assert links == {"self": f"{ADDRESS}feed.xml", "alternate": ADDRESS}
    [author] = found.findall(f"{ATOM}author")
    assert (text(author, "name"), text(author, "email")) == ("Biro Humas", "humas@example.go.id")
    entries = found.findall(f"{ATOM}entry")
    assert [text(entry, "title") for entry in entries] == [
        "Peringkat September 2026: final",
        "Peringkat Agustus 2026: final",
    ]
    updated = [datetime.fromisoformat(text(entry, "updated")) for entry in entries]
    assert datetime.fromisoformat(text(found, "updated")) == max(updated)
    for entry in entries:
        assert text(entry, "id").startswith("urn:uuid:")
        assert "memimpin Akun Terpopuler" in text(entry, "summary")
        [link] = entry.findall(f"{ATOM}link[@rel='alternate']")
        assert link.attrib["href"].startswith(f"{ADDRESS}2026/")


def test_a_revision_is_an_entry_of_its_own_with_its_reason() -> None:
    [before] = read(final("2026-08")).findall(f"{ATOM}entry")
    revised = final("2026-08", 2, reason="Angka keliru")
    [after] = read(revised).findall(f"{ATOM}entry")
    assert text(before, "id") != text(after, "id")
    assert text(after, "title") == "Peringkat Agustus 2026: revisi 2"
    assert "Alasan revisi: Angka keliru" in text(after, "summary")
    elsewhere = feed([revised], "Kementerian Hukum", OFFICE, "https://lain.example.go.id/")
    [moved] = ElementTree.fromstring(elsewhere).findall(f"{ATOM}entry")
    assert text(moved, "id") == text(after, "id")


def test_a_feed_ends_somewhere() -> None:
    months = [f"{year}-{number:02d}" for year in range(2024, 2027) for number in range(1, 13)]
    entries = read(*map(final, months)).findall(f"{ATOM}entry")
    assert len(entries) == MOST
    assert text(entries[0], "title") == "Peringkat Desember 2026: final"


def test_the_contact_may_be_a_page_and_the_office_unknown() -> None:
    found = read(final("2026-08"), imprint=Imprint(contact="https://humas.example.go.id/@kami"))
    [author] = found.findall(f"{ATOM}author")
    assert text(author, "name") == "Kementerian Hukum"
    assert text(author, "uri") == "https://humas.example.go.id/@kami"


@given(st.text(max_size=20))
def test_an_odd_name_or_reason_costs_itself_alone(words: str) -> None:
    odd = final("2026-08", name=words, reason=words)
    entries = read(odd, final("2026-09")).findall(f"{ATOM}entry")
    assert "Kanwil NTT memimpin" in text(entries[0], "summary")
    assert "\u202e" not in text(entries[1], "summary")


def test_a_month_without_a_post_says_so() -> None:
    empty = msgspec.structs.replace(final("2026-08").ranking, lists=())
    [entry] = read(MonthRecord(ranking=empty, digest="")).findall(f"{ATOM}entry")
    assert text(entry, "summary") == "Belum ada unggahan yang dihitung."
