"""Where documents are kept: a port of a few verbs, and an adapter for each place.

``open_store`` picks the adapter by its address; only that one's libraries are imported.
"""

from __future__ import annotations

from functions.model import Agency
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.installation import opened
from functions.store.port import Store, StoreError

_FORMS = "write sqlite:///FILE (sqlite:////FILE from the root) or firestore://PROJECT/DATABASE"


def open_store(url: str) -> Store:
    """The store at ``url``, as in KIPRAH_STORE; StoreError when it cannot be opened.

    ``sqlite:///kiprah.db`` lies in the current folder, ``sqlite:////var/kiprah.db`` at the root.
    The database of ``firestore://PROJECT`` is ``(default)``.
    """
    scheme, found, rest = url.partition("://")
    if found and scheme == "sqlite" and rest.startswith("/") and rest.strip("/"):
        from functions.store.sqlite import SqliteStore

        return SqliteStore(rest[1:])
    project, _, database = rest.removesuffix("/").partition("/")
    if found and scheme == "firestore" and project and "/" not in database:
        from functions.store.firestore import FirestoreStore

        return FirestoreStore(project, database or "(default)")
    raise StoreError(f"KIPRAH_STORE names no store: {_FORMS}")


class UnknownAgencyError(ValueError):
    """The settings name no such agency."""


def agencies_of(settings: Settings) -> list[Agency]:
    """The installation's agencies in the settings' order; the only one where they name none."""
    return [
        Agency(id=named.id, name=named.name, timezone=named.timezone)
        for named in settings.named_agencies()
    ] or [Agency(timezone=settings.timezone)]


def open_agencies(settings: Settings, *, only: str | None = None) -> list[AgencyStore]:
    """Every agency of the installation in one store, the first one first; or ``only`` that one.

    A new store that is opened with KIPRAH_SIMULATION is a simulation from here on.

    Raises:
        UnknownAgencyError: there is none that is called like ``only``.
        SettingsError: a store with something real in it shall become a simulation.
        StoreError: as ``open_store``; or the store is of another schema than this version's.
    """
    agencies = agencies_of(settings)
    chosen = [agency for agency in agencies if only in (None, agency.id)]
    if not chosen:
        raise UnknownAgencyError("there is no such agency; KIPRAH_AGENCIES names those that are")
    store = open_store(settings.store)
    try:
        installation = opened(store, simulation=settings.simulation)
    except BaseException:
        store.close()
        raise
    simulation = installation.simulation
    return [AgencyStore(store, agency, simulation=simulation) for agency in chosen]


def open_agency(settings: Settings) -> AgencyStore:
    """The first agency, which is the only one of an installation that configures none."""
    return open_agencies(settings)[0]
