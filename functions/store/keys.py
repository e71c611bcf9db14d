"""Document ids made of parts: ``x:123:456``.

A part comes from a platform or a person and may hold anything; Firestore forbids ``/`` in an id,
and the ids ``.``, ``..`` and ``__any__``. So what would clash is percent-encoded, and nothing else:
an id stays readable in the console.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

# The separator, the path's own slash, the sign of encoding itself, and what no console can show.
_UNSAFE = re.compile(r"[%/:\x00-\x1f\x7f]")
_RESERVED = re.compile(r"\.\.?|__.*__")


def key(*parts: str) -> str:
    """The id made of ``parts``; ``unkey`` gives them back. ValueError when it would be empty."""
    joined = ":".join(_UNSAFE.sub(_encode, part) for part in parts)
    if not joined:
        raise ValueError("a document's key needs at least one character")
    # A reserved id is told from an ordinary one by its first character alone.
    return _encode(joined[0]) + joined[1:] if _RESERVED.fullmatch(joined) else joined


def unkey(id: str) -> tuple[str, ...]:
    """The parts of an id made by ``key``."""
    return tuple(unquote(part) for part in id.split(":"))


def _encode(found: re.Match[str] | str) -> str:
    return f"%{ord(found[0]):02X}"
