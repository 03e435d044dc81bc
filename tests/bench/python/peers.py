"""What a decision is compared with. Each does less than the engine, but for LiteLLM's proxy."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import Any

import floor
from limits import RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMonth
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from litellm.proxy import proxy_server
from litellm.proxy._types import UserAPIKeyAuth
from litellm.proxy.spend_tracking import budget_reservation


def floor_all(users: list[str], now_ms: int) -> list[Any]:
    """An empty call through pyo3 with the arguments of our call, that gives an object."""
    cross = floor.cross
    return [cross(now_ms, user=user, tier="free", usd=0.01) for user in users]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the naive cap says."""

    allowed: bool
    spent: float
    remaining: float


class Naive:
    """A spend cap as one writes it by hand: a dict, a lock, one limit, one window, no holds."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.spent: dict[str, float] = {}
        self.limit = 9e6
        self.window_ends = time.time() + 86_400

    def spend(self, user: str, usd: float) -> Answer:
        with self.lock:
            if time.time() >= self.window_ends:
                self.spent.clear()
            spent = self.spent.get(user, 0.0)
            if spent + usd > self.limit:
                return Answer(False, spent, self.limit - spent)
            self.spent[user] = spent + usd
            return Answer(True, spent, self.limit - spent - usd)

    def spend_all(self, users: list[str]) -> list[Answer]:
        spend = self.spend
        return [spend(user, 0.01) for user in users]


LIMIT = 1_000_000_000_000


class Limits:
    """`limits` in memory: a count per user in fixed windows, of whole numbers; a union is not one step there."""

    def __init__(self) -> None:
        self.limiter = FixedWindowRateLimiter(MemoryStorage())
        self.item = RateLimitItemPerMonth(LIMIT)
        self.items = (self.item, RateLimitItemPerDay(LIMIT), RateLimitItemPerHour(LIMIT))

    def hit_all(self, users: list[str]) -> list[bool]:
        hit, item = self.limiter.hit, self.item
        return [hit(item, user, cost=10) for user in users]

    def hit_all_windows(self, users: list[str]) -> list[bool]:
        hit, items = self.limiter.hit, self.items
        return [all([hit(item, user, cost=10) for item in items]) for user in users]


class LiteLLM:
    """LiteLLM's proxy: the budget of a key in this process, reserved and reconciled; no router, database or Redis.

    The token count, which dominates otherwise, is stubbed.
    """

    CALLS = 50

    def __init__(self) -> None:
        async def counted(**_: object) -> dict[str, int]:
            return {"gpt-4o": 1_000}

        budget_reservation.count_request_input_tokens = counted
        self.loop = asyncio.new_event_loop()
        self.keys = [UserAPIKeyAuth(token=f"key-{number}", max_budget=1e6, spend=0.0) for number in range(self.CALLS)]

    async def pair(self, key: UserAPIKeyAuth) -> None:
        reservation = await budget_reservation.reserve_budget_for_request(
            request_body={"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 100},
            route="/v1/chat/completions",
            llm_router=None,
            valid_token=key,
            team_object=None,
            user_object=None,
            prisma_client=None,
            user_api_key_cache=proxy_server.user_api_key_cache,
            proxy_logging_obj=proxy_server.proxy_logging_obj,
        )
        if reservation is None or not reservation["entries"]:
            raise AssertionError("nothing was reserved")
        await budget_reservation.reconcile_budget_reservation(reservation, 0.001)

    def time_pairs(self) -> float:
        async def all_keys() -> float:
            begun = time.perf_counter_ns()
            for key in self.keys:
                await self.pair(key)
            return (time.perf_counter_ns() - begun) / self.CALLS

        return self.loop.run_until_complete(all_keys())
