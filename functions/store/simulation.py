"""Whether a store is a simulation: marked at the first use of a new store, and true for good.

A simulation takes any ``now``, so it holds what never happened: it reads no official host, its
pages say what they are, and a store that holds anything real never becomes one. The mark lies among
every agency's cursors, so that the order of the agencies may change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from functions.settings import SettingsError
from functions.store.port import Conflict, Store, Write

# Everything that lies under an agency; one document in any of them makes it real.
COLLECTIONS = (
    "attempts",
    "budgets",
    "completeness",
    "consents",
    "cursors",
    "decisions",
    "evidence",
    "followers",
    "jobs",
    "ledgers",
    "objections",
    "outcomes",
    "plans",
    "posts",
    "rankings",
    "rosters",
    "runs",
    "satker",
    "settings",
    "tails",
    "tickets",
    "urls",
)


# As many marks are looked at: of hundreds of agencies a few tell what all would.
LOOKED_AT = 4


def is_simulation(
    store: Store, agencies: Sequence[str], *, wanted: bool, opened: Iterable[str] | None = None
) -> bool:
    """Whether the store is a simulation; a new one becomes it here when that is ``wanted``.

    One that is opened for real looks at a few marks, however many agencies there are: a simulation
    that was opened for all of them has marked each, so that it would only be missed where nearly
    all its agencies were replaced at once.

    Args:
        agencies: the ids of the installation's agencies.
        opened: those of them that this opening is for; all when left out.

    Raises:
        SettingsError: an agency in it is real, and a simulation is wanted or another one is one.
    """
    used = [*agencies] if opened is None else [*opened]
    few = {*agencies[:: max(1, -(-len(agencies) // LOOKED_AT))]}
    if len(used) < len(agencies):
        few |= {*used}
    held = store.get([_mark(agency) for agency in sorted(few)])
    if not (held or wanted):
        return False
    held |= store.get([_mark(agency) for agency in used if agency not in few])
    for agency in used:
        if _mark(agency) not in held:
            _become(store, _mark(agency), agency)
    return True


def _become(store: Store, path: str, agency: str) -> None:
    # Looked at again where something is there: another first use may have been faster.
    if _holds_anything(store, agency) and not store.get([path]):
        raise SettingsError(
            f"KIPRAH_STORE holds real documents of {agency}, and a real store never becomes a "
            "simulation: name a new KIPRAH_STORE, or leave KIPRAH_SIMULATION out"
        )
    with suppress(Conflict):
        store.write([Write(path, {"simulation": True}, "create")])


def _holds_anything(store: Store, agency: str) -> bool:
    return any(
        next(iter(store.list(f"agencies/{agency}/{name}")), None) is not None
        for name in COLLECTIONS
    )


def _mark(agency: str) -> str:
    return f"agencies/{agency}/cursors/simulation"
