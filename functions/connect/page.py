"""What the people of a satker read: one small page, in Indonesian, without anything fetched.

Whatever comes from outside is escaped where it enters a page. TikTok's menu names are [unverified].
"""

from __future__ import annotations

import base64
import hashlib
from html import escape

from functions.connect.flow import ConsentProblem, Given, Refusal

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0 auto;max-width:36rem;padding:2rem 1.25rem;"
    "font:1.0625rem/1.6 system-ui,sans-serif;overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.25}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
}

_ASK = "Minta tautan izin yang baru kepada pengelola Kiprah."
_AGAIN = "Buka tautan izin Anda sekali lagi."

# Status and sentence; {handle} and {other} are filled in.
_REFUSALS: dict[ConsentProblem, tuple[int, str]] = {
    ConsentProblem.UNKNOWN: (400, f"Tautan ini tidak dikenali. {_ASK}"),
    ConsentProblem.EXPIRED: (410, f"Tautan ini sudah kedaluwarsa. {_ASK}"),
    ConsentProblem.USED: (
        410,
        f"Tautan ini sudah dipakai. Bila izin untuk @{{handle}} perlu diberikan lagi: {_ASK}",
    ),
    ConsentProblem.UNREGISTERED: (
        410,
        "Akun TikTok @{handle} tidak terdaftar lagi, sehingga izinnya tidak diperlukan.",
    ),
    ConsentProblem.WITHDRAWN: (
        410,
        "Izin untuk @{handle} telah dicabut setelah tautan ini dibuat; tidak ada yang disimpan. "
        f"Bila izin perlu diberikan lagi: {_ASK}",
    ),
    ConsentProblem.STALE: (410, f"Langkah ini sudah kedaluwarsa atau sudah selesai. {_AGAIN}"),
    ConsentProblem.FOREIGN: (
        403,
        "Izin harus diselesaikan di peramban tempat tautannya dibuka, dengan kuki diizinkan. "
        f"{_AGAIN}",
    ),
    ConsentProblem.DENIED: (
        403,
        f"Izin untuk @{{handle}} tidak diberikan. Bila itu tidak disengaja: {_AGAIN}",
    ),
    ConsentProblem.NARROW: (
        403,
        f"Izin yang diberikan belum lengkap. {_AGAIN} Setujui semua yang ditanyakan TikTok.",
    ),
    ConsentProblem.WRONG_ACCOUNT: (
        403,
        "Izin diberikan oleh @{other}, padahal yang diperlukan dari @{handle}; tidak ada yang "
        f"disimpan. Masuklah ke TikTok sebagai @{{handle}}. {_AGAIN}",
    ),
    ConsentProblem.UNREACHABLE: (502, f"TikTok sedang tidak dapat dihubungi. Nanti: {_AGAIN}"),
    ConsentProblem.REJECTED: (502, f"TikTok menolak permintaan ini. {_AGAIN}"),
    ConsentProblem.UNREADY: (500, "Layanan izin belum siap. Hubungi pengelola Kiprah."),
}


def given(consent: Given) -> str:
    """The page after a consent."""
    handle = escape(consent.handle)
    return _page(
        "Izin diterima",
        f"<p>Terima kasih. Kiprah kini boleh membaca dari akun TikTok <strong>@{handle}</strong>:"
        "</p><ul><li>nama dan profil akun,</li><li>jumlah pengikut,</li>"
        "<li>daftar video publik beserta jumlah suka, komentar, bagikan, dan tayangannya.</li></ul>"
        "<p>Kiprah tidak dapat mengunggah, mengubah, atau menghapus apa pun, dan tidak membaca "
        "pesan.</p>"
        "<p>Izin ini dapat dicabut kapan saja di aplikasi TikTok: Pengaturan dan privasi › "
        "Keamanan dan izin › Izin aplikasi.</p><p>Halaman ini boleh ditutup.</p>",
    )


def refused(refusal: Refusal) -> tuple[int, str]:
    """Status and page of a refusal."""
    status, sentence = _REFUSALS[refusal.reason]
    words = sentence.format(handle=escape(refusal.handle), other=escape(refusal.other))
    return status, message(words)


def message(words: str) -> str:
    """A page that says only this; the words are HTML."""
    return _page("Izin belum diberikan", f"<p>{words}</p>")


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="id">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title} · Kiprah</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
