"""Near-duplicates: which posts of an account repeat a post of the last 24 hours.

Pure: no I/O, no clock. Posts are taken in the order of their time, equal times by ``post_id`` (as
text). A post is a duplicate when the account has a standing post, at most 24 h older, that is
alike; of several it is the duplicate of the earliest. A duplicate does not stand, so no post is
compared with it: of a text repeated every ten hours, the first repetition more than a day younger
than the standing copy counts again. A post is compared with every standing post of those 24 hours,
so other posts in between change nothing.

Likeness comes from RapidFuzz's ``Indel.distance``: the least number of characters (code points) to
delete and insert. That is an integer by definition, the same from RapidFuzz's C++ and its pure
Python build; its own ratios, and their thresholds, are floats. The percent is the part of both
lengths that the distance leaves, in whole percents reached: 89.9 % is 89.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from rapidfuzz.distance import Indel

from functions.thresholds import COMPARED_WITHIN, SHORTEST_COMPARED

LEAST = 90  # percent

# Addresses go first: they may hold a "#" or an "@". A domain without a scheme or "www." cannot be
# told from a full stop without its space. An "@" inside a word is an e-mail address.
URL = re.compile(r"https?://\S+|(?<!\w)www\.\S+")
HASHTAG = re.compile(r"[#＃]\w+")
MENTION = re.compile(r"(?<!\w)(?:[@＠]\w+(?:[.-]\w+)*)+")
# Each match holds at least one of these characters: looking for them first is far quicker.
LEFT_OUT = ((("http", "www."), URL), (("#", "＃"), HASHTAG), (("@", "＠"), MENTION))
# Up to so many posts of an account, comparing them is quicker than counting their letters first.
FEW = 500


class EarlierText(msgspec.Struct, frozen=True, kw_only=True):
    """A post of the account; ``text`` None = the platform gave none.

    ``stands`` is False for a removed post, and for one of an earlier month that is a duplicate
    there. Such a post is neither judged nor compared with.
    """

    post_id: str
    published_at: datetime
    text: str | None = None
    stands: bool = True


class Twin(msgspec.Struct, frozen=True):
    """What a duplicate repeats: the earlier post's id, and how alike they are in whole percents."""

    of: str
    percent: int


def normalise(text: str) -> str:
    """The text that is compared: case-folded, without URLs, hashtags, mentions, surplus space."""
    text = text.casefold()
    for signs, left_out in LEFT_OUT:
        if any(sign in text for sign in signs):
            text = left_out.sub(" ", text)
    return " ".join(text.split())


def duplicates(
    candidates: Iterable[EarlierText], *, least: int = LEAST, since: datetime | None = None
) -> dict[str, Twin]:
    """One account's duplicates by post id.

    Args:
        least: from this percent on two texts are alike.
        since: posts before it are compared with but not judged: their own month has judged them,
            and ``stands`` says how. None judges all.
    """
    found: dict[str, Twin] = {}
    standing: deque[_Text] = deque()
    for text in _texts(candidates):
        while standing and text.published_at - standing[0].published_at > COMPARED_WITHIN:
            standing.popleft()
        judged = since is None or text.published_at >= since
        twin = _earliest_alike(text, standing, least) if judged else None
        if twin is None:
            standing.append(text)
        else:
            found[text.post_id] = twin
    return found


class _Text(NamedTuple):
    """A text to compare. ``letters`` has one bit for each occurrence of a letter; 0 = not counted.

    They are counted for all texts or for none.
    """

    post_id: str
    published_at: datetime
    text: str
    letters: int


def _texts(candidates: Iterable[EarlierText]) -> Iterator[_Text]:
    """The posts that stand and are long enough, in order."""
    kept = [
        (candidate, text)
        for candidate in candidates
        if candidate.stands and len(text := normalise(candidate.text or "")) >= SHORTEST_COMPARED
    ]
    kept.sort(key=lambda pair: (pair[0].published_at, pair[0].post_id))
    bags = _letters([text for _, text in kept]) if len(kept) > FEW else [0] * len(kept)
    for (candidate, text), letters in zip(kept, bags, strict=True):
        yield _Text(candidate.post_id, candidate.published_at, text, letters)


def _letters(texts: Sequence[str]) -> list[int]:
    """Each text's letters as bits: a letter has as many bits as its most frequent text needs."""
    counts = [Counter(text) for text in texts]
    most: Counter[str] = Counter()
    for count in counts:
        most |= count
    offset: dict[str, int] = {}
    width = 0
    for letter, times in most.items():
        offset[letter] = width
        width += times
    return [
        sum(((1 << times) - 1) << offset[letter] for letter, times in count.items())
        for count in counts
    ]


def _earliest_alike(text: _Text, standing: Iterable[_Text], least: int) -> Twin | None:
    """The first of the standing posts that is alike.

    Two cheap checks spare most comparisons and cannot change the result. The distance is at least
    the difference of the lengths; and, where letters were counted, at least the number of letters
    that only one of the texts has.
    """
    size = len(text.text)
    for other in standing:
        total = size + len(other.text)
        # The largest distance at which the whole percents still reach ``least``.
        limit = total * (100 - least) // 100
        if abs(2 * size - total) > limit or (text.letters ^ other.letters).bit_count() > limit:
            continue
        distance = Indel.distance(other.text, text.text, score_cutoff=limit)
        if distance <= limit:
            return Twin(other.post_id, percent(total, distance))
    return None


def percent(total: int, distance: int) -> int:
    """How alike two texts are, 0 to 100, in whole percents reached.

    Args:
        total: both lengths.
        distance: characters to delete and insert.
    """
    return 100 * (total - distance) // total if total else 100
