"""The words of a caption: those that can be a term, and those by which texts are compared.

Pure: no I/O, no clock. A text is first made plain: letters of other shapes that stand for the same
(bold ones, full width, ligatures) become the usual ones by NFKC, case is folded, and what takes no
room goes. Addresses and handles are no words anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from functions.parsing.cleaning import without_invisible
from functions.score.rules.duplicates import normalise
from functions.thresholds import TERM_LETTERS

LONGEST = 50  # letters; what is longer is no word

# Addresses, handles, tags, words, and whatever parts two neighbours; spaces and hyphens do not.
_TOKEN = re.compile(
    r"https?://\S+|(?<!\w)www\.\S+|(?<!\w)(?:@\w+(?:[.-]\w+)*)+|#\w+|\w+|[^\w\s-]|\n"
)
_ADDRESS = re.compile(r"https?://\S+|(?<!\w)www\.\S+")
_SIGNS = "#＃﹟"  # all that NFKC makes a tag's sign of
_TAG = re.compile(r"#(\w*[^\W\d_]\w*)")  # without a letter it names nothing
_WORD = re.compile(r"\w+")
_JOINTS = re.compile(r"[._-]")

_STOP = """
ada adalah adanya adapun agar akan akibat akhir akhirnya aku alias amat anda andai antar antara
apa apabila apakah apalagi atas atau awal bagai bagaimana bagi bahkan bahwa baik balik banyak
baru bawah beberapa begini begitu belum benar berada berbagai berbeda berdasarkan berikut
berjalan berkat berlangsung bersama berupa besar betapa biasa biasanya bila bisa boleh buat
bukan bukankah cara cukup cuma dalam dan dapat dari daripada datang dekat demi demikian dengan
depan dia diri dirinya dong dua dulu empat enggak entah guna hadir hal hampir hanya hari harus
hendak hingga ialah ikut ingin ini itu jadi jangan jauh jelas jika juga jumlah justru kalau
kali kalian kami kamu kapan karena kata kecil kegiatan kemarin kembali kemudian kepada kerap
ketika khusus khususnya kini kita lagi lah lain lainnya lalu lama langsung lanjut lebih lewat
lima lokasi luar maka makin malah mana mari masa masih masing mau maupun melainkan melakukan
melalui memang memberi memberikan membuat memiliki menjadi menjelang menuju menurut mereka
merupakan meski meskipun misal misalnya mohon mulai mungkin nah namun nanti nya oleh pada
padahal paling para pasti per perlu pernah pertama pihak pula pun punya rangka saat saja salah
sama sambil sampai samping sangat saya sebab sebagai sebagaimana sebanyak sebelum sebelumnya
sebuah secara sedang sedangkan sedikit segala segera sehingga sejak sejumlah sekaligus sekali
sekarang sekitar selain selaku selalu selama selamat selanjutnya seluruh semakin sementara
semua semoga sendiri seorang seperti sering serta sesuai sesudah setelah setiap siapa
siapapun silakan sini situ suatu sudah supaya tadi tanpa tapi telah tempat tengah tentang
tentu terdapat terhadap teriring terkait terlalu termasuk tersebut terus terutama tetap tetapi
tiap tiba tidak tiga toh turut untuk usai usah wah waktu walau walaupun yaitu yakni yang
yuk
senin selasa rabu kamis jumat sabtu minggu januari februari maret april mei juni juli agustus
september oktober november desember pukul wib wita wit tanggal tahun bulan pekan
bapak ibu sahabat sobat kawan rekan admin link bio klik simak selengkapnya baca info informasi
foto video story feed reels follow like share komentar komen
the and for with from this that are was were has have will you your our
"""
# What carries a sentence and not its subject, and what every caption of an office says.
STOP = frozenset(_STOP.split())


class Names(msgspec.Struct, frozen=True):
    """What captions say of who publishes them, which is nothing that they are about.

    ``handles``: of accounts, in every form; no word or tag that is one counts. ``phrases``: names
    of units as words, by their first; of each the longest first.
    """

    handles: frozenset[str] = frozenset()
    phrases: dict[str, tuple[tuple[str, ...], ...]] = {}

    @classmethod
    def of(cls, handles: Iterable[str], names: Iterable[str]) -> Names:
        """From handles and the names of units as they are registered."""
        folded = {plain(handle).lstrip("@") for handle in handles}
        phrases: dict[str, set[tuple[str, ...]]] = {}
        for name in names:
            if words := tuple(_WORD.findall(plain(name))):
                phrases.setdefault(words[0], set()).add(words)
        return cls(
            handles=frozenset({*folded, *(_JOINTS.sub("", handle) for handle in folded)} - {""}),
            phrases={
                first: tuple(sorted(found, key=lambda words: (-len(words), words)))
                for first, found in sorted(phrases.items())
            },
        )


NO_NAMES = Names()


def plain(text: str) -> str:
    """A text as it is compared and read for words."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFKC", without_invisible(text)).casefold()


def tags(text: str) -> frozenset[str]:
    """The tags of a caption, whole and plain, without their sign."""
    if not any(sign in text for sign in _SIGNS):
        return frozenset()
    return frozenset(_TAG.findall(_ADDRESS.sub(" ", plain(text))))


def spoken(text: str) -> str:
    """A caption's text, plain and with single spaces, in which phrases are looked for."""
    return " ".join(plain(text).split())


def running(text: str) -> list[str]:
    """The words of a caption in their order, by which it is held against others.

    Tags are left out with addresses and handles: the same ones stand under many captions.
    """
    return _WORD.findall(normalise(plain(text)))


def terms(text: str, names: Names = NO_NAMES) -> dict[str, bool]:
    """The words and neighbouring pairs of a caption, each with whether it is written as a tag.

    A pair is never of tags: those that stand in a row say nothing of one another.
    """
    found: dict[str, bool] = {}
    before: str | None = None
    for token in _without_names(_TOKEN.findall(plain(text)), names):
        word = _word(token)
        if word is None or word in names.handles:
            before = None
        elif token[0] == "#":
            found[word], before = True, None
        else:
            found.setdefault(word, False)
            if before is not None:
                found.setdefault(f"{before} {word}", False)
            before = word
    return found


@lru_cache(maxsize=50_000)
def _word(token: str) -> str | None:
    """The word that a token is; None for what is none. A tag may hold more than letters."""
    is_tag = token[0] == "#"
    word = token[1:] if is_tag else token
    if not TERM_LETTERS <= len(word) <= LONGEST or word in STOP:
        return None
    if is_tag:
        return word if sum(map(str.isalpha, word)) >= TERM_LETTERS else None
    return word if word.isalpha() else None


def _without_names(tokens: Sequence[str], names: Names) -> Iterator[str]:
    """The tokens, with something that parts neighbours in place of each unit's name."""
    if names.phrases.keys().isdisjoint(tokens):
        yield from tokens
        return
    at = 0
    while at < len(tokens):
        for words in names.phrases.get(tokens[at], ()):
            if tuple(tokens[at : at + len(words)]) == words:
                yield "."
                at += len(words)
                break
        else:
            yield tokens[at]
            at += 1
