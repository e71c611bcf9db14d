"""Marks: what stands beside a post's verdict and changes nothing that counts.

Pure: no I/O, no clock. "Di atas biasanya", and the codes of the flags that the post carries itself.
No ranking needs them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import UNSET

from functions.model import Burst, CounterFall, Flag, FlagCode, LikesOnly, Verdict
from functions.score.rules.judging import Judged, Judgement
from functions.score.rules.usual import Past, all_measured, over_usuals
from functions.store.evidence import Evidence

Codes = tuple[FlagCode, ...]


def with_marks(evidence: Evidence, judgement: Judgement) -> Judgement:
    """The judgement of the evidence, each post with its marks."""
    pasts = {account.key: account.past for account in evidence.accounts if account.key}
    flags: dict[str, list[Flag]] = defaultdict(list)
    for flag in judgement.flags:
        flags[flag.account].append(flag)
    asked = evidence.month.rules.usual_least
    least = 0 if asked is UNSET else asked
    return Judgement(
        {
            account: _marked(judged, pasts.get(account, ()), least, flags.get(account, ()))
            for account, judged in judgement.accounts.items()
        },
        judgement.flags,
    )


def _marked(
    judged: Sequence[Judged], past: Sequence[Past], least: int, flags: Iterable[Flag]
) -> Sequence[Judged]:
    """One account's posts."""
    usual, codes = over_usuals(all_measured(judged), past, least=least), _codes(flags)
    return [
        (post, _beside(verdict, usual.get(post.post_id), codes.get(post.post_id, ())))
        for post, verdict in judged
    ]


def _codes(flags: Iterable[Flag]) -> dict[str, Codes]:
    """The codes that an account's posts carry themselves, by post id."""
    found: dict[str, set[FlagCode]] = defaultdict(set)
    for flag in flags:
        match flag:
            case Burst():
                for post_id in flag.post_ids:
                    found[post_id].add(flag.code)
            case CounterFall() | LikesOnly():
                found[flag.post_id].add(flag.code)
    return {post_id: tuple(sorted(codes)) for post_id, codes in found.items()}


def _beside(verdict: Verdict, over_usual: int | None, codes: Codes) -> Verdict:
    if over_usual is None and not codes:
        return verdict
    return msgspec.structs.replace(verdict, over_usual=over_usual, flags=codes)
