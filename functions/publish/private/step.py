"""The step of a publishing that keeps the private place up to date; it fails alone.

There are two sets of files, alarms and open questions, and each of them fails alone, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from functions.jobs.deadline import NEVER, Deadline
from functions.publish.private.alarms import keep_alarms
from functions.publish.private.inbox import keep_inbox
from functions.publish.private.place import Done, PrivatePlace
from functions.publish.targets.port import ObjectsError

_SETS: Mapping[str, Callable[[PrivatePlace, Mapping[str, Any]], Done]] = {
    "alarms": keep_alarms,
    "inbox": keep_inbox,
}


def keep_private(place: PrivatePlace, noted: object, deadline: Deadline = NEVER) -> Done:
    """Put what is for staff where KIPRAH_PRIVATE says, as far as it changed.

    ``noted``: of the run before, as ``Done.noted``; anything else is as if there were nothing.
    StoreError when the store cannot be used.
    """
    if not place.settings.private:
        return Done()
    held = {name: _known(noted, name) for name in _SETS}
    put, problems, new = 0, list[str](), dict[str, Any]()
    for name, keep in _SETS.items():
        if deadline.is_over:
            break
        try:
            done = keep(place, held[name])
        except ObjectsError as error:
            problems.append(f"the private files are not up to date: {name}: {error}")
            continue
        put += done.put
        if done.noted:
            new[name] = done.noted
    kept = {name: told for name, told in {**held, **new}.items() if told}
    return Done(put=put, problems=problems, noted=kept if new else {})


def _known(noted: object, name: str) -> Mapping[str, Any]:
    """What the run before noted of a set of files."""
    own = noted.get(name) if isinstance(noted, Mapping) else None
    return own if isinstance(own, Mapping) else {}
