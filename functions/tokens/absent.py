"""Why an account's access token cannot be had: each says what to do next."""

from __future__ import annotations

from datetime import datetime

from functions.model import iso


class NoConsent(Exception):
    """There is no usable consent for the handle; somebody has to give one.

    ``why``: how an earlier consent ended (document.py), empty when there was none;
    ``ended_at``: when, as ISO-8601.
    """

    def __init__(self, handle: str, why: str = "", ended_at: str = "") -> None:
        super().__init__(handle)
        self.why = why
        self.ended_at = ended_at


def without_consent(handle: str, absent: NoConsent) -> str:
    """What the account's admin is told, in Indonesian."""
    if absent.why == "withdrawn":
        return (
            f"Izin TikTok @{handle} telah dicabut pada {absent.ended_at} dan tokennya dihapus; "
            "akun ini tidak dibaca sampai satker memberi izin baru melalui tautan izin."
        )
    if absent.why:
        return (
            f"Izin TikTok @{handle} sudah lama tidak berlaku dan tokennya dihapus; minta satker "
            "memberi izin baru melalui tautan izin."
        )
    return f"Belum ada izin TikTok untuk @{handle}; minta satker memberi izin."


class Busy(Exception):
    """It cannot be renewed now, by another instance or for want of time; try at the next tick."""


class Declined(Exception):
    """The platform refuses the refresh token. ``why``: its own error."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.why = why


class PairLost(Exception):
    """The refresh token is refused: a renewal has used it, but its new pair was never stored."""

    def __init__(self, begun_at: datetime) -> None:
        super().__init__(f"the renewal begun at {iso(begun_at)} was never stored")
        self.begun_at = begun_at
