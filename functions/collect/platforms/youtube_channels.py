"""YouTube's channels: by handle, by a user's name of before 2014, and by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from functions.collect.client import ApiClient
from functions.collect.contract import (
    AccountWrong,
    Denied,
    Limited,
    Profile,
    Refused,
)
from functions.collect.platforms.decoding import each
from functions.collect.platforms.walks import in_halves
from functions.collect.platforms.youtube_resources import (
    MissingChannel,
    Resource,
    ResourceList,
)

BATCH = 50


def asked_for(handle: str) -> dict[str, str | int]:
    """What a channel is asked for by: ``user/NAME`` is a user's name of before 2014, which may be
    somebody else's handle today (channels.list, forUsername)."""
    kind, found, name = handle.partition("/")
    return {"forUsername": name} if found and kind == "user" else {"forHandle": f"@{handle}"}


async def channels_by_id(
    client: ApiClient, wanted: Mapping[str, AccountWrong]
) -> dict[str, Profile | AccountWrong]:
    """Channels by id; ``wanted`` says what to tell of each that is not there."""
    found: dict[str, Profile | AccountWrong] = {}
    for start in range(0, len(wanted), BATCH):
        batch = list(wanted)[start : start + BATCH]
        read = await in_halves(batch, partial(_batch_by_id, client))
        if isinstance(read.failure, Limited | Refused):
            raise read.failure
        for asked, channels, is_whole in read.answers:
            found |= {channel.account_id: channel for channel in channels}
            # What could not be understood may be any of those that are missing.
            missing = asked if is_whole else ()
            found |= {name: wanted[name] for name in missing if name not in found}
        found |= {name: denied.of_account("YouTube") for name, denied in read.odd}
    return found


async def _batch_by_id(
    client: ApiClient, ids: Sequence[str]
) -> tuple[Sequence[str], list[Profile], bool]:
    try:
        channels, is_whole = await find_channels(client, id=",".join(ids), maxResults=BATCH)
    except MissingChannel as missing:  # of fifty, it does not say which
        raise Denied(str(missing)) from None
    return ids, channels, is_whole


async def find_channels(client: ApiClient, **by: str | int) -> tuple[list[Profile], bool]:
    """The channels that can be understood, and whether those were all."""
    broken: list[str] = []
    answer, _ = await client.get(
        "/youtube/v3/channels",
        ResourceList,
        lost=broken,
        part="id,contentDetails,statistics,snippet",
        **by,
    )
    channels = [
        *each(
            answer.items,
            Resource,
            _profile,
            named="youtube channel",
            broken=broken,
            lost=client.tally.lost,
            strict=False,
        )
    ]
    client.tally.lost += broken
    return channels, not broken


def unknown(handle: str) -> AccountWrong:
    return AccountWrong(
        "no such channel",
        f"YouTube tidak mengenal kanal {handle}; periksa ejaannya atau isi id kanal (UC…).",
    )


def gone(known: Profile) -> AccountWrong:
    return AccountWrong(
        "the channel is gone",
        f"Kanal YouTube {known.handle or known.account_id} tidak ada lagi: dihapus pemiliknya atau "
        "ditutup oleh YouTube. Pulihkan kanalnya, atau ganti akunnya di daftar.",
    )


def _profile(channel: Resource) -> Profile:
    if channel.id is None:
        raise ValueError("no id")
    hidden = channel.statistics.hiddenSubscriberCount
    return Profile(
        account_id=channel.id,
        handle=channel.snippet.customUrl.removeprefix("@") if channel.snippet.customUrl else None,
        title=channel.snippet.title,
        followers=None if hidden is not False else channel.statistics.subscriberCount,
        playlist_id=channel.contentDetails.relatedPlaylists.uploads,
        posts=channel.statistics.videoCount,
    )


def is_channel_id(handle: str) -> bool:
    return handle.startswith("UC") and len(handle) == 24
