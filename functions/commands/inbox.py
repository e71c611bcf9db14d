"""``kiprah inbox``: the questions that wait for an answer, with the links to them and no text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click
import msgspec

from functions.commands import tables
from functions.commands.forget import known_units
from functions.commands.shell import (
    agency_option,
    fail,
    instant_of,
    json_option,
    load_settings,
    now_option,
    opened,
    tell,
    tells_errors,
)
from functions.model import PLATFORM_NAMES, PLATFORMS, Platform, iso
from functions.parsing.nearest import meant
from functions.publish.text import formats
from functions.publish.text.plain import plain
from functions.registry.addresses.public import public_address
from functions.store.agency import AgencyStore
from functions.store.fields import shown


class OpenQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question that nobody of the ministry has answered. ``order``: the smallest first."""

    satker: str
    platform: Platform
    asked_at: datetime
    url: str
    order: int = 0


def open_questions(agency: AgencyStore, satker: str | None = None) -> list[OpenQuestion]:
    """Of every unit, or of one: unit by unit, in the order that was found for them, the oldest
    first."""
    found = (one for one in _questions(agency) if satker in (None, one.satker))
    return sorted(found, key=lambda one: (one.satker, one.order, one.asked_at, one.url))


def _questions(agency: AgencyStore) -> Iterator[OpenQuestion]:
    for platform, inboxes in agency.inboxes(PLATFORMS).items():
        for inbox in inboxes.values():
            for one in inbox.open.values():
                if one.question:
                    yield OpenQuestion(
                        satker=inbox.satker,
                        platform=platform,
                        asked_at=one.asked_at,
                        url=public_address(platform, one.post_id or one.id, one.url),
                        order=one.order,
                    )


@click.command("inbox")
@click.argument("satker", metavar="SATKER", required=False)
@agency_option
@now_option
@json_option
@tells_errors
def inbox_command(
    satker: str | None, agency_id: str | None, now: datetime | None, as_json: bool
) -> None:
    """List the open questions below the posts of all units, or of SATKER, with a link to each.

    Private: for the staff who answer. No text and nobody's name is kept.
    """
    with opened(load_settings(), agency_id, now) as agency:
        known = known_units(agency, instant_of(agency, now)) if satker is not None else ()
        if satker is not None and satker not in known:
            fail(f"satker {shown(satker)} tidak terdaftar{meant(satker, known)}")
        questions, zone = open_questions(agency, satker), agency.zone
    if as_json:
        listed = [{**msgspec.to_builtins(one), "asked_at": iso(one.asked_at)} for one in questions]
        tell({"job": "inbox", "agency": agency.id, "questions": listed}, as_json, "")
        return
    if not questions:
        click.echo("Tidak ada pertanyaan yang menunggu jawaban.")
    rows = [
        (one.satker, PLATFORM_NAMES[one.platform], formats.time(one.asked_at, zone), plain(one.url))
        for one in questions
    ]
    tables.show(("Satker", "Platform", "Ditanyakan", "Tautan"), rows)
