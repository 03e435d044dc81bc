"""The plain verbs, for clients that are not known, with their asynchronous twins."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from spendgate._attributes import Attributes, check_names
from spendgate._call import Call
from spendgate._calls import Calls
from spendgate._engine import Engine
from spendgate._native import Decision, Settled
from spendgate._used import Went, used_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from spendgate._answers import Amount, Explanation, Usage, UsageReport
    from spendgate._options import EstimateFigures

_T = TypeVar("_T")

# Decisions that the engine did not make, whose calls are remembered until they end.
_MOST_UNDECIDED = 10_000
# What their reservations begin with; no engine names one so.
_UNDECIDED = "undecided-"


class Breaker:
    """A circuit breaker of the policy, to be opened or closed by hand, for one subject or for all."""

    def __init__(self, calls: Calls, breaker: str) -> None:
        self._calls = calls
        self._id = breaker

    def open(self, reason: str | None = None, *, subject: str | None = None) -> None:
        self._calls.ledger.ask(lambda engine, now: engine.breaker("open", self._id, now, subject=subject, reason=reason))

    def close(self, *, subject: str | None = None) -> None:
        self._calls.ledger.ask(lambda engine, now: engine.breaker("close", self._id, now, subject=subject))


class Verbs:
    """Ask, call, settle. The asynchronous twins differ in one thing: they wait for the first policy of a URL beside the
    event loop."""

    def __init__(self, calls: Calls) -> None:
        # For what is built around a gate: adapters of frameworks.
        self.calls = calls
        self._undecided: dict[str, Call] = {}
        self._numbers = itertools.count(1)

    def reserve(
        self, *, model: str | None = None, estimate: EstimateFigures | None = None, **attributes: Unpack[Attributes]
    ) -> Decision:
        """Asks whether a call may be made, and holds its estimate. A refusal is an answer here, not an error."""
        call = self._asked(model, estimate, attributes)
        decision = self.calls.ledger.reserve(call) if self.calls.is_enabled else None
        return self._open(call) if decision is None else decision

    def preview(
        self, *, model: str | None = None, estimate: EstimateFigures | None = None, **attributes: Unpack[Attributes]
    ) -> Decision:
        """As `reserve`, and holds nothing."""
        call = self._asked(model, estimate, attributes)
        decision = self.calls.ledger.preview(call) if self.calls.is_enabled else None
        return undecided(model, None) if decision is None else decision

    def settle(
        self,
        reserved: Decision | str,
        *,
        usd: Amount | None = None,
        tokens: Amount | None = None,
        input_tokens: Amount | None = None,
        output_tokens: Amount | None = None,
        usage: object = None,
        ok: bool | None = None,
        latency_ms: int | None = None,
    ) -> Settled | None:
        """Charges a reserved call with what it used: USD, tokens, or the provider's own `usage` object, as it comes.

        Never raises: None where it could not be charged, which a diagnostic tells. Without a word of the use the
        estimate is charged. `ok` and `latency_ms` are for circuit breakers.
        """
        used = used_of(usd, tokens, input_tokens, output_tokens, usage)
        reservation = _reservation_of(reserved)
        if reservation is None:
            return None
        call = self._undecided.pop(reservation, None)
        if call is not None:
            return self.calls.ledger.record(call, used)
        if reservation.startswith(_UNDECIDED):
            return None
        return self.calls.ledger.settle(reservation, _call_of(reserved), used, Went(ok, latency_ms))

    def release(self, reserved: Decision | str, *, ok: bool | None = None, latency_ms: int | None = None) -> None:
        """Gives a hold back: the call was not made, or is not charged. Never raises."""
        reservation = _reservation_of(reserved)
        if reservation is None or reservation.startswith(_UNDECIDED):
            self._undecided.pop(reservation or "", None)
        else:
            self.calls.ledger.release(reservation, _call_of(reserved), Went(ok, latency_ms))

    def record(
        self,
        *,
        model: str | None = None,
        usd: Amount | None = None,
        tokens: Amount | None = None,
        input_tokens: Amount | None = None,
        output_tokens: Amount | None = None,
        usage: object = None,
        **attributes: Unpack[Attributes],
    ) -> None:
        """Charges a call that was made without a reservation. Never raises for what the engine refuses."""
        call = self._asked(model, None, attributes)
        self.calls.ledger.record(call, used_of(usd, tokens, input_tokens, output_tokens, usage))

    def usage(self, *, model: str | None = None, **attributes: Unpack[Attributes]) -> Usage:
        """The counters that a call with these attributes touches. Amounts are decimal text.

        Raises SpendgateError, with code and path, for attributes that are refused; so does `explain`.
        """
        return self._ask(model, attributes, lambda engine, ids, now: engine.usage(ids, now))

    def explain(self, *, model: str | None = None, **attributes: Unpack[Attributes]) -> Explanation:
        """Each budget of the policy, whether it applies to such a call, and why."""
        return self._ask(model, attributes, lambda engine, ids, now: engine.explain(ids, now))

    def report(self) -> UsageReport:
        """What was spent since the gate was made: per user, tier, feature and model."""
        self.calls.ledger.documents.await_start()
        return self.calls.ledger.ask(lambda engine, now: engine.report(now))

    def metrics(self) -> str:
        """The gate's figures as Prometheus text; no label names a user."""
        self.calls.ledger.documents.await_start()
        return self.calls.ledger.ask(lambda engine, now: engine.metrics(now)) + self.calls.diagnostics.metrics()

    def breaker(self, breaker: str) -> Breaker:
        """A circuit breaker of the policy. Its `open` and `close` raise SpendgateError for one that does not exist."""
        return Breaker(self.calls, breaker)

    # What the verbs have in common

    def _asked(
        self, model: str | None, estimate: EstimateFigures | None, attributes: Mapping[str, Any]
    ) -> Call:
        check_names(attributes)
        self.calls.ledger.documents.await_start()
        call = Call(self.calls.subject(attributes), None, model)
        if estimate is not None:
            unknown = set(estimate) - {"usd", "tokens", "input_tokens", "output_tokens"}
            if unknown:
                raise TypeError(f"`estimate.{min(unknown)}` does not exist")
            call.estimate = {**estimate}
        return call

    def _ask(
        self, model: str | None, attributes: Mapping[str, Any], question: Callable[[Engine, Any, int], _T]
    ) -> _T:
        call = self._asked(model, None, attributes)
        return self.calls.ledger.ask(lambda engine, now: question(engine, call.ids, now))

    def _open(self, call: Call) -> Decision:
        """The answer where the engine has none: the call is made, and charged without a reservation."""
        if not self.calls.is_enabled:
            return undecided(call.model, None)
        while len(self._undecided) >= _MOST_UNDECIDED:
            self._undecided.pop(next(iter(self._undecided)), None)
        reservation = f"{_UNDECIDED}{next(self._numbers)}"
        self._undecided[reservation] = call
        return undecided(call.model, reservation)


def undecided(model: str | None, reservation: str | None) -> Decision:
    """The answer where the engine has none: the call is made."""
    answer: dict[str, Any] = dict.fromkeys(
        ("budget", "scope", "subject", "unit", "limit", "spent", "held", "estimate", "remaining", "window", "resets_at")
    )
    answer.update(allowed=True, action="allow", reason="unavailable", retryable=False, degraded=True)
    answer.update(model=model, requested_model=model, reservation=reservation, policy_version=0, triggered=[])
    return Decision.from_json(json.dumps(answer))


def _reservation_of(reserved: Decision | str) -> str | None:
    return reserved if isinstance(reserved, str) else reserved.reservation


def _call_of(reserved: Decision | str) -> Call | None:
    return None if isinstance(reserved, str) else Call({}, None, reserved.model)
