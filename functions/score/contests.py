"""The contests of a run: the decisions and objections that stand at an instant, by month.

Pure: no I/O, no clock. A document that cannot be used changes nothing. Each document's ``status``
tells its admin what became of it, and the run's report lists what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from functions.parsing.nearest import meant
from functions.score.cases import (
    APPLIES,
    DECIDED,
    FROZEN,
    LATER,
    UNKNOWN,
    WAITS,
    About,
    Found,
    PostsOfItems,
    TypedCase,
)
from functions.store.decisions import (
    DECISION_NAMES,
    OBJECTION_NAMES,
    asks_revision,
    parse_confirmation,
    parse_decision,
    parse_objection,
    read_month,
    strange_fields,
)
from functions.store.evidence import Decision, Objection
from functions.store.fields import Fields, Names
from functions.store.port import Stored, StoreError

Find = Callable[[str], Found | None]
Line = TypeVar("Line", Decision, Objection)


@dataclass(slots=True)
class Contests:
    """What admins wrote, as it stands at an instant."""

    _find: Find = lambda text: None
    _decisions: list[tuple[TypedCase, Decision]] = field(default_factory=list)
    _objections: list[tuple[TypedCase, Objection]] = field(default_factory=list)
    _others: list[TypedCase] = field(default_factory=list)
    _looked_at: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self._decisions and not self._objections

    def decisions(
        self, month: str, posts: PostsOfItems, listed: Collection[str]
    ) -> tuple[Decision, ...]:
        """The decisions on a month's posts, by time; ``listed`` are the satker in its lists."""
        found = [decision for _, decision in self._on(month, posts, listed)]
        return tuple(sorted(found, key=lambda decision: (decision.at, decision.id)))

    def objections(self, month: str, posts: PostsOfItems) -> tuple[Objection, ...]:
        """The objections to a month, or to posts of it."""
        self._looked_at.add(month)
        found = []
        for case, objection in self._objections:
            if case.concerns(_about(objection), month, posts):
                case.findings["status"] = DECIDED if objection.answer else APPLIES
                found.append(objection)
        return tuple(found)

    def revising(
        self, month: str, posts: PostsOfItems, listed: Collection[str], decided: Collection[str]
    ) -> tuple[Decision, ...]:
        """The new decisions that ask for a revision of a final month."""
        found = []
        for case, decision in self._on(month, posts, listed):
            if decision.id not in decided:
                if case.revises:
                    found.append(decision)
                else:
                    case.findings["status"] = FROZEN
        return tuple(found)

    def may_concern(self, month: str, decided: Collection[str]) -> bool:
        """Whether a decision that is not in ``decided`` names this final month."""
        return any(
            case.month == month and decision.id not in decided for case, decision in self._decisions
        )

    @property
    def told(self) -> Iterator[tuple[Stored, Mapping[str, Any]]]:
        """What to write beside each document."""
        for case in self._cases:
            # Found facts stand where the admin would have typed them, not beside that.
            findings = {case.labels.get(name, name): said for name, said in case.findings.items()}
            if case.remarks and "status" in findings:
                findings = findings | {"status": "; ".join([findings["status"], *case.remarks])}
            yield case.stored, findings

    def about(self, path: str) -> tuple[str, PostsOfItems] | None:
        """The month that one document is about, and its post as that month's posts are named.

        None where that cannot be told: it cannot be used, or its post is not known.
        """
        lines: list[tuple[TypedCase, Decision | Objection]] = [*self._decisions, *self._objections]
        for case, line in lines:
            if case.stored.path == path:
                about = _about(line)
                found = None if about is None else self._met(case, about)
                if about is not None and found is not None:
                    return found.month, {about: found.accounts}
                return (case.month, {}) if about is None and case.month else None
        return None

    @property
    def newly_answered(self) -> Iterator[Objection]:
        """The answered objections whose documents do not say yet that they are decided."""
        for case, objection in self._objections:
            told = str(case.stored.data.get("status"))
            if objection.answer is not None and not told.startswith(DECIDED):
                yield objection

    def hold_back(self, standing: Mapping[str, Decision | None]) -> None:
        """Let decisions that no second person has confirmed change nothing.

        An objection that such a decision is to grant is undecided meanwhile, so that its month is
        not closed over it.

        Args:
            standing: by id, the decisions that a ranking followed before confirmation was asked
                for; they go on counting as long as they are what they were. None: of a final
                month, which never changes.
        """
        holding: list[tuple[TypedCase, Decision]] = []
        waiting: list[tuple[TypedCase, Decision]] = []
        for case, decision in self._decisions:
            stands = decision.id in standing and standing[decision.id] in (None, decision)
            (holding if stands or decision.is_confirmed else waiting).append((case, decision))
        for case, _ in waiting:
            case.findings |= {"status": WAITS} if case.later is None else case.later
            if case.later is None:
                self.problems.append(f"{case.name}: {'; '.join([WAITS, *case.remarks])}")
        granting = {d.objection: d.id for _, d in waiting if d.objection is not None}
        for number, (case, objection) in enumerate(self._objections):
            if objection.accepted and (by := granting.get(objection.id)):
                self._objections[number] = case, _unanswered(objection)
                case.remarks.append(f"menunggu keputusan {by} disetujui orang kedua")
        self._decisions = holding
        self._others += [case for case, _ in waiting]

    def close(self) -> None:
        """Call after all months: a document that no month took is about no known post."""
        lines: list[tuple[TypedCase, Decision | Objection]] = [*self._decisions, *self._objections]
        for case, line in lines:
            # If its month was not looked at, its earlier status still holds.
            settled = case.is_settled and case.month not in self._looked_at
            if "status" not in case.findings and not settled:
                case.findings |= self._nowhere(case, _about(line))
            status = case.findings.get("status", APPLIES)
            if not status.startswith((APPLIES, DECIDED, FROZEN)):
                self.problems.append(f"{case.name}: {status}")

    def _nowhere(self, case: TypedCase, about: About | None) -> Mapping[str, Any]:
        """What to tell of a document that no month took."""
        if about is None:
            return {
                "status": f"bulan {case.month} sudah final atau tidak dinilai; "
                f"periksa {case.labels.get('month', 'month')}"
                if case.month
                else UNKNOWN
                if case.url
                else "isi post, url, atau month: apa yang disanggah"
            }
        found = self._met(case, about)
        if found is None:
            return {"status": UNKNOWN}
        if case.month not in (None, found.month):
            return {"status": case.not_its_month(found.month)}
        return {
            "month": found.month,
            "status": f"bulan {found.month} tidak sedang dinilai; dilihat lagi pada penilaian "
            "berikutnya",
        }

    def _met(self, case: TypedCase, about: About) -> Found | None:
        """The post that a document is about, by its code, or else by its address.

        Posts are found by what addresses hold, and no address holds the code of one of Instagram.
        """
        code = ":".join(about)
        found = self._find(code) or (self._find(case.url) if case.url else None)
        return found if found and found.post == code else None

    @property
    def _cases(self) -> list[TypedCase]:
        told = (*self._decisions, *self._objections)
        return [*(case for case, _ in told), *self._others]

    def _on(
        self, month: str, posts: PostsOfItems, listed: Collection[str]
    ) -> Iterator[tuple[TypedCase, Decision]]:
        self._looked_at.add(month)
        for case, decision in self._decisions:
            about = (decision.platform, decision.post_id)
            if case.concerns(about, month, posts):
                wrong = _misplaced(decision, month, posts[about], listed)
                case.findings |= {"status": wrong or APPLIES, "month": month}
                if wrong is None:
                    yield case, decision


