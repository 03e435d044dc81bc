"""The engine: the hot commands are native, the others one plain value in and one out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Literal

from spendgate import _native

if TYPE_CHECKING:
    from typing_extensions import Self

    from spendgate._answers import (
        Actual,
        Adjusted,
        Amount,
        Call,
        CallOfBudget,
        Circuit,
        Cost,
        Document,
        Done,
        Event,
        Expectation,
        Expired,
        Explanation,
        Known,
        Recorded,
        Usage,
        UsageReport,
        Window,
    )


class Engine(_native.Engine):
    """One engine: a policy in force, its counters, its reservations, its breakers.

    Safe to share between threads. Every command takes `at_ms`, epoch milliseconds, and raises `SpendgateError`
    where it cannot be read.
    """

    __slots__ = ()

    def __new__(
        cls,
        policy: Document | None = None,
        *,
        prices: Mapping[str, Any] | None = None,
        at_ms: int,
        hash_seed: int | None = None,
        max_counters: int | None = None,
        max_events: int | None = None,
        report_rows: int | None = None,
    ) -> Self:
        """An engine over the built-in price table with `prices` added, and its first policy.

        `hash_seed` is random unless given; no answer depends on it. The bounds have the core's defaults.
        Totals for `report` are kept where `report_rows` is above 0.
        """
        if hash_seed is None:
            hash_seed = int.from_bytes(os.urandom(8), "little")
        return super().__new__(
            cls,
            policy,
            prices=prices,
            at_ms=at_ms,
            hash_seed=hash_seed,
            max_counters=max_counters,
            max_events=max_events,
            report_rows=report_rows,
        )

    @classmethod
    def from_snapshot(
        cls,
        snapshot: bytes,
        policy: Document | None = None,
        *,
        prices: Mapping[str, Any] | None = None,
        at_ms: int,
        hash_seed: int | None = None,
        max_counters: int | None = None,
        max_events: int | None = None,
        report_rows: int | None = None,
    ) -> Self:
        """An engine that goes on from a snapshot. The policy and the prices are not in it."""
        engine = cls(
            policy,
            prices=prices,
            at_ms=at_ms,
            hash_seed=hash_seed,
            max_counters=max_counters,
            max_events=max_events,
            report_rows=report_rows,
        )
        engine.restore(snapshot)
        return engine

    def record(self, call: Call, at_ms: int, actual: Actual | None = None) -> Recorded:
        """Charges a call that was made without a reservation."""
        answer: Recorded = self.run({"record": call, "at_ms": at_ms, "actual": actual})
        return answer

    def set_policy(self, document: Document, at_ms: int, *, prices: Document | EllipsisType | None = ...) -> Done:
        """Puts a policy in force: a dict, or its JSON text. What is spent and held stays.

        `prices` takes the place of the price list over the built-in table, None takes it away; unless given it
        stays. Both are accepted, or neither is.
        """
        if isinstance(prices, EllipsisType):
            return super().set_policy(document, at_ms)
        return self.set_policy_and_prices(document, prices, at_ms)

    def usage(self, call: Call, at_ms: int) -> Usage:
        """What each budget that applies to such a call shows."""
        answer: Usage = self.run({"usage": call, "at_ms": at_ms})
        return answer

    def explain(self, call: Call, at_ms: int) -> Explanation:
        """Every budget whose scope fits the call: whether it applies, and why."""
        answer: Explanation = self.run({"explain": call, "at_ms": at_ms})
        return answer

    def window(self, definition: str | Mapping[str, Any], at_ms: int) -> Window:
        """The window of that definition that is open."""
        answer: Window = self.run({"window": definition, "at_ms": at_ms})
        return answer

    def cost(
        self,
        model: str,
        usage: Mapping[str, Any],
        at_ms: int,
        *,
        provider: str | None = None,
        priced_at: str | None = None,
    ) -> Cost:
        """What a provider's usage object costs, at the prices of `priced_at` (RFC 3339) or now."""
        asked = {"model": model, "usage": usage, "provider": provider, "at": priced_at}
        answer: Cost = self.run({"cost": asked, "at_ms": at_ms})
        return answer

    def estimate(self, known: Known, at_ms: int) -> Expectation:
        """How many tokens a request will use, from what is known of it and what such calls were answered with."""
        answer: Expectation = self.run({"estimate": known, "at_ms": at_ms})
        return answer

    def breaker(
        self,
        state: Literal["open", "close"],
        breaker: str,
        at_ms: int,
        *,
        subject: str | None = None,
        reason: str | None = None,
    ) -> Circuit:
        """Opens or closes a circuit by hand."""
        answer: Circuit = self.run({"breaker": {state: breaker, "subject": subject, "reason": reason}, "at_ms": at_ms})
        return answer

    def events(self, at_ms: int) -> list[Event]:
        """Takes the events since the last call, in order."""
        answer: list[Event] = self.run({"events": True, "at_ms": at_ms})
        return answer

    def adjust(self, call: CallOfBudget, at_ms: int, by: Amount, why: str | None = None) -> Adjusted:
        """Changes what a budget's counter shows as spent; a negative `by` takes away."""
        if isinstance(by, Decimal):
            by = format(by, "f")
        answer: Adjusted = self.run({"adjust": call, "at_ms": at_ms, "by": by, "why": why})
        return answer

    def expire(self, at_ms: int) -> Expired:
        """Advances the clock alone."""
        answer: Expired = self.run({"expire": True, "at_ms": at_ms})
        return answer

    def report(self, at_ms: int) -> UsageReport:
        """What was used since the beginning, by user, tier, feature and model; nothing unless `report_rows` was given."""
        answer: UsageReport = self.run({"report": True, "at_ms": at_ms})
        return answer

    def metrics(self, at_ms: int) -> str:
        """The state as text for Prometheus; nothing in it is about single users."""
        text: str = self.run({"metrics": True, "at_ms": at_ms})["text"]
        return text

    def store(self, state: Literal["up", "down"], at_ms: int) -> Done:
        """Says whether the store behind the counters can be reached."""
        answer: Done = self.run({"store": state, "at_ms": at_ms})
        return answer
