"""The agency's settings that touch a result."""

import re
from importlib.metadata import version

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from functions.score.rules import bands, closing, duplicates
from functions.score.rules.formula import (
    DEFAULT,
    FORMULA,
    LIBRARY,
    USUAL,
    changed,
    completed,
    formula_of,
    read_rules,
    tells_certainty,
    version_of,
)
from functions.store.evidence import Rules


def test_the_library_that_compares_texts_is_the_installed_one():
    """Another version may find other duplicates: then the formula is another one too."""
    assert f"rapidfuzz {version('rapidfuzz')}" == LIBRARY


def test_without_settings_the_usual_rules_hold():
    assert read_rules({}, DEFAULT) == (DEFAULT, [])
    assert formula_of(DEFAULT) == FORMULA


@pytest.mark.parametrize(
    "given",
    [
        {"duplicate_percent": 95},
        {"objection_days": 5},
        {"band_edges": [500, 5000]},
        {"band_least": 4},
        {"band_fewest": 20},
        {"x_threads": "sum"},
        {"usual_least": 0},
    ],
)
def test_other_settings_make_another_formula(given):
    rules, problems = read_rules(given, DEFAULT)
    [(name, value)] = given.items()
    assert getattr(rules, name) == (tuple(value) if isinstance(value, list) else value)
    assert problems == []
    assert formula_of(rules).startswith(f"{FORMULA}-")
    assert formula_of(rules) != formula_of(Rules(duplicate_percent=80, library=LIBRARY))
    assert formula_of(rules) == formula_of(read_rules(given, DEFAULT)[0])


@pytest.mark.parametrize(
    "given",
    [
        {"duplicate_percent": 0},
        {"duplicate_percent": 101},
        {"duplicate_percent": "90"},
        {"duplicate_percent": True},
        {"objection_days": 0},
        {"objection_days": 2.5},
        {"band_edges": []},
        {"band_edges": [5000, 1000]},
        {"band_edges": [1000, 1000]},
        {"band_edges": "1000"},
        {"band_least": None},
        {"usual_least": -1},
        {"usual_least": 0.5},
    ],
)
def test_a_broken_setting_keeps_the_last_good_value(given):
    held = Rules(
        duplicate_percent=91,
        objection_days=4,
        band_edges=(7,),
        band_least=3,
        band_fewest=9,
        library=LIBRARY,
        usual_least=6,
    )
    rules, [problem] = read_rules(given, held)
    [name] = given
    assert getattr(rules, name) == getattr(held, name)
    assert problem.startswith(name)
    assert "tetap" in problem


@pytest.mark.parametrize("value", ["all", "", None, 1, ["sum"]])
def test_threads_that_nobody_clearly_wants_summed_count_by_their_first_post(value):
    """Collect, which reads them or not, knows of no value but the one that stands there."""
    rules, [problem] = read_rules({"x_threads": value}, Rules(x_threads="sum", library=LIBRARY))
    assert rules == DEFAULT
    assert problem.endswith("isi first atau sum. Yang berlaku tetap first.")


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("duplicate_percent", 50, 100),
        ("objection_days", 1, 30),
        ("band_least", 1, 1000),
        ("band_fewest", 1, 1000),
        ("usual_least", 0, 1_000_000),
    ],
)
def test_a_setting_reaches_from_its_least_to_its_most(name, least, most):
    held = Rules(band_least=1, band_fewest=1000, library=LIBRARY)
    for value, holds in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
        given = {"band_least": 1, "band_fewest": 1000, name: value}
        rules, problems = read_rules(given, held)
        assert (getattr(rules, name) == value, problems == []) == (holds, holds)


@pytest.mark.parametrize(
    ("edges", "holds"),
    [
        ([1, 10**9], True),
        ([0, 1000], False),
        ([1000, 10**9 + 1], False),
        ([1000, 5000, 5000], False),
        ([1000, 5000, 2000], False),
        ([5000, 1000, 2000], False),
        ([1000, "5000"], False),
        ([1000, 5000.5], False),
        ([True, 1000], False),
        ((1000, 5000), False),
        ({"1000": 1}, False),
        (1000, False),
    ],
)
def test_edges_are_a_list_of_whole_numbers_that_rises(edges, holds):
    rules, problems = read_rules({"band_edges": edges}, DEFAULT)
    assert rules.band_edges == (tuple(edges) if holds else DEFAULT.band_edges)
    assert (problems == []) is holds


@pytest.mark.parametrize("value", [89.5, "90", True, None, [90], {}])
def test_a_setting_is_a_whole_number_and_nothing_like_it(value):
    rules, [problem] = read_rules({"duplicate_percent": value}, Rules(duplicate_percent=91))
    assert rules.duplicate_percent == 91
    assert repr(value) in problem
    assert problem.endswith("isi bilangan bulat 50 sampai 100. Yang berlaku tetap 91.")


def test_the_edges_that_stay_in_force_are_shown_as_one_would_write_them():
    _, [problem] = read_rules({"band_edges": "1000"}, DEFAULT)
    assert problem.endswith("Yang berlaku tetap 1000, 5000, 20000, 100000.")


