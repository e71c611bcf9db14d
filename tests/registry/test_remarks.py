"""What is told of the registry in force besides its documents' faults."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.model import Account, Roster
from functions.registry.remarks import remarks, remarks_on, strangers
from functions.registry.roster import build
from tests.factories import NOW, WIB

DAY = timedelta(days=1)


def document(**facts):
    return {"name": "Kanwil Aceh", "kind": "kanwil", **facts}


def test_the_admin_is_told_how_to_end_or_rename_a_unit_until_the_month_is_over():
    typed = document(accounts={"x": "kemenkum"})
    first, _ = build({"aceh": typed, "bali": document()}, None, NOW, WIB)
    documents = {"aceh-baru": typed, "bali": document()}
    found, problems = build(documents, first, NOW + DAY, WIB)
    [said] = problems
    assert said.startswith("aceh: dokumennya sudah tidak ada; satker ini tetap tercantum")
    assert "2026-10" in said
    assert "Akunnya kini milik aceh-baru." in said
    assert "active_to" in said
    assert "pertahankan id-nya dan ubah name" in said
    assert build(documents, found, NOW + 2 * DAY, WIB)[1] == [said]
    assert build(documents, found, NOW + 20 * DAY, WIB)[1] == []
    back = build({**documents, "aceh": document()}, found, NOW + 2 * DAY, WIB)[1]
    assert back == []


def held(account_id, begin, end=None):
    return Account(
        platform="x",
        handle="a",
        satker="bali",
        account_id=account_id,
        valid_from=begin,
        valid_to=end,
    )


def test_a_name_that_is_another_account_than_before_is_told_in_its_month():
    roster = Roster(as_of=NOW, accounts=(held("1", NOW - 9 * DAY, NOW), held("2", NOW)))
    [said] = strangers(roster, NOW, WIB)
    assert said == (
        "bali: x a kini akun lain daripada sebelumnya (dahulu id 1, kini 2); periksa apakah ini "
        "akun satker"
    )
    assert [*strangers(roster, NOW + 20 * DAY, WIB)] == []
    same = Roster(as_of=NOW, accounts=(held("1", NOW - 9 * DAY, NOW), held("1", NOW)))
    assert remarks(same, NOW, WIB) == []


names = st.text(st.sampled_from("ab: "), min_size=1, max_size=5)


@given(st.lists(st.tuples(names, st.sampled_from(["x", "y: z"])), max_size=6))
def test_each_problem_is_told_of_the_longest_id_that_it_begins_with(problems):
    ids = {satker for satker, _ in problems}
    told = remarks_on([f"{satker}: {said}" for satker, said in problems], ids)
    assert told.keys() == ids
    for satker, said in problems:
        whole = f"{satker}: {said}"
        longest = max((i for i in ids if whole.startswith(f"{i}: ")), key=len)
        assert whole.removeprefix(f"{longest}: ") in told[longest]
