"""The agency's settings that touch a result."""

from importlib.metadata import version

import pytest

from functions.score.formula import DEFAULT, FORMULA, LIBRARY, formula_of, read_rules
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
    )
    rules, [problem] = read_rules(given, held)
    [name] = given
    assert getattr(rules, name) == getattr(held, name)
    assert problem.startswith(f"settings/formula: {name}")
    assert "tetap" in problem


@pytest.mark.parametrize("value", ["all", "", None, 1, ["sum"]])
def test_threads_that_nobody_clearly_wants_summed_count_by_their_first_post(value):
    """Collect, which reads them or not, knows of no value but the one that stands there."""
    rules, [problem] = read_rules({"x_threads": value}, Rules(x_threads="sum", library=LIBRARY))
    assert rules == DEFAULT
    assert problem.endswith("isi first atau sum. Yang berlaku tetap first.")


def test_an_unknown_setting_is_told_and_changes_nothing():
    rules, [problem] = read_rules({"ambang": 90}, DEFAULT)
    assert rules == DEFAULT
    assert "ambang tidak dikenal" in problem


def test_bands_that_contradict_each_other_stay_as_they_were():
    rules, [problem] = read_rules({"band_least": 20, "band_fewest": 10}, DEFAULT)
    assert (rules.band_least, rules.band_fewest) == (8, 16)
    assert "band_fewest" in problem
