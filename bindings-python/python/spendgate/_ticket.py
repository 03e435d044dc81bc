"""One call in flight."""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spendgate._refusals import LLMBudgetExceededError
from spendgate._used import Used, Went

if TYPE_CHECKING:
    from spendgate._attributes import Subject
    from spendgate._call import Call
    from spendgate._ledger import Ledger
    from spendgate._native import Decision
    from spendgate._trace import Trace
    from spendgate._clients._operation import Meter

_NOT_SAID = Went()


class Ticket:
    """One call in flight: it ends once, in whichever of the ways comes first."""

    def __init__(
        self,
        ledger: Ledger,
        subject: Subject,
        call: Call,
        decision: Decision | None,
        input_tokens: str | None,
        trace: Trace | None,
    ) -> None:
        self.subject = subject
        self.decision = decision
        self._ledger = ledger
        self._call = call
        self._reservation = None if decision is None else decision.reservation
        self._input_tokens = input_tokens
        self._trace = trace
        self._started = time.monotonic()
        # Taken out by whoever ends the call: one step, so that threads and finalizers need no lock.
        self._right_to_end = [True]
        self._output_bytes = 0
        self._late_bytes = 0
        self._meter: Meter | None = None
        self._finalizer: weakref.finalize[..., Any] | None = None
        if decision is not None and decision.model is not None:
            call.model = decision.model

    @property
    def is_open(self) -> bool:
        return bool(self._right_to_end)

    def ends_with(self, holder: object) -> None:
        """The call ends with `holder`, and no more with the one before, if nothing else ends it earlier."""
        self._let_go()
        if self.is_open:
            self._finalizer = weakref.finalize(holder, self.abandon)
            self._finalizer.atexit = False

    def settle(self, used: Used | None, went: Went = _NOT_SAID, *, quietly: bool = False) -> None:
        """Charges what the provider says was used; without that, what was held."""
        if not self._take_end():
            return
        used = Used() if used is None else used
        if self._reservation is None:
            settled = self._ledger.record(self._call, used, quietly=quietly)
        else:
            latency_ms = max(0, round((time.monotonic() - self._started) * 1_000))
            told = Went(went.ok, latency_ms)
            settled = self._ledger.settle(self._reservation, self._call, used, told, quietly=quietly)
        # A tracer has locks of its own, which a finalizer may find taken by its own thread.
        if self._trace is not None and not quietly:
            self._trace.settled(used, settled)

    def received(self, output_bytes: int, meter: Meter) -> None:
        """Output that has come; `meter` knows what the provider has told of the use."""
        self._output_bytes += output_bytes
        self._meter = meter
        if not self.is_open:
            self._late_bytes += output_bytes

    def settle_late(self, *, quietly: bool = False) -> None:
        """Charges what was read after the call had ended, by its length: a stream was left, and then read on."""
        late, self._late_bytes = self._late_bytes, 0
        if late == 0:
            return
        known: dict[str, Any] = {"model": self._call.model, "input_tokens": 0, "output_bytes": late}
        tokens = self._ledger.try_ask_quietly("unsettled", lambda engine, now: engine.estimate(known, now))  # type: ignore[arg-type]
        if tokens is not None:
            self._ledger.record(self._call, Used({**tokens}), quietly=quietly)

    def settle_delivered(self, went: Went = _NOT_SAID, *, quietly: bool = False) -> None:
        """Charges the input and what was delivered: the provider's word is missing."""
        if not self.is_open:
            return
        tokens = self._so_far()
        if tokens is None:
            return self.settle(None, went, quietly=quietly)
        used = None if self._meter is None else self._meter.used_so_far(tokens["output_tokens"])
        self.settle(Used(tokens) if used is None else used, went, quietly=quietly)

    def release(self, went: Went = _NOT_SAID) -> None:
        """Gives the hold back: the provider was not reached, or charges nothing."""
        if self._take_end() and self._reservation is not None:
            self._ledger.release(self._reservation, self._call, went)

    def would_pass(self, more: int) -> LLMBudgetExceededError | None:
        """The error of a budget that what has come so far, and `more` bytes, would pass."""
        if self._reservation is None or not self.is_open:
            return None
        decision = self._ledger.preview(self._call, self._reservation, self._so_far(more) or {})
        # A circuit that has opened, or a price that has gone, stops the next call and not this one.
        if decision is None or decision.allowed or decision.budget is None:
            return None
        return LLMBudgetExceededError.of(decision, self.subject)

    def abandon(self) -> None:
        """Nobody will say any more what became of the call. Comes from a finalizer, where no callback may run."""
        self.settle_delivered(quietly=True)

    def _so_far(self, more: int = 0) -> Mapping[str, Any] | None:
        known: dict[str, Any] = {
            "model": self._call.model,
            "input_tokens": self._input_tokens or 0,
            "output_bytes": self._output_bytes + more,
        }
        return self._ledger.try_ask_quietly("unsettled", lambda engine, now: engine.estimate(known, now))  # type: ignore[arg-type]

    def _take_end(self) -> bool:
        try:
            self._right_to_end.pop()
        except IndexError:
            return False
        self._let_go()
        return True

    def _let_go(self) -> None:
        finalizer = self._finalizer
        if finalizer is not None:
            finalizer.detach()
