"""Names that are no settings and look like one: told, or refused where one seems to be meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from functions.settings.forms import SettingsError

PREFIX = "KIPRAH_"
_SLIPS = 2  # of the hand, by which a setting's name is still told


def refuse_slips(given: Mapping[str, str], known: Sequence[str]) -> None:
    """SettingsError when a name seems to be meant for a setting, which then would not be set."""
    for name in _strangers(given, known):
        nearest, is_meant = _likeness(name, given, known)
        if is_meant:
            raise SettingsError(
                f"{_plain(name)} is no setting; did you mean {nearest}? Mend the name; "
                f"if it is somebody else's, set {nearest}, too"
            )


def told(given: Mapping[str, str], known: Sequence[str]) -> list[str]:
    """A line for each name that looks like a setting, and is none; it is ignored."""
    return [
        f"{_plain(name)} is no setting and is ignored; "
        f"the nearest is {_likeness(name, given, known)[0]}"
        for name in _strangers(given, known)
    ]


def _strangers(given: Mapping[str, str], known: Sequence[str]) -> list[str]:
    """The names that are no settings and begin like one."""
    return sorted(name for name in given if name not in known and _begins_like_one(name))


def _begins_like_one(name: str) -> bool:
    """With the prefix, or with what a hand makes of it by one slip."""
    begins = name.upper().replace("-", "_")
    return any(
        _near(begins[:length], [PREFIX])[1] <= 1
        for length in range(len(PREFIX) - 1, len(PREFIX) + 2)
    )


def _likeness(name: str, given: Mapping[str, str], known: Sequence[str]) -> tuple[str, bool]:
    """The nearest setting, and whether that one is meant: by a slip of the hand or a longer name
    (KIPRAH_STORE_URL), and while it is not set itself."""
    nearest, slips = _near(name.upper(), known)
    if slips > _SLIPS:
        longer = [other for other in known if name.upper().startswith(f"{other}_")]
        nearest = max(longer, key=len, default=nearest)
        slips = _SLIPS if longer else slips
    return nearest, slips <= _SLIPS and not given.get(nearest, "").strip()


def _plain(name: str) -> str:
    """A name as it can be printed in one line, whatever stands in it."""
    return ascii(name)[1:-1][:80]


def _near(name: str, names: Sequence[str]) -> tuple[str, int]:
    """The nearest of some names, and how many slips of the hand lie between: a letter too many, one
    missing, another one, or two that changed places."""
    slips, nearest = min((_slips(name, known), known) for known in names)
    return nearest, slips


def _slips(one: str, other: str) -> int:
    before: list[int] = []
    last: list[int] = [*range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        row: list[int] = [i]
        for j, b in enumerate(other, 1):
            cost: int = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 < j and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
