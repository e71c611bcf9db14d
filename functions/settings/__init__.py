"""Every setting: its name, kind, default and meaning, in one table.

Settings come from the environment or from a ``.env`` file in the working folder; the environment
wins. A secret never shows in ``repr``, logs, reports or pages. A name that is no setting is told,
and refused where it looks like a slip of the hand: what was meant to be set would not be.
"""

# Annotations are evaluated at once in this file: the table takes the kinds from them.
import os
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from functions.settings import agencies, dotenv, forms, kinds, names, notices, places
from functions.settings.agencies import NamedAgency
from functions.settings.cadence import CADENCES
from functions.settings.forms import SettingsError

__all__ = ["NamedAgency", "Setting", "Settings", "SettingsError", "load", "strangers", "table"]

# An address that holds one of these may hold a password, too.
_GUARDED = re.compile(r"[@?#]")


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of one installation; credentials are tuples, empty when none is given.

    Each is set by KIPRAH_ and its name in capitals; ``kinds.py`` says what its kind takes.

    Raises:
        SettingsError: a value has not its kind's form, or does not go with another.
    """

    store: kinds.Place = "sqlite:///kiprah.db"
    """Where documents lie; or firestore://PROJECT/DB"""
    site: kinds.Place = "file://site"
    """Where the site goes; or gs://… or s3://BUCKET/PREFIX"""
    frozen: kinds.Place = ""
    """Where final months' files are kept besides, never overwritten: file://…, gs://… or s3://…"""
    private: kinds.Place = ""
    """Where files for staff alone go, alarms for one: file://…, gs://… or s3://…, apart from the
    site; empty: nowhere"""
    timezone: kinds.Zone = "Asia/Jakarta"
    """The agency's time zone, in which months are bounded"""
    agencies: kinds.Agencies = ""
    """Several agencies: ID=NAME[@ZONE]; … (the first one's site lies at the root)"""
    shares: kinds.Agencies = ""
    """Weights of agencies at sharing credentials: ID=WEIGHT; … (1 where none is given)"""
    site_url: kinds.Public = ""
    """The site's public address, for canonical links"""
    notice: kinds.Notice = ""
    """A banner shown on every page (in Indonesian)"""
    notify: kinds.Notify = ""
    """Mail server and webhooks by which units are told: mailtos://USER:PASS@HOST?from=… jsons://…"""
    simulation: kinds.Switch = False
    """A new store is a simulation for good: any now, no official host, a banner on its pages"""
    replays: kinds.Switch = False
    """A deployed function takes a given now; else only that of a simulation does"""
    collect_every: kinds.Minutes = CADENCES["collect"].every
    """Minutes between two collections: the loop's cadence"""
    registry_every: kinds.Minutes = 1
    """Minutes between two readings of the registry's documents; fewer than a tick's: at each"""
    discover_every: kinds.Minutes = 180
    """Minutes between two looks for an account's new posts"""
    score_every: kinds.Minutes = CADENCES["score"].every
    """Minutes between two scorings, each followed by publishing"""
    queue: kinds.Queue = ""
    """tasks://PROJECT/LOCATION/PREFIX: Cloud Tasks shares the reading among many calls"""
    queue_target: kinds.Beside = ""
    """This function's own address, for the queue's calls"""
    queue_account: kinds.Beside = ""
    """The service account that the queue's calls come from"""
    queue_address: kinds.Beside = ""
    """HOST:PORT of a local server instead of Google's, for trials"""
    schedule: kinds.Schedule = ""
    """scheduler://PROJECT/LOCATION/PREFIX: whose jobs kiprah schedule looks at"""
    schedule_address: kinds.Beside = ""
    """HOST:PORT of a local server instead of Google's, for trials"""
    meta_calls_per_hour: kinds.Calls = 200
    """Calls an hour with one Meta token; its usage header lowers it where it must"""
    x_dollars_per_day: kinds.Dollars = Decimal(20)
    """US dollars a UTC day with one X token"""
    tiktok_calls_per_minute: kinds.Calls = 600
    """Calls a minute with one TikTok app"""
    youtube_units_per_day: kinds.Calls = 10_000
    """Quota units a Pacific day with one API key"""
    youtube_stats_per_day: kinds.Calls = 10_000
    """The same for the statistics endpoint alone"""
    token_key: kinds.Secret = ""
    """Encrypts stored consents (NEW,OLD while it is changed); without it a key file beside the
    SQLite store is made"""

    instagram_url: kinds.Origin = "https://graph.facebook.com"
    """Instagram's Graph API"""
    facebook_url: kinds.Origin = "https://graph.facebook.com"
    """Facebook's Graph API"""
    x_url: kinds.Origin = "https://api.x.com"
    """X API v2"""
    tiktok_url: kinds.Origin = "https://open.tiktokapis.com"
    """TikTok's Display API, tokens too"""
    tiktok_business_url: kinds.Origin = "https://business-api.tiktok.com"
    """TikTok's Business API, by which comments are read"""
    tiktok_auth_url: kinds.Origin = "https://www.tiktok.com"
    """TikTok's consent page"""
    connect_url: kinds.Private = ""
    """Where the function connect is reached, for links to consent"""
    youtube_url: kinds.Origin = "https://www.googleapis.com"
    """YouTube Data API v3"""
    youtube_feed_url: kinds.Origin = "https://www.youtube.com"
    """Channels' public feeds, read when there is no API key"""
    graph_version: kinds.Version = "v26.0"
    """Version of Meta's Graph API"""

    instagram_token: kinds.Credentials = ()
    """User or system-user token for Business Discovery"""
    instagram_user_id: kinds.Credentials = ()
    """Our own professional account's id, one for each token"""
    facebook_token: kinds.Credentials = ()
    """App or system-user token with Page Public Content Access"""
    facebook_app_secret: kinds.Credentials = ()
    """The app's secret, one for each token: signs each request"""
    x_bearer_token: kinds.Credentials = ()
    """App-only Bearer token"""
    tiktok_client_key: kinds.Credentials = ()
    """Client key of the TikTok app"""
    tiktok_client_secret: kinds.Credentials = ()
    """Client secret of the TikTok app, one for each key"""
    tiktok_business_client_id: kinds.Credentials = ()
    """Id of the app of TikTok's Business API"""
    tiktok_business_secret: kinds.Credentials = ()
    """Secret of that app, one for each id"""
    youtube_api_key: kinds.Credentials = ()
    """API key"""

    def __post_init__(self) -> None:
        for setting in table():
            value = getattr(self, setting.name)
            # A default is well by itself: an empty one means that nothing is set.
            if value != setting.default or type(value) is not type(setting.default):
                _refuse(setting.env, setting.kind, value)
        _check_queue(self)
        if self.schedule and self.schedule_address:
            _refuse("KIPRAH_SCHEDULE_ADDRESS", kinds.HostPort, self.schedule_address)
        places.check_apart(self.private, site=self.site, frozen=self.frozen)
        agencies.check(self.agencies, self.shares, self.timezone)
        _check_pairs(self, "instagram_token", "instagram_user_id")
        _check_pairs(self, "tiktok_client_key", "tiktok_client_secret")
        _check_pairs(self, "tiktok_business_client_id", "tiktok_business_secret")

    def __repr__(self) -> str:
        return f"Settings({dict(self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """What may be seen, for ``repr`` and for rich, which would print every field."""
        shown = ((s, getattr(self, s.name)) for s in table() if not s.is_secret)
        return [(s.name, v if s.is_told or not _GUARDED.search(v) else "…") for s, v in shown]

    def named_agencies(self) -> tuple[NamedAgency, ...]:
        """What KIPRAH_AGENCIES names, in its order; empty when there is the one agency alone."""
        return agencies.named(self.agencies, self.timezone)

    def weights(self) -> dict[str, int]:
        """Each agency's weight at sharing credentials, by its id; those that are named alone."""
        return agencies.weights(self.shares, self.named_agencies())

    def project(self) -> str:
        """The Google Cloud project that the store lies in, or else the queue; empty for none."""
        for place, scheme in ((self.store, "firestore://"), (self.queue, "tasks://")):
            if place.startswith(scheme):
                return place.removeprefix(scheme).partition("/")[0]
        return ""

    def secrets(self) -> tuple[str, ...]:
        """Every secret value that is set, for keeping them out of what is written."""
        values: list[str] = []
        for setting in table():
            if setting.is_secret:
                value = getattr(self, setting.name)
                values += [value] if isinstance(value, str) else value
        values += [*self.token_keys(), *notices.secrets(self.notify)]
        return tuple(dict.fromkeys(value for value in values if value))

    def token_keys(self) -> tuple[str, ...]:
        """The keys of KIPRAH_TOKEN_KEY: the first seals, all open; empty when it is not set.

        The whole value is the last of several: a single key may hold a comma itself, and what it
        has sealed must still be opened.
        """
        if "," not in self.token_key:
            return (self.token_key,) if self.token_key else ()
        return tuple(dict.fromkeys((*forms.split(self.token_key), self.token_key)))


