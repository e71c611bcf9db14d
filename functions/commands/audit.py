"""``kiprah audit``: recompute a month from what is published, with nothing else.

The evidence (``bukti.jsonl.gz``) is checked against its digest, the ranking is made from it anew
and compared byte for byte, and so is every month before it: each evidence names the digest of the
final month before, so that nobody can change the past quietly.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field

import click
import msgspec

from functions.commands.published import Read, SourceError, source
from functions.commands.serve import site_folder
from functions.commands.shell import (
    check_month,
    fail,
    json_option,
    load_settings,
    site_of,
    tells_errors,
)
from functions.model import RankedList, Ranking, Row, previous_month
from functions.parsing.intake import TooLargeError, gunzip
from functions.score.rules.formula import FORMULA, formula_of, version_of
from functions.score.rules.judging import judge_month
from functions.score.rules.ranking import rank
from functions.store import evidence as ev
from functions.store import rankings

__all__ = ["Audit", "SourceError", "audit", "source"]

GZIP_HEADER = bytes.fromhex("1f8b08000000000002ff")  # no name, no time: the same everywhere
MOST = 20  # differences of one month that are listed one by one
OLDEST = "2000-01"
LARGEST = 256 * 1024 * 1024  # bytes of one month's evidence, unpacked
DENSEST = 100  # times that it may become larger by unpacking, once it is large
LARGE = 16 * 1024 * 1024
MOST_LINES = 1_000_000
LONGEST_LINE = 4 * 1024 * 1024  # bytes
LONGEST = 300  # characters of a difference

# What a file may be that is no evidence, or no ranking, of ours.
BROKEN = (OSError, EOFError, zlib.error, ValueError, msgspec.DecodeError, RecursionError)


@dataclass(slots=True)
class Audit:
    """What was found: the months looked at with their digests, and each thing that is wrong."""

    months: dict[str, str] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def complain(self, said: str) -> None:
        """Note a difference, as a line that can be printed: what was published may say anything."""
        plain = "".join(c if c.isprintable() else "?" for c in said)
        self.differences.append(plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…")

    @property
    def identical(self) -> bool:
        """Whether everything that is published follows from its evidence."""
        return bool(self.months) and not self.differences


def audit(read: Read, month: str) -> Audit:
    """Recompute a month and every month before it that its evidence vouches for.

    Every revision of a month is recomputed. SourceError when nothing of the month is published, or
    the site cannot be read.
    """
    found = Audit()
    expected: str | None = None
    while True:
        evidence = _month(read, month, found)
        if evidence is None:
            if expected is not None:
                found.complain(
                    f"{month}: a later month names its digest {expected}, and it is not published"
                )
            return found
        # A later month names the revision that was the newest when that month became final.
        if expected not in (None, *_revisions(read, month, evidence, found)):
            found.complain(
                f"{month}: a later month names the digest {expected} for it, not this one"
            )
        expected = evidence.month.previous_digest
        earlier = _before(read, month) if expected else None
        if expected and earlier is None:
            found.complain(
                f"{month}: its evidence names the digest {expected} of a month before it, and none "
                "is published"
            )
        if earlier is None:
            return found
        month = earlier


def _month(read: Read, month: str, found: Audit) -> ev.Evidence | None:
    """One month's evidence, with what is wrong noted; None when it cannot be used."""
    packed = read(f"data/{month}/bukti.jsonl.gz")
    if packed is None:
        if not found.months:
            raise SourceError(f"there is no data/{month}/bukti.jsonl.gz; is {month} published?")
        return None
    found.months[month], evidence = _checked(read, f"data/{month}", month, packed, found)
    if evidence is not None and evidence.month.state == "final":
        _frozen(read, month, evidence.month.revision, found.complain)
    return evidence


