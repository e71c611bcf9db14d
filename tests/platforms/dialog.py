"""Threads of comments below an account's posts, and what a perfect observer would say of them.

Some ask something, some do not, and a few only look like it. Most are answered: by the account
itself, by another registered one, by a namesake or by other citizens, which is no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal, NamedTuple

from tests.platforms import ids
from tests.platforms.comments import Comment
from tests.platforms.world import Account, Post, World, epoch

# A question has a question mark and three words or more besides addresses, @names and #tags.
QUESTIONS = (
    "Kapan layanan pendaftaran merek dibuka lagi?",
    "Min, syarat apostille apa saja ya?",
    "Apakah hari Sabtu tetap melayani？ Rumah saya jauh.",
    "Halo @layanan kenapa berkas saya belum diproses?",
    "Biaya perseroan perorangan berapa? #tanya",
    "Sudah dua minggu menunggu, jadi bagaimana ini? https://contoh.id/berkas",
    "Bisa lewat aplikasi atau harus datang ke kantor? 🙏",
)
STATEMENTS = (
    "Terima kasih, pelayanannya cepat sekali.",
    "Mantap 👍👍",
    "Kapan?",
    "Kok lama? #tanya #serius",
    "Lihat https://contoh.id/?halaman=2 untuk jadwal lengkapnya",
    "Semoga sukses selalu untuk semua petugas",
    "@layanan @kantor ?",
    "Antreannya panjang, tolong diperbaiki.",
)
ANSWERS = (
    "Halo, silakan hubungi kami lewat pesan langsung.",
    "Baik, berkas dapat dicek di laman resmi kami. Ada lagi yang dapat kami bantu?",
    "Layanan dibuka Senin sampai Jumat, pukul 08.00 sampai 15.30.",
    "Terima kasih atas masukannya.",
)
CHATTER = ("Sama, saya juga.", "Ditunggu jawabannya ya?", "Nah, betul.", "Ikut menyimak.", "Up")
CROWD = 9
"""Replies of a busy thread: more than any platform shows beside it."""

_FLAT = ("youtube", "instagram", "tiktok")  # every reply is one to the comment that began


class ThreadTruth(NamedTuple):
    """What is true of a thread at an instant.

    `answered_by`: the account itself (`own`) where it ever answered, or another registered one;
    `gone_at`: since when it or its post cannot be read; `hidden`: the account hid it.
    """

    id: str
    asked_at: datetime
    question: bool
    answered_at: datetime | None
    answered_by: Literal["own", "other"] | None
    gone_at: datetime | None
    hidden: bool


def plant(
    world: World,
    seed: int,
    account: Account,
    begin: datetime,
    end: datetime,
    *,
    per_day: float,
    answered: float = 0.7,
    questions: float = 0.5,
    others: float = 0.06,
    namesakes: float = 0.1,
    chatter: float = 0.3,
    busy: float = 0.03,
    removed: float = 0.04,
    hidden: float = 0.03,
    mentions: float = 0.3,
    mark: str = "",
) -> list[Comment]:
    """Threads begun from `begin` until before `end`, with all that is below them; in time's order.

    Shares of the threads: `answered` by the account itself, `others` by another registered account
    of the platform, if there is one, `namesakes` by somebody who only bears the account's name,
    `chatter` followed up by citizens, `busy` with `CROWD` replies of them. Of those without an
    answer of its own, `removed` are taken away within days. `mentions`: on X, posts of their own
    that name the account. `mark` is put behind every citizen's text and name, to be searched for.
    An account that has no post by then gets one.
    """
    rng = Random(f"{seed}:{account.platform}:{account.id}:{begin}")
    planting = _Planting(world, account, rng, mark)
    days = (end - begin) / timedelta(days=1)
    times = sorted(rng.uniform(0, days) for _ in range(round(per_day * days)))
    for days_on in times:
        at = _whole(begin + timedelta(days=days_on))
        own, foreign = rng.random() < answered, rng.random() < others
        gone = not own and rng.random() < removed
        root = planting.begin(
            at,
            asks=rng.random() < questions,
            removed_at=at + planting.delay(30) if gone else None,
            hidden_at=at + planting.delay(10) if rng.random() < hidden else None,
            mention=account.platform == "x" and rng.random() < mentions,
        )
        if rng.random() < namesakes:
            planting.namesake(root)
        if rng.random() < chatter:
            planting.citizens(root, rng.randint(1, 3))
        if rng.random() < busy:
            planting.citizens(root, CROWD)
        if foreign:
            planting.registered(root)
        if own:
            planting.answer(root, account)
    return sorted(planting.made, key=lambda comment: (comment.at, comment.id))


def truth_of(world: World, account: Account, now: datetime) -> list[ThreadTruth]:
    """Every thread below an account's posts that was begun by then, the oldest first."""
    instant = epoch(now)
    roots = [
        comment
        for comment in world.comments.all
        if comment.post.account is account
        and comment.parent is None
        and isinstance(comment.author, str)
        and comment.at <= instant
    ]
    return [_truth(root, account, instant) for root in sorted(roots, key=lambda c: (c.at, c.id))]


