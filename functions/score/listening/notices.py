"""What is said of an alarm to those who are to hear of it: numbers, links, and what it does not
say. It is told once, in the way that the agency chose; in a simulation nobody is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from functions.notify.notice import Notice
from functions.notify.notifier import Notifier, addresses_of
from functions.notify.words import day, hour, letter, number
from functions.score.run import Run
from functions.store.alarms import Alarm

_LEVELS = {"lonjakan": "Lonjakan komentar", "siaga": "Siaga"}
NEUTRAL = (
    "Ini hanya menyatakan bahwa komentar bertambah jauh lebih banyak daripada biasanya, bukan "
    "siapa yang benar. Baca komentarnya sebelum menanggapi."
)


def put(run: Run, notifier: Notifier | None, alarms: Iterable[Alarm]) -> None:
    """Put alarms into the outbox, each once. StoreError: the outbox cannot be used."""
    way, found = run.listening.alarm_notify, [*alarms]
    if way == "none" or not found or run.agency.simulation:
        return
    if notifier is None:
        run.report.problems.append(
            f"settings/listening: alarm_notify is {way}, but KIPRAH_NOTIFY is empty; set it, or "
            "read alarms with kiprah alarms"
        )
        return
    told = [
        Notice(
            key=("alarm", alarm.id),
            satker=None if way == "webhook" else alarm.satker,
            mail_only=way == "mail",
            subject=f"{_LEVELS[alarm.level]}: {alarm.name}",
            text=letter(alarm.name, run.agency.name, *_paragraphs(run, alarm)),
        )
        for alarm in found
    ]
    addresses = addresses_of(run.agency.roster(run.clock))
    notifier.put(run.agency, told, addresses, run.clock)


def _paragraphs(run: Run, alarm: Alarm) -> Iterator[str]:
    zone = run.agency.zone
    yield (
        f"{_LEVELS[alarm.level]}: {alarm.name} mendapat {number(alarm.comments)} komentar baru "
        f"dalam {alarm.hours} jam sampai {day(alarm.at, zone)} {hour(alarm.at, zone)}. Biasanya "
        f"pada jam yang sama sekitar {_tenths(alarm.usual, 1000)}; peluang kebetulan sebanyak ini "
        f"paling besar {number(alarm.chance)} dari sejuta."
    )
    if alarm.share is not None and alarm.usual_share is not None:
        yield (
            f"Bagian komentar dari semua interaksi 6 jam terakhir paling sedikit "
            f"{_tenths(alarm.share, 10)} %; bagian harian tertinggi kedua dalam 28 hari sebelumnya "
            f"{_tenths(alarm.usual_share, 10)} %."
        )
    if alarm.posts:
        posts = [f"- {post.url} ({number(post.comments)} komentar baru)" for post in alarm.posts]
        yield "\n".join(["Unggahan dengan komentar baru terbanyak:", *posts])
    yield NEUTRAL
    yield (
        "Setelah diperiksa, admin instansi menandainya, supaya terlihat seberapa sering siaga "
        f"tepat: kiprah alarms mark {alarm.id} benar (atau keliru)."
    )


def _tenths(value: int, unit: int) -> str:
    """A value in so many parts of one, with one decimal: ``2,6``."""
    tenths = (value * 20 + unit) // (2 * unit)
    return f"{number(tenths // 10)},{tenths % 10}"
