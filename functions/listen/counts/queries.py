"""What may be counted on X: a query is judged word by word before it costs or reveals anything.

A query holds registered handles (``@a``, ``from:a``, ``to:a``), names of units and services, tags
of campaigns, ``OR``, brackets, a minus, and the operators ``lang:`` and ``is:``; X reads neighbours
as AND, before OR. Anything else is refused by its name, and so are the words of ``words.py``
wherever they stand. No machine can tell a service's name from a person's, so that a query counts
only once a second admin has confirmed it: by the code that its text has. Another text has another.

What is judged is the query without accents and invisible characters, and that very text is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Literal

import msgspec

from functions.listen.counts.words import folded, refused_word
from functions.parsing.cleaning import clean
from functions.store.decisions import is_same_person
from functions.store.fields import Fields, Names, shown

LONGEST = 512  # characters that X takes (docs.x.com, "Build a query": pay per use)
DEEPEST = 5  # brackets in one another
MOST = 20  # queries of an agency
LONGEST_NAME = 60
NAMES: Names = {
    "name": ("nama", "sebutan"),
    "query": ("kueri", "pencarian"),
    "by": ("oleh",),
    "at": ("waktu", "tanggal"),
    "confirmed_by": ("disetujui oleh",),
    "code": ("kode", "kode persetujuan"),
    "confirmed_at": ("disetujui pada", "waktu persetujuan"),
}
COUNTED = "dihitung tiap jam"
WAITS = "menunggu persetujuan orang kedua: isi confirmed_by, dan code dengan"
_LETTERS = 6
_CONSONANTS = "bcdfghjkmnpqrstv"  # no digits, which a console may hold as a number

_PIECE = re.compile(r'(-?)(?:(\()|(\))|"([^"]*)"|([^\s()"]+))|(")')
# A number behind ``from:`` would be somebody's id.
_HANDLE = re.compile(r"(@|(?:from|to):)@?(?![0-9]+\Z)([A-Za-z0-9_]{1,15})", re.IGNORECASE)
_TAG = re.compile(r"#[A-Za-z0-9_]+")
_LANGUAGE = re.compile(r"lang:[a-z]{2,3}", re.IGNORECASE)
_KIND = re.compile(r"is:(?:retweet|reply|quote)", re.IGNORECASE)
_OPERATORS = "lang:in, -is:retweet, -is:reply, -is:quote"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a query may name: handles and tags without their sign, names of units and services."""

    handles: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    @classmethod
    def of(cls, handles: Iterable[str], names: Iterable[str], tags: Iterable[str]) -> Known:
        """The same however they are written."""
        return cls(
            handles=frozenset(_same(handle) for handle in handles) - {""},
            names=frozenset(_same(name) for name in names) - {""},
            tags=frozenset(_same(tag) for tag in tags) - {""},
        )


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A query as an admin typed it, judged.

    ``text``: what X is asked; empty unless it is ``counted``. ``said``: in Indonesian, for the
    admin; why it is refused, or what it waits for.
    """

    name: str
    state: Literal["counted", "waiting", "refused"]
    said: str
    text: str = ""


def judged(typed: Any, known: Known) -> list[Query]:
    """Every query that stands in ``x_volume``, in its order; an odd one costs only itself."""
    found: list[Query] = []
    taken: set[str] = set()
    for number, one in enumerate(_listed(typed), 1):
        query = _judged(one, known, f"kueri {number}")
        if number > MOST:
            query = _refused(query.name, f"lebih dari {MOST} kueri; hapus yang tidak perlu")
        elif query.state != "refused" and query.name.casefold() in taken:
            query = _refused(query.name, "namanya sudah dipakai kueri lain; beri nama lain")
        taken.add(query.name.casefold())
        found.append(query)
    return found


def checked(text: str, known: Known) -> str:
    """The query as X is asked; ValueError in Indonesian, which names the word that is refused."""
    query = folded(text)
    if not query:
        raise ValueError("kueri kosong; isi misalnya @akun_kami -is:retweet")
    _refuse_long(query)
    if word := refused_word(query):
        raise ValueError(
            f"kueri memuat kata terlarang {word!r}: ketentuan X melarang pemantauan unjuk rasa, "
            "kelompok dan perorangan; hapus kata itu"
        )
    asked = _Reading(query, known).whole()
    _refuse_long(asked)
    return asked


def code_of(text: str) -> str:
    """What a second admin types to confirm a query: six letters that follow from its text."""
    digest = sha256(text.encode()).hexdigest()
    return "".join(_CONSONANTS[int(digit, 16)] for digit in digest[:_LETTERS])


def _refuse_long(query: str) -> None:
    if len(query) > LONGEST:
        raise ValueError(f"kueri terlalu panjang ({len(query)} huruf); paling banyak {LONGEST}")


class _Reading:
    """A query piece by piece, as X's grammar has it: alternatives of neighbours of pieces."""

    def __init__(self, query: str, known: Known) -> None:
        self._pieces = [*_PIECE.finditer(query)]
        self._known = known
        self._at = 0
        self._depth = 0

    def whole(self) -> str:
        """The query; ValueError when it is none that may be counted."""
        text, is_bound = self._alternatives()
        if self._at < len(self._pieces):
            raise ValueError("kurung ) tanpa kurung (; periksa kurungnya")
        if not is_bound:
            raise ValueError(
                "kueri tanpa akun, nama atau tagar yang harus ada akan menghitung semua orang; "
                "tambahkan misalnya @akun_kami, juga di setiap sisi OR"
            )
        return text

    def _alternatives(self) -> tuple[str, bool]:
        sides = [self._neighbours()]
        while self._is_next("OR"):
            self._at += 1
            sides.append(self._neighbours())
        return " OR ".join(text for text, _ in sides), all(is_bound for _, is_bound in sides)

    def _neighbours(self) -> tuple[str, bool]:
        texts: list[str] = []
        is_bound = False
        while self._at < len(self._pieces) and not self._is_next("OR") and not self._is_next(")"):
            text, binds = self._one()
            texts.append(text)
            is_bound = is_bound or binds
        if not texts:
            raise ValueError("OR atau kurung tanpa isi; lengkapi atau hapus")
        return " ".join(texts), is_bound

    def _one(self) -> tuple[str, bool]:
        """A piece, and whether what it names must be in every post that is counted."""
        piece = self._pieces[self._at]
        self._at += 1
        minus, opens, _, phrase, term, quote = piece.groups()
        if quote:
            raise ValueError("tanda kutip tidak ditutup; periksa tanda kutipnya")
        if opens and minus:  # X asks for each to be negated ("Build a query", counts)
            raise ValueError("minus di depan kurung tidak dipakai X; beri minus pada tiap katanya")
        if opens:
            text, binds = self._bracketed()
            return f"({text})", binds
        if phrase is not None:
            return f'{minus}"{self._name(phrase)}"', not minus
        return minus + self._term(term), not minus and not _is_operator(term)

    def _bracketed(self) -> tuple[str, bool]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"kurung bersarang lebih dari {DEEPEST}; sederhanakan kuerinya")
        found = self._alternatives()
        if not self._is_next(")"):
            raise ValueError("kurung ( tidak ditutup; periksa kurungnya")
        self._at += 1
        self._depth -= 1
        return found

    def _is_next(self, sign: str) -> bool:
        piece = self._pieces[self._at][0] if self._at < len(self._pieces) else None
        return piece == sign or (sign == ")" and piece == "-)")

    def _term(self, term: str) -> str:
        if _is_operator(term):
            return term.casefold()
        if handle := _HANDLE.fullmatch(term):
            if _same(handle[2]) not in self._known.handles:
                raise ValueError(
                    f"@{handle[2]} bukan akun X yang terdaftar; daftarkan akunnya, atau hapus"
                )
            return (handle[1] + handle[2]).casefold()
        if term.startswith("#"):
            if not _TAG.fullmatch(term) or _same(term) not in self._known.tags:
                raise ValueError(
                    f"{shown(term)} bukan tagar kampanye; tulis kampanyenya di campaigns, atau "
                    "hapus"
                )
            return term
        if ":" in term or term.startswith(("@", "$")):
            raise ValueError(f"{shown(term)} tidak dikenal; yang boleh hanya {_OPERATORS}")
        if not term.isalnum():  # X would read its parts as words of their own
            raise ValueError(f"{shown(term)} harus ditulis di antara tanda kutip")
        return self._name(term)

    def _name(self, text: str) -> str:
        text = text.strip()
        if not text.isascii():
            raise ValueError(f"{shown(text)} memuat huruf selain huruf Latin; ketik ulang")
        if _same(text) not in self._known.names:
            raise ValueError(
                f"{shown(text)} bukan nama satuan kerja atau layanan (services); tulis namanya "
                "utuh, di antara tanda kutip, atau hapus"
            )
        return text


