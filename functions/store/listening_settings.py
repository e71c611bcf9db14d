"""What an agency wants of listening beside the ranking: ``settings/listening``, typed by admins.

Every default is safe: alarms are made from counters that are fetched anyway, and nobody is sent
any; nothing is bought, no comment is read. What is wrong keeps its last good value, but where that
would go on reading comments or spending money, it is as if it had not been typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from functions.model import PLATFORMS, Platform, Roster
from functions.parsing.cleaning import clean
from functions.parsing.nearest import meant
from functions.store import listening_fields as read
from functions.store.agency import AgencyStore
from functions.store.fields import Fields, Names, shown
from functions.store.listening_consents import UnitConsents, read_consents
from functions.store.listening_fields import Way

NAME = "listening"
APPLIES = "berlaku"
MOST_QUERIES = 50
MOST_SERVICES = 200
MOST_SAMPLES = 300
MOST_SAMPLE_DAYS = 14
_IN_FORCE = "in_force"  # written beside what was typed: the last good values, as they were typed


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """What listening does.

    Attributes:
        alarm: whether alarms are made. ``alarm_notify``: how they are sent.
        x_volume: what was typed of each query, a text or a mapping; nothing of it is checked here.
        x_listen_dollars_per_day: what the counts of X may cost a UTC day.
        youtube_amendment: the reference of YouTube's acceptance of derived metrics; None: none.
        due_days: working days within which a question should be answered: courtesy, and the latest.
        least_n: under so many nothing is said of a share.
        services: the names of the units' services.
        dpia, dpo, notice_url: the impact assessment's document, whom to ask about personal data,
            the privacy notice; without all three no comment is read.
        comments: the platforms whose comments admins want to be read.
        consents: by unit id, the number of the document by which the unit agreed to it.
        withdrawn: the units that took it back. ``unclear``: those whose entry cannot be read.
        consents_known: whether that field can be read as a whole; where not, nothing is read, and
            nothing is erased.
        sample_texts: texts that are drawn for labelling in a month; kept ``sample_ttl_days``.
    """

    alarm: bool = True
    alarm_notify: Way = "none"
    x_volume: tuple[Any, ...] = ()
    x_listen_dollars_per_day: Decimal = Decimal(0)
    youtube_amendment: str | None = None
    due_days: tuple[int, int] = (1, 3)
    least_n: int = 20
    services: tuple[str, ...] = ()
    dpia: str | None = None
    dpo: str | None = None
    notice_url: str | None = None
    comments: frozenset[Platform] = frozenset()
    consents: Mapping[str, str] = {}
    withdrawn: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    consents_known: bool = True
    sample_texts: int = 0
    sample_ttl_days: int = MOST_SAMPLE_DAYS

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the law asks for before a comment is read, and is not there."""
        return tuple(name for name in ("dpia", "dpo", "notice_url") if not getattr(self, name))

    def reads_comments(self, platform: Platform) -> bool:
        """Whether a platform's comments may be read, of the units that ``agreed``."""
        return platform in self.comments and not self.lacks

    def agreed(self, satker: str) -> bool:
        """Whether a unit agreed that the comments on its accounts are read."""
        return satker in self.consents


def read_listening(document: Mapping[str, Any]) -> tuple[Listening, tuple[str, ...]]:
    """What the document says, and what is wrong with it, one Indonesian sentence each."""
    found = _read(document)
    return found.listening, found.wrong


def listening_of(agency: AgencyStore) -> tuple[Listening, tuple[str, ...]]:
    """An agency's settings as ``read_listening`` gives them; its admins are told beside them what
    became of them."""
    typed = agency.typed_settings(NAME).get(NAME)
    if typed is None:
        return Listening(), ()
    found = _read(typed.data)
    status = " ".join(each if each.endswith("?") else f"{each}." for each in found.wrong)
    agency.tell_admin([(typed, {"status": status or APPLIES, _IN_FORCE: found.in_force})])
    return found.listening, found.wrong


def unknown_units(listening: Listening, roster: Roster) -> tuple[str, ...]:
    """The units that ``consents`` names and the registry never had, one Indonesian line each."""
    known = {unit.id for unit in (*roster.satker, *roster.former)}
    named = {*listening.consents, *listening.withdrawn, *listening.unclear}
    return tuple(
        f"consents: satker {shown(id)} tidak terdaftar{meant(id, known)}"
        for id in sorted(named - known)
    )


