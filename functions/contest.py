"""``kiprah decide`` and ``kiprah object``: what admins decide, and what units contest.

Only a decision of a named admin changes what counts, and it does so at the next scoring. What is
refused here is refused before anything is written, in one Indonesian line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from functions.addresses import posts_at
from functions.model import Roster, iso, month_of
from functions.nearest import meant
from functions.store.agency import AgencyStore, Located
from functions.store.decisions import parse_decision, parse_objection, parse_post
from functions.store.evidence import Action
from functions.store.port import Conflict, Stored


class Refused(ValueError):
    """What was asked cannot be done; one Indonesian sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it, when, why, and where it is written down (None: nowhere)."""

    by: str
    at: datetime
    why: str
    link: str | None = None

    def document(self) -> dict[str, Any]:
        return {"by": self.by, "at": iso(self.at), "why": self.why, "link": self.link}


@dataclass(frozen=True, slots=True)
class Target:
    """The post that is meant. ``account`` None: the post of every account that shares it."""

    post: str
    month: str
    account: str | None
    url: str | None


def decide(
    book: AgencyStore,
    text: str,
    said: Said,
    *,
    action: Action,
    satker: str | None = None,
    value: int | None = None,
    account: str | None = None,
    objection: str | None = None,
    revise: bool = False,
) -> str:
    """Write a decision on a post; returns its id. Saying the same again changes nothing.

    Args:
        text: the post's address in any form, or ``x:123``.
        satker: whom ``reassign`` gives the post to.
        value: the Interaksi 24 Jam of ``set_value``.
        account: ``x:9``, where only one account's copy of a shared post is meant.
        objection: the id of the objection that is thereby granted.
        revise: whether a final month is to be revised; without it such a month is left alone.

    Raises:
        Refused: the post is unknown, its month is final, the satker or objection does not exist.
    """
    target = _target(book, text, account, said.at)
    if action == "reassign" and satker is not None:
        _known(satker, {unit.id for unit in book.listed(target.month, said.at)})
    if not revise and book.month_state(target.month) == "final":
        raise Refused(f"bulan {target.month} sudah final; tambahkan --revise untuk membuat revisi")
    contested = _contested(book, objection) if objection else None
    document = {
        "action": action,
        "post": target.post,
        "month": target.month,
        "url": target.url,
        "account": target.account,
        "satker": satker,
        "value": value,
        "objection": objection,
        "revise": revise,
        **said.document(),
    }
    document = {name: given for name, given in document.items() if given not in (None, False)}
    _checked(parse_decision, document, book)
    id = _id(said.at, document)
    try:
        book.add_decision(id, document)
    except Conflict:
        return id  # said before, word for word
    if contested is not None:
        _answer(book, contested, said, accepted=True)
    return id


def reject(book: AgencyStore, objection: str, said: Said) -> None:
    """Answer an objection without changing what counts; Refused when there is none."""
    _answer(book, _contested(book, objection), said, accepted=False)


def contest(
    book: AgencyStore,
    text: str | None,
    said: Said,
    *,
    month: str | None = None,
    satker: str | None = None,
) -> str:
    """Write an objection to a post, or to a month as a whole; returns its id.

    Raises:
        Refused: the post or satker is unknown, or neither a post nor a month is named.
    """
    if satker is not None:
        _known(satker, _units(book, said.at))
    document: dict[str, Any] = {"satker": satker, **said.document()}
    if text is not None:
        target = _target(book, text, None, said.at)
        document |= {"post": target.post, "month": target.month, "url": target.url}
    elif month is not None:
        document["month"] = month
    else:
        raise Refused("sebutkan alamat unggahannya, atau bulannya dengan --month")
    document = {name: given for name, given in document.items() if given is not None}
    _checked(parse_objection, document, book)
    id = _id(said.at, document)
    with suppress(Conflict):  # said before, word for word
        book.add_objection(id, document)
    return id


def _target(book: AgencyStore, text: str, account: str | None, now: datetime) -> Target:
    try:
        platform, post_id = parse_post(text)
    except ValueError:
        platform, located = posts_at(book, text)
        url: str | None = text
    else:
        located, url = book.find_urls(platform, [post_id]), None
    if account is not None:
        located = tuple(one for one in located if one.account == account)
    if not located:
        raise Refused(
            f"unggahan {text!r} belum pernah terbaca; periksa alamatnya dengan kiprah why"
        )
    first: Located = located[0]
    return Target(
        post=f"{platform}:{first.post_id}",
        month=month_of(first.published_at, book.agency.zone),
        account=account,
        url=url,
    )


def _units(book: AgencyStore, now: datetime) -> set[str]:
    """The ids of all units that are or were registered."""
    roster = book.roster(now) or Roster(as_of=now)
    return {unit.id for unit in (*roster.former, *roster.satker)}


def _known(satker: str, units: set[str]) -> None:
    if satker not in units:
        advice = meant(satker, units) or "; lihat kodenya dengan kiprah registry export"
        raise Refused(f"satker {satker!r} tidak ada{advice}")


def _contested(book: AgencyStore, id: str) -> Stored:
    objections = book.objections()
    for stored in objections:
        if stored.id == id:
            if stored.data.get("answer"):
                raise Refused(f"sanggahan {id} sudah diputuskan")
            return stored
    advice = (
        meant(id, (stored.id for stored in objections)) or "; lihat kodenya di halaman bulannya"
    )
    raise Refused(f"sanggahan {id!r} tidak ada{advice}")


def _answer(book: AgencyStore, objection: Stored, said: Said, *, accepted: bool) -> None:
    answer = {
        "accepted": accepted,
        "answer": said.why,
        "answered_by": said.by,
        "answered_at": iso(said.at),
    }
    book.answer_objection(objection, answer)


def _checked(parse: Any, document: Mapping[str, Any], book: AgencyStore) -> None:
    """What a console would be told of the document is told before it is written."""
    try:
        parse("", document, book.agency.zone)
    except ValueError as error:
        raise Refused(str(error)) from None


def _id(at: datetime, document: Mapping[str, Any]) -> str:
    """The same words at the same instant are the same document."""
    told = hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()[:6]
    return f"{iso(at).replace(':', '').replace('-', '')}-{told}"
