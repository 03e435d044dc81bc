"""What went wrong beside a call, which went on."""

from __future__ import annotations

import inspect
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio

_logger = logging.getLogger("spendgate")
_T = TypeVar("_T")

# Without a listener each kind is logged once in this time.
_QUIET_S = 60.0


@dataclass(frozen=True)
class Diagnostic:
    """What went wrong beside a call, which went on.

    The kinds: `invalid_attribute` (an id was refused, the call counts without it), `invalid_estimate` (an estimate
    was refused, the call is made without it), `undecided` (the engine failed, the call was made without a decision),
    `unsettled` (what a call used could not be charged), `callback_failed` (a callback of the application raised),
    `policy_failed` and `prices_failed` (a document could not be read or was refused, the one in force stays),
    `not_enforced` (a method that is not enforced was called), `stream_cut` (a stream was ended, for more of it
    would have passed a budget).
    """

    kind: str
    message: str
    error: BaseException | None = None


class Diagnostics:
    """Passes diagnostics on. Nothing that a listener does reaches the caller."""

    def __init__(self, listener: Callable[[Diagnostic], object] | None) -> None:
        """`listener` is where they go; unless given, the logger `spendgate`, each kind once a minute."""
        self._listener = listener
        self._said: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def metrics(self) -> str:
        """How many there were of each kind, as Prometheus text."""
        counts = sorted(self._counts.copy().items())
        if not counts:
            return ""
        about = (
            "# HELP spendgate_diagnostics_total What went wrong beside a call, which went on.\n"
            "# TYPE spendgate_diagnostics_total counter\n"
        )
        return about + "".join(f'spendgate_diagnostics_total{{kind="{kind}"}} {count}\n' for kind, count in counts)

    def count(self, kind: str) -> None:
        """For finalizers, where no callback may run: only the figures tell of it."""
        self._counts[kind] = self._counts.get(kind, 0) + 1

    def tell(self, kind: str, message: str, error: BaseException | None = None) -> None:
        self.count(kind)
        diagnostic = Diagnostic(kind, message, error)
        try:
            if self._listener is None:
                self._log(diagnostic)
            else:
                _finish(self._listener(diagnostic), lambda error: None)
        except Exception:
            pass  # There is nobody left to tell.

    def _log(self, diagnostic: Diagnostic) -> None:
        now = time.monotonic()
        last = self._said.get(diagnostic.kind)
        if last is not None and now - last < _QUIET_S:
            return
        self._said[diagnostic.kind] = now
        why = "" if diagnostic.error is None else f": {diagnostic.error}"
        _logger.warning("%s: %s%s", diagnostic.kind, diagnostic.message, why)


def call_safely(callback: Callable[[_T], object] | None, value: _T, diagnostics: Diagnostics, name: str) -> None:
    """Calls a callback of the application; whatever becomes of it, the caller goes on."""
    if callback is None:
        return

    def failed(error: BaseException) -> None:
        diagnostics.tell("callback_failed", f"{name} failed", error)

    try:
        _finish(callback(value), failed)
    except Exception as error:
        failed(error)


# A loop holds its tasks weakly.
_running: set[asyncio.Task[None]] = set()


def _finish(returned: object, failed: Callable[[BaseException], None]) -> None:
    """Has what an asynchronous callback gave run to its end, beside the call: on the loop that runs here, else in a thread."""
    if not inspect.isawaitable(returned):
        return
    # Not loaded by who has no use for it.
    import asyncio

    async def run(work: Awaitable[object] = returned) -> None:
        try:
            await work
        except Exception as error:
            failed(error)

    try:
        task = asyncio.get_running_loop().create_task(run())
    except RuntimeError:
        threading.Thread(target=lambda: asyncio.run(run()), name="spendgate-callback", daemon=True).start()
        return
    _running.add(task)
    task.add_done_callback(_running.discard)
