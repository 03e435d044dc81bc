"""One engine, several threads, finalizers in between: sums stay exact."""

from __future__ import annotations

import gc
import sys
import threading

import pytest

from spendgate import Engine, SpendgateError

THREADS = 8
CALLS = 2_000


@pytest.fixture
def switching_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(work) -> None:
    """Runs `work` in all threads at once, and raises what one of them raised."""
    begin, failures = threading.Barrier(THREADS), []

    def run(number: int) -> None:
        begin.wait()
        try:
            work(number)
        except BaseException as error:  # told in the thread of the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def counter(engine: Engine, now_ms: int) -> dict[str, str]:
    return engine.usage({"user": "u", "tier": "free"}, now_ms)["counters"][0]


def test_sums_are_exact_under_contention(switching_often, now_ms):
    budget = {"id": "b", "scope": {"user": "*"}, "limit": {"usd": "900"}, "window": "daily", "action": "block"}
    engine = Engine({"budgets": [budget]}, at_ms=now_ms)

    def work(number: int) -> None:
        for call in range(CALLS):
            decision = engine.reserve(now_ms, user="u", usd="0.001")
            if call % 3 == 0:
                engine.release(decision, now_ms)
            else:
                engine.settle(decision.reservation, now_ms, usd="0.002")
            if call % 500 == 0:
                engine.set_policy({"budgets": [budget]}, now_ms)
                engine.snapshot()

    together(work)
    settled = sum(call % 3 != 0 for call in range(CALLS)) * THREADS
    shown = counter(engine, now_ms)
    assert (shown["spent"], shown["held"]) == (f"{settled * 2 / 1000:g}", "0")


def test_a_limit_holds_against_all_threads(switching_often, engine, now_ms):
    allowed = []

    def work(number: int) -> None:
        for _ in range(CALLS):
            if engine.reserve(now_ms, user="u", tier="free", usd="0.01").allowed:
                allowed.append(number)

    together(work)
    assert len(allowed) == 500


def test_a_finalizer_can_call_the_engine(engine, now_ms):
    """The collector runs in the middle of any allocation, and with it such finalizers."""
    calls = []

    class Forgotten:
        def __init__(self) -> None:
            self.itself = self
            self.decision = engine.reserve(now_ms, user="u", tier="free", usd="0.001")

        def __del__(self) -> None:
            calls.append(engine.release(self.decision, now_ms))

    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for number in range(300):
            Forgotten()
            engine.usage({"user": "u", "tier": "free"}, now_ms)
            engine.reserve(now_ms, user="v", tier="free", usd="0.001").to_dict()
            engine.events(now_ms)
            engine.snapshot()
    finally:
        gc.set_threshold(*before)
    gc.collect()
    assert calls == ["released"] * 300
    assert counter(engine, now_ms)["held"] == "0"


def test_python_code_inside_an_argument_can_call_the_engine(engine, now_ms):
    class Loud(dict):
        def __repr__(self) -> str:
            return engine.reserve(now_ms, user="u").action

    class Text(str):
        def __str__(self) -> str:
            return engine.reserve(now_ms, user="u").action

    assert engine.reserve(now_ms, user=Text("x"), tier="free", usd=1).subject == "x"
    with pytest.raises(SpendgateError):
        engine.reserve(now_ms, user=Loud())


def test_an_engine_dropped_in_a_thread_is_gone(policy, now_ms):
    def work(number: int) -> None:
        for _ in range(20):
            decision = Engine(policy, at_ms=now_ms).reserve(now_ms, user="u", tier="free", usd=1)
            assert decision.to_dict()["budget"] == "free"

    together(work)
