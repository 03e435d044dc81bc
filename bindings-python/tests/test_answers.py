"""Decisions and what a settle says: lazy, frozen, equal to what the wire says."""

from __future__ import annotations

import copy
import enum
import json
import pickle

import pytest

from spendgate import Decision, Settled, SpendgateError

CALLS = [
    {"user": "u", "tier": "free", "estimate": {"usd": 1}},
    {"user": "u", "tier": "free", "estimate": {"usd": 9}},
    {"user": "u", "feature": "search", "model": "gpt-4o", "estimate": {"input_tokens": 900_000, "output_tokens": 0}},
    {"feature": "search", "provider": "openai", "model": "gpt-4o-mini", "org": "o", "session": "s"},
    {},
]


def decide(engine, now_ms, call):
    ids = {key: value for key, value in call.items() if key != "estimate"}
    return engine.preview(now_ms, **ids, **call.get("estimate", {}))


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_decision_says_what_the_wire_says(engine, now_ms, call):
    decision = decide(engine, now_ms, call)
    said = engine.command(json.dumps({"preview": call, "at_ms": now_ms}))
    assert decision.to_json() == said
    assert decision.to_dict() == json.loads(said)
    for key, value in json.loads(said).items():
        fresh = decide(engine, now_ms, call)
        assert getattr(fresh, key) == value, key
        assert type(getattr(fresh, key)) is type(value), key


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_decision_stays_right_when_the_policy_is_replaced(engine, now_ms, call):
    said = engine.command(json.dumps({"preview": call, "at_ms": now_ms}))
    decision = decide(engine, now_ms, call)
    engine.set_policy({"budgets": []}, now_ms)
    assert decision.to_json() == said
    del engine
    assert decide_again(decision) == json.loads(said)


def decide_again(decision: Decision) -> dict[str, object]:
    return {key: getattr(decision, key) for key in decision.to_dict()}


def test_decisions_are_equal_by_what_they_say(engine, now_ms):
    first, second = (engine.preview(now_ms, user="u", tier="free", usd=1) for _ in range(2))
    assert first == second and first is not second
    assert first != engine.preview(now_ms, user="u", tier="free", usd=2)
    assert first != first.to_dict()


def test_decisions_travel(engine, now_ms):
    decision = engine.reserve(now_ms, user="u", tier="free", usd=1)
    for again in (pickle.loads(pickle.dumps(decision)), copy.copy(decision), Decision.from_json(decision.to_json())):
        assert again == decision and decide_again(again) == decision.to_dict()
    assert engine.settle(pickle.loads(pickle.dumps(decision)), now_ms, usd=2).overage == "1"
    settled = engine.settle(decision, now_ms, usd=2)
    assert pickle.loads(pickle.dumps(settled)) == settled
    assert Settled.from_json(settled.to_json()).to_dict() == {"outcome": "replayed", "usd": "2"}


def test_answers_show_themselves(engine, now_ms):
    assert "allowed=True" in repr(engine.reserve(now_ms, user="u")) and repr(engine.preview(0)).startswith("Decision(")
    assert repr(engine.settle(engine.reserve(now_ms), now_ms)) == "Settled(outcome='settled', usd=None)"


def test_answers_are_frozen_and_not_made_by_hand(engine, now_ms):
    decision = engine.reserve(now_ms, user="u")
    with pytest.raises(AttributeError):
        decision.allowed = True
    with pytest.raises(TypeError):
        Decision()
    with pytest.raises(TypeError):
        type("Mine", (Decision,), {})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"allowed": true}', None, b"{}", "\ud800"], ids=ascii)
def test_what_is_no_answer_is_not_read_as_one(text):
    for answer in (Decision, Settled):
        with pytest.raises(SpendgateError) as refused:
            answer.from_json(text)
        assert refused.value.code == "invalid_call"


def test_an_enum_that_is_a_str_is_its_text(engine, now_ms):
    tier = enum.Enum("Tier", {"FREE": "free"}, type=str)
    decision = engine.reserve(now_ms, user=tier.FREE, tier=tier.FREE, model=tier.FREE, usd=9)
    assert decision.budget == "free"
    assert type(decision.model) is str and type(decision.subject) is str


def test_the_error_travels_too(engine, now_ms):
    with pytest.raises(SpendgateError) as refused:
        engine.reserve(now_ms, user="")
    error = refused.value
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.path, str(again)) == (error.code, error.path, str(error)) == (
        "invalid_id",
        "user",
        "user: `` is empty",
    )