def _revisions(read: Read, month: str, newest: ev.Evidence, found: Audit) -> list[str]:
    """The digests of a month's revisions, the newest first, each of which names the one before."""
    digests = [found.months[month]]
    later = newest
    for revision in range(newest.month.revision - 1, 0, -1):
        folder = f"data/{month}/r{revision}"
        packed = read(f"{folder}/bukti.jsonl.gz")
        if packed is None:
            found.complain(f"{month}: its revision r{revision} is not published")
            return digests
        digest, evidence = _checked(read, folder, f"{month} r{revision}", packed, found)
        if later.month.revises != digest:
            found.complain(
                f"{month}: revision r{revision + 1} names the digest {later.month.revises} for "
                f"r{revision}, not {digest}"
            )
        if evidence is None:
            return digests
        if (evidence.month.month, evidence.month.revision) != (month, revision):
            found.complain(
                f"{month} r{revision}: the evidence is that of {evidence.month.month} "
                f"r{evidence.month.revision}"
            )
        digests.append(digest)
        later = evidence
    return digests


def _checked(
    read: Read, folder: str, name: str, packed: bytes, found: Audit
) -> tuple[str, ev.Evidence | None]:
    """The digest of a folder's evidence, and the evidence; faults are noted under ``name``."""
    complain = found.complain
    try:
        data = _unpacked(packed)
        evidence = ev.decode(data)
    except TooLargeError as error:
        complain(f"{name}: bukti.jsonl.gz is no evidence: {error}")
        return "", None
    except BROKEN as error:
        complain(f"{name}: bukti.jsonl.gz is broken ({type(error).__name__})")
        return "", None
    digest = ev.digest(data)
    if ev.encode(evidence) != data or not _is_packed_by_us(packed, data):
        complain(f"{name}: bukti.jsonl.gz is not written as evidence is")
    if read(f"{folder}/bukti.sha256") != f"{digest}  bukti.jsonl\n".encode():
        complain(f"{name}: bukti.sha256 is not the digest of the evidence, {digest}")
    month = name.partition(" ")[0]
    if evidence.month.month != month:
        complain(f"{name}: the evidence is that of {evidence.month.month}")
    formula = formula_of(evidence.month.rules, version_of(evidence.month.formula) or FORMULA)
    if evidence.month.formula != formula:
        complain(
            f"{name}: ranked by formula {evidence.month.formula}, and this version has {formula}; "
            "use the version that the month was ranked with"
        )
        return digest, evidence
    try:
        ranking = rank(evidence, judge_month(evidence))
    except Exception as error:
        # Evidence by its form, and nothing that can be measured: a stranger may have made it.
        complain(f"{name}: nothing follows from the evidence ({type(error).__name__})")
        return digest, evidence
    _compare(read, folder, name, ranking, complain)
    return digest, evidence


def _unpacked(packed: bytes) -> bytes:
    """The evidence as it was before packing; TooLargeError when it is more than any month's."""
    data = gunzip(packed, min(LARGEST, max(LARGE, DENSEST * len(packed))))
    if data.count(b"\n") > MOST_LINES:
        raise TooLargeError(f"it has more than {MOST_LINES:,} lines")
    start = 0
    # A line that is too long ends in the next step's part or further on.
    while len(data) - start > LONGEST_LINE:
        end = data.rfind(b"\n", start, start + LONGEST_LINE)
        if end < 0:
            raise TooLargeError(f"a line of it has more than {LONGEST_LINE:,} bytes")
        start = end + 1
    return data


def _is_packed_by_us(packed: bytes, data: bytes) -> bool:
    """Whether the bits that unpacking does not check are as we write them.

    These are the header, and the few bits that fill up the last byte. A file that another
    compressor has packed has another length, and is fine."""
    ours = ev.compress(data)
    return packed.startswith(GZIP_HEADER) and (len(packed) != len(ours) or packed == ours)


def _compare(
    read: Read, folder: str, name: str, ranking: Ranking, complain: Callable[[str], None]
) -> None:
    """The published ranking beside the recomputed one."""
    published = read(f"{folder}/ranking.json")
    if published == rankings.encode(ranking):
        return
    if published is None:
        complain(f"{name}: ranking.json is missing")
        return
    try:
        claimed = rankings.decode(published)
    except BROKEN as error:
        complain(f"{name}: ranking.json is broken ({error})")
        return
    differences = list(_differences(claimed, ranking))
    for difference in differences[:MOST]:
        complain(f"{name}: {difference}")
    if len(differences) > MOST:
        complain(f"{name}: and {len(differences) - MOST} more")
    if not differences:
        complain(f"{name}: ranking.json says the same in other bytes")


