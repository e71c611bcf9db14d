"""Chromium as a camera: what it draws of a page, as a PNG of few colours that weighs little."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.conftest import started

HEAVIEST = 60_000  # bytes of a picture
SCALES = (1.5, 1)  # pixels of a CSS pixel: the first with which it is light enough
# The picture's size, its colours and which of them each pixel has. Colours are brought as near
# together as it takes for one byte to name them.
_COLOURS = """async (png) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = document.createElement("canvas");
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height);
  for (let step = 16; ; step *= 2) {
    const near = (value) => Math.min(255, Math.round(value / step) * step);
    const colours = new Map();
    for (let n = 0; n < pixels.length && colours.size <= 256; n++) {
      const at = 4 * n;
      const colour = (near(data[at]) << 16) | (near(data[at + 1]) << 8) | near(data[at + 2]);
      if (!colours.has(colour)) colours.set(colour, colours.size);
      pixels[n] = colours.get(colour);
    }
    if (colours.size > 256) continue;
    let text = "";
    for (let n = 0; n < pixels.length; n += 8192) {
      text += String.fromCharCode(...pixels.subarray(n, n + 8192));
    }
    return [width, height, [...colours.keys()], btoa(text)];
  }
}"""


@contextmanager
def camera(chromium: Path) -> Iterator[Browser]:
    """The browser that photographs.

    Raises:
        ToolError: it does not start.
    """
    with started(chromium) as browser:
        yield browser


def photograph(browser: Browser, page: str | Path, width: int, selector: str = "body") -> bytes:
    """An element of a page, given as HTML or as a file, in a window of so many CSS pixels."""
    for scale in SCALES:
        context = browser.new_context(
            locale="id-ID",
            reduced_motion="reduce",
            viewport={"width": width, "height": 600},
            device_scale_factor=scale,
        )
        window = context.new_page()
        if isinstance(page, Path):
            window.goto(page.as_uri())
        else:
            window.set_content(page)
        shot = base64.b64encode(window.locator(selector).screenshot()).decode()
        # Without a page around it: a site's own may forbid its canvases.
        window.goto("about:blank")
        across, down, colours, pixels = window.evaluate(_COLOURS, shot)
        context.close()
        picture = png(across, down, colours, base64.b64decode(pixels))
        if len(picture) <= HEAVIEST:
            break
    return picture


def png(width: int, height: int, colours: list[int], pixels: bytes) -> bytes:
    """A PNG with a palette. ``colours``: 0xRRGGBB; ``pixels``: one byte each, from the top left."""
    rows = b"".join(b"\0" + pixels[n : n + width] for n in range(0, width * height, width))
    palette = b"".join(colour.to_bytes(3, "big") for colour in colours)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
