"""A unit is split, merged, renamed or moved: past months stay as they were, the next one follows.

Every reorganisation is typed by admins, over a month's edge: in the time for objections, while the
old month is not final yet, and once it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.model import Agency, next_month
from functions.registry.registrar import enrol
from functions.registry.roster import with_account_ids
from functions.store.agency import AgencyStore
from functions.store.port import Store, Write
from tests.factories import BEGIN, CLOSES, END, MONTH, measured_post
from tests.score.scoring import official, score_at

DAY = timedelta(days=1)
NEXT = next_month(MONTH)
IDS = {("x", "satu"): "1", ("x", "dua"): "2", ("x", "tiga"): "3", ("x", "empat"): "4"}
Documents = dict[str, dict[str, Any]]


def unit(name: str, *handles: str, **facts: Any) -> dict[str, Any]:
    return {"nama": name, "jenis": "kanwil", "akun": {"x": [*handles]}, **facts}


OCTOBER: Documents = {
    "aceh": unit("Kanwil Aceh", "satu", "dua", induk="pusat"),
    "bali": unit("Kanwil Bali", "tiga", induk="pusat"),
    "ntt": unit("Kanwil NTT", "empat", induk="pusat"),
    "pusat": unit("Pusat"),
    "setjen": unit("Setjen"),
}


def split(documents: Documents) -> Documents:
    return {
        **documents,
        "aceh": unit("Kanwil Aceh", "satu", induk="pusat"),
        "aceh-barat": unit("Kanwil Aceh Barat", "dua", induk="pusat"),
    }


def merged(documents: Documents) -> Documents:
    rest = {satker: document for satker, document in documents.items() if satker != "bali"}
    return {**rest, "ntt": unit("Kanwil Nusa Tenggara", "empat", "tiga", induk="pusat")}


def renamed(documents: Documents) -> Documents:
    return {**documents, "aceh": {**documents["aceh"], "nama": "Kanwil Serambi"}}


def moved(documents: Documents) -> Documents:
    return {**documents, "aceh": {**documents["aceh"], "induk": "setjen", "jenis": "upt"}}


def given_another_id(documents: Documents) -> Documents:
    rest = {satker: document for satker, document in documents.items() if satker != "aceh"}
    return {**rest, "serambi": documents["aceh"]}


def write(agency: AgencyStore, documents: Documents, now: datetime) -> None:
    """What admins do: documents are written and taken away, and the registry follows."""
    gone = {stored.id for stored in agency.satker_documents()} - documents.keys()
    agency.save_satker(documents)
    agency.store.write(Write(f"{agency.root}/satker/{s}", mode="delete") for s in sorted(gone))
    roster = enrol(agency, now).roster
    known = with_account_ids(roster, {**IDS}, now)  # type: ignore[arg-type]
    agency.save_roster(known)


@pytest.fixture
def agency(store: Store) -> AgencyStore:
    """October as it was, with posts in October and November by every account."""
    made = AgencyStore(store, Agency(), simulation=True)
    made.save_cursor("collect", began_at=BEGIN.isoformat())
    write(made, OCTOBER, BEGIN - DAY)
    for number, i24 in enumerate((40, 30, 20, 10), 1):
        for month, begin in (("a", BEGIN + 5 * DAY), ("b", END + 10 * DAY)):
            made.save_posts(
                [measured_post(i24, account=f"x:{number}", post_id=f"{month}{number}", at=begin)]
            )
    return made


FOLLOWS = {
    split: [(1, "aceh", 1, 40), (2, "aceh-barat", 1, 30), (3, "bali", 1, 20), (4, "ntt", 1, 10)],
    merged: [(1, "aceh", 2, 70), (2, "ntt", 2, 30)],
    renamed: [(1, "aceh", 2, 70), (2, "bali", 1, 20), (3, "ntt", 1, 10)],
    moved: [(1, "aceh", 2, 70), (2, "bali", 1, 20), (3, "ntt", 1, 10)],
    given_another_id: [(1, "serambi", 2, 70), (2, "bali", 1, 20), (3, "ntt", 1, 10)],
}


def rows(agency: AgencyStore, month: str) -> list[tuple[int | None, str, int, int | None]]:
    """The official list, without those that have no account with a post."""
    return [row for row in official(agency, month) if row[2]]


@pytest.mark.parametrize("reorganise", FOLLOWS)
@pytest.mark.parametrize("when", [END + 2 * DAY, CLOSES + 3 * DAY], ids=["closing", "final"])
def test_a_past_month_stays_and_the_next_one_follows(
    agency: AgencyStore, reorganise: Callable[[Documents], Documents], when: datetime
) -> None:
    score_at(agency, END + timedelta(hours=31))
    before = agency.months()[MONTH].ranking
    if when > CLOSES:
        score_at(agency, when - DAY)
    write(agency, reorganise(OCTOBER), when)
    score_at(agency, CLOSES + 4 * DAY)
    final = agency.months()[MONTH].ranking
    assert (final.state, final.revision) == ("final", 1)
    assert final.lists == before.lists
    assert next((r.satker, r.name) for r in final.find("most_active").rows) == (
        "aceh",
        "Kanwil Aceh",
    )
    score_at(agency, END + 20 * DAY)
    assert rows(agency, NEXT) == FOLLOWS[reorganise]  # type: ignore[index]


def test_a_reorganisation_in_mid_month_gives_each_unit_the_posts_of_its_time(
    agency: AgencyStore,
) -> None:
    middle = BEGIN + 15 * DAY
    agency.save_posts([measured_post(5, account="x:2", post_id="late", at=middle + 2 * DAY)])
    write(agency, split(OCTOBER), middle)
    score_at(agency, CLOSES + DAY)
    assert rows(agency, MONTH) == [
        (1, "aceh", 2, 70),
        (2, "bali", 1, 20),
        (3, "ntt", 1, 10),
        (4, "aceh-barat", 1, 5),
    ]


def test_a_document_that_was_deleted_by_mistake_costs_the_unit_no_post(
    agency: AgencyStore,
) -> None:
    score_at(agency, BEGIN + 9 * DAY)
    rest = {satker: document for satker, document in OCTOBER.items() if satker != "bali"}
    write(agency, rest, BEGIN + 10 * DAY)
    agency.save_posts([measured_post(9, account="x:3", post_id="after", at=BEGIN + 20 * DAY)])
    score_at(agency, CLOSES + DAY)
    assert rows(agency, MONTH)[1] == (2, "bali", 2, 29)
    score_at(agency, END + 20 * DAY)
    assert "bali" not in {row[1] for row in official(agency, NEXT)}