def _is_operator(term: str) -> bool:
    return bool(_LANGUAGE.fullmatch(term) or _KIND.fullmatch(term))


def _same(name: str) -> str:
    """A name for comparing: without case, accents, spaces and signs."""
    return "".join(filter(str.isalnum, folded(name).casefold()))


def _listed(typed: Any) -> list[Any]:
    if typed is None or typed == "":
        return []
    return list(typed) if isinstance(typed, list | tuple) else [typed]


def _judged(one: Any, known: Known, number: str) -> Query:
    if isinstance(one, str):
        try:
            text = checked(one, known)
            return Query(name=number, state="waiting", said=f"{WAITS} {code_of(text)} ({text})")
        except ValueError as error:
            return _refused(number, str(error))
    if not isinstance(one, Mapping):
        return _refused(
            number, f"{shown(one)} bukan kueri; isi name, query, by, confirmed_by dan code"
        )
    fields, name = Fields({str(field): value for field, value in one.items()}, NAMES), number
    try:
        name = fields.needed("name", "isi nama pendeknya", LONGEST_NAME)
        return _confirmed(fields, name, checked(fields.needed("query", "isi", 4_000), known))
    except ValueError as error:
        return _refused(name, str(error))


def _confirmed(fields: Fields, name: str, text: str) -> Query:
    """A query that may be counted, as far as two people stand behind it."""
    for strange, near in fields.strange():
        if near:
            raise ValueError(f"{strange} tidak dikenal; maksudnya {near}?")
    by = fields.needed("by", "isi nama yang mengusulkan")
    second, code = fields.text("confirmed_by"), fields.text("code")
    if second is None:
        return Query(name=name, state="waiting", said=f"{WAITS} {code_of(text)}")
    if is_same_person(by, second):
        raise ValueError(
            f"{fields.label('confirmed_by')} sama dengan {fields.label('by')}; yang menyetujui "
            "harus orang lain"
        )
    if code is None or clean(code).casefold() != code_of(text):
        why = f"{WAITS} {code_of(text)}"
        if code is not None:
            why += f"; {shown(code)} bukan kode kueri ini, yang mungkin diubah sesudah disetujui"
        return Query(name=name, state="waiting", said=why)
    return Query(name=name, state="counted", said=COUNTED, text=text)


def _refused(name: str, why: str) -> Query:
    return Query(name=name, state="refused", said=f"ditolak: {why}")
