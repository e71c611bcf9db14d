"""What a scoring tells units: their objection was answered, their month is final.

An objection that was answered within a week is told when its own document does not say yet that it
is decided; that is written afterwards, so that a run that dies between is made up for. That of a
month that was final before never says so; its notice's key tells that it is made. A final month is
told within a week, once for each revision; which were told stands beside scoring's cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from functions.model import Ranking, RankingName, Row
from functions.notify.notice import Notice
from functions.notify.notifier import Notifier, addresses_of
from functions.notify.words import day, letter, month, number
from functions.score.run import Run
from functions.store.evidence import Objection

NEWS = timedelta(days=7)  # what is older is told nobody: notices were only now switched on
NOTED = "noticed"  # the cursor's field: the last revision that was told, by month
_NAMES: Mapping[RankingName, str] = {
    "most_active": "Akun Teraktif",
    "most_popular": "Akun Terpopuler",
}


def put(run: Run, notifier: Notifier, cursor: Mapping[str, Any]) -> dict[str, Any]:
    """Put what is new into the outbox; returns what to note in the cursor, by field.

    A simulation, and a replay of the past, tell nobody. What fails is a problem of the report.
    """
    if run.agency.simulation or run.now < run.clock - timedelta(hours=1):
        return {}
    try:
        return _put(run, notifier, cursor.get(NOTED))
    except Exception as error:
        run.report.problems.append(f"notices: {type(error).__name__}; they are tried again")
        return {}


def deliver(run: Run, notifier: Notifier) -> list[str]:
    """Send what is due; returns what the operator should know. It costs seconds at most."""
    if run.agency.simulation:
        return []
    try:
        return notifier.deliver(
            run.agency, lambda: addresses_of(run.agency.roster(run.clock)), lambda: run.clock
        )
    except Exception as error:
        return [f"notices: {type(error).__name__}; they are tried again"]


def _put(run: Run, notifier: Notifier, noted: Any) -> dict[str, Any]:
    agency, clock = run.agency, run.clock
    said = noted if isinstance(noted, Mapping) else {}
    wrong = notifier.switches(agency).wrong
    run.report.problems += [f"settings/notify: {each}" for each in wrong]
    answered = [
        objection
        for objection in run.contests.newly_answered
        if objection.answered_at is not None and objection.answered_at > clock - NEWS
    ]
    finals = [ranking for ranking in _finals(run) if said.get(ranking.month) != ranking.revision]
    if not answered and not finals:
        return {}
    roster = agency.roster(clock)
    addresses = addresses_of(roster)
    units = () if roster is None else (*roster.former, *roster.satker)
    names = {unit.id: unit.name for unit in units}
    found = [_answered(run, notifier, objection, names) for objection in answered]
    for ranking in finals:
        found += _final(run, notifier, ranking)
    notifier.put(agency, found, addresses, clock)
    return {NOTED: {ranking.month: ranking.revision for ranking in finals}} if finals else {}


def _finals(run: Run) -> Iterator[Ranking]:
    """The rankings that became final of late."""
    for record in run.records.values():
        ranking = record.ranking
        if ranking.state == "final" and run.clock - NEWS < ranking.as_of <= run.clock:
            yield ranking


def _answered(
    run: Run, notifier: Notifier, objection: Objection, names: Mapping[str, str]
) -> Notice:
    zone = run.agency.zone
    result = "dikabulkan" if objection.accepted else "ditolak"
    at: datetime = objection.answered_at or run.clock
    site = notifier.sites(run.agency.id)
    return Notice(
        key=("objection", objection.id, f"{at:%Y%m%dT%H%M%SZ}"),
        satker=objection.satker,
        subject=f"Sanggahan {objection.id} {result}",
        text=letter(
            names.get(objection.satker or "", objection.satker or objection.by),
            run.agency.name,
            f"Sanggahan {objection.id} yang diajukan {objection.by} pada {day(objection.at, zone)} "
            f"{result} oleh {objection.answered_by} pada {day(at, zone)}.",
            f"Jawabannya: {objection.answer}",
            f"Semua sanggahan dan jawabannya tercatat di halaman bulannya: {site}/" if site else "",
        ),
    )


def _final(run: Run, notifier: Notifier, ranking: Ranking) -> Iterator[Notice]:
    """A notice to each unit of the lists."""
    lists = {name: ranking.find(name).rows for name in _NAMES}
    places = {name: {row.satker: row for row in rows} for name, rows in lists.items()}
    ranked = {name: sum(row.rank is not None for row in rows) for name, rows in lists.items()}
    site = notifier.sites(run.agency.id)
    page = f"{site}/{ranking.month.replace('-', '/')}/" if site else ""
    is_revised = ranking.revision > 1
    said = "direvisi" if is_revised else "sudah final"
    for row in lists["most_active"]:
        told = [_place(name, places[name].get(row.satker), ranked[name]) for name in _NAMES]
        yield Notice(
            key=("month", ranking.month, f"r{ranking.revision}", row.satker),
            satker=row.satker,
            subject=f"Peringkat {month(ranking.month)} {said}",
            text=letter(
                row.name,
                run.agency.name,
                f"Peringkat media sosial {run.agency.name} bulan {month(ranking.month)} "
                f"{said}. {row.name}: "
                f"{' dan '.join(told)}.",
                f"Alasan revisinya: {ranking.reason}" if is_revised and ranking.reason else "",
                f"Rinciannya: {page}" if page else "",
            ),
        )


def _place(name: RankingName, row: Row | None, ranked: int) -> str:
    """A unit's place in a list in which so many are ranked."""
    if row is None or row.rank is None:
        return f"tidak diperingkat di {_NAMES[name]}"
    figure = (
        f"{number(row.posts)} unggahan"
        if name == "most_active"
        else f"{number(row.i24 or 0)} Interaksi 24 Jam"
    )
    return f"peringkat {row.rank} dari {ranked} {_NAMES[name]} ({figure})"
