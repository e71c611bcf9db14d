"""``kiprah decide`` and ``kiprah object``: what admins decide, and what units contest.

Only a decision of a named admin changes what counts, and it does so at the next scoring. What is
refused here is refused before anything is written, in one Indonesian line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
import msgspec

from functions.commands.shell import (
    Misused,
    agency_option,
    check_month,
    fail,
    json_option,
    load_settings,
    now_option,
    opened,
    tell,
    tells_errors,
)
from functions.model import Roster, iso, month_of
from functions.parsing.nearest import meant
from functions.registry.addresses.lookup import posts_at
from functions.score.settings import read_confirm
from functions.store.agency import AgencyStore
from functions.store.agency.posts import Located
from functions.store.decisions import is_answered, parse_decision, parse_objection, parse_post
from functions.store.evidence import Action
from functions.store.port import Conflict, Stored
from functions.times import present


class ContestRefused(ValueError):
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


class NewDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided about a post.

    Attributes:
        satker: the unit that ``reassign`` gives the post to.
        value: the Interaksi 24 Jam of ``set_value``.
        account: ``x:9``, where only one account's copy of a shared post is meant.
        objection: the id of the objection that the decision grants.
        revise: whether to revise a final month; without it such a month is left alone.
    """

    action: Action
    satker: str | None = None
    value: int | None = None
    account: str | None = None
    objection: str | None = None
    revise: bool = False


def decide(agency: AgencyStore, text: str, said: Said, new: NewDecision) -> str:
    """Write a decision on a post; returns its id. Saying the same again changes nothing.

    ``text``: the post's address in any form, or ``x:123``.

    Raises:
        ContestRefused: the post is unknown, its month is final, or the satker or objection does
            not exist.
    """
    target = _target(agency, text, new.account, said.at)
    if new.action == "reassign" and new.satker is not None:
        _known(new.satker, {unit.id for unit in agency.listed(target.month, said.at)})
    if not new.revise and agency.month_state(target.month) == "final":
        raise ContestRefused(
            f"bulan {target.month} sudah final; tambahkan --revise untuk membuat revisi"
        )
    contested = find_objection(agency, new.objection) if new.objection else None
    if asks_second_person(agency):
        contested = None  # answered once the decision is confirmed
    document = _decision(target, said, new)
    _checked(parse_decision, document, agency)
    id = _id(said.at, document)
    try:
        agency.add_decision(id, document)
    except Conflict:
        return id  # said before, word for word
    if contested is not None:
        answer_objection(agency, contested, said, accepted=True)
    return id


def asks_second_person(agency: AgencyStore) -> bool:
    """Whether a decision of this agency counts only once a second person has confirmed it."""
    return read_confirm(agency.settings("decisions"))[0]


def _decision(target: Target, said: Said, new: NewDecision) -> dict[str, Any]:
    """The document of a decision, without the fields that say nothing."""
    document = {
        "action": new.action,
        "post": target.post,
        "month": target.month,
        "url": target.url,
        "account": target.account,
        "satker": new.satker,
        "value": new.value,
        "objection": new.objection,
        "revise": new.revise,
        **said.document(),
    }
    # By what they are: a value of 0 equals False, and says something.
    return {
        name: given for name, given in document.items() if given is not None and given is not False
    }


def reject(agency: AgencyStore, objection: str, said: Said) -> None:
    """Answer an objection without changing what counts; ContestRefused when there is none."""
    answer_objection(agency, find_objection(agency, objection), said, accepted=False)


def contest(
    agency: AgencyStore,
    text: str | None,
    said: Said,
    *,
    month: str | None = None,
    satker: str | None = None,
) -> str:
    """Write an objection to a post, or to a month as a whole; returns its id.

    Raises:
        ContestRefused: the post or satker is unknown, or neither a post nor a month is named.
    """
    if satker is not None:
        _known(satker, _units(agency, said.at))
    document: dict[str, Any] = {"satker": satker, **said.document()}
    if text is not None:
        target = _target(agency, text, None, said.at)
        document |= {"post": target.post, "month": target.month, "url": target.url}
    elif month is not None:
        document["month"] = month
    else:
        raise ContestRefused("sebutkan alamat unggahannya, atau bulannya dengan --month")
    document = {name: given for name, given in document.items() if given is not None}
    _checked(parse_objection, document, agency)
    id = _id(said.at, document)
    with suppress(Conflict):  # said before, word for word
        agency.add_objection(id, document)
    return id


def _target(agency: AgencyStore, text: str, account: str | None, now: datetime) -> Target:
    try:
        platform, post_id = parse_post(text)
    except ValueError:
        platform, located = posts_at(agency, text)
        url: str | None = text
    else:
        located, url = agency.find_urls(platform, [post_id]), None
    if account is not None:
        located = tuple(one for one in located if one.account == account)
    if not located:
        raise ContestRefused(
            f"unggahan {text!r} belum pernah terbaca; periksa alamatnya dengan kiprah why"
        )
    first: Located = located[0]
    return Target(
        post=f"{platform}:{first.post_id}",
        month=month_of(first.published_at, agency.zone),
        account=account,
        url=url,
    )


def _units(agency: AgencyStore, now: datetime) -> set[str]:
    """The ids of all units that are or were registered."""
    roster = agency.roster(now) or Roster(as_of=now)
    return {unit.id for unit in (*roster.former, *roster.satker)}