def read_contests(
    decisions: Iterable[Stored],
    objections: Iterable[Stored],
    *,
    now: datetime,
    clock: datetime | None,
    zone: ZoneInfo,
    find: Find,
    satker: Callable[[], Collection[str]] = tuple,
) -> Contests:
    """The documents as they stand at ``now``.

    Args:
        now: documents dated later do not count yet.
        clock: the computer's. A document dated after both it and ``now`` is told from when on it
            holds; one that only a replay of the past leaves out is told nothing. None: a
            simulation, which has no clock but ``now``.
        find: gives the post that an address, or a code as ``x:123``, names.
        satker: gives the ids of all units that ever were; called only when an objection names a
            unit. No ids: the unit is not checked.
    """
    contests = Contests(find)
    latest = now if clock is None else max(now, clock)
    objections = list(objections)
    raised = {stored.id for stored in objections}
    for case, decision in _usable(contests, decisions, _decision, DECISION_NAMES, zone):
        if decision.objection is not None and decision.objection not in raised:
            _refuse(contests, case, _no_such("sanggahan", decision.objection, raised))
        elif _holds(contests, case, decision.at, now, latest, zone):
            known = _as_confirmed(case, decision, now, latest, zone)
            contests._decisions.append((case, known))
    for case, objection in _usable(contests, objections, _objection, OBJECTION_NAMES, zone):
        units = satker() if objection.satker is not None else ()
        if units and objection.satker not in units:
            case.remarks.append(_no_such("satker", objection.satker or "", units))
            contests.problems.append(f"{case.name}: {case.remarks[-1]}")
        if _holds(contests, case, objection.at, now, latest, zone):
            contests._objections.append((case, _as_known(objection, now)))
    return contests


def _usable(
    contests: Contests,
    documents: Iterable[Stored],
    parse: Callable[[Contests, TypedCase, Mapping[str, Any], ZoneInfo], Line],
    names: Names,
    zone: ZoneInfo,
) -> Iterator[tuple[TypedCase, Line]]:
    """The usable documents with their lines; the contests notes what is wrong with the others."""
    for stored in documents:
        case = TypedCase(stored, None, {})
        try:
            document = dict(stored.data)
            fields = Fields(document, names)
            case.labels = {name: fields.label(name) for name in ("post", "url", "month")}
            _look_up(contests, case, fields, document)
            line = parse(contests, case, document, zone)
            case.month = read_month(document)
        except StoreError:
            raise
        except ValueError as error:
            _refuse(contests, case, str(error))
        except Exception as error:  # one document's content must not stop the others
            _refuse(contests, case, f"tidak dapat dibaca ({type(error).__name__})")
        else:
            yield case, line