def test_the_usual_rules_are_those_of_the_method_page():
    """The values marked ⚙: "from ⚙ 90", "⚙ 3 full working days", edges, 8 members, 16 satker."""
    assert Rules() == Rules(
        duplicate_percent=90,
        objection_days=3,
        band_edges=(1_000, 5_000, 20_000, 100_000),
        band_least=8,
        band_fewest=16,
        x_threads="first",
    )
    assert DEFAULT.library == LIBRARY
    usual = (DEFAULT.duplicate_percent, DEFAULT.objection_days)
    assert usual == (duplicates.LEAST, closing.OBJECTION_DAYS) == (90, 3)
    in_bands = (DEFAULT.band_edges, DEFAULT.band_least, DEFAULT.band_fewest)
    assert in_bands == (bands.EDGES, bands.LEAST, bands.FEWEST)
    assert in_bands == ((1_000, 5_000, 20_000, 100_000), 8, 16)
    assert DEFAULT.usual_least == 10


def test_a_formula_names_its_settings_in_eight_digits():
    assert re.fullmatch(r"2-[0-9a-f]{8}", formula_of(Rules(duplicate_percent=95, library=LIBRARY)))


def test_an_unknown_setting_is_told_and_changes_nothing():
    rules, [problem] = read_rules({"ambang": 90}, DEFAULT)
    assert rules == DEFAULT
    assert "ambang tidak dikenal" in problem


@pytest.mark.parametrize(("value", "told"), [(True, 0), (False, 0), ("nein", 1), (0, 1)])
def test_whether_posts_of_x_are_counted_changes_no_formula(value, told):
    rules, problems = read_rules({"x_counts": value}, DEFAULT)
    assert rules == DEFAULT
    assert len(problems) == told
    assert all("x_counts" in problem and "true atau false" in problem for problem in problems)


def test_bands_that_contradict_each_other_stay_as_they_were():
    rules, [problem] = read_rules({"band_least": 20, "band_fewest": 10}, DEFAULT)
    assert (rules.band_least, rules.band_fewest) == (8, 16)
    assert "band_fewest" in problem
    rules, problems = read_rules({"band_least": 20, "band_fewest": 20}, DEFAULT)
    assert (rules.band_least, rules.band_fewest, problems) == (20, 20, [])


# Months that earlier versions ranked

CHANGED_IN_1 = Rules(
    duplicate_percent=85,
    band_edges=(1500,),
    band_least=2,
    band_fewest=2,
    library="rapidfuzz 3.14.6",
)


def test_the_rules_of_formula_1_have_the_name_that_it_gave_them():
    """The names stand in frozen evidence."""
    assert formula_of(USUAL["1"], "1") == "1"
    assert formula_of(CHANGED_IN_1, "1") == "1-09474d84"


@pytest.mark.parametrize(
    ("formula", "version"),
    [
        ("1", "1"),
        ("1-09474d84", "1"),
        ("2", "2"),
        ("2-", "2"),
        ("", None),
        ("-1", None),
        ("12", None),
    ],
)
def test_a_formula_names_its_version(formula, version):
    assert version_of(formula) == version
    assert tells_certainty(formula) is (version != "1")


def test_what_an_earlier_version_did_not_know_has_its_default():
    assert completed(USUAL["1"]) == DEFAULT
    assert completed(CHANGED_IN_1).duplicate_percent == 85
    assert completed(CHANGED_IN_1).usual_least == 10
    typed = Rules(usual_least=0)
    assert completed(typed) is typed


def test_a_broken_setting_that_no_earlier_version_knew_has_its_default():
    rules, [problem] = read_rules({"usual_least": "10"}, CHANGED_IN_1)
    assert rules.usual_least == 10
    assert problem.endswith("isi bilangan bulat 0 sampai 1000000. Yang berlaku tetap 10.")


# Values that are tried

whole = st.integers(-2, 1001)
documents = st.fixed_dictionaries(
    {},
    optional={
        "duplicate_percent": whole | st.text(max_size=3),
        "objection_days": whole | st.floats(0, 9),
        "band_edges": st.lists(st.integers(0, 9), max_size=3) | whole,
        "band_least": whole | st.none(),
        "band_fewest": whole | st.booleans(),
        "usual_least": whole | st.lists(whole, max_size=1),
        "x_threads": st.sampled_from(["first", "sum", "all"]),
        "ambang": whole,
    },
)


@drawn(documents)
def test_what_is_tried_is_taken_as_what_is_typed_is(document):
    """One table of values for both: what is wrong in one is wrong in the other."""
    typed, problems = read_rules(document, DEFAULT)
    if not problems:
        assert changed(DEFAULT, document) == typed
        return
    with pytest.raises(ValueError, match=r"tidak|band_fewest") as refused:
        changed(DEFAULT, document)
    assert "tetap" not in str(refused.value)


def test_what_is_not_tried_stays_as_the_month_has_it():
    assert changed(CHANGED_IN_1, {"objection_days": 5}) == Rules(
        duplicate_percent=85,
        objection_days=5,
        band_edges=(1500,),
        band_least=2,
        band_fewest=2,
        library="rapidfuzz 3.14.6",
    )


def test_what_only_collecting_follows_cannot_be_tried():
    with pytest.raises(ValueError, match="x_counts hanya menentukan apa yang dicari"):
        changed(DEFAULT, {"x_counts": True})
