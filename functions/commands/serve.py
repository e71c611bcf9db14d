"""``kiprah serve``: the published folder as a web site of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from functions.commands.shell import (
    fail,
    load_settings,
    tells_errors,
)

PORT = click.IntRange(0, 65535)


@click.command()
@click.option("--port", default=8000, type=PORT, show_default=True, help="0 takes any free one.")
@tells_errors
def serve(port: int) -> None:
    """Serve the site's folder on this machine, to look at it."""
    serve_folder(site_folder(load_settings().site), port)


def site_folder(site: str, agency_id: str = "") -> Path:
    """The folder of a site that is one of this machine; Failed when it is none or holds no site.

    ``agency``: the folder of an agency's site in it; empty for the first one's.
    """
    if not site.startswith("file://"):
        fail(f"KIPRAH_SITE={site} is no folder of this machine; open its public address instead")
    folder = Path(site.removeprefix("file://"), agency_id)
    if not (folder / "index.html").is_file():
        fail(f"{folder} holds no site yet; run kiprah publish first")
    return folder


def serve_folder(folder: Path, port: int) -> None:
    """Serve a folder to this machine's browsers until somebody interrupts it."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing about requests."""

    handler = partial(Quiet, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    click.echo(f"http://127.0.0.1:{server.server_port}/  (Ctrl+C berhenti)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.server_close()
