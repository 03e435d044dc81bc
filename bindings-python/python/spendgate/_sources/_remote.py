"""A document behind a URL, asked for again with its ETag."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Mapping

# How often to look unless the application says.
INTERVAL_S = 60.0
# How long an answer may take.
PATIENCE_S = 10.0
# How long to wait after a failure, at most.
AGAIN_S = 5.0


class RemoteFeed:
    """A document behind a URL.

    A call that finds it is time to look starts a thread for that one request and does not wait for it, so that no
    thread lives on between requests, nor is missed after a fork. Only the first document is waited for.
    """

    is_own = False
    is_remote = True

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, interval_s: float | None = None) -> None:
        self._url = str(url)
        self._headers = dict(headers or {})
        self._interval_s = INTERVAL_S if interval_s is None else float(interval_s)
        self._etag: str | None = None
        self._news: list[str | Exception] = []
        self._first = threading.Event()
        self._asked_in: int | None = None
        self._due = 0.0
        self._closed = False

    def now(self) -> None:
        return None

    def await_first(self, timeout_s: float | None) -> bool:
        # A fork may have left the thread behind that was to bring it.
        if not self._first.is_set() and self._asked_in != os.getpid():
            self._first = threading.Event()
            self._ask()
        return self._first.wait(timeout_s)

    def look(self) -> str | None:
        if not self._closed and time.monotonic() >= self._due:
            self._ask()
        try:
            news = self._news.pop(0)
        except IndexError:
            return None
        if isinstance(news, Exception):
            raise news
        return news

    def close(self) -> None:
        self._closed = True
        self._first.set()

    def _ask(self) -> None:
        # Whatever becomes of it, the next one asks in a while.
        self._due = time.monotonic() + min(AGAIN_S, self._interval_s)
        self._asked_in = os.getpid()
        try:
            threading.Thread(target=self._fetch, name="spendgate-source", daemon=True).start()
        except RuntimeError as error:
            self._news.append(error)
            self._first.set()

    def _fetch(self) -> None:
        first = self._first
        try:
            document = self._answer()
            # A tenth by chance, so that many instances do not ask at once.
            self._due = time.monotonic() + self._interval_s * (1 + random.random() / 10)
            if document is not None:
                self._news.append(document)
        except Exception as error:
            self._news.append(error)
        first.set()

    def _answer(self) -> str | None:
        """The document's text; None when it has not changed."""
        # Slow to import, and few need it.
        import urllib.error
        import urllib.request

        headers = dict(self._headers)
        if self._etag is not None:
            headers["If-None-Match"] = self._etag
        request = urllib.request.Request(self._url, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                text: str = answer.read().decode("utf-8")
                self._etag = answer.headers.get("ETag")
                return text
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 304:
                return None
            raise OSError(f"the source answers with status {error.code}") from None
