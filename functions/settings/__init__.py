"""Every setting: its environment name, default, meaning and form, in one table.

Settings come from the environment or from a ``.env`` file in the working folder; the environment
wins. A secret never shows in ``repr``, logs, reports or pages. A name that is no setting is told,
and refused where it looks like a slip of the hand: what was meant to be set would not be.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from functions.settings import dotenv as dotenv_file
from functions.settings import forms
from functions.settings.cadence import CADENCES
from functions.settings.forms import Form

PREFIX = "KIPRAH_"
MINUTES = forms.whole(1, 1440, "minutes")  # a day holds every cadence by which 24 h are measured
BUDGET = forms.whole(1, 999_999_999)
MOST_CREDENTIALS = 100  # of one kind
_LONGEST_NOTICE = 500
_LONGEST_NAME = 100  # of an agency
_MOST_AGENCIES = 1_000
# In bytes, of what names every agency; whoever has more is told why they must be fewer.
_MOST_BYTES = {"agencies": 28_000, "shares": 2_000}
_LONGEST = dict.fromkeys(_MOST_BYTES, 100_000)
_SLIPS = 2  # of the hand, by which a setting's name is still told
# A queue's name has at most 100 characters; "-instagram" takes 10 of them.
_QUEUE = re.compile(r"tasks://[A-Za-z0-9.:-]+/[a-z0-9-]+/[A-Za-z0-9-]{1,90}")
_SCHEDULE = re.compile(r"scheduler://[A-Za-z0-9.:-]+/[a-z0-9-]+/[A-Za-z0-9_-]{1,90}")
_AGENCY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# A further agency's id is the folder of its site: no path of a site may be called like it.
RESERVED = (
    "404",
    "assets",
    "bukti",
    "data",
    "feed",
    "index",
    "instansi",
    "metode",
    "platform",
    "robots",
    "satker",
    "sitemap",
    "status",
    "unggahan",
)
_HOST_PORT = re.compile(r"([A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}")
_SERVICE_ACCOUNT = re.compile(r"[^@\s]+@([a-z0-9.-]+\.)?gserviceaccount\.com")


class SettingsError(ValueError):
    """A setting cannot be used; the message names it and says what to write instead."""


class NamedAgency(NamedTuple):
    """One agency of KIPRAH_AGENCIES; ``timezone`` is KIPRAH_TIMEZONE unless it names its own."""

    id: str
    name: str
    timezone: str


def _setting(
    env: str, default: str, meaning: str, form: Form | None = None, *, secret: bool = False
) -> Any:
    facts = {"env": env, "meaning": meaning, "secret": secret, "form": form}
    return field(default=default, metadata=facts)


def _credentials(env: str, meaning: str) -> Any:
    facts = {"env": env, "meaning": meaning, "secret": True, "form": forms.secret}
    return field(default=(), metadata=facts)


@dataclass(frozen=True, repr=False)
class Settings:
    """The settings of one installation; credentials are tuples, empty when none is given."""

    store: str = _setting(
        "KIPRAH_STORE",
        "sqlite:///kiprah.db",
        "Where documents lie; or firestore://PROJECT/DB",
        forms.place,
    )
    site: str = _setting(
        "KIPRAH_SITE",
        "file://site",
        "Where the site goes; or gs://… or s3://BUCKET/PREFIX",
        forms.place,
    )
    frozen: str = _setting(
        "KIPRAH_FROZEN",
        "",
        "Where final months' files are kept besides, never overwritten: file://…, gs://… or s3://…",
        forms.place,
    )
    timezone: str = _setting(
        "KIPRAH_TIMEZONE",
        "Asia/Jakarta",
        "The agency's time zone, in which months are bounded",
        forms.zone,
    )
    agencies: str = _setting(
        "KIPRAH_AGENCIES",
        "",
        "Several agencies: ID=NAME[@ZONE]; … (the first one's site lies at the root)",
    )
    shares: str = _setting(
        "KIPRAH_SHARES",
        "",
        "Weights of agencies at sharing credentials: ID=WEIGHT; … (1 where none is given)",
    )
    site_url: str = _setting(
        "KIPRAH_SITE_URL", "", "The site's public address, for canonical links", forms.public
    )
    notice: str = _setting(
        "KIPRAH_NOTICE",
        "",
        "A banner shown on every page (in Indonesian)",
        forms.at_most(_LONGEST_NOTICE),
    )
    simulation: str = _setting(
        "KIPRAH_SIMULATION",
        "",
        "1: a new store is a simulation for good: any now, no official host, a banner on its pages",
        forms.switch,
    )
    replays: str = _setting(
        "KIPRAH_REPLAYS",
        "",
        "1: a deployed function takes a given now; else only that of a simulation does",
        forms.switch,
    )
    collect_every: str = _setting(
        "KIPRAH_COLLECT_EVERY",
        str(CADENCES["collect"].every),
        "Minutes between two collections: the loop's cadence",
        MINUTES,
    )
    registry_every: str = _setting(
        "KIPRAH_REGISTRY_EVERY",
        "1",
        "Minutes between two readings of the registry's documents; fewer than a tick's: at each",
        MINUTES,
    )
    discover_every: str = _setting(
        "KIPRAH_DISCOVER_EVERY",
        "180",
        "Minutes between two looks for an account's new posts",
        MINUTES,
    )
    score_every: str = _setting(
        "KIPRAH_SCORE_EVERY",
        str(CADENCES["score"].every),
        "Minutes between two scorings, each followed by publishing",
        MINUTES,
    )
    queue: str = _setting(
        "KIPRAH_QUEUE",
        "",
        "tasks://PROJECT/LOCATION/PREFIX: Cloud Tasks shares the reading among many calls",
    )
    queue_target: str = _setting(
        "KIPRAH_QUEUE_TARGET", "", "This function's own address, for the queue's calls"
    )
    queue_account: str = _setting(
        "KIPRAH_QUEUE_ACCOUNT", "", "The service account that the queue's calls come from"
    )
    queue_address: str = _setting(
        "KIPRAH_QUEUE_ADDRESS", "", "HOST:PORT of a local server instead of Google's, for trials"
    )
    schedule: str = _setting(
        "KIPRAH_SCHEDULE",
        "",
        "scheduler://PROJECT/LOCATION/PREFIX: whose jobs kiprah schedule looks at",
    )
    schedule_address: str = _setting(
        "KIPRAH_SCHEDULE_ADDRESS", "", "HOST:PORT of a local server instead of Google's, for trials"
    )
    meta_calls_per_hour: str = _setting(
        "KIPRAH_META_CALLS_PER_HOUR",
        "200",
        "Calls an hour with one Meta token; its usage header lowers it where it must",
        BUDGET,
    )
    x_dollars_per_day: str = _setting(
        "KIPRAH_X_DOLLARS_PER_DAY", "20", "US dollars a UTC day with one X token", forms.dollars
    )
    tiktok_calls_per_minute: str = _setting(
        "KIPRAH_TIKTOK_CALLS_PER_MINUTE", "600", "Calls a minute with one TikTok app", BUDGET
    )
    youtube_units_per_day: str = _setting(
        "KIPRAH_YOUTUBE_UNITS_PER_DAY",
        "10000",
        "Quota units a Pacific day with one API key",
        BUDGET,
    )
    youtube_stats_per_day: str = _setting(
        "KIPRAH_YOUTUBE_STATS_PER_DAY",
        "10000",
        "The same for the statistics endpoint alone",
        BUDGET,
    )
    token_key: str = _setting(
        "KIPRAH_TOKEN_KEY",
        "",
        "Encrypts stored consents (NEW,OLD while it is changed); without it a key file beside the "
        "SQLite store is made",
        secret=True,
    )

    instagram_url: str = _setting(
        "KIPRAH_INSTAGRAM_URL", "https://graph.facebook.com", "Instagram's Graph API", forms.origin
    )
    facebook_url: str = _setting(
        "KIPRAH_FACEBOOK_URL", "https://graph.facebook.com", "Facebook's Graph API", forms.origin
    )
    x_url: str = _setting("KIPRAH_X_URL", "https://api.x.com", "X API v2", forms.origin)
    tiktok_url: str = _setting(
        "KIPRAH_TIKTOK_URL",
        "https://open.tiktokapis.com",
        "TikTok's Display API, tokens too",
        forms.origin,
    )
    tiktok_auth_url: str = _setting(
        "KIPRAH_TIKTOK_AUTH_URL", "https://www.tiktok.com", "TikTok's consent page", forms.origin
    )
    connect_url: str = _setting(
        "KIPRAH_CONNECT_URL",
        "",
        "Where the function connect is reached, for links to consent",
        forms.private,
    )
    youtube_url: str = _setting(
        "KIPRAH_YOUTUBE_URL", "https://www.googleapis.com", "YouTube Data API v3", forms.origin
    )
    youtube_feed_url: str = _setting(
        "KIPRAH_YOUTUBE_FEED_URL",
        "https://www.youtube.com",
        "Channels' public feeds, read when there is no API key",
        forms.origin,
    )
    graph_version: str = _setting(
        "KIPRAH_GRAPH_VERSION", "v26.0", "Version of Meta's Graph API", forms.graph_version
    )

    instagram_token: tuple[str, ...] = _credentials(
        "KIPRAH_INSTAGRAM_TOKEN", "User or system-user token for Business Discovery"
    )
    instagram_user_id: tuple[str, ...] = _credentials(
        "KIPRAH_INSTAGRAM_USER_ID", "Our own professional account's id, one for each token"
    )
    facebook_token: tuple[str, ...] = _credentials(
        "KIPRAH_FACEBOOK_TOKEN", "App or system-user token with Page Public Content Access"
    )
    facebook_app_secret: tuple[str, ...] = _credentials(
        "KIPRAH_FACEBOOK_APP_SECRET", "The app's secret, one for each token: signs each request"
    )
    x_bearer_token: tuple[str, ...] = _credentials("KIPRAH_X_BEARER_TOKEN", "App-only Bearer token")
    tiktok_client_key: tuple[str, ...] = _credentials(
        "KIPRAH_TIKTOK_CLIENT_KEY", "Client key of the TikTok app"
    )
    tiktok_client_secret: tuple[str, ...] = _credentials(
        "KIPRAH_TIKTOK_CLIENT_SECRET", "Client secret of the TikTok app, one for each key"
    )
    youtube_api_key: tuple[str, ...] = _credentials("KIPRAH_YOUTUBE_API_KEY", "API key")

    def __post_init__(self) -> None:
        for f in table():
            _check(f, getattr(self, f.name))
        if self.queue:
            _check_queue(self)
        if self.schedule:
            _check_schedule(self)
        _check_agencies(self.named_agencies())
        _check_size(self)
        self.weights()
        _check_pairs(self, "instagram_token", "instagram_user_id")
        _check_pairs(self, "tiktok_client_key", "tiktok_client_secret")

    def __repr__(self) -> str:
        shown = {f.name: getattr(self, f.name) for f in table() if not f.metadata["secret"]}
        return f"Settings({shown})"

    def named_agencies(self) -> tuple[NamedAgency, ...]:
        """What KIPRAH_AGENCIES names, in its order; empty when there is the one agency alone."""
        entries = (entry.strip() for entry in self.agencies.split(";"))
        return tuple(_named_agency(entry, self.timezone) for entry in entries if entry)

    def weights(self) -> dict[str, int]:
        """Each agency's weight at sharing credentials, by its id; those that are named alone.

        Raises:
            SettingsError: one is no weight, or its agency is none of KIPRAH_AGENCIES.
        """
        known = {agency.id for agency in self.named_agencies()}
        found: dict[str, int] = {}
        for entry in filter(None, map(str.strip, self.shares.split(";"))):
            agency, weight = _weight(entry)
            if agency not in known or agency in found:
                said = "is there twice" if agency in found else f"is none of {_env('agencies')}"
                raise SettingsError(f"{_env('shares')}: {agency!r} {said}; name each agency once")
            found[agency] = weight
        return found

    def project(self) -> str:
        """The Google Cloud project that the store lies in, or else the queue; empty for none."""
        for place, scheme in ((self.store, "firestore://"), (self.queue, "tasks://")):
            if place.startswith(scheme):
                return place.removeprefix(scheme).partition("/")[0]
        return ""

    def secrets(self) -> tuple[str, ...]:
        """Every secret value that is set, for keeping them out of what is written."""
        values: list[str] = []
        for f in table():
            if f.metadata["secret"]:
                value = getattr(self, f.name)
                values += [value] if isinstance(value, str) else value
        return tuple(dict.fromkeys(value for value in (*values, *self.token_keys()) if value))

    def token_keys(self) -> tuple[str, ...]:
        """The keys of KIPRAH_TOKEN_KEY: the first seals, all open; empty when it is not set.

        The whole value is the last of several: a single key may hold a comma itself, and what it
        has sealed must still be opened.
        """
        if "," not in self.token_key:
            return (self.token_key,) if self.token_key else ()
        return tuple(dict.fromkeys((*_split(self.token_key), self.token_key)))


def table() -> tuple[dataclasses.Field[Any], ...]:
    """The settings in their order; ``metadata`` holds env, meaning and secret."""
    return dataclasses.fields(Settings)


def load(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """Settings from the environment and a ``.env`` file; ``SettingsError`` when one is unusable, or
    when a name seems to be meant for one."""
    merged = _given(environ, dotenv)
    for name in _strangers(merged):
        known, is_meant = _likeness(name, merged)
        if is_meant:
            raise SettingsError(
                f"{_plain(name)} is no setting; did you mean {known}? Mend the name; "
                f"if it is somebody else's, set {known}, too"
            )
    values: dict[str, Any] = {}
    for f in table():
        given = merged.get(f.metadata["env"], "").strip()
        if given:
            many = isinstance(f.default, tuple)
            values[f.name] = _split(given) if many else given
    return Settings(**values)


def strangers(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> list[str]:
    """A line for each name that looks like a setting, and is none; it is ignored."""
    merged = _given(environ, dotenv)
    return [
        f"{_plain(name)} is no setting and is ignored; the nearest is {_likeness(name, merged)[0]}"
        for name in _strangers(merged)
    ]


def _given(environ: Mapping[str, str] | None, dotenv: Path) -> dict[str, str]:
    try:
        file = dotenv_file.read(dotenv)
    except dotenv_file.DotenvError as error:
        raise SettingsError(str(error)) from None
    return {**file, **(os.environ if environ is None else environ)}


def _strangers(given: Mapping[str, str]) -> list[str]:
    """The names that are no settings and begin like one."""
    known = {f.metadata["env"] for f in table()}
    return sorted(name for name in given if _begins_like_one(name) and name not in known)


def _begins_like_one(name: str) -> bool:
    """With the prefix, or with what a hand makes of it by one slip."""
    begins = name.upper().replace("-", "_")
    return any(
        forms.near(begins[:length], [PREFIX])[1] <= 1
        for length in range(len(PREFIX) - 1, len(PREFIX) + 2)
    )


def _likeness(name: str, given: Mapping[str, str]) -> tuple[str, bool]:
    """The nearest setting, and whether that one is meant: by a slip of the hand or a longer name
    (KIPRAH_STORE_URL), and while it is not set itself."""
    names = [f.metadata["env"] for f in table()]
    known, slips = forms.near(name.upper(), names)
    if slips > _SLIPS:
        longer = [other for other in names if name.upper().startswith(f"{other}_")]
        known = max(longer, key=len, default=known)
        slips = _SLIPS if longer else slips
    return known, slips <= _SLIPS and not given.get(known, "").strip()


def _plain(name: str) -> str:
    """A name as it can be printed in one line, whatever stands in it."""
    return ascii(name)[1:-1][:80]


def _split(given: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in given.split(",") if part.strip())


def _check(f: dataclasses.Field[Any], given: str | tuple[str, ...]) -> None:
    """SettingsError when a value has not the setting's form; it is repeated unless it may be, or
    hold, a secret."""
    env, form = f.metadata["env"], f.metadata["form"]
    if isinstance(given, tuple):
        if len(given) > MOST_CREDENTIALS:
            raise SettingsError(f"{env} holds more than {MOST_CREDENTIALS} values; give fewer")
        for number, value in enumerate(given, 1):
            if said := form(value):
                which = f", value {number}," if len(given) > 1 else ""
                raise SettingsError(f"{env}{which} {said}")
        return
    if given == f.default:
        return
    if said := forms.seen(given, _LONGEST.get(f.name, forms.LONGEST)):
        raise SettingsError(f"{env} {said}")
    if said := form and form(given):
        shown = "" if f.metadata["secret"] or "@" in given else f"={given[:60]!r}"
        raise SettingsError(f"{env}{shown} {said}")


def _env(name: str) -> str:
    return str(next(f.metadata["env"] for f in table() if f.name == name))


def _named_agency(entry: str, timezone: str) -> NamedAgency:
    name, equals, words = entry.partition("=")
    words, at, zone = words.partition("@")
    if not (equals and words.strip() and name.strip() and bool(at) == bool(zone.strip())):
        raise SettingsError(
            f"{_env('agencies')}: {entry!r} must be ID=NAME or ID=NAME@ZONE, "
            "such as kemenham=Kementerian HAM@Asia/Makassar; separate agencies by ;"
        )
    return NamedAgency(name.strip(), words.strip(), zone.strip() or timezone)


def _weight(entry: str) -> tuple[str, int]:
    agency, _, weight = (part.strip() for part in entry.partition("="))
    if not re.fullmatch(r"[1-9][0-9]{0,3}", weight):
        raise SettingsError(
            f"{_env('shares')}: {entry[:60]!r} must be ID=WEIGHT, a whole number from 1 to 9999, "
            "such as kemenkum=3; separate agencies by ;"
        )
    return agency, int(weight)


def _check_size(settings: Settings) -> None:
    """All variables of a function have 32 KiB together ("Environment variables" of Cloud Run's
    documentation, November 2026): these two may take up what the others leave."""
    for name in ("agencies", "shares"):
        size = len(getattr(settings, name).encode())
        if size > _MOST_BYTES[name]:
            raise SettingsError(
                f"{_env(name)} takes {size:,} bytes and may take {_MOST_BYTES[name]:,}, since a "
                "function's environment holds 32 KiB: shorten the agencies' ids and names"
            )


def _check_agencies(agencies: Sequence[NamedAgency]) -> None:
    """An agency's id is a path in the store and, from the second on, the folder of its site."""
    seen: set[str] = set()
    if len(agencies) > _MOST_AGENCIES:
        raise SettingsError(f"{_env('agencies')} names more than {_MOST_AGENCIES:,} agencies")
    for agency in agencies:
        said = f"{_env('agencies')}: "
        if not _AGENCY.fullmatch(agency.id):
            raise SettingsError(
                f"{said}the id {agency.id!r} must be at most 40 lower case letters, digits and "
                "hyphens, and not begin with a hyphen"
            )
        if agency.id in RESERVED or re.fullmatch(r"[0-9]{4}", agency.id):
            raise SettingsError(f"{said}the id {agency.id!r} is a path of every site; take another")
        if agency.id in seen:
            raise SettingsError(f"{said}the id {agency.id!r} is there twice; give each its own")
        if len(agency.name) > _LONGEST_NAME:
            raise SettingsError(
                f"{said}the name of {agency.id} must have at most {_LONGEST_NAME} characters"
            )
        if forms.zone(agency.timezone):
            raise SettingsError(
                f"{said}{agency.timezone!r} of {agency.id} is no time zone; "
                "write for example Asia/Makassar"
            )
        seen.add(agency.id)


