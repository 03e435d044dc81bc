"""What a request is made of."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from spendgate._narrow import mapping_of, sequence_of

# Deeper than that nothing is counted: nothing a client sends is.
_DEPTH = 64

# Keys whose value is an image, a sound or a file, in the words of the providers' clients.
_MEDIA = frozenset({"image_url", "input_audio", "file_data", "file_id", "fileData", "inlineData", "inline_data"})


class Measured:
    """The bytes of a request's text as UTF-8, its images and other media, and its texts, where a tokenizer wants them."""

    __slots__ = ("bytes", "images", "texts")

    def __init__(self, keeps_texts: bool) -> None:
        self.bytes = 0
        self.images = 0
        self.texts: list[str] | None = [] if keeps_texts else None


def utf8_bytes(text: str) -> int:
    """The length of a text as UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def measure(value: Any, into: Measured, depth: int = _DEPTH) -> None:
    """Adds up what a parameter of a call has in it. What can be read only once is left alone."""
    if isinstance(value, str):
        if value.startswith("data:"):
            into.images += 1
        else:
            into.bytes += utf8_bytes(value)
            if into.texts is not None:
                into.texts.append(value)
    elif isinstance(value, bool) or value is None or depth <= 0:
        return
    elif isinstance(value, (int, float)):
        # Inputs may be given as tokens: a token is about four bytes.
        into.bytes += 4
    elif (members := mapping_of(value)) is not None:
        _measure_object(members, into, depth - 1)
    elif (listed := sequence_of(value)) is not None:
        for item in listed:
            measure(item, into, depth - 1)
    elif isinstance(value, (bytes, bytearray, memoryview, os.PathLike)) or hasattr(value, "read"):
        into.images += 1
    elif not isinstance(value, type) and hasattr(value, "model_fields_set"):
        # An answer of before, given back as it came.
        _measure_object(mapping_of(getattr(value, "__dict__", None)) or {}, into, depth - 1)


def _measure_object(members: Mapping[Any, Any], into: Measured, depth: int) -> None:
    # The form of Anthropic's media, {type: "base64" | "url" | "file", …}.
    media_type = members.get("media_type")
    if isinstance(media_type, str) and "data" in members:
        if media_type.startswith("text/"):
            measure(members["data"], into, depth)
        else:
            into.images += 1
        return
    if members.get("type") == "url" and isinstance(members.get("url"), str):
        into.images += 1
        return
    for key, value in members.items():
        if value is None:
            continue
        if key in _MEDIA:
            into.images += 1
            continue
        # Keys stand for the tokens that frame a message.
        into.bytes += len(str(key))
        measure(value, into, depth)