def _look_up(contests: Contests, case: TypedCase, fields: Fields, document: dict[str, Any]) -> None:
    """Fill in the post, and its month, that a document names by its address alone."""
    url = fields.get("url")
    if url is None or fields.get("post") is not None:
        return
    found = contests._find(url) if isinstance(url, str) else None
    if found is not None:
        case.findings |= {"post": found.post, "month": found.month}
        document |= {case.labels[name]: said for name, said in case.findings.items()}


def _decision(
    contests: Contests, case: TypedCase, document: Mapping[str, Any], zone: ZoneInfo
) -> Decision:
    fields = Fields(document, DECISION_NAMES)
    if fields.get("post") is None and fields.get("url") is not None:
        raise ValueError(UNKNOWN)
    decision = parse_decision(case.stored.id, document, zone)
    case.revises = asks_revision(document)
    case.remarks += strange_fields(document, of_objection=False)
    return decision


def _as_confirmed(
    case: TypedCase,
    decision: Decision,
    now: datetime,
    latest: datetime,
    zone: ZoneInfo,
) -> Decision:
    """The decision with its confirmation as known at ``now``; a broken one costs only itself."""
    try:
        confirmation = parse_confirmation(case.stored.data, decision, zone)
    except ValueError as error:
        case.remarks.append(str(error))
        return decision
    if confirmation is None:
        return decision
    if confirmation.at > now:
        case.later = _from(confirmation.at, zone) if confirmation.at > latest else {}
        return decision
    return msgspec.structs.replace(
        decision, confirmed_by=confirmation.by, confirmed_at=confirmation.at
    )


def _objection(
    contests: Contests, case: TypedCase, document: Mapping[str, Any], zone: ZoneInfo
) -> Objection:
    """The objection; without its answer if that is broken, so that it holds its month open."""
    fields = Fields(document, OBJECTION_NAMES)
    try:
        objection = parse_objection(case.stored.id, document, zone)
        if objection.answer is None and fields.get("accepted") is not None:
            answer = fields.label("answer")
            case.remarks.append(f"{answer} kosong; isi jawabannya supaya sanggahan diputuskan")
    except ValueError as error:
        objection = parse_objection(case.stored.id, document, zone, answered=False)
        case.remarks.append(str(error))
        contests.problems.append(f"{case.name}: {error}")
    case.remarks += strange_fields(document, of_objection=True)
    return objection


def _refuse(contests: Contests, case: TypedCase, why: str) -> None:
    """Note why a document cannot be used; it changes nothing until somebody mends it."""
    contests.problems.append(f"{case.name}: {why}")
    contests._others.append(TypedCase(case.stored, None, {"status": why}))


def _holds(
    contests: Contests,
    case: TypedCase,
    at: datetime,
    now: datetime,
    latest: datetime,
    zone: ZoneInfo,
) -> bool:
    """Whether it is dated by ``now``; one dated after ``latest`` is told from when on it holds."""
    if at > latest:
        contests._others.append(TypedCase(case.stored, None, dict(_from(at, zone)), case.remarks))
    return at <= now


def _from(at: datetime, zone: ZoneInfo) -> dict[str, str]:
    """What to tell of what holds only later."""
    return {"status": f"{LATER} {at.astimezone(zone).isoformat(timespec='minutes')}"}


def _misplaced(
    decision: Decision, month: str, accounts: Collection[str], listed: Collection[str]
) -> str | None:
    """Why a decision cannot hold for the post it names, if so."""
    if decision.account_id is not None and decision.account_id not in accounts:
        known = ", ".join(f"{decision.platform}:{account}" for account in sorted(accounts))
        return f"account bukan akun unggahan ini; isi {known}, atau kosongkan"
    if decision.satker is not None and decision.satker not in listed:
        return _no_such("satker", decision.satker, listed, f" dalam daftar {month}")
    return None


def _no_such(what: str, id: str, known: Collection[str], where: str = "") -> str:
    return f"{what} {id!r} tidak ada{meant(id, known) or where}"


def _about(line: Decision | Objection) -> About | None:
    if line.platform is None or line.post_id is None:
        return None
    return line.platform, line.post_id


def _as_known(objection: Objection, now: datetime) -> Objection:
    """The objection as known at ``now``: without an answer that came later."""
    if objection.answered_at is None or objection.answered_at <= now:
        return objection
    return _unanswered(objection)


def _unanswered(objection: Objection) -> Objection:
    return msgspec.structs.replace(
        objection, accepted=None, answer=None, answered_by=None, answered_at=None
    )