class _Read(NamedTuple):
    listening: Listening
    wrong: tuple[str, ...]
    in_force: Mapping[str, Any]


def _read(document: Mapping[str, Any]) -> _Read:
    typed = Fields(_flat({k: v for k, v in document.items() if k != _IN_FORCE}), _NAMES)
    before = document.get(_IN_FORCE)
    held = Fields(before if isinstance(before, Mapping) else {}, _NAMES)
    values, in_force, wrong = dict[str, Any](), dict[str, Any](), list[str]()
    for name, near in typed.strange():
        wrong.append(f"{name} tidak dikenal{f'; maksudnya {near}?' if near else ''}")
    for field, reader in _READERS.items():
        try:
            values[field], in_force[field] = reader(typed, field), typed.get(field)
        except ValueError as error:
            values[field], in_force[field] = _held(field, held)
            is_kept = values[field] is not None
            wrong.append(f"{error}. Yang berlaku {'tetap' if is_kept else 'kini'} {_KEPT[is_kept]}")
    consents = read_consents(typed)
    wrong += consents.wrong
    found = _made(values, consents)
    if found.comments and found.lacks:
        wrong.append(f"komentar tidak dibaca sebelum {', '.join(found.lacks)} diisi")
    kept = {field: in_force[field] for field in _KEEPS if in_force[field] is not None}
    return _Read(found, tuple(wrong), kept)


def _held(field: str, held: Fields) -> tuple[Any, Any]:
    """A field's last good value, and how it was typed; None for its default."""
    if field not in _KEEPS:
        return None, None
    try:
        return _READERS[field](held, field), held.get(field)
    except ValueError:  # the note of it lies where admins type
        return None, None


def _made(values: Mapping[str, Any], consents: UnitConsents) -> Listening:
    """The settings of the values that there are; each platform's switch is a field of its own."""
    known = {field: value for field, value in values.items() if value is not None}
    comments = frozenset(name for name in PLATFORMS if known.pop(f"comments.{name}", False))
    return Listening(
        **known,
        comments=comments,
        consents=consents.agreed,
        withdrawn=consents.withdrawn,
        unclear=consents.unclear,
        consents_known=consents.is_known,
    )


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """``comments: {x: true}`` as ``comments.x: true``; both are typed."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping) and clean(name).casefold() in ("comments", "komentar"):
            found |= {f"{name}.{platform}": switch for platform, switch in value.items()}
        else:
            found[name] = value
    return found


_NAMES: Names = {
    "alarm": ("siaga", "siaga dini"),
    "alarm_notify": ("kirim siaga", "pemberitahuan siaga"),
    "x_volume": ("volume x", "kueri x"),
    "x_listen_dollars_per_day": ("dolar x per hari",),
    "youtube_amendment": ("amandemen youtube", "persetujuan youtube"),
    "due_days": ("hari jawab", "batas jawab"),
    "least_n": ("n terkecil", "jumlah terkecil"),
    "services": ("layanan", "nama layanan"),
    "dpia": ("penilaian dampak", "nomor dpia"),
    "dpo": ("pejabat pelindungan data", "kontak dpo"),
    "notice_url": ("alamat pemberitahuan privasi", "pemberitahuan privasi"),
    "consents": ("persetujuan satker", "persetujuan"),
    "sample_texts": ("contoh teks",),
    "sample_ttl_days": ("hari contoh teks",),
    **{f"comments.{platform}": (f"komentar.{platform}",) for platform in PLATFORMS},
}
_READERS: Mapping[str, Callable[[Fields, str], Any]] = {
    "alarm": read.switch,
    "alarm_notify": read.way,
    "x_volume": read.listed(MOST_QUERIES),
    "x_listen_dollars_per_day": read.dollars,
    "youtube_amendment": read.text,
    "due_days": read.days,
    "least_n": read.between(20, 10_000),
    "services": read.names(MOST_SERVICES),
    "dpia": read.text,
    "dpo": read.text,
    "notice_url": read.address,
    "sample_texts": read.between(0, MOST_SAMPLES),
    "sample_ttl_days": read.between(1, MOST_SAMPLE_DAYS),
    **{f"comments.{platform}": read.switch for platform in PLATFORMS},
}
# Those that keep their last good value.
_KEEPS = ("alarm", "alarm_notify", "youtube_amendment", "due_days", "least_n", "services")
_KEPT = {True: "yang terakhir benar", False: "yang semula"}
