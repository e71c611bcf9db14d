"""What a tick brought: what could not be understood is counted whole and told once."""

from __future__ import annotations

from functions.collect.reading.harvest import Harvest


def test_each_kind_of_what_is_broken_is_told_once_and_every_item_counted() -> None:
    harvest = Harvest(problems=["x item: no id"])
    harvest.broken(["x item: no time", "x item: no id", "x item: no time"])
    harvest.broken(("x item: no time",))
    harvest.broken(())
    assert harvest.counts["items_broken"] == 4
    assert harvest.problems == ["x item: no id", "x item: no time"]
