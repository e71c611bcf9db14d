"""``kiprah signed``: puts the signed copy of a final month's sheet beside the sheet."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import click
from msgspec.structs import replace

from functions.commands.shell import (
    MOST_BYTES,
    Misused,
    agency_option,
    check_month,
    chosen,
    content_of,
    fail,
    json_option,
    load_settings,
    now_option,
    opened_all,
    tell,
    tells_errors,
)
from functions.publish.documents import paths
from functions.publish.documents.made import CURSOR
from functions.publish.documents.papers import noted_signature
from functions.publish.pages.posts import web_address
from functions.publish.targets.port import Objects, ObjectsError
from functions.publish.targets.sites import open_site
from functions.publish.targets.upload import file_of
from functions.store.agency import AgencyStore
from functions.store.agency.signatures import Signature
from functions.store.port import Conflict
from functions.times import present

# A reader looks for the head in the first 1,024 bytes and for the end in the last (ISO 32000).
_HEAD = 1_024
_LONGEST = 200  # letters of a name or an office


class NotSignedError(ValueError):
    """The copy cannot be put; one Indonesian sentence says why and what to do."""


def sign(agency: AgencyStore, objects: Objects, signed: Signature, body: bytes) -> Signature:
    """Put the signed copy of a month's sheet and note who signed; returns what is noted.

    Saying the same again changes nothing.

    Raises:
        NotSignedError: the month is not final, the file is no PDF, or another copy lies there.
        ObjectsError, StoreError: what was put until then stays and is right.
    """
    record = agency.month(signed.month)
    if record is None or record.ranking.state != "final":
        raise NotSignedError(f"{signed.month} belum final; lembarnya baru ada sesudah itu")
    if not is_pdf(body):
        raise NotSignedError("berkas itu bukan PDF yang utuh; pilih salinan bertanda tangannya")
    wanted = replace(
        signed,
        revision=record.ranking.revision,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        sealed=b"/ByteRange" in body,
    )
    held = agency.signatures().get((wanted.month, wanted.revision))
    if held is not None and not _same(held, wanted):
        raise NotSignedError(_taken(held))
    path = paths.signed_path(wanted.month, wanted.revision)
    if not objects.put(file_of(path, body), if_absent=True) and objects.get(path) != body:
        raise NotSignedError(f"di {path} sudah ada salinan lain, yang tidak pernah ditimpa")
    if held is not None:
        _note(agency, held)
        return held
    try:
        agency.add_signature(wanted)
    except Conflict:
        other = agency.signatures().get((wanted.month, wanted.revision))
        if other is None or not _same(other, wanted):
            raise NotSignedError(_taken(other or wanted)) from None
        _note(agency, other)
        return other
    _note(agency, wanted)
    return wanted


def _note(agency: AgencyStore, signed: Signature) -> None:
    """Note it where pages learn of it."""
    agency.save_cursor(CURSOR, **noted_signature(signed))


def is_pdf(body: bytes) -> bool:
    """Whether a file begins and ends as a PDF does."""
    return b"%PDF-" in body[:_HEAD] and b"%%EOF" in body[-_HEAD:]


def warnings(objects: Objects, signed: Signature, body: bytes) -> list[str]:
    """What is odd about a copy that is put all the same: a sentence each."""
    found = []
    if not signed.sealed:
        found.append(
            "berkas itu tidak memuat tanda tangan elektronik; yang ditautkan hanya salinannya"
        )
    sheet = objects.get(paths.frozen_path(paths.approval_path(signed.month), signed.revision))
    # A signature is appended to what it signs; some programs write the whole file anew.
    if sheet is None:
        found.append("lembar penetapannya belum dibuat; jalankan kiprah documents")
    elif not body.startswith(sheet):
        found.append("berkas itu tidak diawali lembar penetapan revisi ini; periksa isinya")
    return found


def _same(held: Signature, wanted: Signature) -> bool:
    return replace(held, at=wanted.at) == wanted


def _taken(held: Signature) -> str:
    return (
        f"{held.month} revisi {held.revision} sudah bertanda tangan {held.by} ({held.office}); "
        "salinan itu tidak pernah ditimpa"
    )


def _line(name: str, text: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > _LONGEST:
        raise Misused(f"{name} needs 1 to {_LONGEST} letters")
    return said


@click.command("signed")
@click.argument("month")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by", required=True, help="The name of who signed.")
@click.option("--office", required=True, help="In what office: Kepala Biro Humas.")
@click.option("--link", help="Where more is said of it, or it can be checked.")
@agency_option
@now_option
@json_option
@tells_errors
def signed_command(
    month: str,
    file: Path,
    by: str,
    office: str,
    link: str | None,
    agency_id: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Put the signed copy of the sheet of MONTH, the PDF FILE, beside the sheet.

    The month's page links it and names who signed. A copy is never overwritten; a revision of the
    month has a sheet, and a copy, of its own.
    """
    check_month(month)
    if link is not None and web_address(link) is None:
        raise Misused("--link needs an address that begins with https://")
    body = content_of(file)
    if len(body) > MOST_BYTES:
        raise Misused(f"{file} is larger than {MOST_BYTES // 1_048_576} MB")
    loaded = load_settings()
    said = Signature(
        month=month,
        revision=0,
        by=_line("--by", by),
        office=_line("--office", office),
        at=now or present(),
        sha256="",
        size=0,
        sealed=False,
        link=link,
    )
    with opened_all(loaded, now) as agencies:
        agency = chosen(agencies, agency_id)
        everybody = [each.agency for each in agencies]
        try:
            objects = open_site(loaded.site, agency.agency, everybody)
            signed = sign(agency, objects, said, body)
            if loaded.frozen and not agency.simulation:
                # Unlike all else in the site it cannot be made anew: where frozen months are kept.
                kept = open_site(loaded.frozen, agency.agency, everybody, "KIPRAH_FROZEN")
                kept.put(file_of(paths.signed_path(month, signed.revision), body), if_absent=True)
            odd = warnings(objects, signed, body)
        except (NotSignedError, ObjectsError) as error:
            fail(str(error))
    for sentence in odd:
        click.echo(f"kiprah: {sentence}", err=True)
    path = paths.signed_path(month, signed.revision)
    report = {"job": "signed", "month": month, "path": path, "warnings": odd}
    tell(report, as_json, f"{path}: ditandatangani {signed.by}, {signed.office}.")
