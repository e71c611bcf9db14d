"""An answer's bytes as what an adapter asks for: what is wrong in them costs its own place alone.

A sound answer is decoded strictly, and that is all that happens to it. Only where that fails is it
mended: what no text can be (half an emoji, bytes that are no UTF-8, an escape that is none) becomes
U+FFFD, what no number can be (``NaN``, ``Infinity``, a thousand digits) becomes null, and what is
nested without end is cut off. Then each field is taken for itself: an optional one that is not
what it should be is left out and said so, a required one costs the object that needs it.

A field that is lost is ``UNSET`` where its type admits that, None where it admits None, which says
"unknown", and else its default, which says "not there": a type says which of them is true.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from math import isfinite
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec

from functions.collect.contract import UNDECODABLE

# A post's, account's or version's id: what can stand in an address and in a document's name.
Id = Annotated[str, msgspec.Meta(pattern=r"\A[!-.0-~]{1,200}\Z")]
# A counter that every store and every file can hold.
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Url = Annotated[str, msgspec.Meta(max_length=2_000)]
Cursor = Annotated[str, msgspec.Meta(max_length=8_000)]

EARLIEST = datetime(2004, 1, 1, tzinfo=UTC)  # no platform is older
AHEAD = timedelta(days=1)  # clocks differ, but not by more

DEEPEST = 64  # levels of nesting; no answer has a dozen
MOST_VALUES = 500_000  # in one answer; a page of a hundred posts has some thousands
LONGEST_NUMBER = 40  # digits
LONGEST_ERROR = 20_000  # bytes

NOT_A_CHARACTER = "\ufffd"
_NUL = b"\\u0000"
_UNFIT = re.compile("[\ud800-\udfff\x00]")  # what no store and no file can hold
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|u?)')
# A text to its end, or a bracket. One that is never closed runs to the end, or looking for it would
# begin anew at each quotation mark.
_STEP = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)

T = TypeVar("T")
R = TypeVar("R")


def decode(
    body: bytes | msgspec.Raw,
    type: type[T],
    lost: list[str],
    *,
    named: str = "answer",
    strict: bool = True,
) -> T:
    """The body as ``type``; what was left out of it goes to ``lost``, one message each.

    Args:
        named: what the messages call the body.
        strict: whether a number in quotes is none (as ``msgspec.json.decode`` has it).

    Raises:
        msgspec.ValidationError: something that ``type`` requires is missing or wrong.
        msgspec.DecodeError: the body is no JSON, or holds more than any answer does.
    """
    if isinstance(body, bytes) and len(body) > MOST_VALUES and body.count(b",") > MOST_VALUES:
        raise msgspec.DecodeError("more values than any answer has")
    try:
        # A NUL is sound JSON, and nothing that could be stored.
        if not isinstance(body, bytes) or _NUL not in body:
            return msgspec.json.decode(body, type=type, strict=strict)
    except UNDECODABLE:
        pass
    return _mended_as(bytes(body), type, lost, named, strict)


def error_in(body: bytes, type: type[T]) -> T | None:
    """The body as the form in which a platform tells an error; None where it has another.

    Errors are short, and may come with the status of a success.
    """
    if len(body) > LONGEST_ERROR:
        return None
    try:
        return decode(body, type, [])
    except UNDECODABLE:
        return None


def each(
    items: Iterable[msgspec.Raw],
    type: type[T],
    read: Callable[[T], R],
    *,
    named: str,
    broken: list[str],
    lost: list[str],
    strict: bool = True,
) -> Iterator[R]:
    """What ``read`` makes of each item. One that cannot be understood goes to ``broken``, a field
    of one that can to ``lost``."""
    sound = msgspec.json.Decoder(type, strict=strict)
    for raw in items:
        try:
            try:
                item = sound.decode(raw)
            except UNDECODABLE:
                item = _mended_as(bytes(raw), type, lost, named, strict)
            found = read(item)
        except (*UNDECODABLE, ValueError, OverflowError, OSError) as error:
            broken.append(f"{named}: {error}")
        else:
            yield found


def plausible(at: datetime, taken_at: datetime) -> datetime:
    """A publication's time as it was read then; ValueError for one that cannot be.

    It would tell how far back a listing goes.
    """
    if not EARLIEST <= at <= taken_at + AHEAD:
        raise ValueError("an impossible time")
    return at


# Mending


def _mended_as(body: bytes, type: type[T], lost: list[str], named: str, strict: bool) -> T:
    """The body as ``type`` after all, field by field; raises as ``decode``."""
    found: T = _Conversion(lost, named, strict).of(_mended(body, lost, named), type, "")
    return found


def _mended(body: bytes, lost: list[str], named: str) -> Any:
    """The body's values, texts and numbers mended; DecodeError where it is no JSON all the same."""
    text = body.decode("utf-8-sig", "replace")
    text = _ESCAPE.sub(lambda escape: escape[0] if escape[1] else NOT_A_CHARACTER, text)

    def no_number(_: str) -> Any:
        lost.append(f"{named}: a number that is none; taken as unknown")
        return None

    def whole(digits: str) -> Any:
        return int(digits) if len(digits) <= LONGEST_NUMBER else no_number(digits)

    def broken(digits: str) -> Any:
        return number if isfinite(number := float(digits)) else no_number(digits)

    try:
        # More forgiving than msgspec: control characters, halves of surrogate pairs, NaN.
        values = json.loads(
            _shallow(text),
            strict=False,
            parse_constant=no_number,
            parse_int=whole,
            parse_float=broken,
        )
    except (ValueError, RecursionError):
        raise msgspec.DecodeError("the answer is broken JSON") from None
    return _fit(values)


