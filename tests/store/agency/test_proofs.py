"""What proves a month; each test runs against both stores."""

from datetime import timedelta

import msgspec
import pytest

from functions.model import Account, Roster, Satker
from functions.store import evidence as ev
from functions.store.agency.proofs import items
from tests.factories import (
    BEGIN,
    END,
    MONTH,
    PUBLISHED,
    aged,
    measured_post,
    ranked_list,
    ranking,
    read,
    record,
    row,
    x_post,
)
from tests.store.agency.conftest import FRAME, keep

DAY = timedelta(days=1)


def header(agency, month=MONTH, as_of=END):
    return agency.header(
        month,
        formula="1",
        state="open",
        incomplete=False,
        revision=1,
        as_of=as_of,
        run_id="run",
    )


def evidence(agency, given):
    frame = agency.frame(given, past={})
    found = items(agency.ledgers(given.month), given.as_of, {})
    return msgspec.structs.replace(frame, items=found)


def test_evidence_holds_units_accounts_and_posts_each_in_a_fixed_order(agency):
    accounts = tuple(
        Account(platform=p, handle=h, satker=s, valid_from=BEGIN, account_id=h)
        for s, p, h in (("bali", "x", "2"), ("aceh", "x", "9"), ("aceh", "tiktok", "5"))
    )
    units = tuple(
        Satker(id=name, name=f"Kantor Wilayah {name}", short_name=short, kind="kanwil")
        for name, short in (("bali", None), ("aceh", "Aceh"))
    )
    agency.save_roster(Roster(as_of=BEGIN, satker=units, accounts=accounts))
    agency.save_followers([("x", "9", PUBLISHED, 12)])
    names = [(account, post_id) for account in ("x:9", "x:2") for post_id in ("20", "10")]
    keep(
        agency, *(measured_post(1, account=account, post_id=post_id) for account, post_id in names)
    )
    found = evidence(agency, header(agency))
    assert [(u.id, u.name) for u in found.units] == [
        ("aceh", "Aceh"),
        ("bali", "Kantor Wilayah bali"),
    ]
    assert [(a.satker, a.key) for a in found.accounts] == [
        ("aceh", "tiktok:5"),
        ("aceh", "x:9"),
        ("bali", "x:2"),
    ]
    assert [a.followers for a in found.accounts] == [(), ((PUBLISHED, 12),), ()]
    assert [(i.account_id, i.post_id) for i in found.items] == [
        ("2", "10"),
        ("2", "20"),
        ("9", "10"),
        ("9", "20"),
    ]


def test_evidence_is_what_was_known_at_its_instant(agency):
    known = x_post(read(aged(1)), read(aged(5)), absences=(aged(2), aged(6)), post_id="1")
    unseen = x_post(read(aged(5)), post_id="2")
    missed = x_post(absences=(aged(1),), post_id="3")
    keep(agency, known, unseen, missed)
    [item] = evidence(agency, header(agency, as_of=aged(4))).items
    assert (item.post_id, item.samples, item.absences) == ("1", (read(aged(1)),), (aged(2),))


@pytest.mark.parametrize(
    ("facts", "is_base"),
    [
        ({"state": "final"}, True),
        ({"state": "closing"}, False),
        ({"state": "final", "as_of": END + DAY}, True),
        ({"state": "final", "as_of": END + 2 * DAY}, False),
        ({"state": "final", "month": "2026-09"}, False),
    ],
)
def test_movement_is_measured_against_the_month_before_if_it_was_final_by_then(
    agency, facts, is_base
):
    """ "Movement is against the previous month's final ranking" """
    listed = ranked_list(row("aceh", 3), ranking="most_active", platform="x")
    given = record(ranking(listed, **{"as_of": END, **facts}))
    agency.save_month(given, FRAME)
    before = agency.month(given.ranking.month)
    found = agency.frame(header(agency, "2026-11", as_of=END + DAY), past={}, before=before)
    base = ev.Previous(month=MONTH, ranking="most_active", platform="x", ranks={"aceh": 3})
    assert found.previous == ((base,) if is_base else ())
