"""Budgets that are given with a call."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any, Literal, TypedDict

from spendgate._answers import Document
from spendgate._narrow import mapping_of, sequence_of

_WINDOWS = {"day": "daily", "week": "weekly", "month": "monthly"}
_ACTIONS = ("block", "warn", "dry_run", "downgrade")

# More kinds of inline budgets than these are not kept; users share a kind, so there are few.
_MOST = 1_000


class _Needed(TypedDict):
    limit_usd: float | str | Decimal
    window_type: Literal["day", "week", "month"]
    action: Literal["block", "warn", "dry_run", "downgrade"]


class InlineBudget(_Needed, total=False):
    """A budget that is given with a call, for its user alone: a calendar day, week from Monday, or month, in UTC.

    `user_id` is the call's user unless given; `alert_threshold_pct` warns at this percent of the limit, 80 unless given.
    """

    user_id: str | int
    alert_threshold_pct: int


class InlineBudgets:
    """The kinds of inline budgets that calls have brought.

    Each is a template of the policy, under a tier of its own name, so that a million users with the same limit are
    one rule. A user override of the policy wins over it.
    """

    def __init__(self) -> None:
        self._templates: dict[str, dict[str, Any]] = {}

    def tier_of(self, budget: InlineBudget) -> tuple[str, bool]:
        """The tier under which `budget` stands in the policy, and whether the policy has to be put in force again.

        Raises TypeError for a budget that cannot be meant.
        """
        _check(budget)
        limit, kind, action = budget["limit_usd"], budget["window_type"], budget["action"]
        percent = budget.get("alert_threshold_pct", 80)
        tier = f"inline: {action} at {limit} USD a {kind}, warn at {percent} %"
        if tier in self._templates:
            return tier, False
        while len(self._templates) >= _MOST:
            self._templates.pop(next(iter(self._templates)))
        self._templates[tier] = {
            "id": tier,
            "scope": {"tier": tier},
            "limit": {"usd": format(limit, "f") if isinstance(limit, Decimal) else limit},
            "window": _WINDOWS[kind],
            "action": action,
            "alert_at_percent": [percent],
        }
        return tier, True

    def within(self, policy: Document | None) -> Document:
        """The policy with the templates in it."""
        if not self._templates:
            return {} if policy is None else policy
        document: Any = json.loads(policy) if isinstance(policy, str) else dict(policy or {})
        kept = sequence_of(document.get("budgets")) or ()
        return {**document, "budgets": [*kept, *self._templates.values()]}


def _check(given: object) -> None:
    budget = mapping_of(given)
    if budget is None:
        raise TypeError("`budget` has to be a dict")
    unknown = set(budget) - {"user_id", "limit_usd", "window_type", "action", "alert_threshold_pct"}
    if unknown:
        raise TypeError(f"`budget.{min(unknown)}` does not exist")
    limit, percent = budget.get("limit_usd"), budget.get("alert_threshold_pct", 80)
    if not _is_amount(limit):
        raise TypeError(f"`budget.limit_usd` is an amount of USD, not {limit!r}")
    if budget.get("window_type") not in _WINDOWS:
        raise TypeError(f'`budget.window_type` is "day", "week" or "month", not {budget.get("window_type")!r}')
    if budget.get("action") not in _ACTIONS:
        raise TypeError(f"`budget.action` is one of {', '.join(_ACTIONS)}, not {budget.get('action')!r}")
    if type(percent) is not int or not 1 <= percent <= 1_000:
        raise TypeError(f"`budget.alert_threshold_pct` is a whole percent from 1 to 1000, not {percent!r}")


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return False
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        return False
    return math.isfinite(amount) and amount >= 0