def _shallow(text: str) -> str:
    """The text with null for whatever is nested deeper than ``DEEPEST``."""
    kept: list[str] = []
    depth = begin = 0
    for step in _STEP.finditer(text):
        if step[0] in "[{":
            depth += 1
            if depth == DEEPEST:
                kept += (text[begin : step.start()], "null")
        elif step[0] in "]}":
            if depth == DEEPEST:
                begin = step.end()
            depth -= 1
    return "".join((*kept, text[begin:])) if depth < DEEPEST else "".join(kept)


def _fit(value: Any) -> Any:
    """The value with texts that can be stored."""
    if isinstance(value, str):
        return _UNFIT.sub(NOT_A_CHARACTER, value)
    if isinstance(value, list):
        return [_fit(one) for one in value]
    if isinstance(value, dict):
        return {_fit(name): _fit(one) for name, one in value.items()}
    return value


# Field by field


class _Field(NamedTuple):
    """A struct's field: its names here and in JSON, its type, and what it is when it is lost."""

    name: str
    called: str
    type: Any
    required: bool
    if_lost: dict[str, Any]


class _Conversion:
    """Plain values as structs, as far as they make sense."""

    def __init__(self, lost: list[str], named: str, strict: bool) -> None:
        self._lost = lost
        self._named = named
        self._strict = strict

    def of(self, value: Any, wanted: Any, place: str) -> Any:
        """The value as the type that is wanted; ValidationError where it cannot be that."""
        if wanted is msgspec.Raw:
            return msgspec.Raw(msgspec.json.encode(value))
        try:
            return msgspec.convert(value, wanted, strict=self._strict)
        except msgspec.ValidationError as error:
            whole = error
        for kind in _kinds(wanted):
            bare = kind.__origin__ if get_origin(kind) is Annotated else kind
            if isinstance(value, dict) and _is_struct(bare):
                return self._object(value, bare, place)
            if isinstance(value, list) and get_origin(bare) is list:
                return self._list(value, bare, place, may_drop=None not in _admitted(wanted))
            if bare is int and isinstance(value, str) and _is_number(value):
                return msgspec.convert(int(value), wanted)
            if kind == Id and isinstance(value, int) and not isinstance(value, bool):
                return msgspec.convert(str(value), wanted)
        raise whole

    def _object(self, value: dict[str, Any], struct: Any, place: str) -> Any:
        found: dict[str, Any] = {}
        for field in _fields(struct):
            where = f"{place}.{field.called}" if place else field.called
            if field.called not in value:
                continue  # and if it is required, making the object says so
            try:
                found[field.name] = self.of(value[field.called], field.type, where)
            except msgspec.ValidationError as error:
                why = str(error).partition(" - at ")[0]
                if field.required:
                    raise msgspec.ValidationError(f"{why} - at `$.{where}`") from None
                self._note(where, why)
                found |= field.if_lost
        try:
            return struct(**found)
        except TypeError as error:
            raise msgspec.ValidationError(f"{error} - at `$.{place}`") from None

    def _list(self, values: list[Any], wanted: Any, place: str, *, may_drop: bool) -> list[Any]:
        """The elements; what cannot be understood is dropped, or costs the list where that may be
        unknown."""
        [kind] = get_args(wanted)
        found = []
        for value in values:
            try:
                found.append(self.of(value, kind, place))
            except msgspec.ValidationError as error:
                if not may_drop:
                    raise
                self._note(place, str(error).partition(" - at ")[0])
        return found

    def _note(self, place: str, why: str) -> None:
        self._lost.append(f"{self._named}: {place}: {why}; taken as unknown")


@cache
def _fields(struct: Any) -> tuple[_Field, ...]:
    return tuple(
        _Field(
            f.name,
            f.encode_name,
            f.type,
            # Items that are no list are not "no items": such an answer says nothing.
            f.required or list[msgspec.Raw] in _kinds(f.type),
            _if_lost(f.name, f.type),
        )
        for f in msgspec.structs.fields(struct)
    )


def _if_lost(name: str, wanted: Any) -> dict[str, Any]:
    if msgspec.UnsetType in _kinds(wanted):
        return {name: msgspec.UNSET}
    return {name: None} if None in _admitted(wanted) else {}


def _kinds(wanted: Any) -> tuple[Any, ...]:
    """The types that a type admits."""
    return get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,)


def _admitted(wanted: Any) -> tuple[Any, ...]:
    return tuple(None if kind is type(None) else kind for kind in _kinds(wanted))


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20
