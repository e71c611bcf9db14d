"""What the addresses of each platform are made of: hosts, words, names. The one table of it.

The forms were gathered from public lists of official accounts (the governments of Canada and the
United States, and sites that link to their own pages), the limits from the platforms' help pages.
"""

from __future__ import annotations

import re

import msgspec

from functions.model import Platform

# Subdomains under which every platform shows the same as under its plain host.
_EVERYWHERE = "www|m|mobile"
_LOCALE = "[a-z]{2}(?:-[a-z]{2})?"  # id-id.facebook.com, uk.youtube.com


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A platform, as far as its addresses go.

    Attributes:
        hosts: where its profiles and posts are shown, the first being its own.
        subdomains: those of ``hosts`` that show the same; a pattern.
        short: hosts on which a code stands for an address that only the platform can tell.
        mirrors: further hosts that lead to posts: players, pictures, other people's viewers.
        pages: first words of paths, in lower case, that lead to a page of the platform's own, to a
            post or a search. Such a word is never taken for an account's name.
        tabs: what stands behind an account's name when only a part of it is shown.
        name_form: what a name, or the id that stands for one, looks like.
        meaning: the same in Indonesian.
    """

    hosts: tuple[str, ...]
    subdomains: str = _EVERYWHERE
    short: frozenset[str] = frozenset()
    mirrors: tuple[str, ...] = ()
    pages: frozenset[str]
    tabs: frozenset[str]
    name_form: re.Pattern[str]
    meaning: str


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What every site has, and no site gives away as a name.
_COMMON = _words(
    "about account accounts ads api apps auth business careers checkpoint contact cookies "
    "dashboard developer developers directory download explore feed help home hashtag index "
    "index.html index.php jobs legal live login login.php logout messages newsroom notifications "
    "oauth null none undefined policies policy premium press privacy profile recover register "
    "safety search security session settings share signin signup sitemap status support tag "
    "terms tos trending upload video videos watch web"
)

SITES: dict[Platform, Site] = {
    "instagram": Site(
        hosts=("instagram.com", "instagr.am"),
        mirrors=("ddinstagram.com", "kkinstagram.com"),
        pages=_COMMON
        | _words(
            "_n _u ar archive audio badges challenge channel create creators data direct emails g "
            "graphql guide igtv inbox invites j legal lite locations media nametag p popular qr "
            "reel reels s static stories threads topics tv web your_activity"
        ),
        tabs=_words("channel followers following guides p reel reels tagged tv"),
        # Neither ends with a full stop nor holds two in a row (help.instagram.com).
        name_form=re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_]|\.(?=[A-Za-z0-9_])){0,29}"),
        meaning="huruf, angka, titik dan _, paling panjang 30",
    ),
    "facebook": Site(
        hosts=("facebook.com", "fb.com"),
        subdomains=f"{_EVERYWHERE}|mbasic|web|touch|free|0|iphone|new|beta|business|{_LOCALE}",
        short=frozenset({"fb.watch", "fb.me"}),
        pages=_COMMON
        | _words(
            "a ajax allactivity bookmarks browse buddylist category commerce composer connect "
            "dialog docs donate editor events fbml fundraisers fundraiser games gaming group.php "
            "groups home.php host_redirect l.php latest lite local lookaside mail marketplace me "
            "media memories messenger mobile notes nt offers p page page_insights pages people "
            "permalink.php pg photo photo.php photos places plugins policy.php pokes post posts "
            "profile.php public r.php reel reels reg requests saved sharer sharer.php share.php "
            "shares shops stories story.php timeline tr translations ufi unsupportedbrowser user "
            "video.php videos watchparty whitehat x zero"
        )
        | _words("cookie flx friends nearby save weather username"),
        tabs=_words(
            "about about_contact_and_basic_info about_details community events followers "
            "following friends info likes live live_videos map mentions notes offers photos "
            "photos_albums photos_by posts reels reviews services shop timeline videos videos_by"
        ),
        name_form=re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,73}[A-Za-z0-9])"),
        meaning="huruf, angka, titik dan -, atau nomor Halaman",
    ),
    "x": Site(
        hosts=("x.com", "twitter.com"),
        short=frozenset({"t.co", "pic.x.com", "pic.twitter.com"}),
        mirrors=("fxtwitter.com", "vxtwitter.com", "fixupx.com", "fixvx.com", "nitter.net"),
        pages=_COMMON
        | _words(
            "bookmarks communities compose connect_people embed en followers following foryou "
            "goodies hashtags i intent invitations lists logged_out mentions moments "
            "personalization rules saved search-advanced search-home statuses tweet welcome who "
            "who_to_follow widgets"
        ),
        tabs=_words(
            "articles communities favorites followers following highlights likes lists media "
            "photo status superfollows topics tweets verified_followers with_replies"
        ),
        name_form=re.compile(r"[A-Za-z0-9_]{1,15}"),
        meaning="huruf, angka dan _, paling panjang 15",
    ),
    "tiktok": Site(
        hosts=("tiktok.com",),
        subdomains=f"{_EVERYWHERE}|us|lite",
        short=frozenset({"vm.tiktok.com", "vt.tiktok.com"}),
        mirrors=("tiktokv.com", "vxtiktok.com"),
        pages=_COMMON
        | _words(
            "action amp belong business-suite channel community-guidelines creators discover "
            "embed following foryou friends h5 inbox kids link music node oembed passport photo "
            "place player qr question redirect selection setting shop sticker studio t "
            "tiktokstudio topics transparency tv v v1 v2 v3 view"
        ),
        tabs=_words("favorites followers following liked live photo playlist playlists video"),
        name_form=re.compile(r"[A-Za-z0-9._]{1,23}[A-Za-z0-9_]"),
        meaning="huruf, angka, titik dan _, paling panjang 24",
    ),
    "youtube": Site(
        hosts=("youtube.com",),
        subdomains=f"{_EVERYWHERE}|music|gaming|studio|(?!tv){_LOCALE}",
        short=frozenset({"youtu.be"}),
        mirrors=("youtube-nocookie.com", "youtubekids.com", "youtube.googleapis.com", "ytimg.com"),
        pages=_COMMON
        | _words(
            "account_advanced account_notifications ads artist attribution attribution_link c "
            "channel channels clip consent create creators e embed feeds gaming get_video handle "
            "hype kids m movies music my_videos new oembed paid_memberships playables player "
            "playlist playlists podcasts post reporthistory redirect results s shorts source "
            "sports subscription_center t tv user v verify vi vi_webp view_play_list "
            "watch_popup youtubei yt ytscframe"
        ),
        tabs=_words(
            "about channels community discussion featured join live playlists podcasts posts "
            "releases search shop shorts store streams videos"
        ),
        # A handle, a channel's id, or a user's name of before 2014, which is asked for otherwise.
        name_form=re.compile(r"user/[A-Za-z0-9._\-]{1,60}|[\w.\-·]{2,60}"),
        meaning="nama tanpa spasi, atau id kanal UC…",
    ),
}

# Every host that leads to a platform's posts.
PLATFORM_OF: dict[str, Platform] = {
    host: platform
    for platform, site in SITES.items()
    for host in (*site.hosts, *site.mirrors, *site.short)
}
SHORT_HOSTS: frozenset[str] = frozenset().union(*(site.short for site in SITES.values()))
