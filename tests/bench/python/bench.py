"""P8 to P10: what a decision costs in Python, as ratios of things timed in one run.

    python bench.py

Prints one JSON object: each goal with its ratio, the median over the repetitions of one divided by the other
within the repetition, and the medians of both in nanoseconds a call. The collector is off, as in `timeit`.
"""

from __future__ import annotations

import gc
import json
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import peers

from spendgate import Decision, Engine

REPETITIONS = 15
USERS = [f"user-{number:06}" for number in range(1_000)]
# As many calls are in flight at once.
CHUNKS = [USERS[begin : begin + 100] for begin in range(0, len(USERS), 100)]
NOW_MS = 1_778_414_400_000
WINDOWS = ["monthly", "weekly", "daily"]


def policy(windows: list[str]) -> dict[str, Any]:
    """A budget of each user of a tier in each of the windows."""
    scope, limit = {"tier": "free"}, {"usd": "9000000"}
    return {
        "budgets": [
            {"id": window, "scope": scope, "limit": limit, "window": window, "action": "block"} for window in windows
        ]
    }


# What is timed for some users; and what has to follow it, with what it gave, and is not timed.
Work = Callable[[list[str]], Any]


def timed(work: Work, after: Callable[[Any], None] | None = None) -> float:
    """Nanoseconds a call."""
    taken = 0
    for users in CHUNKS:
        begun = time.perf_counter_ns()
        given = work(users)
        taken += time.perf_counter_ns() - begun
        if after is not None:
            after(given)
        del given
    return taken / len(USERS)


class Ours:
    """Our side: a decision for each user, then the end of its reservation."""

    def __init__(self, windows: list[str]) -> None:
        self.engine = Engine(policy(windows), at_ms=NOW_MS)
        # The ring of reservations grows over the first 131,072; then the engine is as it stays.
        for _ in range(150):
            self.pair(USERS)

    def reserve(self, users: list[str]) -> list[Decision]:
        reserve = self.engine.reserve
        return [reserve(NOW_MS, user=user, tier="free", usd=0.01) for user in users]

    def settle(self, decisions: list[Decision]) -> None:
        settle = self.engine.settle
        for decision in decisions:
            settle(decision, NOW_MS, usd=0.01)

    def pair(self, users: list[str]) -> None:
        reserve, settle = self.engine.reserve, self.engine.settle
        for user in users:
            settle(reserve(NOW_MS, user=user, tier="free", usd=0.01), NOW_MS, usd=0.01)


def repeated(contestants: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Every contestant in turn, again and again; the first round warms up and is dropped."""
    rounds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(REPETITIONS + 1):
        for name, time_once in contestants.items():
            # The best of a few: what is not the contestant's own only adds.
            taken = min(time_once() for _ in range(5))
            if number > 0:
                rounds[name].append(taken)
    return rounds


def ratio(rounds: dict[str, list[float]], over: str, under: str) -> float:
    """The median over the rounds of one time by another."""
    return statistics.median(a / b for a, b in zip(rounds[over], rounds[under], strict=True))


def goal(name: str, rounds: dict[str, list[float]], over: str, under: str, wanted: tuple[float, float], more: str = "") -> None:
    """Prints a goal as one line of JSON; scripts/bench.sh makes a row of it. `wanted` is what passes, and the stretch."""
    nanoseconds = " / ".join(f"{statistics.median(rounds[one]):.0f} ns" for one in (over, under))
    figure = float(f"{ratio(rounds, over, under):.4g}")
    print(json.dumps({"goal": name, "figure": figure, "pass": wanted[0], "stretch": wanted[1], "detail": nanoseconds + more}))


def main() -> None:
    ours, union = Ours(WINDOWS[:1]), Ours(WINDOWS)
    naive, limits, litellm = peers.Naive(), peers.Limits(), peers.LiteLLM()
    gc.disable()
    rounds = repeated(
        {
            "reserve": lambda: timed(ours.reserve, ours.settle),
            "union": lambda: timed(union.reserve, union.settle),
            "floor": lambda: timed(lambda users: peers.floor_all(users, NOW_MS)),
            "dict": lambda: timed(naive.spend_all),
            "limits": lambda: timed(limits.hit_all),
            "limits_union": lambda: timed(limits.hit_all_windows),
        }
    )
    gc.enable()
    proxy = repeated({"litellm": litellm.time_pairs, "pair": lambda: timed(ours.pair)})
    three = f"; three windows each: {ratio(rounds, 'limits_union', 'union'):.3g}"
    goal("P8 Python reserve / pyo3 floor", rounds, "reserve", "floor", (4, 2), f", Python {platform.python_version()}")
    goal("P9 limits in memory / Python reserve", rounds, "limits", "reserve", (15, 25), three)
    goal("P9 dict with a lock / Python reserve", rounds, "dict", "reserve", (2, 3))
    goal("P10 LiteLLM reserve + reconcile / ours with settle", proxy, "litellm", "pair", (500, 1000))


main()
