"""The stand-ins as a process: prints one JSON line with its address and credentials, then serves.

    python -m tests.platforms --accounts FILE.csv --start 2026-10-01T00:00:00Z --days 31 --seed 7

FILE.csv has the header `satker,platform,handle,refresh_token`; the last is for TikTok alone and
is accepted as the account's consent. Ends with SIGTERM or SIGINT or, with
`--until-stdin-closes`, together with its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from tests.platforms import dialog
from tests.platforms.app import App
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.crisis import plant
from tests.platforms.server import run
from tests.platforms.world import PLATFORMS, AccountRow, World

ASKED_A_DAY = 0.7
"""Threads below the posts of one account of a unit with `--dialog`."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.start.tzinfo is None:
        sys.stderr.write("--start needs a time zone, such as a Z at its end\n")
        return 2
    world = World.generate(
        options.seed,
        read_accounts(options.accounts),
        options.start,
        options.days,
        posts_per_day=options.posts_per_day,
        history_days=options.history_days,
        special_cases=not options.plain,
        oddities=options.oddities,
    )
    for satker, begin in options.crisis:
        plant(world, satker, begin)
    end = options.start + timedelta(days=options.days)
    for account in world.accounts:
        if account.satker in options.dialog:
            dialog.plant(world, options.seed, account, options.start, end, per_day=ASKED_A_DAY)
    world.quirks.tiktok_access_seconds = options.tiktok_access_seconds
    app = App(world, latency=options.latency)
    listener = socket.create_server(("127.0.0.1", options.port))
    asyncio.run(_serve(app, listener, options.until_stdin_closes))
    sys.stderr.writelines(f"{failure}\n" for failure in app.failures)
    return 1 if app.failures else 0


def read_accounts(path: Path) -> list[AccountRow]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            AccountRow(
                line["satker"], line["platform"], line["handle"], line.get("refresh_token") or ""
            )
            for line in csv.DictReader(file)
        ]
    for row in rows:
        if row.platform not in PLATFORMS:
            raise SystemExit(f"{path}: no such platform: {row.platform}")
    return rows


async def _serve(app: App, listener: socket.socket, until_stdin_closes: bool) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    if until_stdin_closes:
        threading.Thread(target=_watch_stdin, args=(loop, stop), daemon=True).start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    sys.stdout.write(json.dumps({"url": address, "environment": ENVIRONMENT}) + "\n")
    sys.stdout.flush()
    await run(app, listener, stop)


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


def _crisis(text: str) -> tuple[str, datetime]:
    satker, _, begin = text.partition("@")
    at = datetime.fromisoformat(begin)
    if at.tzinfo is None:
        raise ValueError(f"{begin} needs a time zone, such as a Z at its end")
    return satker, at


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.platforms", description=__doc__)
    parser.add_argument("--accounts", type=Path, required=True, metavar="FILE.csv")
    parser.add_argument("--start", type=datetime.fromisoformat, required=True, metavar="ISO")
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--posts-per-day", type=float, default=0.35, help="mean of an account")
    parser.add_argument("--history-days", type=int, default=30, help="posts before the start")
    parser.add_argument("--plain", action="store_true", help="without special cases")
    parser.add_argument("--oddities", action="store_true", help="and what deserves a look")
    parser.add_argument(
        "--crisis",
        type=_crisis,
        action="append",
        default=[],
        metavar="SATKER@ISO",
        help="from then on a post of the unit draws comments as never before",
    )
    parser.add_argument(
        "--dialog",
        action="append",
        default=[],
        metavar="SATKER",
        help="below the unit's posts people ask, and most are answered",
    )
    parser.add_argument("--tiktok-access-seconds", type=int, default=7_200)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--until-stdin-closes", action="store_true")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
