"""Where policies and prices come from."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from spendgate._narrow import mapping_of
from spendgate._options import Source
from spendgate._sources._feed import Feed, Given
from spendgate._sources._file import FileFeed
from spendgate._sources._remote import RemoteFeed

__all__ = ["Feed", "feed_of"]


def feed_of(source: Source) -> Feed:
    """What reads a source. A text is a URL when it starts as one, else a path."""
    if isinstance(source, os.PathLike):
        return FileFeed(Path(source))
    if isinstance(source, str):
        scheme = source.split(":", 1)[0].lower()
        if scheme in ("http", "https"):
            return RemoteFeed(source)
        return FileFeed(Path(unquote(urlsplit(source).path) if scheme == "file" else source))
    document = mapping_of(source)
    if document is not None:
        if "url" in document:
            return RemoteFeed(document["url"], document.get("headers"), document.get("interval_s"))
        return FileFeed(Path(document["file"])) if set(document) == {"file"} else Given(document)
    raise TypeError(f"a policy or a price list is a dict, a path or a URL, not a {type(source).__name__}")
