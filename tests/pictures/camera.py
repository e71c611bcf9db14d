"""Chromium as a camera: what it draws of a page, as WebP."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.conftest import started

SCALE = 2  # so that it is sharp where it is shown at its width
# A canvas is the one thing in a browser that writes WebP; at full quality it loses nothing.
_ENCODE = """async (png) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 1).split(",")[1];
}"""


@contextmanager
def camera(chromium: Path, width: int) -> Iterator[Page]:
    """A window of so many CSS pixels.

    Raises:
        ToolError: the browser does not start.
    """
    with started(chromium) as browser:
        yield _window(browser, width)


def photograph(window: Page, html: str, selector: str = "body") -> bytes:
    """An element of a page, as WebP."""
    window.set_content(html)
    return _webp(window, window.locator(selector).screenshot())


def photograph_file(window: Page, file: Path, selector: str) -> bytes:
    """An element of a page that lies on the disk."""
    window.goto(file.as_uri())
    return _webp(window, window.locator(selector).screenshot())


def _webp(window: Page, png: bytes) -> bytes:
    return base64.b64decode(window.evaluate(_ENCODE, base64.b64encode(png).decode()))


def _window(browser: Browser, width: int) -> Page:
    context = browser.new_context(
        locale="id-ID",
        reduced_motion="reduce",
        viewport={"width": width, "height": 600},
        device_scale_factor=SCALE,
    )
    return context.new_page()