def _known(satker: str, units: set[str]) -> None:
    if satker not in units:
        advice = meant(satker, units) or "; lihat kodenya dengan kiprah registry export"
        raise ContestRefused(f"satker {satker!r} tidak ada{advice}")


def find_objection(agency: AgencyStore, id: str) -> Stored:
    """The objection that is to be answered; ContestRefused when it is answered, or not there."""
    objections = agency.objections()
    for stored in objections:
        if stored.id == id:
            if is_answered(stored.data):
                raise ContestRefused(f"sanggahan {id} sudah diputuskan")
            return stored
    advice = (
        meant(id, (stored.id for stored in objections)) or "; lihat kodenya di halaman bulannya"
    )
    raise ContestRefused(f"sanggahan {id!r} tidak ada{advice}")


def answer_objection(agency: AgencyStore, objection: Stored, said: Said, *, accepted: bool) -> None:
    """Answer an objection with the reason of what was decided."""
    answer = {
        "accepted": accepted,
        "answer": said.why,
        "answered_by": said.by,
        "answered_at": iso(said.at),
    }
    agency.amend(objection, answer)


def _checked(parse: Any, document: Mapping[str, Any], agency: AgencyStore) -> None:
    """Refuse, before it is written, a document that scoring could not use."""
    try:
        parse("", document, agency.zone)
    except ValueError as error:
        raise ContestRefused(str(error)) from None


def _id(at: datetime, document: Mapping[str, Any]) -> str:
    """The document's id: the same words at the same instant have the same id."""
    told = hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()[:6]
    return f"{iso(at).replace(':', '').replace('-', '')}-{told}"


by_option = click.option("--by", required=True, help="Who says so; stands in the public log.")


why_option = click.option("--why", required=True, help="The reason, in Indonesian; public.")


link_option = click.option("--link", help="Where it is written down; public.")


@click.command("decide")
@click.argument("address", metavar="[URL]", required=False)
@click.option("--action", type=click.Choice(["exclude", "include", "reassign", "set_value"]))
@by_option
@why_option
@link_option
@click.option("--satker", help="Whom reassign gives the post to.")
@click.option("--value", type=click.IntRange(min=0), help="The 24-hour interactions of set_value.")
@click.option("--account", help="One account of a shared post, such as instagram:178.")
@click.option("--objection", metavar="ID", help="The objection that this grants, or rejects.")
@click.option("--reject", "rejects", is_flag=True, help="Reject the objection: nothing changes.")
@click.option("--revise", is_flag=True, help="Make a revision of a month that is final.")
@agency_option
@now_option
@json_option
@tells_errors
def decide_command(
    address: str | None,
    action: Any,
    by: str,
    why: str,
    link: str | None,
    satker: str | None,
    value: int | None,
    account: str | None,
    objection: str | None,
    rejects: bool,
    revise: bool,
    agency_id: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Decide about the post at URL: what counts changes at the next scoring.

    Every decision stands in the month's public log. With --reject an objection is answered and
    nothing changes.
    """

    said = Said(by, now or present(), why, link)
    id, waits = None, False
    with opened(load_settings(), agency_id, now) as agency, told_refusals():
        if rejects:
            if objection is None or action is not None:
                raise Misused("--reject needs --objection, and takes no --action")
            reject(agency, objection, said)
        elif address is None or action is None:
            raise Misused("name the post's URL and an --action, or --objection and --reject")
        elif (action == "reassign") != (satker is not None):
            raise Misused("--satker goes with --action reassign, and only with it")
        elif (action == "set_value") != (value is not None):
            raise Misused("--value goes with --action set_value, and only with it")
        else:
            new = NewDecision(
                action=action,
                satker=satker,
                value=value,
                account=account,
                objection=objection,
                revise=revise,
            )
            id, waits = decide(agency, address, said, new), asks_second_person(agency)
    words = f"Keputusan {id} berlaku pada penilaian berikutnya." if id else "Sanggahan ditolak."
    if waits:
        words = f"Keputusan {id} menunggu orang kedua: kiprah confirm {id} --by NAMA"
    report = {"job": "decide", "decision": id, "objection": objection, "waits": waits}
    tell(report, as_json, words)


@click.command("object")
@click.argument("address", metavar="[URL]", required=False)
@by_option
@why_option
@link_option
@click.option("--month", metavar="YYYY-MM", help="The month, where it is about no single post.")
@click.option("--satker", help="The unit that objects.")
@agency_option
@now_option
@json_option
@tells_errors
def object_to(
    address: str | None,
    by: str,
    why: str,
    link: str | None,
    month: str | None,
    satker: str | None,
    agency_id: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Object to how the post at URL counts, or to a month.

    The objection stands in the month's public log. Undecided, it keeps the month from becoming
    final.
    """

    if month is not None:
        check_month(month)
    if (address is None) == (month is None):
        raise Misused("name either the post's URL or a --month")
    said = Said(by, now or present(), why, link)
    with opened(load_settings(), agency_id, now) as agency, told_refusals():
        id = contest(agency, address, said, month=month, satker=satker)
    tell({"job": "object", "objection": id}, as_json, f"Sanggahan {id} tercatat.")


@contextmanager
def told_refusals() -> Iterator[None]:
    """What cannot be done is one line; an address of no post is a wrong use."""
    from functions.registry.addresses.posts import NotAPost

    try:
        yield
    except NotAPost as refusal:
        raise Misused(str(refusal)) from None
    except ContestRefused as refusal:
        fail(str(refusal))
