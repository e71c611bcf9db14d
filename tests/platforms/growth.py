"""How a post's counters grow: exact, deterministic integer functions of its age."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import exp
from typing import NamedTuple, Protocol

HOUR = 3600
DAY = 24 * HOUR


class Counters(NamedTuple):
    """Everything that is counted on a post; a platform shows a part of it.

    `likes` are all reactions on Facebook; `comments` are replies on X and include replies to
    comments on Facebook; `shares` are reposts on X, where quotes are counted apart.
    """

    likes: int = 0
    comments: int = 0
    shares: int = 0
    quotes: int = 0
    bookmarks: int = 0
    views: int = 0


NOTHING = Counters()


class Growth(Protocol):
    """The counters of a post at an age in whole seconds, never asked for a negative age."""

    def at(self, age: int) -> Counters: ...


class Shape(NamedTuple):
    """A mixture of two Weibull curves: a fast first wave and a slow second one.

    F(t) = w (1 - exp(-(t/a)^p)) + (1 - w) (1 - exp(-(t/b)^q)), t in hours.
    """

    w: float
    a: float
    p: float
    b: float
    q: float

    def reached(self, hours: float) -> float:
        """What part of everything it will ever get the post has after so many hours."""
        w, a, p, b, q = self
        return 1.0 - w * exp(-((hours / a) ** p)) - (1.0 - w) * exp(-((hours / b) ** q))


# Fitted by least squares on the logarithms to the median share of the 24-hour count that public
# posts had reached after 1, 3, 6, 12 and 48 hours:
#   Instagram 32, 50, 65, 80, 142 %    X 44, 61, 77, 90, 106 %    Facebook 8, 20, 35, 69, 121 %
# TikTok and YouTube have no such table: the first is given a slow start and a long tail, the
# second a half-life of days (7 % after one hour, 175 % after two days).
SHAPES: Mapping[str, Shape] = {
    "instagram": Shape(0.391, 7.767, 0.523, 81.69, 2.5),
    "facebook": Shape(0.777, 22.631, 0.819, 11.663, 2.5),
    "x": Shape(0.771, 6.251, 0.3, 5.876, 1.215),
    "tiktok": Shape(0.962, 33.019, 0.843, 16.003, 1.993),
    "youtube": Shape(0.02, 2.063, 0.707, 77.786, 1.066),
}
_AT_MARK = {platform: shape.reached(24.0) for platform, shape in SHAPES.items()}


class Curve:
    """Growth along the platform's shape, through `mark` at exactly 24 hours.

    `stretch` bends the curve around the mark: below 1 the post is early, above 1 late.
    `phase`, in [0, 1), shifts the instants at which a count steps up, so that small posts do
    not all step together. From `loss_age` on, `loss` of the likes are gone: accounts that the
    platform purged, or people who thought better of it.
    """

    __slots__ = ("_loss", "_loss_age", "_mark", "_norm", "_phase", "_shape", "_stretch")

    def __init__(
        self,
        platform: str,
        mark: Counters,
        *,
        stretch: float = 1.0,
        phase: float = 0.5,
        loss_age: int | None = None,
        loss: float = 0.0,
    ) -> None:
        self._shape = SHAPES[platform]
        self._norm = _AT_MARK[platform]
        self._mark = mark
        self._stretch = stretch
        self._phase = min(phase, 0.999)  # Safely below the next whole number.
        self._loss_age = loss_age
        self._loss = loss

    def at(self, age: int) -> Counters:
        share = self._shape.reached(24.0 * (age / DAY) ** self._stretch) / self._norm
        phase = self._phase
        late = 1.0 - phase
        likes, comments, shares, quotes, bookmarks, views = self._mark
        likes = int(likes * share + phase)
        if self._loss_age is not None and age >= self._loss_age:
            likes -= int(likes * self._loss)
        return Counters(
            likes,
            int(comments * share + late * 0.9),
            int(shares * share + phase * 0.7),
            int(quotes * share + late * 0.7),
            int(bookmarks * share + phase * 0.4),
            int(views * share),
        )


class Steps:
    """Counters that jump at given ages: exactly what a test wants to read."""

    __slots__ = ("_ages", "_values")

    def __init__(self, steps: Sequence[tuple[int, Mapping[str, int]]]) -> None:
        """Each step names the counters that change; the others keep their value."""
        self._ages: list[int] = []
        self._values = [NOTHING]
        for age, changes in sorted(steps, key=lambda step: step[0]):
            self._ages.append(age)
            self._values.append(self._values[-1]._replace(**changes))

    def at(self, age: int) -> Counters:
        return self._values[bisect_right(self._ages, age)]


class Linear:
    """Counters that start at a value and grow by a constant number an hour, rounded down."""

    __slots__ = ("_per_hour", "_start")

    def __init__(self, per_hour: Mapping[str, int], start: Mapping[str, int] | None = None) -> None:
        self._per_hour = NOTHING._replace(**per_hour)
        self._start = NOTHING._replace(**(start or {}))

    def at(self, age: int) -> Counters:
        return Counters._make(
            first + rate * age // HOUR
            for first, rate in zip(self._start, self._per_hour, strict=True)
        )


class Surge:
    """A growth upon another: comments from an age on, and two likes with each.

    They come within `span` seconds, most of them early: half after three tenths of that time.
    """

    __slots__ = ("_base", "_begin", "_comments", "_span")

    def __init__(self, base: Growth, begin: int, comments: int, span: int) -> None:
        self._base = base
        self._begin = begin
        self._comments = comments
        self._span = span

    def at(self, age: int) -> Counters:
        counters = self._base.at(age)
        left = self._span - min(self._span, max(0, age - self._begin))
        came = self._comments - self._comments * left * left // self._span**2
        return counters._replace(likes=counters.likes + 2 * came, comments=counters.comments + came)
