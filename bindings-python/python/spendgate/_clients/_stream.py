"""Streams: metered as they go by, charged however they end."""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendgate._used import Went
from spendgate._clients._failure import ending_of

if TYPE_CHECKING:
    from typing_extensions import Self

    from spendgate._calls import Calls
    from spendgate._refusals import LLMBudgetExceededError
    from spendgate._ticket import Ticket
    from spendgate._clients._operation import Meter

_NOT_SAID = Went()


@dataclass
class Watch:
    """How a stream is watched over. `is_reading`: its source is at work, and says itself how that ends."""

    meter: Meter
    ticket: Ticket
    calls: Calls
    provider: str
    is_reading: bool = False

    def see(self, chunk: Any) -> LLMBudgetExceededError | None:
        """Meters a chunk; gives the error of the budget that it would pass, where such a stream is cut."""
        try:
            size = self.meter.see(chunk)
        except Exception:
            size = 0  # A chunk that is not what such chunks are is the caller's to judge.
        if size > 0 and self.calls.cuts_streams:
            error = self.ticket.would_pass(size)
            if error is not None:
                # That it is cut is no failure of the provider.
                self.end()
                self.calls.diagnostics.tell("stream_cut", str(error))
                return error
        self.ticket.received(size, self.meter)
        return None

    def end(self, went: Went = _NOT_SAID, *, quietly: bool = False) -> None:
        """Charges a stream that brings no more: what the provider told, or what was delivered."""
        used = self.meter.used()
        if not self.ticket.is_open:
            self.ticket.settle_late(quietly=quietly)
        elif used is None:
            self.ticket.settle_delivered(went, quietly=quietly)
        else:
            self.ticket.settle(used, went, quietly=quietly)

    def broke(self, error: BaseException) -> None:
        """A stream that broke has reached the provider, whatever the error says."""
        self.end(ending_of(error).went)

    def closed(self) -> None:
        """Somebody closed the connection."""
        if not self.is_reading:
            self.end()

    def left(self) -> None:
        """The reader has left; said by a finalizer, where no callback may run."""
        self.end(quietly=True)


class _Reading:
    """One loop over a stream. When the loop is left, nobody holds it any more, and that is how leaving is seen."""

    def __init__(self, steps: Metered | AsyncMetered, watch: Watch) -> None:
        self._steps: Any = steps
        finalizer = weakref.finalize(self, watch.left)
        finalizer.atexit = False


class _Loop(_Reading):
    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return self._steps.__next__()


class _AsyncLoop(_Reading):
    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        return await self._steps.__anext__()


class Metered:
    """The chunks of a stream as they come, metered."""

    def __init__(self, chunks: Iterator[Any], watch: Watch) -> None:
        self._chunks = chunks
        self._watch = watch

    def __iter__(self) -> Iterator[Any]:
        return _Loop(self, self._watch)

    def __next__(self) -> Any:
        watch = self._watch
        while True:
            watch.is_reading = True
            try:
                chunk = next(self._chunks)
            except StopIteration:
                watch.end()
                raise
            except BaseException as error:
                watch.broke(error)
                raise
            finally:
                watch.is_reading = False
            refusal = watch.see(chunk)
            if refusal is not None:
                self.close()
                raise refusal
            if not watch.meter.is_hidden:
                return chunk

    def close(self) -> None:
        self._watch.end()
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


class AsyncMetered:
    """As `Metered`, for asynchronous streams."""

    def __init__(self, chunks: AsyncIterator[Any], watch: Watch) -> None:
        self._chunks = chunks
        self._watch = watch

    def __aiter__(self) -> AsyncIterator[Any]:
        return _AsyncLoop(self, self._watch)

    async def __anext__(self) -> Any:
        watch = self._watch
        while True:
            watch.is_reading = True
            try:
                chunk = await self._chunks.__anext__()
            except StopAsyncIteration:
                watch.end()
                raise
            except BaseException as error:
                watch.broke(error)
                raise
            finally:
                watch.is_reading = False
            refusal = watch.see(chunk)
            if refusal is not None:
                await self.aclose()
                raise refusal
            if not watch.meter.is_hidden:
                return chunk

    async def aclose(self) -> None:
        self._watch.end()
        close = getattr(self._chunks, "aclose", None)
        if close is not None:
            await close()


def metered_of(chunks: Any, watch: Watch) -> Metered | AsyncMetered:
    """A metered iterator of the kind that `chunks` is."""
    return AsyncMetered(chunks, watch) if hasattr(chunks, "__anext__") else Metered(chunks, watch)


def is_client_stream(answer: Any) -> bool:
    """Whether an answer is a stream object of OpenAI's client or of its kin, which takes its chunks from `_iterator`."""
    return is_iterator(answer) and hasattr(answer, "_iterator")


def is_iterator(answer: object) -> bool:
    """Whether an answer comes in pieces. Its class is asked: models answer slowly about members that they lack."""
    kind = type(answer)
    return hasattr(kind, "__next__") or hasattr(kind, "__anext__")


def watch_stream(stream: Any, watch: Watch) -> None:
    """Meters a stream object in its place, so that all it can do stays."""
    stream._iterator = metered_of(stream._iterator, watch)
    watch.ticket.ends_with(stream)
    watch_closing(getattr(stream, "response", None), watch)


def watch_closing(response: Any, watch: Watch) -> None:
    """Has the call end when the connection is closed: by the stream, by a helper over it, or by a `with`."""
    for name in ("close", "aclose"):
        original = getattr(response, name, None)
        if original is not None:
            _put(response, name, _closing(original, watch, is_async=name == "aclose"))


def _closing(original: Callable[[], Any], watch: Watch, *, is_async: bool) -> Callable[[], Any]:
    def close() -> Any:
        watch.closed()
        return original()

    async def aclose() -> Any:
        watch.closed()
        return await original()

    return aclose if is_async else close


def _put(holder: Any, name: str, value: object) -> None:
    try:
        setattr(holder, name, value)
    except AttributeError:
        pass  # An object of another client that takes none: it ends with its stream.