def _frozen(read: Read, month: str, revision: int, complain: Callable[[str], None]) -> None:
    """A final month's files lie in two folders, and must be the same in both."""
    for name in ("ranking.json", "bukti.jsonl.gz", "bukti.sha256"):
        if read(f"data/{month}/{name}") != read(f"data/{month}/r{revision}/{name}"):
            complain(f"{month}: {name} is not that of the frozen revision r{revision}")


def _differences(claimed: Ranking, computed: Ranking) -> Iterator[str]:
    for name in Ranking.__struct_fields__:
        one, other = getattr(claimed, name), getattr(computed, name)
        if name == "flags" and one != other:
            yield "the flags do not follow"
        elif name != "lists" and one != other:
            yield f"{name} is {one!r}, recomputed {other!r}"
    theirs = {_name(ranked): ranked for ranked in claimed.lists}
    ours = {_name(ranked): ranked for ranked in computed.lists}
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        if name not in theirs or name not in ours:
            yield f"{name}: {'missing' if name not in theirs else 'does not follow'}"
        else:
            yield from _row_differences(name, theirs[name], ours[name])
    if [*theirs] != [*ours]:
        yield "the lists stand in another order"


def _row_differences(name: str, claimed: RankedList, computed: RankedList) -> Iterator[str]:
    theirs = {row.satker: row for row in claimed.rows}
    ours = {row.satker: row for row in computed.rows}
    for satker in [*ours, *(s for s in theirs if s not in ours)]:
        if satker not in theirs or satker not in ours:
            yield f"{name}: {satker} {'is missing' if satker not in theirs else 'does not follow'}"
            continue
        for fact in Row.__struct_fields__:
            one, other = getattr(theirs[satker], fact), getattr(ours[satker], fact)
            if one != other:
                yield f"{name}: {satker} {fact} is {one!r}, recomputed {other!r}"
    if [*theirs] != [*ours]:
        yield f"{name}: the rows stand in another order"


def _name(ranked: RankedList) -> str:
    facts = (ranked.ranking, ranked.platform, ranked.kind, ranked.band)
    return " ".join(str(fact) for fact in facts if fact is not None)


def _before(read: Read, month: str) -> str | None:
    """The nearest earlier month whose evidence is published and final; a gap of a year at most."""
    for _ in range(12):
        month = previous_month(month)
        if month < OLDEST:
            return None
        packed = read(f"data/{month}/bukti.jsonl.gz")
        if packed is not None and not _is_incomplete(packed):
            return month
    return None


def _is_incomplete(packed: bytes) -> bool:
    """Whether it is the evidence of a month that never became final, and vouches for nothing."""
    try:
        return ev.decode(_unpacked(packed)).month.state != "final"
    except BROKEN:
        return False  # a broken one must be looked at


@click.command("audit")
@click.argument("month")
@click.option(
    "--from",
    "location",
    metavar="FOLDER-OR-URL",
    help="The published site, or what KIPRAH_FROZEN keeps of it; without it KIPRAH_SITE's folder.",
)
@click.option(
    "--agency",
    "agency_id",
    metavar="ID",
    help="Whose site; from the second on it lies in the folder ID.",
)
@json_option
@tells_errors
def audit_command(month: str, location: str | None, agency_id: str | None, as_json: bool) -> None:
    """Recompute MONTH (such as 2026-10) from the published evidence alone, without the store.

    Says "identical", or lists each difference and exits with 1. Every month before it is looked at
    as well.
    """

    check_month(month)
    try:
        folder = "" if agency_id is None else site_of(agency_id, known=location is None)
        if location is None:
            location = str(site_folder(load_settings().site, folder))
        elif folder:
            location = f"{location.rstrip('/')}/{folder}"
        found = audit(source(location), month)
    except SourceError as error:
        fail(str(error))
    if as_json:
        click.echo(json.dumps({**asdict(found), "identical": found.identical}))
    else:
        for difference in found.differences:
            click.echo(difference)
        for name, digest in found.months.items() if found.identical else ():
            click.echo(f"{name} {digest} identical")
    if not found.identical:
        sys.exit(1)
