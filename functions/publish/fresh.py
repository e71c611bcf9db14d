"""What is fresh at every run: when the platforms were read last, and how the measuring stands.

These few files do not wait for pages to change, and no manifest names them: each is put when it
says something new. What the status page tells of posts and of the registry is made with the living
site; a run that makes none takes it from what it said before.
"""

from __future__ import annotations

from datetime import datetime

from functions.publish.condition import MeasuredFacts, condition_of, watch_of
from functions.publish.files import condition_file, freshness
from functions.publish.targets.upload import file_of
from functions.publish.work import Work


def make_fresh(work: Work, before: bytes | None, changed_at: datetime | None) -> None:
    """Put what says something new.

    Args:
        before: ``status/keadaan.json`` as it is; None: there is none.
        changed_at: when publishing last put anything else; None: never yet.
    """
    run = work.run
    watch = watch_of(work.agency, run.settings, run.now)
    condition = condition_of(
        work.measured or MeasuredFacts(),
        watch,
        work.roster,
        zone=work.agency.zone,
        now=run.now,
        changed_at=changed_at,
    )
    told = condition_file.condition_json(condition)
    if told == before and not work.upload.has_begun:
        return
    # Imported here: most runs have nothing to put.
    from functions.publish.pages.site_map import of_condition
    from functions.publish.render import render

    material = work.material(
        now=run.now,
        roster=work.roster,
        records={},
        ledgers={},
        named={},
        pending=frozenset(),
        files={},
    )
    files = {
        freshness.PATH: freshness.freshness_json(watch),
        **render(of_condition(material, condition)),
        # Last: what it says is not put again.
        condition_file.PATH: told,
    }
    for path, body in files.items():
        if told != before or work.objects.get(path) != body:
            work.objects.put(file_of(path, body))
