"""Clients for TikTok's Business API: a second app, and a second consent of each account.

Its consents lie beside the Display app's (``consents/tiktok_business:{handle}``), come by
``kiprah connect import`` with platform ``tiktok_business``, and are renewed in the same way: one
writer, the pair stored before it is used. How a run reads with them::

    consents = Consents(agency, open_vault, "tiktok_business")
    async with Connection(settings.tiktok_business_url) as connection:
        apps = business_apps(settings, connection, clock)
        app = choose(apps, handle)  # a consent was given to one app alone
        client = await access_of(consents, app, handle, now)
        glances = await tiktok.look(client, [asked])
    await consents.settle()  # before the event loop ends

Where ``look`` ends in ``TokenDied``, ask once more with ``dead``, the token that
``client.options.headers["Access-Token"]`` held.
"""

from __future__ import annotations

from datetime import datetime

from functions.collect.client import ApiClient, ClientOptions, Clock, Connection, Rate
from functions.collect.contract import AccountWrong
from functions.collect.credentials import Credential, fingerprint
from functions.listen.platforms import tiktok
from functions.model import iso
from functions.settings import Settings
from functions.tokens.absent import Declined, PairLost
from functions.tokens.consents import Consents

CURRENCY = "tiktok_business"  # what the names of its credentials begin with


def business_apps(settings: Settings, connection: Connection, clock: Clock) -> list[Credential]:
    """A client for each Business app that is set; empty when there is none."""
    calls = settings.tiktok_calls_per_minute
    pairs = zip(settings.tiktok_business_client_id, settings.tiktok_business_secret, strict=True)
    return [
        Credential(
            f"{CURRENCY}:{fingerprint(key)}",
            ApiClient(
                connection,
                clock,
                tiktok.explain,
                tiktok.bucket,
                ClientOptions(rate=Rate(calls, 60.0)),
            ),
            key=key,
            secret=secret,
        )
        for key, secret in pairs
    ]


async def access_of(
    consents: Consents,
    app: Credential,
    handle: str,
    now: datetime,
    *,
    dead: str | None = None,
    in_time: bool = True,
) -> ApiClient:
    """A client that speaks for an account, its token renewed if need be.

    Args:
        consents: those of kind ``tiktok_business``.
        dead: an access token that was refused.
        in_time: whether the run has the time to see a renewal through.

    Raises:
        NoConsent, Busy: there is no consent, or another instance is renewing it.
        AccountWrong: the consent is refused or lost; its advice says what to do.
        PlatformError: it could not be renewed.
    """

    async def renew(refresh_token: str) -> tiktok.BusinessGrant:
        try:
            return await tiktok.refresh(app.client, app.key, app.secret, refresh_token)
        except AccountWrong as wrong:
            raise Declined(wrong) from None

    try:
        access = await consents.access(handle, now, renew, dead=dead, in_time=in_time)
    except Declined as declined:
        raise declined.why from None
    except PairLost as lost:
        raise AccountWrong(
            str(lost),
            f"Izin TikTok Business @{handle} hilang karena pembaruannya terputus pada "
            f"{iso(lost.begun_at)}, bukan karena dicabut; minta satker memberi izin lagi.",
        ) from None
    return app.client.speaking_for(access.owner, {"Access-Token": access.token})
