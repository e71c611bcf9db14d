"""Everything that lies under ``agencies/{agency}/``, in the project's own words.

The domain's verbs are written once here, above the port, and serve both adapters: a file for each
subject, which says what it keeps and where. Rooms above hold one ``AgencyStore`` for all of them.
"""

from __future__ import annotations

from functions.store.agency.collecting import CollectingDocuments
from functions.store.agency.consents import ConsentDocuments
from functions.store.agency.diary import DiaryDocuments
from functions.store.agency.jobs import JobDocuments
from functions.store.agency.keys import KeyDocuments
from functions.store.agency.labels import LabelDocuments
from functions.store.agency.listening import ListeningDocuments
from functions.store.agency.models import ModelDocuments
from functions.store.agency.notices import NoticeDocuments
from functions.store.agency.posts import PostDocuments
from functions.store.agency.proofs import EvidenceDocuments
from functions.store.agency.pulse import PulseDocuments
from functions.store.agency.signatures import SignatureDocuments
from functions.store.agency.threads import ThreadDocuments
from functions.store.agency.typed import TypedDocuments
from functions.store.agency.volumes import VolumeDocuments


class AgencyStore(
    EvidenceDocuments,
    PostDocuments,
    TypedDocuments,
    ConsentDocuments,
    CollectingDocuments,
    DiaryDocuments,
    JobDocuments,
    KeyDocuments,
    LabelDocuments,
    ListeningDocuments,
    ModelDocuments,
    NoticeDocuments,
    PulseDocuments,
    SignatureDocuments,
    ThreadDocuments,
    VolumeDocuments,
):
    """One agency's documents. All times that come out are aware UTC.

    Evidence brings the registry, the followers and the months with it, threads the inboxes.
    """
