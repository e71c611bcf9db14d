"""A document as JSON text: what the embedded store keeps, and a backup's lines.

JSON has no bytes: a top-level value of bytes becomes ``{"$base64": "…"}``. A mapping that looks
like one of these two forms is wrapped as ``{"$map": …}``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import msgspec

from functions.store.port import Document


def encode(data: Document) -> str:
    """The document's text; its fields stand in the order in which it has them."""
    return msgspec.json.encode(wrapped(data)).decode()


def decode(text: str) -> Document:
    """The document of a text."""
    return unwrapped(msgspec.json.decode(text))


def wrapped(data: Document) -> dict[str, Any]:
    """The document as JSON values alone."""
    return {name: _wrap(value) for name, value in data.items()}


def unwrapped(values: Mapping[str, Any]) -> Document:
    """The document that ``wrapped`` made into such values."""
    return {name: _unwrap(value) for name, value in values.items()}


def _wrap(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"$base64": base64.b64encode(value).decode()}
    if isinstance(value, dict) and (value.keys() == {"$base64"} or value.keys() == {"$map"}):
        return {"$map": value}
    return value


def _unwrap(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        if "$base64" in value:
            return binascii.a2b_base64(value["$base64"])
        return value.get("$map", value)
    return value
