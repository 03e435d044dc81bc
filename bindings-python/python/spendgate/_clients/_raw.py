"""Raw responses: metered as their reader reads the body."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

from spendgate._narrow import mapping_of
from spendgate._refusals import LLMBudgetExceededError
from spendgate._clients._operation import Operation
from spendgate._clients._sse import SseEvent, SseSplitter
from spendgate._clients._stream import Watch, watch_closing

# Longer answers than that are not kept to be read twice.
_KEPT_BYTES = 16 * 1024 * 1024


def watch_response(response: Any, watch: Watch, operation: Operation) -> None:
    """Meters the body of an `httpx` response, or of one in its manner, as it is read; one that is read is charged now.

    What the provider says of its use is found in the body: JSON, or server-sent events.
    """
    kind = str(response.headers.get("content-type", ""))
    is_events = "text/event-stream" in kind
    if not is_events and "json" not in kind:
        # A sound or a plain text: nothing in it tells of the use.
        return watch.ticket.settle(None)
    body: _Body = _Events(watch) if is_events else _Json(watch, operation)
    if getattr(response, "is_stream_consumed", False):
        body.take(response.content)
        body.close()
        return
    for name, watched in (("iter_bytes", _watched), ("aiter_bytes", _awatched)):
        setattr(response, name, watched(getattr(response, name), body, watch))
    watch.ticket.ends_with(response)
    watch_closing(response, watch)


class _Body(Protocol):
    # Set once a budget has ended the body before its end.
    cut: LLMBudgetExceededError | None

    def take(self, more: bytes) -> bytes:
        """Takes what has come; gives what of it goes on."""
        ...

    def close(self) -> bytes:
        """The body has come to its end; gives what of it is left."""
        ...


def _watched(original: Callable[..., Iterator[bytes]], body: _Body, watch: Watch) -> Callable[..., Iterator[bytes]]:
    def iter_bytes(chunk_size: int | None = None) -> Iterator[bytes]:
        chunks = original(chunk_size)
        while True:
            # The source closes the connection at its end, before all of what it brought has been seen.
            watch.is_reading = True
            try:
                chunk = next(chunks, None)
            except BaseException as error:
                watch.broke(error)
                raise
            finally:
                watch.is_reading = False
            passed = body.close() if chunk is None else body.take(chunk)
            if passed:
                yield passed
            if body.cut is not None:
                raise body.cut
            if chunk is None:
                return

    return iter_bytes


def _awatched(
    original: Callable[..., AsyncIterator[bytes]], body: _Body, watch: Watch
) -> Callable[..., AsyncIterator[bytes]]:
    async def aiter_bytes(chunk_size: int | None = None) -> AsyncIterator[bytes]:
        chunks = original(chunk_size)
        while True:
            watch.is_reading = True
            try:
                chunk = await anext(chunks, None)
            except BaseException as error:
                watch.broke(error)
                raise
            finally:
                watch.is_reading = False
            passed = body.close() if chunk is None else body.take(chunk)
            if passed:
                yield passed
            if body.cut is not None:
                raise body.cut
            if chunk is None:
                return

    return aiter_bytes


class _Json:
    def __init__(self, watch: Watch, operation: Operation) -> None:
        self.cut: LLMBudgetExceededError | None = None
        self._watch = watch
        self._operation = operation
        self._body = bytearray()

    def take(self, more: bytes) -> bytes:
        if len(self._body) < _KEPT_BYTES:
            self._body += more
        return more

    def close(self) -> bytes:
        ticket = self._watch.ticket
        try:
            ticket.settle(self._operation.used(json.loads(self._body), self._watch.provider))
        except ValueError:
            # It is no JSON: nothing is known of its use.
            ticket.settle_delivered()
        return b""


class _Events:
    """Lets whole events through, but for those that the meter hides."""

    def __init__(self, watch: Watch) -> None:
        self.cut: LLMBudgetExceededError | None = None
        self._watch = watch
        self._splitter = SseSplitter()

    def take(self, more: bytes) -> bytes:
        return self._through(self._splitter.take(more))

    def close(self) -> bytes:
        rest = self._through(self._splitter.end())
        self._watch.end()
        return rest

    def _through(self, events: list[SseEvent]) -> bytes:
        passed: list[str] = []
        for event in events:
            if self._passes(event):
                passed.append(event.text)
            if self.cut is not None:
                break
        return "".join(passed).encode("utf-8")

    def _passes(self, event: SseEvent) -> bool:
        try:
            chunk = mapping_of(json.loads(event.data))
        except ValueError:
            return True  # `[DONE]`, a comment, or nothing of a chunk's form.
        if chunk is None or chunk.get("error") is not None:
            return True
        self.cut = self._watch.see(chunk)
        return self.cut is None and not self._watch.meter.is_hidden
