"""A policy, a time, and engines on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spendgate import Engine

# 2026-05-10T12:00:00Z
NOW_MS = 1_778_414_400_000

POLICY: dict[str, Any] = {
    "budgets": [
        {"id": "free", "scope": {"tier": "free"}, "limit": {"usd": "5"}, "window": "daily", "action": "block"},
        {"id": "all", "scope": {"global": True}, "limit": {"tokens": "100000"}, "window": "monthly", "action": "warn"},
        {
            "id": "search",
            "scope": {"feature": "search"},
            "limit": {"usd": "2"},
            "window": "daily",
            "action": "downgrade",
        },
    ],
    "downgrades": {"gpt-4o": "gpt-4o-mini"},
}


@pytest.fixture
def now_ms() -> int:
    return NOW_MS


@pytest.fixture
def policy() -> dict[str, Any]:
    return POLICY


@pytest.fixture
def engine() -> Engine:
    return Engine(POLICY, at_ms=NOW_MS)


@pytest.fixture
def spent(engine: Engine) -> Callable[[], tuple[str, str]]:
    """What the user u of the tier free has spent, and what is held for them."""

    def read() -> tuple[str, str]:
        counter = next(
            c for c in engine.usage({"user": "u", "tier": "free"}, NOW_MS)["counters"] if c["budget"] == "free"
        )
        return counter["spent"], counter["held"]

    return read
