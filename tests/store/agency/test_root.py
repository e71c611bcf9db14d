"""What every subject's documents share; each test runs against both stores."""

from contextlib import closing
from datetime import timedelta

import pytest

from functions.model import Agency
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.expiry import KEPT
from functions.store.port import Conflict, Write
from tests.factories import BEGIN, LATER, PUBLISHED, aged, read, x_post

DAY = timedelta(days=1)


def typed(agency):
    """A document as it was read."""
    path = f"{agency.root}/decisions/d1"
    agency.store.write([Write(path, {"why": "Salah.", "by": "Ani"})])
    return agency.store.get([path])[path]


def test_everything_of_an_agency_lies_under_its_own_path(store):
    """ "Everything of an agency lies under `agencies/{agency}/`" (DESIGN.md)"""
    one, other = AgencyStore(store, Agency(id="kemenkum")), AgencyStore(store, Agency(id="lain"))
    one.save_posts([x_post(read(aged(1)))])
    one.save_satker({"aceh": {"name": "Aceh"}})
    one.save_cursor("collect", began_at="2026-10-01T00:00:00Z")
    assert list(other.posts_published(BEGIN)) == []
    assert other.satker_documents() == []
    assert other.cursor("collect") == {}
    assert [stored.path for stored in one.satker_documents()] == ["agencies/kemenkum/satker/aceh"]


def test_a_document_is_amended_only_as_it_was_read(agency):
    held = typed(agency)
    agency.amend(held, {"by": "Budi"})
    with pytest.raises(Conflict):
        agency.amend(held, {"by": "Cici"})
    assert agency.reread(held).data == {"why": "Salah.", "by": "Budi"}


def test_a_document_is_replaced_only_as_it_was_read(agency):
    held = typed(agency)
    agency.replace(held, {"by": "Budi"})
    with pytest.raises(Conflict):
        agency.replace(held, {"by": "Cici"})
    assert agency.reread(held).data == {"by": "Budi"}


def test_a_document_that_is_gone_is_none(agency):
    held = typed(agency)
    agency.store.write([Write(held.path, mode="delete")])
    assert agency.reread(held) is None


def test_what_is_written_now_expires_by_the_computers_clock_or_when_it_is_needed_no_more(store):
    agency = AgencyStore(store, Agency(), clock=lambda: PUBLISHED)
    assert agency.expiry("runs") == PUBLISHED + KEPT["runs"]
    assert agency.expiry("posts", LATER) == LATER + KEPT["posts"]
    assert agency.expiry("posts", PUBLISHED - DAY) == PUBLISHED + KEPT["posts"]


def test_in_a_simulation_nothing_expires_and_nothing_is_swept(sqlite_url):
    with closing(open_store(sqlite_url)) as store:
        past = AgencyStore(store, Agency(), clock=lambda: PUBLISHED)
        past.save_run("one", {"job": "score"})
        simulated = AgencyStore(store, Agency(), simulation=True, clock=lambda: PUBLISHED)
        simulated.save_run("two", {"job": "score"})
        long_after = PUBLISHED + 2 * KEPT["runs"]
        assert (simulated.expiry("runs"), simulated.sweep(long_after)) == (None, 0)
        assert past.sweep(long_after) == 1
        assert [stored.id for stored in store.list(f"{past.root}/runs")] == ["two"]
