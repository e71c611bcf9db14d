"""The docket of a run: the decisions and objections that stand at an instant, by month.

Pure: no I/O, no clock. A document that cannot be used changes nothing; what became of each is told
to the admin beside what was typed (``status``), and what is wrong in the run's report.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from functions.store.decisions import parse_decision, parse_objection
from functions.store.evidence import Decision, Objection
from functions.store.port import Stored

APPLIES = "berlaku"
UNKNOWN = "unggahannya belum dikenal; periksa post atau url, dan month"
EARLY = "belum berlaku: waktunya (at) masih akan datang"
FROZEN = "bulannya sudah final; isi revise: true untuk membuat revisi"

# A post's platform and id.
About = tuple[str, str]


class Found(NamedTuple):
    """The post that an address names, as ``x:123``, and its month."""

    post: str
    month: str


Find = Callable[[str], Found | None]
Line = TypeVar("Line", Decision, Objection)


@dataclass(slots=True)
class _Case:
    """A document that can be used. ``month`` is what it says of its month, None if nothing."""

    stored: Stored
    month: str | None
    findings: dict[str, Any]

    def concerns(self, about: About | None, month: str, posts: Collection[About]) -> bool:
        """Whether it is about the month, of which these are the posts."""
        if about is None:
            return self.month == month
        return self.month in (None, month) and about in posts


@dataclass(slots=True)
class Docket:
    """What admins wrote, as it stands at an instant."""

    _decisions: list[tuple[_Case, Decision]] = field(default_factory=list)
    _objections: list[tuple[_Case, Objection]] = field(default_factory=list)
    _broken: list[_Case] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self._decisions and not self._objections

    def decisions(self, month: str, posts: Collection[About]) -> tuple[Decision, ...]:
        """The decisions on a month's posts."""
        return tuple(decision for _, decision in self._on(month, posts))

    def objections(self, month: str, posts: Collection[About]) -> tuple[Objection, ...]:
        """The objections to a month, or to posts of it."""
        found = []
        for case, objection in self._objections:
            if case.concerns(_about(objection), month, posts):
                case.findings["status"] = "sudah diputuskan" if objection.answer else APPLIES
                found.append(objection)
        return tuple(found)

    def revising(
        self, month: str, posts: Collection[About], decided: Collection[str]
    ) -> tuple[Decision, ...]:
        """The new decisions that ask for a revision of a final month."""
        found = []
        for case, decision in self._on(month, posts):
            if decision.id not in decided:
                if case.stored.data.get("revise") is True:
                    found.append(decision)
                else:
                    case.findings["status"] = FROZEN
        return tuple(found)

    def may_concern(self, month: str, decided: Collection[str]) -> bool:
        """Whether a final month's posts need be looked at: something new names the month."""
        return any(
            case.month == month and decision.id not in decided for case, decision in self._decisions
        )

    @property
    def told(self) -> Iterator[tuple[Stored, Mapping[str, Any]]]:
        """What to write beside each document."""
        for case in self._cases:
            yield case.stored, case.findings

    def close(self) -> None:
        """After every month took its part: what nobody took is about no post that is known."""
        for case in self._cases:
            if not case.findings.get("status") and "status" not in case.stored.data:
                case.findings["status"] = UNKNOWN
            if case.findings.get("status") == UNKNOWN:
                self.problems.append(f"{case.stored.path.split('/', 2)[2]}: {UNKNOWN}")

    @property
    def _cases(self) -> list[_Case]:
        told = (*self._decisions, *self._objections)
        return [*(case for case, _ in told), *self._broken]

    def _on(self, month: str, posts: Collection[About]) -> Iterator[tuple[_Case, Decision]]:
        for case, decision in self._decisions:
            if case.concerns((decision.platform, decision.post_id), month, posts):
                case.findings |= {"status": APPLIES, "month": month}
                yield case, decision


def read_docket(
    decisions: Iterable[Stored],
    objections: Iterable[Stored],
    *,
    now: datetime,
    clock: datetime | None,
    zone: ZoneInfo,
    find: Find,
) -> Docket:
    """The documents as they stand at ``now``; ``find`` tells the post that an address names.

    What is dated after ``now`` does not stand yet; after the computer's ``clock``, its admin is
    told (None: a simulation, where any time may be).
    """
    docket = Docket()
    latest = clock or datetime.max.replace(tzinfo=UTC)
    docket._decisions = [
        (case, decision)
        for case, decision in _usable(docket, decisions, parse_decision, zone, find)
        if decision.at <= now or _is_early(docket, case, decision.at > latest)
    ]
    docket._objections = [
        (case, _as_known(objection, now))
        for case, objection in _usable(docket, objections, parse_objection, zone, find)
        if objection.at <= now or _is_early(docket, case, objection.at > latest)
    ]
    return docket


def _is_early(docket: Docket, case: _Case, is_to_come: bool) -> bool:
    """Note what is still to come; False: it does not stand."""
    if is_to_come:
        docket._broken.append(_Case(case.stored, None, {"status": EARLY}))
    return False


def _usable(
    docket: Docket,
    documents: Iterable[Stored],
    parse: Callable[[str, Mapping[str, Any], ZoneInfo], Line],
    zone: ZoneInfo,
    find: Find,
) -> Iterator[tuple[_Case, Line]]:
    """The documents that can be used, with their lines; what is wrong with the others is noted."""
    for stored in documents:
        try:
            case, document = _case(stored, find)
            line = parse(stored.id, document, zone)
        except ValueError as error:
            name = "/".join(stored.path.split("/")[2:])
            docket.problems.append(f"{name}: {error}")
            docket._broken.append(_Case(stored, None, {"status": str(error)}))
        else:
            yield case, line


def _case(stored: Stored, find: Find) -> tuple[_Case, Mapping[str, Any]]:
    document = dict(stored.data)
    findings: dict[str, Any] = {}
    found = find(str(document["url"])) if document.get("url") and not document.get("post") else None
    if found is not None:
        findings |= {"post": found.post, "month": found.month}
        document |= findings
    month = document.get("month")
    return _Case(stored, str(month) if month else None, findings), document


def _about(objection: Objection) -> About | None:
    if objection.platform is None or objection.post_id is None:
        return None
    return objection.platform, objection.post_id


def _as_known(objection: Objection, now: datetime) -> Objection:
    """The objection without an answer that was given later."""
    if objection.answered_at is None or objection.answered_at <= now:
        return objection
    return msgspec.structs.replace(
        objection, accepted=None, answer=None, answered_by=None, answered_at=None
    )
