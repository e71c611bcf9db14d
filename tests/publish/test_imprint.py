"""Who answers for a site: what was typed, and what is made of it when it is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.imprint import APPLIES, Imprint, imprint_of, read_imprint
from functions.store.agency import AgencyStore
from functions.store.port import Write

GOOD = {
    "kantor": "Biro Humas",
    "kontak": "humas@kemenkum.example",
    "lisensi": "CC BY-SA 4.0",
    "alamat lisensi": "https://creativecommons.org/licenses/by-sa/4.0/",
}
HELD = {
    "office": "Biro Lama",
    "contact": "lama@kemenkum.example",
    "licence": "CC0",
    "licence_url": "https://creativecommons.org/publicdomain/zero/1.0/",
}
NAMES = ("kantor", "kontak", "lisensi", "alamat lisensi")
# What a reader's browser would do more with than to follow or write a mail.
HOSTILE = st.sampled_from(
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)//@a.id",
        "mailto:humas@kemenkum.example",
        "mailto:humas@kemenkum.example?bcc=x@y.id",
        "data:text/html,<b>",
        "http://kemenkum.example",
        "https://kemenkum.example/\u202egnp",
        'https://kemenkum.example/" onclick="x',
        "https://kemenkum.example/\n<script>",
        "//kemenkum.example",
        "humas@kemenkum.example, lain@kemenkum.example",
        "<humas@kemenkum.example>",
        "humas",
    ]
)
ODD = st.one_of(
    HOSTILE,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=300),
    st.binary(max_size=4),
    st.lists(st.text(max_size=4), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)
DOCUMENTS = st.dictionaries(st.sampled_from([*NAMES, "kantro", "status"]) | st.text(), ODD)


def is_safe(imprint: Imprint) -> bool:
    """Whether every address is https, or a mailbox without headers."""
    mailto = re.compile(r"mailto:[A-Za-z0-9.!$*+/=%_`{|}~^-]{1,190}@[A-Za-z0-9.-]+")
    web = re.compile(r"https://[^\s\"<>\\]+")
    return all(
        href == "" or web.fullmatch(href) or mailto.fullmatch(href)
        for href in (imprint.contact_href, imprint.licence_url)
    ) and not imprint.licence_url.startswith("mailto:")


def test_what_was_typed_applies() -> None:
    imprint, wrong = read_imprint(GOOD)
    assert wrong == []
    assert imprint == Imprint(
        office="Biro Humas",
        contact="humas@kemenkum.example",
        licence="CC BY-SA 4.0",
        licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
    )
    assert imprint.contact_href == "mailto:humas@kemenkum.example"


def test_what_was_not_typed_is_as_it_is_without_a_document() -> None:
    assert read_imprint({}) == (Imprint(), [])
    assert Imprint().contact_href == ""
    # The text of one licence is not that of another.
    assert read_imprint({"lisensi": "Lisensi Kementerian"})[0].licence_url == ""
    assert read_imprint({"lisensi": "CC BY 4.0"})[0] == Imprint()


@pytest.mark.parametrize("field", NAMES)
@given(odd=ODD)
def test_one_odd_field_costs_its_neighbours_nothing(field: str, odd: Any) -> None:
    imprint, _ = read_imprint({**GOOD, field: odd, "in_force": HELD})
    whole, _ = read_imprint(GOOD)
    for name, of in zip(NAMES, ("office", "contact", "licence", "licence_url"), strict=True):
        if name != field and not (field == "lisensi" and of == "licence_url"):
            assert getattr(imprint, of) == getattr(whole, of)


@given(DOCUMENTS, st.dictionaries(st.sampled_from([*HELD]), ODD) | ODD)
def test_whatever_was_typed_no_address_does_more_than_lead(
    document: dict[str, Any], held: Any
) -> None:
    imprint, wrong = read_imprint({**document, "in_force": held})
    assert is_safe(imprint)
    for value in (imprint.office, imprint.contact, imprint.licence):
        assert value.isprintable()
        assert len(value) <= 400
    assert all("\n" not in each for each in wrong)


@given(HOSTILE)
def test_a_wrong_contact_keeps_the_last_good_one(typed: str) -> None:
    imprint, wrong = read_imprint({**GOOD, "kontak": typed, "in_force": HELD})
    assert imprint.contact == HELD["contact"]
    [said] = wrong
    assert said.startswith("kontak ")
    assert said.endswith("Yang berlaku tetap lama@kemenkum.example.")
    without, _ = read_imprint({**GOOD, "kontak": typed})
    assert without.contact == without.contact_href == ""


def test_a_note_of_the_last_good_values_is_not_believed_blindly() -> None:
    """It lies in a document that admins type into."""
    held = {**HELD, "contact": "javascript:alert(1)", "licence_url": 7}
    imprint, _ = read_imprint({"kontak": "?", "alamat lisensi": "?", "in_force": held})
    assert imprint.contact == ""
    assert imprint.licence_url == Imprint().licence_url


def test_a_mailbox_may_hold_what_would_begin_a_mails_headers() -> None:
    imprint, _ = read_imprint({"kontak": "a?bcc=b&c@kemenkum.example"})
    assert imprint.contact_href == "mailto:a%3Fbcc%3Db%26c@kemenkum.example"


def test_an_address_of_a_form_is_no_mailbox_for_having_an_at_sign() -> None:
    imprint, _ = read_imprint({"kontak": "https://form.example/@humas"})
    assert imprint.contact_href == "https://form.example/@humas"
    assert not imprint.is_mail


def test_a_name_that_is_none_is_told_with_what_was_meant() -> None:
    _, [said] = read_imprint({"kontk": "a@b.id"})
    assert said == "kontk tidak dikenal; maksudnya kontak?"


def test_an_admin_is_told_what_became_of_the_document(agency: AgencyStore) -> None:
    path = f"{agency.root}/settings/site"

    def typed(document: dict[str, Any]) -> None:
        before = agency.typed_settings("site").get("site")
        kept = {k: v for k, v in (before.data if before else {}).items() if k == "in_force"}
        agency.store.write([Write(path, {**kept, **document})])

    assert imprint_of(agency) == Imprint()
    typed(GOOD)
    first = imprint_of(agency)
    assert agency.settings("site")["status"] == APPLIES
    typed({**GOOD, "kontak": "javascript:alert(1)"})
    assert imprint_of(agency) == first
    status = agency.settings("site")["status"]
    assert status.startswith("kontak 'javascript:alert(1)' bukan alamat surel")
    # Running twice equals running once.
    held = agency.typed_settings("site")["site"]
    assert imprint_of(agency) == first
    assert agency.typed_settings("site")["site"] == held
