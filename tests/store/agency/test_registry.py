"""What the admins typed, and the registry's versions; each test runs against both stores."""

from datetime import timedelta
from random import Random

from functions.model import PLATFORMS, Account, Handle, Roster, Satker
from tests.factories import BEGIN, END, PUBLISHED

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def test_satker_documents_are_replaced_one_by_one(agency):
    agency.save_satker({"aceh": {"name": "Aceh", "parent": None}, "bali": {"name": "Bali"}})
    agency.save_satker({"aceh": {"name": "Kanwil Aceh"}})
    assert {stored.id: stored.data for stored in agency.satker_documents()} == {
        "aceh": {"name": "Kanwil Aceh"},
        "bali": {"name": "Bali"},
    }


def test_the_roster_of_an_instant_is_the_newest_by_then(agency):
    """ "ignore … registry versions later than that instant" """
    rosters = [
        Roster(as_of=PUBLISHED + n * DAY, satker=(Satker(id=f"s{n}", name="S", kind="upt"),))
        for n in range(3)
    ]
    for roster in reversed(rosters):
        agency.save_roster(roster)
    assert agency.roster(PUBLISHED - SECOND) is None
    assert agency.roster(PUBLISHED) == rosters[0]
    assert agency.roster(PUBLISHED + DAY - SECOND) == rosters[0]
    assert agency.roster(PUBLISHED + DAY) == rosters[1]
    assert agency.roster(PUBLISHED + 99 * DAY) == rosters[2]


def test_a_roster_comes_back_as_it_was_saved(agency):
    account = Account(
        platform="x", handle="a", satker="aceh", valid_from=BEGIN, valid_to=END, account_id="1"
    )
    unit = Satker(id="aceh", name="Aceh", kind="kanwil", timezone="Asia/Jakarta", parent="pusat")
    roster = Roster(as_of=PUBLISHED, satker=(unit,), accounts=(account,))
    agency.save_roster(roster)
    assert agency.roster(PUBLISHED) == roster


def test_a_registry_of_5000_satker_is_stored(agency):
    """Their 25,000 accounts take 8 MB as JSON; a document may take one."""
    random = Random(1)
    units = tuple(
        Satker(
            id=f"upt-{n}",
            name=f"Unit Pelaksana Teknis {random.randrange(10**9)}",
            kind="upt",
            handles=tuple(Handle(platform=p, handle=f"unit{n}_{p}") for p in PLATFORMS),
        )
        for n in range(5000)
    )
    accounts = tuple(
        Account(
            platform=p,
            handle=f"unit{n}_{p}",
            satker=f"upt-{n}",
            valid_from=BEGIN,
            account_id=str(random.randrange(10**17)),
        )
        for n in range(5000)
        for p in PLATFORMS
    )
    roster = Roster(as_of=PUBLISHED, satker=units, accounts=accounts)
    agency.save_roster(roster)
    agency.save_roster(Roster(as_of=PUBLISHED + DAY))
    assert agency.roster(PUBLISHED) == roster
    assert agency.roster(PUBLISHED + DAY).accounts == ()


def test_feedback_stands_beside_what_the_admin_typed_and_is_merged(agency):
    agency.save_satker({"aceh": {"name": "Aceh"}})
    agency.save_feedback([("aceh", "x", "kemenkum", {"status": "ok", "followers": 5})])
    agency.save_feedback([("aceh", "x", "kemenkum", {"status": "tidak ada"})])
    assert agency.feedback("aceh") == {"x:kemenkum": {"status": "tidak ada", "followers": 5}}
    assert agency.feedback("bali") == {}
    [document] = agency.satker_documents()
    assert document.data == {"name": "Aceh"}