def _truth(root: Comment, account: Account, now: int) -> ThreadTruth:
    answers = [
        comment
        for comment in below(root)
        if isinstance(comment.author, Account) and root.at < comment.at <= now
    ]
    # Of the account's own the earliest; only without one, the earliest of another.
    answers.sort(key=lambda comment: (comment.author is not account, comment.at))
    ends = [at for at in (root.removed, root.post.removed) if at is not None and at <= now]
    return ThreadTruth(
        id=root.id,
        asked_at=_time(root.at),
        question=root.text.startswith(QUESTIONS),
        answered_at=_time(answers[0].at) if answers else None,
        answered_by=("own" if answers[0].author is account else "other") if answers else None,
        gone_at=_time(min(ends)) if ends else None,
        hidden=root.is_hidden(now),
    )


def below(comment: Comment) -> Iterator[Comment]:
    """Everything that answers a comment, and what answers that."""
    for answer in comment.answers:
        yield answer
        yield from below(answer)


class _Planting:
    """Writes the comments below one account's posts."""

    def __init__(self, world: World, account: Account, rng: Random, mark: str) -> None:
        self.made: list[Comment] = []
        self._world = world
        self._account = account
        self._rng = rng
        self._mark = mark
        self._others = [
            other
            for other in world.accounts
            if other.platform == account.platform and other is not account
        ]

    def begin(
        self,
        at: datetime,
        *,
        asks: bool,
        removed_at: datetime | None,
        hidden_at: datetime | None,
        mention: bool,
    ) -> Comment:
        return self._citizen(
            self._post(at),
            at,
            self._rng.choice(QUESTIONS if asks else STATEMENTS),
            removed_at=removed_at,
            hidden_at=hidden_at,
            mention=mention,
        )

    def answer(self, root: Comment, author: Account) -> None:
        """An answer, and now and then a later one."""
        at = _time(root.at)
        for _ in range(self._rng.choice((1, 1, 1, 2))):
            at += self.delay(20)
            parent = self._rng.choice(self._deep(root, at))
            text = self._rng.choice(ANSWERS)
            self.made.append(
                self._world.comments.add(root.post, at, text, author=author, parent=parent)
            )

    def registered(self, root: Comment) -> None:
        """An answer by another account of the ministry, if there is one."""
        if self._others:
            self.answer(root, self._rng.choice(self._others))

    def namesake(self, root: Comment) -> None:
        """An answer by somebody who only bears the account's name."""
        at = _time(root.at) + self.delay(5)
        text = self._rng.choice(ANSWERS)
        self._citizen(root.post, at, text, parent=root, name=self._account.title)

    def citizens(self, root: Comment, count: int) -> None:
        at = _time(root.at)
        for _ in range(count):
            at += self.delay(2)
            parent = self._rng.choice(self._deep(root, at))
            self._citizen(root.post, at, self._rng.choice(CHATTER), parent=parent)

    def delay(self, hours: float) -> timedelta:
        """Mostly less than so many hours, at times much more; in whole seconds."""
        return timedelta(seconds=60 + int(self._rng.expovariate(1 / (hours * 1800))))

    def _deep(self, root: Comment, at: datetime) -> Sequence[Comment]:
        """What may be answered by then: the thread's beginning first and foremost."""
        if self._account.platform in _FLAT:
            return [root]
        return [root, root, root, *(one for one in below(root) if one.at < epoch(at))]

    def _citizen(
        self,
        post: Post,
        at: datetime,
        text: str,
        *,
        name: str | None = None,
        parent: Comment | None = None,
        removed_at: datetime | None = None,
        hidden_at: datetime | None = None,
        mention: bool = False,
    ) -> Comment:
        comment = self._world.comments.add(
            post,
            at,
            f"{text} {self._mark}".strip(),
            author=ids.account_id(self._account.platform, self._rng),
            name=name or f"warga{self._rng.randrange(10**6)}{self._mark}",
            parent=parent,
            removed_at=removed_at,
            hidden_at=hidden_at,
            mention=mention,
        )
        self.made.append(comment)
        return comment

    def _post(self, at: datetime) -> Post:
        """One of the latest five posts of that time."""
        recent = [post for _, post in zip(range(5), self._account.newest(epoch(at)), strict=False)]
        if not recent:
            return self._world.add_post(self._account, at - timedelta(hours=1))
        return self._rng.choice(recent)


def _time(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
