"""How a value of a setting is read and checked: its type, its bounds, and words for a bad one.

A kind (``kinds.py``) is a type with msgspec's bounds and a ``Form``. The form's words continue the
setting's name, ``KIPRAH_COLLECT_EVERY`` + ``must be a whole number …``, and what was given instead
is quoted behind them, but never a secret, nor an address or a place, since even those may hold a
password.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, get_origin

from msgspec import Struct, ValidationError, convert

LONGEST = 2_000  # characters of any setting but a credential's
LONGEST_SECRET = 20_000
_QUOTED = 60  # characters of a bad value: enough to know it again
_JOINERS = "\u200c\u200d"  # which emoji are put together with, and some scripts
# How a text that stands for something else is written, and what it stands for. int() and Decimal()
# alone take spaces, underscores and whatever Unicode calls a digit; msgspec's lax mode takes 1e3.
_WRITTEN: dict[type, tuple[re.Pattern[str], Callable[[str], object]]] = {
    int: (re.compile(r"[0-9]{1,9}"), int),
    bool: (re.compile(r"[01]"), "1".__eq__),
    Decimal: (re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?"), Decimal),
}


class SettingsError(ValueError):
    """A setting cannot be used; the message names it and says what to write instead."""


class Form(Struct, frozen=True):
    """What a kind's type and bounds do not say.

    Attributes:
        must: what a value must be.
        check: whether a value of the type and within the bounds is one; None: each is.
        is_told: whether a message may quote what was given instead.
        is_secret: nothing shows it.
        longest: characters that a text may have.
    """

    must: str
    check: Callable[[Any], bool] | None = None
    is_told: bool = True
    is_secret: bool = False
    longest: int = LONGEST


def read(kind: Any, text: str) -> Any:
    """What a text stands for; the text itself where it stands for nothing of the kind, which
    ``fault`` then tells."""
    type_ = _type(kind)
    if type_ in _WRITTEN:
        pattern, made = _WRITTEN[type_]
        return made(text) if pattern.fullmatch(text) else text
    return split(text) if type_ is tuple else text


def fault(kind: Any, value: object) -> str | None:
    """What is wrong with a value, to continue the setting's name; None when nothing is."""
    form, type_ = form_of(kind), _type(kind)
    if type_ is str and isinstance(value, str) and (said := _unseen(value, form.longest)):
        return f" {said}"
    try:
        convert(value, kind)
        is_well = isinstance(value, type_) and (form.check is None or form.check(value))
    except ValidationError:
        is_well = False
    if not is_well:
        return f" {form.must}, not {quoted(value)}" if form.is_told else f" {form.must}"
    return _credentials_fault(value) if isinstance(value, tuple) else None


def form_of(kind: Any) -> Form:
    """The form that a kind ends with."""
    form: Form = kind.__metadata__[-1]
    return form


def quoted(value: object) -> str:
    """A bad value for a message: in one line, what is unprintable escaped, what is long cut."""
    shown = repr(str(value))
    return shown if len(shown) <= _QUOTED + 2 else f"{shown[:_QUOTED]}…{shown[0]}"


def split(given: str) -> tuple[str, ...]:
    """The parts between commas, without those that are empty."""
    return tuple(part.strip() for part in given.split(",") if part.strip())


def _type(kind: Any) -> type:
    type_: type = get_origin(kind.__origin__) or kind.__origin__
    return type_


def _unseen(value: str, most: int) -> str | None:
    """Nothing in it that nobody sees: that came along when it was copied."""
    if len(value) > most:
        return f"must have at most {most:,} characters"
    for character in value:
        if _is_unseen(character) and character not in _JOINERS:
            return f"holds the character U+{ord(character):04X}, which nobody sees; type it anew"
    return None


def _credentials_fault(values: tuple[str, ...]) -> str | None:
    for number, value in enumerate(values, 1):
        if said := _credential_fault(value):
            return f", value {number}, {said}" if len(values) > 1 else f" {said}"
    return None


def _credential_fault(value: str) -> str | None:
    """A credential: letters, digits and signs, as every platform gives them."""
    if len(value) > LONGEST_SECRET:
        return f"must have at most {LONGEST_SECRET:,} characters"
    strange = next((c for c in value if not "!" <= c <= "~" or c in "\"'"), None)
    if strange is None:
        return None
    what = {" ": "a space", '"': "a quote", "'": "a quote"}.get(strange)
    what = what or f"a character {'that nobody sees' if _is_unseen(strange) else 'beyond ASCII'}"
    return f"holds {what}, which no credential does; copy it anew"


def _is_unseen(character: str) -> bool:
    """A control or a format character, half of one, a separator of lines, or none at all."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
