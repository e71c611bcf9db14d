"""Which notices an agency wants: ``settings/notify``, typed by its admins. All, until it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from functions.store.agency import AgencyStore
from functions.store.fields import Fields, Names

NAME = "notify"
# The kinds of notices, and what their switches may be called.
KINDS: Names = {
    "account": ("akun",),
    "consent": ("izin",),
    "objection": ("sanggahan",),
    "month": ("bulan",),
    "alarm": ("siaga",),
}
APPLIES = "berlaku"
_IN_FORCE = "in_force"  # written beside what was typed: the last good values


class Switches(NamedTuple):
    """The kinds that are wanted, and what is wrong with the document, in Indonesian."""

    wanted: frozenset[str]
    wrong: tuple[str, ...]


def read_switches(document: Mapping[str, Any]) -> Switches:
    """What the document says; where it cannot be understood, what was in force before."""
    fields = Fields({k: v for k, v in document.items() if k != _IN_FORCE}, KINDS)
    before = document.get(_IN_FORCE)
    held = before if isinstance(before, Mapping) else {}
    wanted, wrong = set(), []
    for name, near in fields.strange():
        hint = f"maksudnya {near}?" if near else f"ada {', '.join(KINDS)}"
        wrong.append(f"{name} tidak dikenal; {hint}")
    for kind in KINDS:
        try:
            is_on = fields.yes_or_no(kind) is not False
        except ValueError as error:
            is_on = held.get(kind) is not False
            wrong.append(f"{error}. Yang berlaku tetap {'true' if is_on else 'false'}.")
        if is_on:
            wanted.add(kind)
    return Switches(frozenset(wanted), tuple(wrong))


def switches_of(agency: AgencyStore) -> Switches:
    """An agency's switches; its admins are told beside them what became of them."""
    typed = agency.typed_settings(NAME).get(NAME)
    if typed is None:
        return Switches(frozenset(KINDS), ())
    found = read_switches(typed.data)
    status = "; ".join(found.wrong) or APPLIES
    in_force = {kind: kind in found.wanted for kind in KINDS}
    agency.tell_admin([(typed, {"status": status, _IN_FORCE: in_force})])
    return found
