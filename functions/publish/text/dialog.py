"""How questions were answered, in Indonesian: shares and medians with their intervals."""

from __future__ import annotations

from functions.publish.text import formats
from functions.store.dialog import AnsweredShare, Median

_SPACE = "\N{NO-BREAK SPACE}"


def answered(share: AnsweredShare | None, what: str) -> str | None:
    """``18 dari 24 pertanyaan, 75 % (55–88 %)``; None of nothing. ``what``: what is counted."""
    if share is None:
        return None
    hits, of = formats.number(share.hits), formats.number(share.of)
    lower, upper = share.lower // 10, -(-share.upper // 10)  # no narrower than it is
    middle = (200 * share.hits + share.of) // (2 * share.of)
    # Nearly all is not all, and hardly any more than none.
    middle = min(middle, 99) if share.hits < share.of else middle
    middle = max(middle, 1) if share.hits else middle
    return f"{hits} dari {of} {what}, {middle}{_SPACE}% ({lower}–{upper}{_SPACE}%)"


def median(found: Median | None) -> str | None:
    """``8,5 jam (3,2–14,1 jam), dari 22 jawaban``; None of nothing."""
    if found is None:
        return None
    lower, upper = _hours(found.lower), _hours(found.upper)
    return (
        f"{_hours(found.minutes)}{_SPACE}jam ({lower}–{upper}{_SPACE}jam), "
        f"dari {formats.number(found.of)} jawaban"
    )


def _hours(minutes: int) -> str:
    """Minutes as hours with one decimal, half up; less than half a tenth is not none."""
    tenths = (minutes + 3) // 6
    return formats.tenths(tenths) if tenths or not minutes else "<0,1"
