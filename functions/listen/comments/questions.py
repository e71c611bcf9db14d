"""Whether a comment asks something: a question mark, and words enough. No model decides it."""

from __future__ import annotations

import re

FEWEST_WORDS = 3
_MARKS = "?？"
# What may end a sentence is no part of the address before it, though addresses may hold it.
_ENDS = ".,;:!)]}\"'" + _MARKS
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)\S+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_NAMED = re.compile(r"[@#＠＃][\w.]*\w")


def is_question(text: str) -> bool:
    """Whether a text without addresses, @names and #tags has a question mark and three words.

    A word holds a letter or a digit. In time that grows with the length of the text alone.
    """
    if not any(mark in text for mark in _MARKS):
        return False
    said = _NAMED.sub(" ", _ADDRESS.sub(_end, text))
    words = [_end_of_bare(word) for word in said.split()]
    if not any(mark in word for word in words for mark in _MARKS):
        return False
    return sum(any(map(str.isalnum, word)) for word in words) >= FEWEST_WORDS


def _end(address: re.Match[str]) -> str:
    """What stands behind an address that a sentence ends with."""
    found = address[0]
    return " " + found[len(found.rstrip(_ENDS)) :]


def _end_of_bare(word: str) -> str:
    """The same of an address without its scheme (``s.id/abc?x=1``); any other word as it is."""
    host, slash, _ = word.partition("/")
    is_address = slash and _HOST.fullmatch(host.lstrip("(["))
    return word[len(word.rstrip(_ENDS)) :] if is_address else word
