"""Every command, as a user gives it."""

from __future__ import annotations

import json

import pytest

from spendgate import Engine, SpendgateError


def test_a_call_is_held_settled_and_counted(engine, now_ms, spent):
    decision = engine.reserve(now_ms, user="u", tier="free", model="gpt-4o", usd="3")
    assert decision.allowed and decision.budget == "free" and decision.reservation == "r1"
    assert spent() == ("0", "3")
    assert not engine.reserve(now_ms, user="u", tier="free", usd=3).allowed
    settled = engine.settle(decision, now_ms + 1, usd="3.5", ok=True, latency_ms=400)
    assert (settled.outcome, settled.usd, settled.overage) == ("settled", "3.5", "0.5")
    assert spent() == ("3.5", "0")


def test_a_reservation_is_a_decision_or_its_id(engine, now_ms, spent):
    first, second = (engine.reserve(now_ms, user="u", tier="free", usd=1) for _ in range(2))
    assert engine.release(first, now_ms) == "released"
    assert engine.settle(second.reservation, now_ms, usd=1).overage is None
    assert engine.release(first.reservation, now_ms) == "replayed"
    assert spent() == ("1", "0")


def test_a_preview_holds_nothing(engine, now_ms, spent):
    decision = engine.preview(now_ms, user="u", tier="free", usd=1)
    assert decision.allowed and decision.reservation is None and spent() == ("0", "0")


def test_a_hold_lives_as_long_as_it_is_told(engine, now_ms, spent):
    engine.reserve(now_ms, user="u", tier="free", usd=1, ttl_ms=1_000)
    assert engine.expire(now_ms + 999) == {"expired": 0}
    assert engine.expire(now_ms + 1_000) == {"expired": 1}
    assert spent() == ("1", "0")


@pytest.mark.parametrize("form", [dict, json.dumps], ids=["a dict", "JSON text"])
def test_usage_of_a_provider_is_priced(engine, now_ms, form):
    usage = form({"provider": "openai", "prompt_tokens": 1_000_000, "completion_tokens": 0})
    decision = engine.reserve(now_ms, user="u", tier="pro", model="gpt-4o")
    assert engine.settle(decision, now_ms, usage=usage).usd == "2.5"


def test_a_downgrade_names_the_sibling(engine, now_ms):
    decision = engine.reserve(
        now_ms, user="u", feature="search", model="gpt-4o", input_tokens=900_000, output_tokens=0
    )
    assert (decision.action, decision.model, decision.requested_model) == ("downgrade", "gpt-4o-mini", "gpt-4o")


def test_the_policy_is_a_dict_or_json_text(policy, now_ms):
    for given in (policy, json.dumps(policy)):
        engine = Engine(given, at_ms=now_ms)
        assert engine.reserve(now_ms, user="u", tier="free", usd=1).budget == "free"
        assert engine.set_policy(given, now_ms) == {"outcome": "accepted"}


def test_own_prices_are_added(now_ms):
    engine = Engine(prices={"own": {"input": "1", "output": "2"}}, at_ms=now_ms)
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 500_000}
    assert engine.cost("own", usage, now_ms) == {"usd": "2"}
    assert engine.cost("gpt-4o", usage, now_ms, provider="openai", priced_at="2026-05-01T00:00:00Z") == {"usd": "7.5"}
    assert engine.cost("unheard-of", usage, now_ms) == {"usd": None}


def test_control_commands_answer_as_the_wire_does(engine, now_ms):
    call = {"user": "u", "tier": "free", "estimate": {"usd": "1"}}
    assert engine.record(call, now_ms, {"usd": 2}) == {"outcome": "recorded", "usd": "2"}
    assert engine.adjust({"budget": "free", "user": "u", "tier": "free"}, now_ms, "-0.5", why="goodwill") == {
        "outcome": "adjusted",
        "spent": "1.5",
    }
    assert [c["budget"] for c in engine.usage(call, now_ms)["counters"]] == ["free", "all"]
    assert engine.explain(call, now_ms)["candidates"][0] == {
        "budget": "free",
        "applies": True,
        "why": "tier_template",
    }
    assert engine.window("daily", now_ms) == {"start": "2026-05-10T00:00:00Z", "end": "2026-05-11T00:00:00Z"}
    assert engine.store("down", now_ms) == {"outcome": "unavailable"}
    assert engine.reserve(now_ms, user="u").degraded
    assert engine.store("up", now_ms) == {"outcome": "available"}
    assert [event["kind"] for event in engine.events(now_ms)] == ["adjusted", "degraded"]
    assert engine.events(now_ms) == []


def test_a_breaker_opens_and_closes_by_hand(now_ms):
    breakers = [{"id": "b", "scope": {"global": True}, "trip": {"calls": 5, "within": "1m"}, "cooldown": "1m"}]
    engine = Engine({"breakers": breakers}, at_ms=now_ms)
    assert engine.breaker("open", "b", now_ms, reason="by hand") == {"state": "open"}
    assert engine.reserve(now_ms, user="u").reason == "circuit_open"
    assert engine.breaker("close", "b", now_ms) == {"state": "closed"}
    assert engine.reserve(now_ms, user="u").allowed


def test_a_restored_engine_goes_on(engine, policy, now_ms):
    decision = engine.reserve(now_ms, user="u", tier="free", usd=3)
    snapshot = engine.snapshot()
    engine.release(decision, now_ms)
    other = Engine.from_snapshot(snapshot, policy, at_ms=now_ms)
    assert not other.reserve(now_ms, user="u", tier="free", usd=3).allowed
    assert engine.reserve(now_ms, user="u", tier="free", usd=3).allowed
    engine.restore(snapshot)
    assert engine.settle(decision.reservation, now_ms, usd=1).outcome == "settled"


def test_raw_commands_take_and_give_json_text(engine, now_ms):
    text = json.dumps({"reserve": {"user": "u", "tier": "free", "estimate": {"usd": 9}}, "at_ms": now_ms})
    assert json.loads(engine.command(text))["reason"] == "would_exceed"
    refused = json.loads(engine.command('{"reserve": {"user": ""}, "at_ms": 0}'))
    assert (refused["error"], refused["path"]) == ("invalid_id", "user")


def test_bounds_are_the_hosts_choice(policy, now_ms):
    engine = Engine(policy, at_ms=now_ms, max_events=2, max_counters=10, hash_seed=7)
    for _ in range(5):
        engine.reserve(now_ms, user="u", tier="free", usd=9)
    assert len(engine.events(now_ms)) == 2


def test_no_answer_depends_on_the_seed(policy, now_ms):
    answers = set()
    for _ in range(3):
        engine = Engine(policy, at_ms=now_ms)
        answers.add(tuple(engine.reserve(now_ms, user=f"u{n}", tier="free", usd=1).to_json() for n in range(50)))
    assert len(answers) == 1


def test_what_ended_stays_ended(engine, now_ms):
    decision = engine.reserve(now_ms, user="u", tier="free", usd=1)
    engine.settle(decision, now_ms, usd=1)
    with pytest.raises(SpendgateError) as conflict:
        engine.settle(decision, now_ms, usd=2)
    assert (conflict.value.code, conflict.value.path) == ("already_settled", None)
