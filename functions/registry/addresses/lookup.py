"""From a post's address, in whatever form it was pasted, to the posts that collect met under it."""

from __future__ import annotations

from functions.model import Platform
from functions.registry.addresses.posts import NotAPost, parse_link
from functions.store.agency import AgencyStore
from functions.store.agency.posts import Located

NO_ADDRESS = (
    "Tidak ada alamat unggahan Instagram, Facebook, X, TikTok, atau YouTube di sini; "
    "buka unggahannya dan salin alamatnya."
)


def posts_at(agency: AgencyStore, text: str) -> tuple[Platform, tuple[Located, ...]]:
    """The platform that a text's address names, and its posts, one for each account it stands in.

    No posts: nothing was ever read under the address. NotAPost, with a sentence for the asker, when
    the text names no post; StoreError when the store cannot be used.
    """
    link = parse_link(text)
    if link is None:
        raise NotAPost(NO_ADDRESS)
    return link.platform, agency.find_urls(link.platform, [link.key])
