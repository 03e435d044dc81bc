"""Server-sent events."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BREAK = re.compile("\r\n|\n|\r")


@dataclass(frozen=True)
class SseEvent:
    """One event: as it came, with the empty line that ends it, and its `data` lines, joined."""

    text: str
    data: str


class SseSplitter:
    """Cuts a body of server-sent events into events, however its bytes arrive."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._text = ""
        self._data: list[str] = []

    def take(self, body: bytes) -> list[SseEvent]:
        return self._split(self._decoder.decode(body), is_end=False)

    def end(self) -> list[SseEvent]:
        """What is left at the end of the body: an event that no empty line ends, or nothing."""
        events = self._split(self._decoder.decode(b"", True), is_end=True)
        if self._rest:
            self._line(self._rest)
            self._text += self._rest
            self._rest = ""
        if self._text:
            events.append(self._event())
        return events

    def _split(self, more: str, *, is_end: bool) -> list[SseEvent]:
        rest, events, start = self._rest + more, list[SseEvent](), 0
        for mark in _BREAK.finditer(rest):
            # The other half of a line break may be on its way.
            if mark.group() == "\r" and mark.end() == len(rest) and not is_end:
                break
            line = rest[start : mark.start()]
            start = mark.end()
            self._text += line + mark.group()
            if line:
                self._line(line)
            else:
                events.append(self._event())
        self._rest = rest[start:]
        return events

    def _line(self, line: str) -> None:
        if line.startswith("data:"):
            self._data.append(line[6:] if line.startswith("data: ") else line[5:])

    def _event(self) -> SseEvent:
        event = SseEvent(self._text, "\n".join(self._data))
        self._text = ""
        self._data = []
        return event
