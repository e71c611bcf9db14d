"""What an agency has agreed with a platform, so that the platform's terms allow what is published.

Typed by admins in ``settings/listening``. It changes no number: without it the doctor and the
status page say what is missing (docs/ketentuan.md says why).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.store.fields import Fields, Names
from functions.store.listening_fields import text

NAME = "listening"  # settings/listening
YOUTUBE_AMENDMENT = "youtube_amendment"
_FIELDS: Names = {YOUTUBE_AMENDMENT: ("amandemen youtube", "persetujuan youtube")}


def youtube_amendment(document: Mapping[str, Any]) -> str | None:
    """The reference of YouTube's acceptance of its amendment on derived metrics; None without one.

    Args:
        document: ``settings/listening`` as it was typed. What is no reference (another type, over
            200 letters, characters that nobody sees, a word for "none") is none.
    """
    try:
        return text(Fields(document, _FIELDS), YOUTUBE_AMENDMENT)
    except ValueError:
        return None
