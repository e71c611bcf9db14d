"""Comments below posts of offices, made up from templates: complaints, and whatever else is said.

Nobody wrote any of these. They are simpler than what people write: figures measured on them say
that the parts work together, not how good a model of real comments is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from functions.listen.triage import folded

SERVICES = (
    *("paspor", "antrean online", "pendaftaran merek", "AHU online", "surat kewarganegaraan"),
    *(
        "layanan notaris",
        "bantuan hukum",
        "harmonisasi perda",
        "hak cipta",
        "loket 3",
        "call center",
    ),
)
TIMES = ("dari pagi", "sejak kemarin", "dua minggu", "3 hari", "sudah sebulan", "dari jam 8")
WHO = ("min", "pak", "bu", "admin", "kak", "bapak ibu", "bos", "lur", "kang")
COMPLAINTS = (
    "{who} {service} kok error terus {time}",
    "{time} nunggu {service} belum selesai juga",
    "mohon ditindaklanjuti {who}, {service} tidak bisa diakses {time}",
    "pelayanan {service} lambat banget, petugasnya jutek",
    "{service} lemot parahhh {time} ga bisa login",
    "berkas {service} saya ditolak tanpa alasan {who}",
    "telepon {service} ga pernah diangkat {who}",
    "bayar {service} sudah, bukti tidak keluar {time}",
    "hebat ya {service}, {time} antre cuma buat disuruh pulang",
    "piye iki {who}, {service} ora iso dibuka {time}",
    "kumaha ieu {service} teu acan beres {time}",
    "kecewa sama {service}, dipingpong {time}",
    "tolong {who} situs {service} down lagi",
    "email soal {service} {time} tidak dibalas",
)
OTHERS = (
    "mantap {who}, {service} makin keren",
    "terima kasih {who} {service} cepat sekali",
    "{who} syarat {service} apa saja ya?",
    "{service} buka jam berapa {who}?",
    "semangat terus {who} sukses selalu",
    "selamat hari pengayoman {who} 🙏🙏",
    "alhamdulillah {service} selesai {time} lebih cepat",
    "hadir {who} dari Makassar",
    "info loker {who}",
    "wkwkwk {who} lucu banget videonya",
    "matur nuwun {who}, {service} lancar jaya",
    "hatur nuhun {service} tos beres",
    "keren pak menteri, lanjutkan",
    "biaya {service} berapa {who}, bisa lewat online?",
    "sosialisasi {service} sangat bermanfaat",
    "kapan {service} ada di kota saya {who}",
)
# What people who write complaints are said to write: a list to hold a model against.
CUES = ("mohon", "tolong", "lambat", "error", "kecewa", "parah", "lemot", "tidak bisa", "ga bisa")


def comments(
    seed: object, count: int, share: float = 0.3, wrong: float = 0.03
) -> list[tuple[str, bool]]:
    """Comments that models see as different ones, with whether each is called a complaint.

    ``share``: of complaints. ``wrong``: how many labels are mistaken.
    """
    chance = random.Random(str(seed))
    found: dict[str, tuple[str, bool]] = {}
    while len(found) < count:
        is_complaint = chance.random() < share
        text = _comment(chance, COMPLAINTS if is_complaint else OTHERS)
        found.setdefault(folded(text), (text, is_complaint != (chance.random() < wrong)))
    return [*found.values()]


def cued(text: str) -> bool:
    """What a list of cues calls a complaint."""
    return any(cue in text.casefold() for cue in CUES)


def _comment(chance: random.Random, templates: Sequence[str]) -> str:
    said = chance.choice(templates).format(
        who=chance.choice(WHO), service=chance.choice(SERVICES), time=chance.choice(TIMES)
    )
    tail = chance.choice(("", "", "", " @kemenkum", " 😭", " 👍", "!!!", " https://x.id/a1", " ya"))
    return (said.upper() if chance.random() < 0.05 else said) + tail
