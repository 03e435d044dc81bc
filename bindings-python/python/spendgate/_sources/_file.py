"""A document in a file, read again when the file changes."""

from __future__ import annotations

import time
from pathlib import Path

# How often a file is looked at while the gate is used.
LOOK_S = 1.0


class FileFeed:
    """A document in a file. Looking is cheap and done on use, so that there is no thread to mind at a fork."""

    is_own = False
    is_remote = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._due = 0.0

    def now(self) -> str:
        self._due = time.monotonic() + LOOK_S
        # The state before the reading: a change in between is seen the next time.
        self._seen = self._state()
        return self._path.read_text("utf-8")

    def await_first(self, timeout_s: float | None) -> bool:
        return True

    def look(self) -> str | None:
        now = time.monotonic()
        if now < self._due:
            return None
        self._due = now + LOOK_S
        state = self._state()
        if state == self._seen:
            return None
        # A file that is gone or cannot be read is said once, not each second.
        self._seen = state
        return self._path.read_text("utf-8")

    def close(self) -> None:
        return None

    def _state(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
