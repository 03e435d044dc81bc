"""What a user writes, for the type checkers; `assert_type` says what they have to see."""

from __future__ import annotations

from decimal import Decimal

from typing_extensions import assert_type

from spendgate import (
    Action,
    BudgetWarning,
    Decision,
    Engine,
    EstimateFigures,
    EstimateRequest,
    LLMBudgetExceededError,
    Outcome,
    Reason,
    Settled,
    SpendGate,
    SpendgateError,
    budget_error_of,
    instance_id,
)

NOW_MS = 1_778_414_400_000


def guarded_call(engine: Engine, user: str) -> str | None:
    decision = engine.reserve(NOW_MS, user=user, tier="free", model="gpt-4o", usd=Decimal("0.05"), ttl_ms=60_000)
    assert_type(decision, Decision)
    assert_type(decision.allowed, bool)
    assert_type(decision.action, Action)
    assert_type(decision.reason, Reason)
    assert_type(decision.model, "str | None")
    if not decision.allowed:
        return None
    if decision.window is not None:
        assert_type(decision.window["start"], str)
    for trigger in decision.triggered:
        assert_type(trigger["budget"], str)
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    settled = engine.settle(decision, NOW_MS, usage=usage, ok=True, latency_ms=5)
    assert_type(settled, Settled)
    assert_type(settled.overage, "str | None")
    return decision.model


def control(engine: Engine) -> None:
    assert_type(engine.usage({"user": "u", "tier": "free"}, NOW_MS)["counters"][0]["spent"], str)
    assert_type(engine.explain({"user": "u"}, NOW_MS)["candidates"][0]["applies"], bool)
    assert_type(engine.record({"user": "u", "estimate": {"usd": "1"}}, NOW_MS, {"usd": 0.5})["usd"], "str | None")
    assert_type(engine.events(NOW_MS)[0]["percent"], "int | None")
    assert_type(engine.expire(NOW_MS)["expired"], int)
    assert_type(engine.cost("gpt-4o", {"prompt_tokens": 1}, NOW_MS)["usd"], "str | None")
    assert_type(engine.adjust({"budget": "free", "user": "u"}, NOW_MS, "-0.5", why="goodwill")["spent"], str)
    assert_type(engine.window("daily", NOW_MS)["end"], str)
    assert_type(engine.breaker("open", "b", NOW_MS, reason="by hand")["state"], str)
    assert_type(engine.store("down", NOW_MS)["outcome"], str)
    assert_type(engine.set_policy({"budgets": []}, NOW_MS)["outcome"], str)
    assert_type(engine.release("r1", NOW_MS), Outcome)
    assert_type(engine.command('{"events": true, "at_ms": 0}'), str)
    assert_type(Engine.from_snapshot(engine.snapshot(), at_ms=NOW_MS), Engine)
    assert_type(instance_id(), str)


def refusal(error: SpendgateError) -> tuple[str, str | None, str]:
    return error.code, error.path, error.message


class Client:
    """Any client; `wrap` gives back its type."""


def estimate(request: EstimateRequest) -> EstimateFigures:
    assert_type(request.model, "str | None")
    return {"usd": "0.05", "input_tokens": 10}


async def notify(warning: BudgetWarning) -> None:
    assert_type(warning["budget"], "str | None")


def gate_of() -> SpendGate:
    return SpendGate(
        policy={"budgets": []},
        prices={"url": "https://example.com/prices.json", "interval_s": 5},
        estimate=estimate,
        count_tokens=lambda text, model: len(text) // 4,
        on_budget_warning=notify,
        on_event=lambda event: print(event["kind"], event.get("tags")),
        on_diagnostic=lambda diagnostic: print(diagnostic.kind),
        now=lambda: NOW_MS,
    )


async def gated(gate: SpendGate, client: Client, user: int) -> str | None:
    assert_type(gate.wrap(client, user=user, tier="free", tags={"deploy": "abc"}), Client)
    with gate.context(user_id=user, plan="free"):
        decision = gate.reserve(model="gpt-4o", estimate={"usd": Decimal("0.05")}, feature="chat")
    assert_type(decision, Decision)
    async with gate.context(user=user):
        assert_type(await gate.areserve(model="gpt-4o"), Decision)
    assert_type(gate.settle(decision, usage=object()), "Settled | None")
    assert_type(await gate.asettle(decision, usd=0.05), "Settled | None")
    assert_type(gate.usage(user="u")["counters"][0]["spent"], str)
    assert_type(gate.report()["user"][0]["value"], "str | None")
    gate.breaker("b").open("by hand", subject="u")
    gate.enabled = False
    return gate.metrics()


def told(error: Exception) -> tuple[int, dict[str, str], str] | None:
    refusal = budget_error_of(error)
    assert_type(refusal, "LLMBudgetExceededError | None")
    if refusal is None:
        return None
    assert_type(refusal.limit_usd, "float | None")
    answer = refusal.to_response()
    return answer.status, answer.headers, answer.body
