"""Words that no query may hold: protests, rallies, and groups or people who can be followed.

X forbids tracking of protests and rallies and surveillance of people (developer policy, "Restricted
uses"; docs.x.com/developer-terms, read in 2026-08), and so does this project by itself. A word is
found in any case, with accents, invisible characters or other forms of its letters, with prefixes
and suffixes, with spaces or signs inside it, and inside a longer word or tag. Digits in the place
of letters ("d3mo") are not looked for: such a word is nobody's name, and so refused all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

REFUSED = (
    "demo",
    "aksi",
    "unjuk rasa",
    "mahasiswa",
    "mahasiswi",
    "buruh",
    "protes",
    "mogok",
    "boikot",
    "rusuh",
    "ricuh",
    "long march",
    "turun ke jalan",
    "kamisan",
    "serikat pekerja",
    "oposisi",
    "aktivis",
    "wartawan",
    "jurnalis",
    "strike",
    "rally",
    "riot",
)
_STEMS = {"".join(word.split()): word for word in REFUSED}
# A word with what Indonesian puts before and behind it.
_FORM = re.compile(
    r"(?:memper|diper|menge?|meny?|mem?|ber?|di|ter?|ke|penge?|peny?|pem?|per|se)?"
    rf"(?P<stem>{'|'.join(_STEMS)})"
    r"(?:an|kan|i|nya|lah|kah|pun|ku|mu|e?rs?|s|ing|asi|nstrasi|nstran|nstrator|nstration)*"
)
# Whole words that hold one of them by chance and mean something else.
_HARMLESS = re.compile(
    r"""
    (?:ke|per|ber|di|ter)?saksi(?:an|kan|nya)? | (?:meny|peny)aksi(?:an|kan)?
    | (?:ber)?(?:trans|inter|re)aksi(?:onal|onalnya|oner|nya)?
    | (?:red|fr|f|gal|kontr|ekstr|abstr|atr|refr|infr|tr)aksi(?:onal|nya)?
    | (?:di|me|pe)?(?:n|t)aksir(?:an)? | taksi | praksis | aksio(?:ma|logi) | aksial
    | (?:di|mem)?vaksin(?:asi|ator|asinya)? | (?:me|di|pe)?maksim(?:al|um|alkan|alisasi)
    | demokra(?:si|tis|t|tisasi) | (?:ke)?demokrasi | demografi(?:s|k)? | demosi
    | protestan | (?:pe)?jurnalistik | patriot(?:ik|isme)?
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"[A-Za-z0-9]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "–": "-", "—": "-", "−": "-"})
_LONGEST = 40  # letters of a word that was taken apart


def folded(text: str) -> str:
    """The text without accents, invisible characters and other forms of plain letters.

    Upper and lower case stay, and so does what has no plain form. White space becomes one space.
    """
    kept = []
    for character in unicodedata.normalize("NFKD", text):
        if character.isspace():
            kept.append(" ")
        elif unicodedata.category(character)[0] not in "MC":  # marks; controls and invisible ones
            kept.append(character)
    return " ".join("".join(kept).translate(_MARKS).split())


def refused_word(text: str) -> str | None:
    """The refused word that a text holds, as it stands on the list; None when it holds none."""
    words = _WORD.findall(folded(text))
    for word in words:
        if stem := _inside(word):
            return _STEMS[stem]
    return next((_STEMS[stem] for stem in _taken_apart([word.casefold() for word in words])), None)


def _inside(word: str) -> str | None:
    """A refused word inside one word, unless it is part of a harmless one."""
    small = word.casefold()
    harmless = [*_harmless(word)]
    for stem in _STEMS:
        at = small.find(stem)
        while at >= 0:
            if not any(begin <= at and at + len(stem) <= end for begin, end in harmless):
                return stem
            at = small.find(stem, at + 1)
    return None


def _harmless(word: str) -> Iterator[tuple[int, int]]:
    """Where a word is harmless: the whole of it, or one of the words that a tag puts together."""
    if _HARMLESS.fullmatch(word.casefold()):
        yield 0, len(word)
    for hump in _HUMP.finditer(word):
        if _HARMLESS.fullmatch(hump[0].casefold()):
            yield hump.span()


def _taken_apart(words: list[str]) -> Iterator[str]:
    """Refused words of which several words in a row are the pieces."""
    for begin in range(len(words)):
        whole = words[begin]
        for word in words[begin + 1 :]:
            whole += word
            if len(whole) > _LONGEST:
                break
            if found := _FORM.fullmatch(whole):
                yield found["stem"]
