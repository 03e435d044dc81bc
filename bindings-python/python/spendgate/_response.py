"""What the one who asked is told of a refusal, in the form that any framework can send."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spendgate._refusals import LLMBudgetExceededError, LLMCircuitOpenError

# After how many seconds to ask again where nothing says when.
_SOON_S = 5

# Scopes whose counter is the caller's own: a tier's budget counts each user apart.
_OWN = ("user", "tier")


@dataclass(frozen=True)
class RefusalResponse:
    """An answer over HTTP: its status, its headers with names in lower case, its body as JSON text."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        """The body as plain values."""
        return json.loads(self.body)


def budget_response(error: LLMBudgetExceededError) -> RefusalResponse:
    budget, resets_at = error.budget, error.resets_at
    is_own = error.scope in _OWN and error.user is not None
    wait = _SOON_S if error.retryable else _seconds_until(resets_at)
    headers = {"content-type": "application/json"}
    if wait is not None:
        headers["retry-after"] = str(wait)
    if is_own and budget is not None and error.limit is not None:
        name = json.dumps(re.sub(r"[^\x20-\x7e]", "?", budget))
        counted = "usd-cents" if error.unit == "usd" else error.unit
        headers["ratelimit-policy"] = f'{name};q={_whole_of(error.limit, error.unit)};qu="{counted}"'
        reset = _seconds_until(resets_at)
        left = f"{name};r={_whole_of(error.remaining or '0', error.unit)}"
        headers["ratelimit"] = left if reset is None else f"{left};t={reset}"
    message = "calls in flight hold the rest of the budget" if error.retryable else "the budget for this call is used up"
    told: dict[str, Any] = {"code": error.code, "message": message, "reason": error.reason, "budget": budget}
    told["unit"] = error.unit
    if is_own:
        told.update(limit=error.limit, spent=error.spent, remaining=error.remaining)
    told["resets_at"] = error.decision.resets_at
    told["retryable"] = error.retryable
    return RefusalResponse(error.status, headers, json.dumps({"error": told}))


def circuit_response(error: LLMCircuitOpenError) -> RefusalResponse:
    told = {"code": error.code, "message": "calls are stopped for now", "reason": error.reason, "retryable": True}
    headers = {"content-type": "application/json", "retry-after": str(_SOON_S)}
    return RefusalResponse(error.status, headers, json.dumps({"error": told}))


def _seconds_until(time: datetime | None) -> int | None:
    return None if time is None else max(1, math.ceil((time - datetime.now(timezone.utc)).total_seconds()))


def _whole_of(amount: str, unit: str | None) -> int:
    """RateLimit fields carry whole numbers: cents of USD, rounded down."""
    whole, _, fraction = amount.partition(".")
    return int(whole + fraction[:2].ljust(2, "0")) if unit == "usd" else int(whole)
