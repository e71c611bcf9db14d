"""Who answers for a site and how it may be used: ``settings/site``, typed by the agency's admins.

Every page names the office and its contact, and the licence of the data. What was not typed has no
line on the pages; the licence is CC BY 4.0 until the agency names another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from functions.store.agency import AgencyStore
from functions.store.fields import Fields, Names

NAME = "site"
APPLIES = "berlaku"
_IN_FORCE = "in_force"  # written beside what was typed: the last good values
_FIELDS: Names = {
    "office": ("kantor", "penanggung jawab", "unit", "unit penanggung jawab"),
    "contact": ("kontak", "narahubung", "surel", "email", "e-mail"),
    "licence": ("lisensi", "license"),
    "licence_url": ("alamat lisensi", "tautan lisensi", "license_url"),
}
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_WEB = re.compile(r"https://[^\s\x00-\x20\x7f\"<>\\]{1,400}")


class Imprint(msgspec.Struct, frozen=True, kw_only=True):
    """What every page says of its maker.

    ``office``: who answers for the numbers; ``contact``: a mail address, or an https address of a
    form; both empty where nobody said. ``licence`` is the data's, ``licence_url`` its text.
    """

    office: str = ""
    contact: str = ""
    licence: str = "CC BY 4.0"
    licence_url: str = "https://creativecommons.org/licenses/by/4.0/deed.id"

    @property
    def contact_href(self) -> str:
        """The contact as an address to follow; empty without one."""
        # A question mark in a mailbox's name would begin the mail's own headers.
        return f"mailto:{quote(self.contact, safe='@')}" if self.is_mail else self.contact

    @property
    def is_mail(self) -> bool:
        """Whether the contact is a mailbox; a form's address may have an @ as well."""
        return _MAIL.fullmatch(self.contact) is not None

    def mail(self, subject: str, body: str) -> str:
        """The address of a mail to the contact that is begun already; empty where it has none."""
        if not self.is_mail:
            return ""
        asked = f"subject={quote(subject, errors='replace')}&body={quote(body, errors='replace')}"
        return f"{self.contact_href}?{asked}"


def read_imprint(document: Mapping[str, Any]) -> tuple[Imprint, list[str]]:
    """What the document says, and what is wrong with it, in Indonesian.

    A field that is wrong keeps its last good value; the others apply.
    """
    typed = Fields({k: v for k, v in document.items() if k != _IN_FORCE}, _FIELDS)
    before = document.get(_IN_FORCE)
    held = before if isinstance(before, Mapping) else {}
    wrong = []
    for name, near in typed.strange():
        hint = f"maksudnya {near}?" if near else f"ada {', '.join(_FIELDS)}"
        wrong.append(f"{name} tidak dikenal; {hint}")
    values: dict[str, str] = {}
    for field in _FIELDS:
        try:
            given = typed.text(field)
            if given is not None:
                values[field] = _checked(field, given, typed.label(field))
        except ValueError as error:
            kept = _kept(field, held.get(field))
            if kept:
                values[field] = kept
            wrong.append(f"{error}. Yang berlaku tetap {kept or 'yang semula'}.")
    if values.get("licence", Imprint().licence) != Imprint().licence:
        # Another licence's text is not that of CC BY.
        values.setdefault("licence_url", "")
    return Imprint(**values), wrong


def imprint_of(agency: AgencyStore) -> Imprint:
    """An agency's imprint; its admins are told beside the document what became of it."""
    typed = agency.typed_settings(NAME).get(NAME)
    if typed is None:
        return Imprint()
    found, wrong = read_imprint(typed.data)
    status = " ".join(each if each.endswith((".", "?")) else f"{each}." for each in wrong)
    in_force = {field: getattr(found, field) for field in _FIELDS}
    agency.tell_admin([(typed, {"status": status or APPLIES, _IN_FORCE: in_force})])
    return found


def _kept(field: str, value: Any) -> str:
    """A field's last good value; empty without one. The note of it lies where admins type."""
    try:
        return _checked(field, value, field) if isinstance(value, str) and value else ""
    except ValueError:
        return ""


def _checked(field: str, given: str, label: str) -> str:
    line = " ".join(given.split())
    if not line.isprintable():
        raise ValueError(f"{label} memuat huruf yang tidak terlihat; ketik ulang")
    if field == "licence_url" and not _WEB.fullmatch(line):
        raise ValueError(f"{label} {line[:60]!r} bukan alamat https")
    if field == "contact" and not (_MAIL.fullmatch(line) or _WEB.fullmatch(line)):
        raise ValueError(f"{label} {line[:60]!r} bukan alamat surel atau alamat https")
    return line
