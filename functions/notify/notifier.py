"""What jobs tell units with: notices are put into the outbox, and what is due is sent.

Nothing is loaded, read or written where KIPRAH_NOTIFY is empty, nor in a simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from functions import log
from functions.model import Roster
from functions.notify.notice import Notice
from functions.notify.switches import Switches, switches_of
from functions.settings import Settings
from functions.settings.notices import Targets, targets
from functions.store.agency import AgencyStore
from functions.times import present


class Notifier(msgspec.Struct, frozen=True, kw_only=True):
    """How an installation tells its units.

    Attributes:
        sites: the address of each agency's site by the agency's id; empty where it has none.
    """

    targets: Targets
    sites: Callable[[str], str]

    def switches(self, agency: AgencyStore) -> Switches:
        """Which notices an agency wants; its admins are answered."""
        return switches_of(agency)

    def reaches(self, addresses: Mapping[str, Sequence[str]], notice: Notice) -> bool:
        """Whether anybody would hear of a notice."""
        has_mail = self.targets.mail is not None and bool(addresses.get(notice.satker or ""))
        return has_mail or bool(self.targets.hooks and not notice.mail_only)

    def put(
        self,
        agency: AgencyStore,
        notices: Iterable[Notice],
        addresses: Mapping[str, Sequence[str]],
        now: datetime,
    ) -> int:
        """Put what somebody would hear into the outbox, each key once; returns how many are new.

        Raises:
            StoreError: the outbox cannot be written.
        """
        found = [notice for notice in notices if self.reaches(addresses, notice)]
        if not found:
            return 0
        wanted = self.switches(agency).wanted
        documents = {n.key: n.document(now) for n in found if n.kind in wanted}
        return agency.add_notices(documents)

    def deliver(
        self,
        agency: AgencyStore,
        addresses: Callable[[], Mapping[str, Sequence[str]]],
        clock: Callable[[], datetime] = present,
    ) -> list[str]:
        """Send what is due; returns what the operator should know. StoreError as ``put``."""
        # Imported here: where nothing is to be told, nothing of it is needed.
        from functions.notify.delivery import Delivered, deliver

        done = deliver(agency, self.targets, addresses, clock)
        if done != Delivered():
            log.info("notify.delivered", **msgspec.structs.asdict(done))
        return done.problems


def notifier_of(settings: Settings) -> Notifier | None:
    """The installation's notifier; None where KIPRAH_NOTIFY is empty."""
    if not settings.notify:
        return None
    named = settings.named_agencies()
    first = named[0].id if named else None

    def site(agency: str) -> str:
        if not settings.site_url:
            return ""
        base = settings.site_url.rstrip("/")
        return base if first in (None, agency) else f"{base}/{agency}"

    return Notifier(targets=targets(settings.notify), sites=site)


def addresses_of(roster: Roster | None) -> dict[str, tuple[str, ...]]:
    """The mail addresses of each unit that has any, those of ended units too."""
    units = () if roster is None else (*roster.former, *roster.satker)
    return {unit.id: unit.emails for unit in units if unit.emails}
