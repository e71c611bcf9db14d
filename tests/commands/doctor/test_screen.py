"""The doctor's findings on one screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.commands.doctor.finding import GROUPS, Finding, Group
from functions.commands.doctor.screen import LEAST, LINES, WIDEST, lines

NEXT = Finding("next", "registry: run: kiprah registry import FILE", ok=False, group="next")


def found(group: Group, count: int, *, ok: bool = False, fatal: bool = False) -> list[Finding]:
    return [Finding(f"{group} {n}", "words", ok=ok, fatal=fatal, group=group) for n in range(count)]


def test_what_to_do_next_comes_first_and_each_group_under_its_name() -> None:
    assert [*lines([NEXT, *found("jobs", 2, ok=True), *found("data", 1)])] == [
        "!!  next: registry: run: kiprah registry import FILE",
        "[Jobs]",
        "ok  jobs 0: words",
        "ok  jobs 1: words",
        "[Data and months]",
        "!!  data 0: words",
    ]


def test_what_is_open_has_a_sign_of_its_own_and_is_not_counted_as_wrong() -> None:
    terms = [Finding(f"terms {n}", "w", ok=False, is_open=True, group="platforms") for n in (1, 2)]
    shown = [*lines([NEXT, *terms, *found("platforms", 80, ok=True)])]
    assert shown[2:4] == ["--  terms 1: w", "--  terms 2: w"]
    assert ", 0 of them !!" in shown[-1]


def test_what_there_is_no_room_for_is_summed_up_and_what_is_well_goes_first() -> None:
    well, wrong = found("accounts", 30, ok=True), found("accounts", 90)
    shown = [*lines([NEXT, *found("jobs", 3), *well, *wrong])]
    assert len(shown) == LINES
    assert sum("jobs" in line for line in shown) == 3
    told = [line for line in shown if "  accounts" in line]
    assert all(line.startswith("!!") for line in told)
    left = 120 - len(told)
    assert shown[-1] == f"    and {left} more, {90 - len(told)} of them !!: kiprah doctor --all"


def test_what_stops_everything_is_never_left_out() -> None:
    late = Finding("late", "words", ok=False, fatal=True, group="data")
    shown = [*lines([NEXT, *found("data", 80), late, *found("accounts", 80)])]
    assert "!!  late: words" in shown
    assert "!!  data 0: words" in shown


def test_a_long_line_is_cut_and_the_next_thing_to_do_is_not() -> None:
    long = Finding("data", "w" * 500, group="data")
    following = Finding("next", "n" * 500, ok=False, group="next")
    first, _, cut = lines([following, long])
    assert len(first) > 500
    assert len(cut) == WIDEST
    assert cut.endswith("…")
    assert [*lines([following, long], everything=True)][-1].endswith("w" * 500)


groups = st.sampled_from([group for group in GROUPS if group != "next"])
findings = st.builds(
    Finding,
    subject=st.text("abc ", min_size=1, max_size=8),
    words=st.text("de", max_size=300),
    ok=st.booleans(),
    group=groups,
)


@given(st.lists(findings, max_size=150))
def test_it_is_a_screen_whatever_is_found(told: list[Finding]) -> None:
    shown = [*lines([NEXT, *told])]
    assert shown[0].startswith("!!  next")
    assert len(shown) <= max(LINES, 1 + (len(GROUPS) - 1) * (LEAST + 2))
    whole = [*lines([NEXT, *told], everything=True)]
    assert sum(line[:4] in ("ok  ", "!!  ") for line in whole) == len(told) + 1
    wrong = any(not finding.ok for finding in told)
    assert wrong == any("!!" in line for line in shown[1:])
