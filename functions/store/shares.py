"""How a month's threads are divided into what people found in them: ``shares/{YYYY-MM}``.

Of a whole agency and a whole month alone, never of a unit and never of a thread. All shares are in
thousandths.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from functions.model import Platform
from functions.store.labels import Label

Method = Literal["wilson", "difference"]

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Thousandths = Annotated[int, msgspec.Meta(ge=0, le=1000)]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A share, and what bounds it with 95 % confidence."""

    share: _Thousandths
    lower: _Thousandths
    upper: _Thousandths


class LabelShare(msgspec.Struct, frozen=True, kw_only=True):
    """A label's share.

    Attributes:
        both: threads to which both people gave it. ``one``: to which one of them did, who count
            half.
        wilson: the mean with Wilson's interval. ``difference``: with the model's help; None: no
            model, or of another label than "negatif".
        method: which of the two is told; ``estimate`` is that one.
        trend: against the month before, only where the two intervals have nothing in common.
    """

    label: Label
    both: _Count
    one: _Count
    wilson: Estimate
    difference: Estimate | None = None
    method: Method = "wilson"
    trend: Literal["up", "down"] | None = None

    @property
    def estimate(self) -> Estimate:
        """The one that is told."""
        return self.difference if self.method == "difference" and self.difference else self.wilson


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """A month's shares.

    Attributes:
        since: from when on threads were drawn.
        population: threads that the sample was drawn from; None: unknown.
        drawn: threads of the sample. ``n``: those that both people labelled.
        kappa: how far the two agree beyond chance (Cohen), in thousandths.
        seed: by which the sample was drawn.
        model: the digest of the ministry's own model, where one helped. ``correlation``: between
            what it said and the labels, in thousandths.
        platforms: of which threads were drawn.
    """

    month: str
    as_of: _Instant
    since: _Instant
    population: _Count | None
    drawn: _Count
    n: _Count
    kappa: int
    seed: str
    platforms: tuple[Platform, ...]
    shares: tuple[LabelShare, ...]
    model: str | None = None
    correlation: int | None = None