def _check_queue(settings: Settings) -> None:
    """A queue is of use only with an address to call, and Google's only with an account to be."""
    if not _QUEUE.fullmatch(settings.queue):
        raise SettingsError(
            f"{_env('queue')}={settings.queue!r} must be tasks://PROJECT/LOCATION/PREFIX, "
            "the prefix of at most 90 letters, digits and hyphens"
        )
    if not settings.queue_target:
        raise SettingsError(
            f"{_env('queue')} needs {_env('queue_target')}, the address of the function collect"
        )
    if said := forms.private(settings.queue_target):
        raise SettingsError(f"{_env('queue_target')} {said}")
    if settings.queue_address and not _HOST_PORT.fullmatch(settings.queue_address):
        raise SettingsError(
            f"{_env('queue_address')}={settings.queue_address!r} must be HOST:PORT, without http://"
        )
    if not settings.queue_account and not settings.queue_address:
        raise SettingsError(
            f"{_env('queue')} needs {_env('queue_account')}, a service account that may call the "
            "function collect"
        )
    if settings.queue_account and not _SERVICE_ACCOUNT.fullmatch(settings.queue_account):
        raise SettingsError(
            f"{_env('queue_account')}={settings.queue_account!r} must be a service account's "
            "address, NAME@PROJECT.iam.gserviceaccount.com"
        )


def _check_schedule(settings: Settings) -> None:
    if not _SCHEDULE.fullmatch(settings.schedule):
        raise SettingsError(
            f"{_env('schedule')}={settings.schedule[:60]!r} must be "
            "scheduler://PROJECT/LOCATION/PREFIX, the prefix of at most 90 letters, digits, "
            "hyphens and underscores"
        )
    if settings.schedule_address and not _HOST_PORT.fullmatch(settings.schedule_address):
        raise SettingsError(
            f"{_env('schedule_address')}={settings.schedule_address[:60]!r} must be HOST:PORT, "
            "without http://"
        )


def _check_pairs(settings: Settings, first: str, second: str) -> None:
    one, other = getattr(settings, first), getattr(settings, second)
    if len(one) != len(other):
        raise SettingsError(
            f"{_env(first)} has {len(one)} and {_env(second)} {len(other)} values; "
            "give one for each of the other"
        )
