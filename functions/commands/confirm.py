"""``kiprah confirm``: a second person agrees to a decision."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import click

from functions.commands.contest import (
    ContestRefused,
    Said,
    answer_objection,
    find_objection,
    told_refusals,
)
from functions.commands.shell import (
    agency_option,
    json_option,
    load_settings,
    now_option,
    opened,
    tell,
    tells_errors,
)
from functions.model import iso
from functions.parsing.nearest import meant
from functions.store.agency import AgencyStore
from functions.store.decisions import (
    DECISION_NAMES,
    is_same_person,
    parse_confirmation,
    parse_decision,
)
from functions.store.fields import Fields
from functions.store.port import Stored
from functions.times import present


def confirm(agency: AgencyStore, id: str, by: str, at: datetime) -> None:
    """Confirm a decision, and answer the objection that it grants.

    Saying the same again changes nothing.

    Raises:
        ContestRefused: there is no such decision, it cannot be used, who confirms is who decided,
            or somebody else has confirmed it.
    """
    stored = _decided(agency, id)
    try:
        decision = parse_decision(id, stored.data, agency.zone)
    except ValueError as error:
        raise ContestRefused(str(error)) from None
    try:
        confirmed = parse_confirmation(stored.data, decision, agency.zone)
    except ValueError:
        confirmed = None  # a broken one is replaced
    if confirmed is not None and not is_same_person(confirmed.by, by):
        raise ContestRefused(f"keputusan {id} sudah disetujui oleh {confirmed.by}")
    if confirmed is None:
        fields = Fields(stored.data, DECISION_NAMES)
        names = {"confirmed_by": by, "confirmed_at": iso(at)}
        said = {fields.label(name): value for name, value in names.items()}
        try:
            parse_confirmation({**stored.data, **said}, decision, agency.zone)
        except ValueError as error:
            raise ContestRefused(str(error)) from None
        agency.amend(stored, said)
    if decision.objection is not None:
        with suppress(ContestRefused):  # answered by now, or taken back
            contested = find_objection(agency, decision.objection)
            answer_objection(agency, contested, Said(decision.by, at, decision.why), accepted=True)


def _decided(agency: AgencyStore, id: str) -> Stored:
    decisions = agency.decisions()
    for stored in decisions:
        if stored.id == id:
            return stored
    advice = meant(id, (stored.id for stored in decisions)) or "; kodenya ditulis kiprah decide"
    raise ContestRefused(f"keputusan {id!r} tidak ada{advice}")


@click.command("confirm")
@click.argument("id", metavar="ID")
@click.option("--by", required=True, help="Who confirms it: another person than who decided.")
@agency_option
@now_option
@json_option
@tells_errors
def confirm_command(
    id: str, by: str, agency_id: str | None, now: datetime | None, as_json: bool
) -> None:
    """Confirm the decision ID as a second person.

    Where the agency's settings ask for it a decision counts only then. Who confirmed it stands in
    the month's public log.
    """

    with opened(load_settings(), agency_id, now) as agency, told_refusals():
        confirm(agency, id, by, now or present())
    words = f"Keputusan {id} disetujui oleh {by}; berlaku pada penilaian berikutnya."
    tell({"job": "confirm", "decision": id, "by": by}, as_json, words)
