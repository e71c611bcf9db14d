"""What kind of file it is, by its first bytes and by a ZIP's content, never by its name."""

from __future__ import annotations

import io
import zipfile

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SIGNS = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "dokumen RTF"),
    (b"\x89PNG", "gambar"),
    (b"\xff\xd8\xff", "gambar"),
    (b"\x1f\x8b", "berkas gzip"),
    (b"SQLite format 3", "basis data"),
)
# What a ZIP is, by a part that only such a one has.
_PARTS = (
    ("xl/workbook.xml", "XLSX"),
    ("xl/workbook.bin", "buku kerja biner Excel (.xlsb)"),
    ("Index/Document.iwa", "Numbers"),
    ("Index.zip", "Numbers"),
    ("word/document.xml", "dokumen Word"),
    ("ppt/presentation.xml", "PowerPoint"),
)


def kind_of(content: bytes) -> str | None:
    """``XLSX``, another kind in Indonesian words, ``kata sandi`` for a locked workbook; None: text.

    A ZIP that cannot be opened is one of no kind: ``ZIP``.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "kata sandi" if _ENCRYPTED in content else "Excel lama (.xls)"
    if content.startswith(b"PK"):
        return _zip_kind(content)
    if found := next((kind for sign, kind in _SIGNS if content.startswith(sign)), None):
        return found
    beginning = content[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith(
        (b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<style")
    ):
        return "halaman HTML"
    if beginning.startswith(b"<?xml"):
        return "halaman HTML" if b"<html" in beginning else "XML"
    return None


def _zip_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {*archive.namelist()}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype").decode("ascii", "replace")
                if "opendocument" in kind:
                    return "OpenDocument (.ods)" if "spreadsheet" in kind else "OpenDocument"
    except Exception:  # whatever a damaged archive provokes
        return "ZIP"
    return next((kind for part, kind in _PARTS if part in names), "ZIP")
