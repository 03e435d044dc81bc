"""The errors: found through wrappings, pickled, answers for HTTP."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timezone

import pytest
from conftest import params, per_user

from spendgate import (
    LLMBudgetExceededError,
    LLMCircuitOpenError,
    SpendGateCoverageError,
    budget_error_of,
    is_budget_error,
    is_circuit_error,
)


@pytest.fixture
def blocked(gate_of, client):
    def error(policy=None, **attributes):
        wrapped = gate_of(policy=policy or per_user("0")).wrap(client(), **(attributes or {"user": "u", "tier": "free"}))
        with pytest.raises(LLMBudgetExceededError) as caught:
            wrapped.chat.completions.create(**params())
        return caught.value

    return error


def test_an_error_is_found_through_causes_contexts_and_groups(blocked):
    error = blocked()

    def raised(by, cause):
        try:
            try:
                raise cause
            except Exception as inner:
                by(inner)
        except Exception as outer:
            return outer

    def explicitly(inner):
        raise RuntimeError("outer") from inner

    def on_the_way(inner):
        raise RuntimeError("outer")

    for by in (explicitly, on_the_way):
        outer = raised(by, raised(by, error))
        assert is_budget_error(outer) and budget_error_of(outer) is error and not is_circuit_error(outer)
    group = RuntimeError("several")
    group.exceptions = (ValueError("one"), error)
    assert budget_error_of(group) is error
    for other in (None, "text", RuntimeError("other"), KeyboardInterrupt()):
        assert not is_budget_error(other) and budget_error_of(other) is None


def test_causes_that_lead_in_a_circle_are_followed_to_an_end():
    a, b = RuntimeError("a"), RuntimeError("b")
    a.__cause__, b.__cause__ = b, a
    assert not is_budget_error(a)


def test_an_error_survives_pickling_and_copying(blocked):
    error = blocked()
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is LLMBudgetExceededError and str(again) == str(error)
        assert (again.user, again.tier, again.budget, again.limit) == ("u", "free", "each", "0")
        assert again.resets_at == error.resets_at and again.decision == error.decision
    coverage = pickle.loads(pickle.dumps(SpendGateCoverageError("batches.create")))
    assert coverage.method == "batches.create" and "batches.create" in str(coverage)


def test_a_budgets_response(blocked):
    answer = blocked().to_response()
    assert answer.status == 402 and answer.headers["content-type"] == "application/json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["ratelimit-policy"].startswith('"each";q=0')
    assert answer.headers["ratelimit"].startswith('"each";r=0;t=')
    told = answer.json()["error"]
    wanted = {"code": "llm_budget_exceeded", "budget": "each", "limit": "0", "spent": "0", "remaining": "0"}
    assert {name: told[name] for name in wanted} == wanted and told["retryable"] is False


def test_a_budget_of_all_says_nothing_of_what_others_have_used(gate_of, client):
    budgets = [{"id": "all", "scope": {"global": True}, "limit": {"usd": "1"}, "window": "daily", "action": "block"}]
    gate = gate_of(policy={"budgets": budgets})
    gate.record(user="somebody else", usd="1")
    with pytest.raises(LLMBudgetExceededError) as caught:
        gate.wrap(client(), user="u").chat.completions.create(**params())
    answer = caught.value.to_response()
    assert not any(word in answer.body for word in ("spent", 'limit"', "remaining", "somebody"))
    assert "ratelimit" not in answer.headers and caught.value.spent == "1"


def test_the_error_answers_in_the_words_of_others_as_well(blocked):
    error = blocked()
    said = (error.user_id, error.limit_usd, error.spend_usd, error.window_type, error.action, error.status)
    assert said == ("u", 0, 0, "month", "block", 402)
    assert error.window_start.tzinfo is not None and error.window_start.day == 1
    assert error.window_start < datetime.now(timezone.utc) < error.resets_at


def test_a_circuits_response(gate_of, client):
    trip = {"calls": 1000, "within": "1m"}
    hand = {"id": "hand", "scope": {"global": True}, "trip": trip, "cooldown": "1m", "action": "block"}
    gate = gate_of(policy={"breakers": [hand]})
    gate.breaker("hand").open("on purpose")
    with pytest.raises(LLMCircuitOpenError) as caught:
        gate.wrap(client(), user="u").chat.completions.create(**params())
    assert is_circuit_error(caught.value) and not is_budget_error(caught.value)
    assert caught.value.to_response().status == 503
    assert pickle.loads(pickle.dumps(caught.value)).reason == "circuit_open"
