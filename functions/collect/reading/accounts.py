"""What profiles tell of accounts: names, followers, and how many posts there are."""

from __future__ import annotations

import msgspec

from functions.collect.contract import Profile
from functions.collect.reading.sightings import LONGEST_NAME, Sightings, is_count
from functions.model import DAY

LONGEST_TITLE = 500


class Accounts:
    """The accounts of one platform as one tick sees them."""

    def __init__(self, sightings: Sightings) -> None:
        self.sightings = sightings
        self.session = sightings.session

    def take(self, handle: str, profile: Profile) -> None:
        """Take in an account's profile, behind the posts that it counts."""
        session, now = self.session, self.session.clock()
        known = session.account(handle)
        due = known.followers_at is None or known.followers_at + DAY <= now
        profile = self._within_bounds(handle, profile)
        told = _remark(handle, profile)
        if due or known.wrong or told != known.told:
            session.harvest.checked[handle] = profile
        if due and known.swept_at is not None:
            self.sightings.hold_against(handle, profile, now)
        if due and profile.followers is not None:
            session.harvest.followers.append(
                (session.platform, profile.account_id, now, profile.followers)
            )
        session.change_account(
            handle,
            account_id=profile.account_id,
            title=profile.title or known.title,
            playlist_id=profile.playlist_id or known.playlist_id,
            checked_at=now,
            followers_at=now if due else known.followers_at,
            told=told,
            wrong=None,
            retry_at=None,
        )

    def _within_bounds(self, handle: str, profile: Profile) -> Profile:
        """The profile as a store can hold it."""
        followers = profile.followers
        if followers is not None and not is_count(followers):
            platform = self.session.platform
            words = f"{platform} {handle}: an impossible number of followers"
            self.session.harvest.broken([words])
            followers = None
        return msgspec.structs.replace(
            profile,
            followers=followers,
            title=profile.title and profile.title[:LONGEST_TITLE],
            handle=profile.handle and profile.handle[:LONGEST_NAME],
        )


def _remark(handle: str, profile: Profile) -> str | None:
    """What the admin of an account that is read all the same should know of it; None: nothing."""
    named = profile.handle
    # An id and a YouTube user's name of before 2014 stay beside whatever handle an account takes.
    by_id = handle.isdecimal() or handle == profile.account_id or "/" in handle
    if named and not by_id and named.casefold() != handle.casefold():
        return (
            f"Akun ini kini bernama @{named}; perbarui nama akun di daftar. "
            "Riwayatnya tetap tersimpan."
        )
    if profile.posts == 0:
        return "Akun ini belum memiliki unggahan publik."
    return None
