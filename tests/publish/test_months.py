"""A month is shown when its evidence gives its digest, and frozen without what people wrote."""

from __future__ import annotations

from pathlib import Path

from functions.model import Agency
from functions.publish.files.names import NAMES
from functions.publish.imprint import Imprint
from functions.publish.manifest import Held, Manifest
from functions.publish.months import data_items, prove, without_captions
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.port import Listed
from tests.publish.test_job import rescore
from tests.publish.world import World


def test_a_month_is_proved_by_its_evidence_and_not_while_it_is_being_scored(world: World) -> None:
    for record in world.agency.months().values():
        assert prove(world.agency, record) is not None
    rescore(world)
    assert prove(world.agency, world.agency.months()["2026-10"]) is None


def test_captions_go_and_everything_else_stays(world: World) -> None:
    ledgers = world.agency.ledgers("2026-09")
    bare = without_captions(ledgers)
    assert bare.keys() == ledgers.keys()
    texts = 0
    for account, ledger in ledgers.items():
        for post_id, entry in ledger.entries.items():
            other = bare[account].entries[post_id]
            texts += entry.post.text is not None
            assert other.post.text is None
            assert (other.verdict, other.post.samples) == (entry.verdict, entry.post.samples)
    assert texts > 10


def test_a_final_months_files_lie_in_its_revision_too_and_only_there_for_good(
    world: World, tmp_path: Path
) -> None:
    objects = FolderObjects(tmp_path)

    def paths(month: str, listed: dict[str, Listed]) -> dict[str, bool]:
        proved = prove(world.agency, world.agency.months()[month])
        assert proved is not None
        held = Held(objects, Manifest(), listed, {})
        return {
            item.path: item.once
            for item in data_items(proved, held, objects, "source", Agency(), Imprint())
        }

    assert paths("2026-10", {}) == {f"data/2026-10/{name}": False for name in NAMES}
    final = {f"data/2026-09/{name}": False for name in NAMES}
    final |= {f"data/2026-09/r1/{name}": True for name in NAMES}
    assert paths("2026-09", {}) == final
    # What an earlier version froze is not added to.
    earlier = {path: Listed("", 1) for path in final if "keputusan.xlsx" not in path}
    assert paths("2026-09", earlier).keys() == earlier.keys()
