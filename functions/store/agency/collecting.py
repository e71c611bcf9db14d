"""What the collector keeps for itself: sync states, what credentials have spent, outcomes.

``plans/{platform}`` is the sync state of a platform, ``budgets/{credential}`` what was
spent and reserved, ``outcomes/{platform}:{batch}`` what a batch brought and no plan has taken in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from functions.model import Platform
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.parts import LostPieceError, join, named_pieces, split
from functions.store.port import Stored, Write


class StoredState(msgspec.Struct, frozen=True):
    """A platform's sync state as it is stored.

    ``body`` None: there is none, or a piece of it is lost. ``version`` None: there is no document
    yet. ``pieces``: the names of its pieces, if it is split."""

    body: bytes | None = None
    version: str | None = None
    pieces: tuple[str, ...] = ()


class CollectingDocuments(AgencyDocuments):
    """What collecting an agency's posts keeps."""

    def sync_state(self, platform: Platform) -> StoredState:
        """What is remembered of a platform."""
        path = f"{self.root}/plans/{platform}"
        held = self.store.get([path]).get(path)
        if held is None:
            return StoredState()
        pieces = tuple(named_pieces(held.data))
        if not pieces and not isinstance(held.data.get("body"), bytes):
            return StoredState(None, held.version)
        try:
            [body] = join(self.store, [held])
        except LostPieceError:
            return StoredState(None, held.version, pieces)
        return StoredState(body, held.version, pieces)

    def save_sync_state(self, platform: Platform, body: bytes, held: StoredState) -> None:
        """Replace the state; ``Conflict`` when another instance wrote it since it was read.

        A state too large for one document is split into pieces named by their content. The pieces
        are written first, so that the document that names them never names a missing one.
        """
        path = f"{self.root}/plans/{platform}"
        document, pieces = split(path, body)
        self.store.write(pieces)
        mode: Literal["set", "create"] = "create" if held.version is None else "set"
        self.store.write([Write(path, document, mode, held.version)])
        kept = named_pieces(document)
        self.store.write(
            Write(f"{path}:{name}", mode="delete") for name in held.pieces if name not in kept
        )

    def budgets(self, names: Iterable[str]) -> dict[str, Stored]:
        """What credentials have spent, by their names; those that never spent are left out."""
        paths = {self.budget_path(name): name for name in names}
        return {paths[path]: stored for path, stored in self.store.get([*paths]).items()}

    def reserve(self, budgets: Mapping[str, tuple[Mapping[str, Any], str | None]]) -> None:
        """Write budgets with a new reservation; ``Conflict`` when one changed since it was read."""
        for name, (document, version) in budgets.items():
            path = self.budget_path(name)
            mode: Literal["set", "create"] = "create" if version is None else "set"
            self.store.write([Write(path, dict(document), mode, version)])

    def settle(self, budgets: Mapping[str, Mapping[str, Any]]) -> None:
        """Add to budgets what a run really spent, in the place of its reservation."""
        self.store.write(
            Write(self.budget_path(name), dict(changes), "merge")
            for name, changes in budgets.items()
        )

    def budget_path(self, name: str) -> str:
        """Where the agency's budget of a credential lies."""
        return f"{self.root}/budgets/{key(*name.split(':'))}"

    def save_outcome(self, platform: Platform, batch: str, body: bytes) -> None:
        """Keep what a batch brought for the next plan; ``Conflict`` when it is there already."""
        path = f"{self.root}/outcomes/{key(platform, batch)}"
        document = {"platform": platform, "body": body}
        self.store.write([Write(path, document, "create", expires_at=self.expiry("outcomes"))])

    def has_outcome(self, platform: Platform, batch: str) -> bool:
        """Whether a batch was worked off and no plan has taken in its outcome yet."""
        return bool(self.store.get([f"{self.root}/outcomes/{key(platform, batch)}"]))

    def outcomes(self, platform: Platform) -> list[Stored]:
        """What batches brought and no plan has taken in."""
        listed = self.store.list(f"{self.root}/outcomes", at_least=platform, below=platform + "~")
        return list(listed)

    def forget_outcomes(self, outcomes: Iterable[Stored]) -> None:
        """Remove outcomes that a stored plan has taken in."""
        self.store.write(Write(stored.path, mode="delete") for stored in outcomes)