class Setting(Struct, frozen=True):
    """One row of the table."""

    name: str
    env: str
    kind: Any
    default: Any
    is_secret: bool
    is_told: bool


@cache
def table() -> tuple[Setting, ...]:
    """The settings in their order."""
    rows = zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True)
    return tuple(_setting(name, Settings.__annotations__[name], default) for name, default in rows)


def _setting(name: str, kind: Any, default: Any) -> Setting:
    form = forms.form_of(kind)
    env = f"{names.PREFIX}{name.upper()}"
    return Setting(name, env, kind, default, form.is_secret, form.is_told)


def load(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """Settings from the environment and a ``.env`` file; ``SettingsError`` when one is unusable, or
    when a name seems to be meant for one."""
    merged = _given(environ, dotenv)
    names.refuse_slips(merged, [setting.env for setting in table()])
    values: dict[str, Any] = {}
    for setting in table():
        if given := merged.get(setting.env, "").strip():
            values[setting.name] = forms.read(setting.kind, given)
    return Settings(**values)


def strangers(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> list[str]:
    """A line for each name that looks like a setting, and is none; it is ignored."""
    return names.told(_given(environ, dotenv), [setting.env for setting in table()])


def _given(environ: Mapping[str, str] | None, file: Path) -> dict[str, str]:
    try:
        read = dotenv.read(file)
    except dotenv.DotenvError as error:
        raise SettingsError(str(error)) from None
    return {**read, **(os.environ if environ is None else environ)}


def _refuse(env: str, kind: Any, value: object) -> None:
    """SettingsError when a value has not a kind's form."""
    if said := forms.fault(kind, value):
        raise SettingsError(f"{env}{said}")


def _check_queue(settings: Settings) -> None:
    """A queue is of use only with an address to call, and Google's only with an account to be."""
    if not settings.queue:
        return
    if not settings.queue_target:
        raise SettingsError(
            "KIPRAH_QUEUE needs KIPRAH_QUEUE_TARGET, the address of the function collect"
        )
    _refuse("KIPRAH_QUEUE_TARGET", kinds.Private, settings.queue_target)
    if settings.queue_address:
        _refuse("KIPRAH_QUEUE_ADDRESS", kinds.HostPort, settings.queue_address)
    elif not settings.queue_account:
        raise SettingsError(
            "KIPRAH_QUEUE needs KIPRAH_QUEUE_ACCOUNT, a service account that may call the function "
            "collect"
        )
    if settings.queue_account:
        _refuse("KIPRAH_QUEUE_ACCOUNT", kinds.ServiceAccount, settings.queue_account)


def _check_pairs(settings: Settings, first: str, second: str) -> None:
    one, other = getattr(settings, first), getattr(settings, second)
    if len(one) != len(other):
        envs = [f"{names.PREFIX}{name.upper()}" for name in (first, second)]
        raise SettingsError(
            f"{envs[0]} has {len(one)} and {envs[1]} {len(other)} values; "
            "give one for each of the other"
        )
