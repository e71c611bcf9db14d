"""What admins write besides the registry: decisions, objections and settings.

``decisions/{id}`` and ``objections/{id}`` come from the command line or the console
(store/decisions.py reads them), ``settings/{name}`` from the console alone. What is wrong with a
document is written beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.port import Conflict, Stored, Write


class TypedDocuments(AgencyDocuments):
    """What an agency's admins write."""

    def decisions(self) -> list[Stored]:
        """What admins decided, by id."""
        return list(self.store.list(f"{self.root}/decisions"))

    def objections(self) -> list[Stored]:
        """What units contest, by id."""
        return list(self.store.list(f"{self.root}/objections"))

    def add_decision(self, id: str, document: Mapping[str, Any]) -> None:
        """Add a decision; ``Conflict`` when its id is taken."""
        self.store.write([Write(f"{self.root}/decisions/{key(id)}", dict(document), "create")])

    def add_objection(self, id: str, document: Mapping[str, Any]) -> None:
        """Add an objection; ``Conflict`` when its id is taken."""
        self.store.write([Write(f"{self.root}/objections/{key(id)}", dict(document), "create")])

    def tell_admin(self, told: Iterable[tuple[Stored, Mapping[str, Any]]]) -> None:
        """Write findings beside what an admin typed, where they are new."""
        for stored, findings in told:
            if any(stored.data.get(name) != value for name, value in findings.items()):
                # A document written or removed meanwhile is answered the next time.
                with suppress(Conflict):
                    self.amend(stored, findings)

    def settings(self, name: str) -> Mapping[str, Any]:
        """What admins typed in ``settings/{name}``; empty when nothing."""
        held = self.typed_settings(name).get(name)
        return {} if held is None else held.data

    def typed_settings(self, *names: str) -> dict[str, Stored]:
        """The documents ``settings/{name}`` that there are, by name."""
        paths = {f"{self.root}/settings/{key(name)}": name for name in names}
        return {paths[path]: held for path, held in self.store.get([*paths]).items()}

    def sums_threads(self) -> bool:
        """Whether the settings say clearly that a thread of X is worth the sum of its parts."""
        return self.reading_of_x()["replies"]

    def reading_of_x(self) -> dict[str, bool]:
        """What ``settings/formula`` says of how X is read; scoring tells what is wrong with it.

        ``replies``: a thread is worth the sum of its parts. ``counts``: collect also asks for the
        number of posts, to check what it found. Each costs money.
        """
        formula = self.settings("formula")
        return {
            "replies": formula.get("x_threads") == "sum",
            "counts": formula.get("x_counts") is not False,
        }
