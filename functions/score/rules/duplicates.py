"""Near-duplicates: which posts of an account say again what one of the last 24 hours said.

Pure: no I/O, no clock. Posts are taken in the order of their time, equal times by ``post_id`` (as
text). A post is a duplicate when one of the account's standing posts at most 24 h older is alike;
of several it is the duplicate of the earliest. A duplicate does not stand, so nothing is compared
with it: a text repeated every ten hours counts again with the first repetition that is more than
a day younger than the copy that stands. Whatever stood in between is no obstacle: a post is
compared with each standing post of those 24 hours, not only with the first.

How alike two texts are comes from RapidFuzz's ``Indel.distance``: the least number of characters
(code points) to delete and insert. That is one integer by definition, the same from its C++ and
from its pure Python build; RapidFuzz's own ratios are floats, and so is what they compare with.
The percent is what is left of both lengths, in whole percents reached: 89.9 % is 89.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from rapidfuzz.distance import Indel

LEAST = 90  # percent
SHORTEST = 20  # characters of the text that is compared
WINDOW = timedelta(hours=24)

# In this order: an address may hold a "#" or an "@". A domain without a scheme or "www." cannot be
# told from a full stop without its space. An "@" inside a word is an e-mail address.
URL = re.compile(r"https?://\S+|(?<!\w)www\.\S+")
HASHTAG = re.compile(r"[#＃]\w+")
MENTION = re.compile(r"(?<!\w)(?:[@＠]\w+(?:[.-]\w+)*)+")
# What each holds at least one of: looking for that first is far quicker.
LEFT_OUT = ((("http", "www."), URL), (("#", "＃"), HASHTAG), (("@", "＠"), MENTION))
# Posts of an account until which comparing them is quicker than first counting their letters.
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
        while standing and text.published_at - standing[0].published_at > WINDOW:
            standing.popleft()
        judged = since is None or text.published_at >= since
        twin = _earliest_alike(text, standing, least) if judged else None
        if twin is None:
            standing.append(text)
        else:
            found[text.post_id] = twin
    return found


class _Text(NamedTuple):
    """A text to compare. ``letters`` has a bit for each letter, so often as it occurs; 0 = unknown.

    It is unknown of all texts or of none.
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
        if candidate.stands and len(text := normalise(candidate.text or "")) >= SHORTEST
    ]
    kept.sort(key=lambda pair: (pair[0].published_at, pair[0].post_id))
    bags = _letters([text for _, text in kept]) if len(kept) > FEW else [0] * len(kept)
    for (candidate, text), letters in zip(kept, bags, strict=True):
        yield _Text(candidate.post_id, candidate.published_at, text, letters)


def _letters(texts: Sequence[str]) -> list[int]:
    """Each text's letters as bits: every letter has as many places as one text needs at most."""
    counts = [Counter(text) for text in texts]
    most: Counter[str] = Counter()
    for count in counts:
        most |= count
    place: dict[str, int] = {}
    width = 0
    for letter, times in most.items():
        place[letter] = width
        width += times
    return [
        sum(((1 << times) - 1) << place[letter] for letter, times in count.items())
        for count in counts
    ]


def _earliest_alike(text: _Text, standing: Iterable[_Text], least: int) -> Twin | None:
    """The first of the standing posts that is alike.

    Two cheap looks spare most comparisons and cannot change the result: the distance is at least
    the difference of the lengths, and at least the number of letters that one text has more than
    the other, where these were counted.
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
