"""Facebook Pages as they show themselves, and whether a token is a Page's own."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from functions.collect.client import ApiClient
from functions.collect.contract import (
    AccountWrong,
    Limited,
    PlatformError,
    Profile,
    Refused,
    Unreadable,
)
from functions.collect.platforms import meta
from functions.collect.platforms.decoding import Count, Id

GONE = "Halaman Facebook {} tidak dapat dibaca lagi; periksa apakah masih diterbitkan."
TOKEN_DEAD = (
    "Token Halaman Facebook ini tidak berlaku lagi, jadi Halaman dibaca tanpa token itu dan "
    "sebagian unggahannya mungkin tidak tampil. Mintalah token baru kepada pengelola Halaman."
)
TOKEN_FOREIGN = (
    "Token yang diberikan untuk Halaman Facebook ini milik Halaman lain, jadi Halaman dibaca tanpa "
    "token itu dan sebagian unggahannya mungkin tidak tampil. Mintalah token Halaman yang benar."
)
TOKEN_WEAK = (
    "Token Halaman Facebook ini tidak boleh membaca unggahan Halaman, jadi Halaman dibaca tanpa "
    "token itu dan sebagian unggahannya mungkin tidak tampil. Mintalah token baru dengan izin "
    "pages_read_engagement, dibuat lewat aplikasi instansi."
)
OWNER = ("id,username,is_published", "id,username", "id")
PROFILES = ("id,name,username,followers_count,fan_count", "id,name,username", "id,name")
# What is remembered of a client: of its own Page, and of what its app was not reviewed for.
OWNER_KNOWN = "speaks for its Page"


class PageProfile(msgspec.Struct):
    id: Id
    name: str | None = None
    username: str | None = None
    followers_count: Count | None = None
    fan_count: Count | None = None
    is_published: bool | None = None


class ForeignToken(Refused):
    """The token given for a Page is another Page's."""


async def page_behind(
    client: ApiClient, own: ApiClient | None, node: str, unknown: str
) -> Profile | AccountWrong:
    """A Page by its name or id; ``unknown`` is what its admin is told where there is none."""
    if own is not None:
        try:
            return _as_profile(await profile_of(own, node, PROFILES), node)
        except (Limited, Refused, AccountWrong, Unreadable):
            pass  # a listing says what is wrong with the token; here it only was not needed
    try:
        return _as_profile(await profile_of(client, node, PROFILES), node)
    except meta.MissingObject as wrong:
        return AccountWrong(str(wrong), unknown)


def _as_profile(page: PageProfile, asked: str) -> Profile:
    followers = page.followers_count
    return Profile(
        account_id=page.id,
        # An id is no name: with it in the name's place the Page would seem to be renamed.
        handle=page.username or (None if asked.isdecimal() else asked),
        title=page.name,
        followers=page.fan_count if followers is None else followers,
    )


async def profile_of(client: ApiClient, node: str, fields_lists: Sequence[str]) -> PageProfile:
    """One Page, by the first field list that this client may use."""
    refusal: meta.FieldRefused | None = None
    for fields in fields_lists:
        try:
            page, _ = await client.get(f"/{node}", PageProfile, fields=fields)
        except meta.FieldRefused as error:
            refusal = error
        else:
            return page
    raise refusal or Unreadable("no fields of a Page are offered")


async def check_owner(own: ApiClient, profile: Profile) -> None:
    """Raise unless this token shows what anybody may see of this Page, and all of it.

    Another Page's token would read it as anybody's does, ranked; its own token reads it even when
    it is not published.
    """
    if OWNER_KNOWN in own.learned:
        return
    page = await profile_of(own, "me", OWNER)
    # A Page may have two ids, an old one and that of its new profile; its username is one.
    name, known_as = (page.username or "").lower(), (profile.handle or "").lower()
    if page.id != profile.account_id and (not name or name != known_as):
        raise ForeignToken("the Page's token is another Page's")
    if page.is_published is False:
        raise AccountWrong("the Page is not published", gone_words(profile))
    own.learned.add(OWNER_KNOWN)


def advice_about(error: PlatformError) -> str | None:
    """What the admin is told of a Page's token that failed; None when that passes by itself."""
    match error:
        case meta.TokenDead():
            return TOKEN_DEAD
        case ForeignToken():
            return TOKEN_FOREIGN
        case Refused() | AccountWrong() | meta.FieldRefused():
            return TOKEN_WEAK
    return None


def gone_words(known: Profile) -> str:
    return GONE.format(known.handle or known.account_id)
