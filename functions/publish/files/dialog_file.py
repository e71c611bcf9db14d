"""How a month's questions were answered, as it is published: figures alone, and none of too few.

The store's document holds more: of what its figures are made, by account and day. None of that is
public. What stands here is what pages show, too, so that no page knows more than the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from functions.store.dialog import AnsweredShare, Dialog, Figures, Median, UnitDialog

# Under so many nothing is told, whatever a document says: what is published cannot be taken back.
LEAST_N = 20


class DialogFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of threads; all of it None where too few stand behind it.

    Fields as in ``store.dialog.Figures``.
    """

    n: int | None = None
    by_first: AnsweredShare | None = None
    by_last: AnsweredShare | None = None
    median: Median | None = None
    unmeasured: int | None = None
    open: int | None = None
    canned: bool | None = None


class DialogUnit(msgspec.Struct, frozen=True, kw_only=True):
    """Of all threads of a unit, or of the ministry, and of the questions among them."""

    questions: DialogFigures
    threads: DialogFigures

    @property
    def is_told(self) -> bool:
        """Whether anything is told at all."""
        return self.questions.n is not None or self.threads.n is not None


class DialogFile(msgspec.Struct, frozen=True, kw_only=True):
    """A month. ``units``: by the unit's id, of those alone that had a thread."""

    month: str
    as_of: datetime
    closed: bool
    due_days: tuple[int, int]
    least_n: int
    ministry: DialogUnit
    units: Mapping[str, DialogUnit]


def dialog_file(dialog: Dialog, known: Collection[str]) -> DialogFile:
    """What is published of a month. ``known``: the ids of all units that ever were."""
    least = max(LEAST_N, dialog.least_n)
    units = sorted((id, unit) for id, unit in dialog.units.items() if id in known)
    return DialogFile(
        month=dialog.month,
        as_of=dialog.as_of,
        closed=dialog.closed,
        due_days=dialog.due_days,
        least_n=least,
        ministry=dialog_unit(dialog.ministry, least),
        units={id: dialog_unit(unit, least) for id, unit in units},
    )


def dialog_unit(unit: UnitDialog, least: int) -> DialogUnit:
    """What is published of a unit's month."""
    least = max(LEAST_N, least)
    return DialogUnit(
        questions=_figures(unit.questions, least), threads=_figures(unit.threads, least)
    )


def _figures(figures: Figures, least: int) -> DialogFigures:
    if figures.n is None or figures.n < least:
        return DialogFigures()
    return DialogFigures(
        n=figures.n,
        by_first=_share(figures.by_first, least),
        by_last=_share(figures.by_last, least),
        median=_median(figures.median, least),
        unmeasured=figures.unmeasured,
        open=figures.open,
        canned=figures.canned,
    )


def _share(share: AnsweredShare | None, least: int) -> AnsweredShare | None:
    is_sound = share is not None and share.of >= least and 0 <= share.hits <= share.of
    return share if is_sound else None


def _median(median: Median | None, least: int) -> Median | None:
    return median if median is not None and median.of >= least else None
