"""What a file is, told by what is in it."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.registry.kinds import kind_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def archive(**parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (archive(xl__workbook_dot_xml="a"), "XLSX"),
        (archive(xl__workbook_dot_bin="a"), "buku kerja biner Excel (.xlsb)"),
        (
            archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
            "OpenDocument (.ods)",
        ),
        (archive(Index__Document_dot_iwa="a"), "Numbers"),
        (archive(word__document_dot_xml="a"), "dokumen Word"),
        (archive(a="a"), "ZIP"),
        (b"PK", "ZIP"),
        (OLE, "Excel lama (.xls)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "kata sandi"),
        (b"%PDF-1.7", "PDF"),
        (b"\xef\xbb\xbf\r\n<HTML><table>", "halaman HTML"),
        (b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com'/>", "XML"),
        (b"id,nama,jenis\n", None),
        (b"", None),
    ],
)
def test_a_kind_is_told_by_the_content(content, kind):
    assert kind_of(content) == kind


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", OLE, b"<html", b"<?xml"]))
def test_any_bytes_have_a_kind_or_none(content, beginning):
    assert kind_of(beginning + content) is None or kind_of(beginning + content)
