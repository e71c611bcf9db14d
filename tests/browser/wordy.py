"""A ministry whose every text is as hard to set as texts get: no spaces, long, of any script."""

from __future__ import annotations

from random import Random

import msgspec

from functions.model import Account, Agency, Entry, Platform, Roster, Sample, Satker
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.port import Store
from tests.publish.world import UNITS, World

NOTICE = "Angka" + "simulasi" * 25
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "WMWM@%",  # the widest there are
    "0123456789",
    "il.,:;!|",
    "äëïöüßéèñ",
    "漢字仮名交文",
    "الحقوقالإنسان",  # from right to left
    "กขคงจฉ",
    "👩‍👩‍👧‍👦🇮🇩🏛️",
    "…–—_-/",
    "a\N{COMBINING ACUTE ACCENT}\N{COMBINING DIAERESIS}",
    "a\N{NO-BREAK SPACE}\N{WORD JOINER}",
)
_SHAPES = (
    "{}",
    "Kantor {}",
    "{} Wilayah {}",
    "https://kemenkum.example/{}?nomor={}#{}",
    "#{}",
    "{}\n\n{}",
)


class WordyWorld(World):
    """Equal seeds write equal documents."""

    def __init__(self, store: Store, *, seed: int) -> None:
        self.words = Random(f"words {seed}")
        units = tuple(self._unit(unit) for unit in UNITS)
        super().__init__(store, units, seed=seed)
        self.agency = AgencyStore(store, Agency(name=self._text(120)))
        self.accounts = tuple(self._account(account) for account in self.accounts)
        begin = self.accounts[0].valid_from
        self.agency.save_roster(Roster(as_of=begin, satker=units, accounts=self.accounts))

    def save(self, record: MonthRecord) -> MonthRecord:
        """Store a record, with every reason and name in its log exchanged."""
        return super().save(
            msgspec.structs.replace(
                record,
                ranking=msgspec.structs.replace(record.ranking, reason=self._text(200)),
                decisions=tuple(self._decision(each) for each in record.decisions),
                objections=tuple(self._objection(each) for each in record.objections),
            )
        )

    def _entry(self, *facts) -> Entry:  # type: ignore[no-untyped-def]
        entry = super()._entry(*facts)
        return msgspec.structs.replace(
            entry, post=msgspec.structs.replace(entry.post, text=self._text(200))
        )

    def _sample(self, platform: Platform, *facts) -> Sample:  # type: ignore[no-untyped-def]
        sample = super()._sample(platform, *facts)
        # Some posts go round the world.
        return msgspec.structs.replace(sample, likes=(sample.likes or 0) ** 3)

    def _unit(self, unit: Satker) -> Satker:
        return msgspec.structs.replace(
            unit,
            name=self._text(200),
            short_name=self._text(60) if unit.short_name else None,
            kind=unit.kind if unit.kind == "kanwil" else f"{unit.kind}-{self._word(24)}",
            province=self._text(60) if unit.province else None,
        )

    def _account(self, account: Account) -> Account:
        letters = "abcdefghijklmnopqrstuvwxyz0123456789._"
        handle = "".join(self.words.choices(letters, k=self.words.randint(1, 100)))
        return msgspec.structs.replace(account, handle=handle)

    def _decision(self, decision: ev.Decision) -> ev.Decision:
        return msgspec.structs.replace(
            decision,
            by=self._text(80),
            why=self._text(200),
            link=f"https://kemenkum.example/{'nota' * 50}",
        )

    def _objection(self, objection: ev.Objection) -> ev.Objection:
        answer = self._text(200) if objection.answer else objection.answer
        return msgspec.structs.replace(
            objection, by=self._text(80), why=self._text(200), answer=answer
        )

    def _text(self, most: int) -> str:
        shape = self.words.choice(_SHAPES)
        share = most // max(1, shape.count("{}"))
        return shape.format(*(self._word(share) for _ in range(shape.count("{}"))))

    def _word(self, most: int) -> str:
        letters = self.words.choice(_ALPHABETS)
        return "".join(self.words.choices(letters, k=self.words.randint(most // 2, most)))


class HostileWorld(World):
    """Names that turn the writing round or have no place to break, and captions that climb."""

    def __init__(self, store: Store) -> None:
        names = {
            "setjen": "Sekretariat" + "jenderal" * 9 + "ii",
            "kanwil-bali": "Kanwil \N{RIGHT-TO-LEFT OVERRIDE}iláB الحقوق 123",
            "kanwil-aceh": "مكتب القانون في اتشيه",
        }
        units = tuple(
            msgspec.structs.replace(unit, short_name=names.get(unit.id, unit.short_name))
            for unit in UNITS
        )
        super().__init__(store, units)

    def _entry(self, *facts) -> Entry:  # type: ignore[no-untyped-def]
        entry = super()._entry(*facts)
        climbing = "".join(
            letter + "\N{COMBINING LONG STROKE OVERLAY}\u0310\u0322" * 12 for letter in "zalgo "
        )
        text = f"\N{RIGHT-TO-LEFT OVERRIDE}{climbing * 3}"
        return msgspec.structs.replace(entry, post=msgspec.structs.replace(entry.post, text=text))
