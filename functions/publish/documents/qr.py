"""An address as a QR code, drawn as an SVG of one path."""

from __future__ import annotations

import io

_MARGIN = 2  # modules; the page around is white, too


def qr(address: str) -> str:
    """The code as SVG; error correction M, so that a fold or a stamp may cover a part."""
    import segno

    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", border=_MARGIN, xmldecl=False)
    return drawn.getvalue().decode()
