"""A gate for the tests of an application."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from spendgate._call import Call
from spendgate._catalogue import Action
from spendgate._diagnostics import Diagnostic
from spendgate._gate import SpendGate
from spendgate._native import Decision
from spendgate._options import GateEvent

__all__ = ["Clock", "ForcedOutcome", "RecordedDecision", "TestGate"]

# What a test makes of every call from now on; None lets the policy decide again.
ForcedOutcome: TypeAlias = Action | Literal["circuit_open", "unpriced"] | None

# 1 January 2026, at noon UTC.
_NOON_MS = 1_767_268_800_000


@dataclass
class Clock:
    """A time that stands still until it is moved, epoch milliseconds."""

    now: int = _NOON_MS

    def advance(self, ms: int) -> None:
        self.now += ms


@dataclass(frozen=True)
class RecordedDecision:
    """A decision, and the call it was about: its attributes with provider and model, and its estimate."""

    decision: Decision
    call: dict[str, Any]
    estimate: dict[str, Any] | None = field(default=None)


class TestGate(SpendGate):
    """A gate with a clock that the test sets, records of what it decided and of what happened, and outcomes that can be
    forced. The engine is the real one."""

    # No test by itself, whatever its name.
    __test__ = False

    def __init__(self, **options: Any) -> None:
        """Takes what `SpendGate` takes."""
        self.clock = Clock()
        self.decisions: list[RecordedDecision] = []
        self.events: list[GateEvent] = []
        self.diagnostics: list[Diagnostic] = []
        self._forced: tuple[ForcedOutcome, str | None] = (None, None)
        options.setdefault("now", lambda: self.clock.now)
        options["on_event"] = _recording(self.events, options.get("on_event"))
        options["on_diagnostic"] = _recording(self.diagnostics, options.get("on_diagnostic"))
        super().__init__(**options)
        self._force(self._decide)

    def force(self, outcome: ForcedOutcome, model: str | None = None) -> None:
        """Decides every call in this way. A `downgrade` goes to `model`."""
        self._forced = (outcome, model)

    def _decide(self, call: Call, decide: Callable[[], Decision | None]) -> Decision | None:
        real = decide()
        outcome, model = self._forced
        if real is None:
            return None
        decision = real if outcome is None else _forced_decision(real, outcome, model)
        # A call that is refused by force holds nothing.
        if real.reservation is not None and not decision.allowed:
            self.release(real)
        self.decisions.append(RecordedDecision(decision, dict(call.ids), call.estimate))
        return decision


def _recording(into: list[Any], listener: Callable[[Any], object] | None) -> Callable[[Any], object]:
    def record(value: Any) -> object:
        into.append(value)
        return None if listener is None else listener(value)

    return record


def _forced_decision(real: Decision, outcome: Action | Literal["circuit_open", "unpriced"], model: str | None) -> Decision:
    """The engine's answer with another outcome. A refused call keeps no hold."""
    is_reason = outcome in ("circuit_open", "unpriced")
    action = "block" if is_reason else outcome
    plain = real.to_dict()
    plain["allowed"] = action != "block"
    plain["action"] = action
    if action == "block":
        plain["reason"] = outcome if is_reason else "limit_reached"
        plain["reservation"] = None
    if action == "downgrade":
        plain["model"] = model or plain["model"]
    else:
        plain["model"] = plain["requested_model"]
    plain["budget"] = None if is_reason else (plain["budget"] or "forced")
    return Decision.from_json(json.dumps(plain))
