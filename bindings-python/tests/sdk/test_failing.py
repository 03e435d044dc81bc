"""Whatever fails, calls go on; whatever is asked wrongly, it is said by name."""

from __future__ import annotations

import os
import signal

import openai
import pytest
from conftest import COST, params, per_user, refused

from spendgate import Engine, LLMBudgetExceededError, SpendGate, SpendGateCoverageError, SpendgateError


def fail(*given, **options):
    raise SpendgateError("internal", None, "on purpose")


def test_an_engine_that_fails_leaves_the_call_undecided_and_charges_it_all_the_same(gate_of, client, monkeypatch):
    gate = gate_of(policy=per_user("1"))
    create = gate.wrap(client(), user="u").chat.completions.create
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "reserve", fail)
        assert create(**params()).object == "chat.completion"
    assert gate.kinds() == ["undecided"] and gate.spent() == COST
    create(**params())
    assert gate.spent() == 2 * COST


@pytest.mark.parametrize("command", ["estimate", "settle", "events"])
def test_whatever_command_fails_the_call_is_made(command, gate_of, client, monkeypatch):
    gate = gate_of(policy=per_user("1", action="warn", alert_at_percent=[1]))
    create = gate.wrap(client(), user="u").chat.completions.create
    with monkeypatch.context() as patch:
        patch.setattr(Engine, command, fail)
        assert create(**params()).object == "chat.completion"
        assert [chunk.choices for chunk in create(**params(stream=True))]
    assert gate.said and create(**params()).object == "chat.completion"


def test_a_clock_that_fails_lets_calls_through(gate_of, client):
    ticks = []

    def now():
        ticks.append(1)
        if len(ticks) > 2:
            raise OSError("no clock")
        return 1_778_414_400_000

    gate = gate_of(policy=per_user("0"), now=now)
    assert gate.wrap(client(), user="u").chat.completions.create(**params()).object == "chat.completion"
    assert "undecided" in gate.kinds()


def test_a_gate_that_is_closed_lets_calls_through(gate_of, client):
    gate = gate_of(policy=per_user("0"))
    wrapped = gate.wrap(client(), user="u")
    gate.close()
    assert wrapped.chat.completions.create(**params()).object == "chat.completion"
    assert gate.reserve(user="u").allowed
    with pytest.raises(RuntimeError, match="closed"):
        gate.usage(user="u")


@pytest.mark.parametrize("user", ["", "a\0b", "\u202eevil", "x" * 257, "\ud800", {}, True, b"u", 1.5], ids=ascii)
def test_an_id_that_is_refused_the_call_counts_as_one_without_a_user(user, gate_of, client):
    gate = gate_of(policy=per_user("1"))
    gate.wrap(client(), user=user).chat.completions.create(**params())
    assert gate.kinds() == ["invalid_attribute"]
    assert gate.usage()["counters"][0]["spent"] == "0.00125"


def test_a_call_without_a_user_is_what_the_policy_makes_of_it(gate_of, client, mock):
    gate = gate_of(policy={**per_user("1"), "on_missing_user": "block"})
    with pytest.raises(LLMBudgetExceededError) as error:
        gate.wrap(client()).chat.completions.create(**params())
    assert error.value.reason == "missing_user" and mock.requests() == 0


@pytest.mark.parametrize("user", ["__proto__", "__class__", "a:b", "*", "O'Brien; DROP", "é", "e\u0301"])
def test_ids_of_all_kinds_are_ordinary_ids(user, gate_of, client):
    gate = gate_of(policy=per_user("1"))
    gate.wrap(client(), user=user).chat.completions.create(**params())
    assert gate.spent(user) == COST and gate.said == []


@pytest.mark.parametrize("limit", [10**12, -5, float("inf"), "many", None, openai.NOT_GIVEN])
def test_limits_that_cannot_be_meant_are_estimated_by_what_the_model_can_do(limit, gate_of, client):
    gate = gate_of(policy=per_user("1"))
    try:
        gate.wrap(client(), user="u").chat.completions.create(**params(max_tokens=limit))
    except LLMBudgetExceededError as error:
        raise AssertionError(str(error)) from error
    except Exception:
        pass  # The provider or its client may refuse it.
    assert gate.held() == "0" and gate.said == []


def test_the_worst_case_of_a_model_is_what_it_can_give(gate_of, client):
    gate = gate_of(policy=per_user("0.1"), estimate="worst_case")
    with pytest.raises(LLMBudgetExceededError) as error:
        gate.wrap(client(), user="u").chat.completions.create(**params(max_tokens=10**12))
    # 16,384 tokens are the most that gpt-4o gives.
    assert 0.16 < float(error.value.estimate) < 0.17


REPORTS = [{"prompt_tokens": -5, "completion_tokens": 100}, "none", {"prompt_tokens": "many"}, {"other": 1}]


@pytest.mark.parametrize("report", REPORTS, ids=str)
def test_an_answer_without_usage_or_with_nonsense_in_its_place_charges_the_estimate(report, gate_of, client, mock):
    mock.fixed(report=report)
    gate = gate_of(policy=per_user("1"))
    gate.wrap(client(), user="u").chat.completions.create(**params())
    assert gate.spent() >= COST and gate.held() == "0"
    assert any(event["kind"] == "bad_usage" for event in gate.happened) == ("completion_tokens" in report)


@pytest.mark.parametrize("given", [{}, None, 1, "openai", object(), openai.OpenAI, lambda: None])
def test_what_is_no_client_is_an_error_at_set_up(given, gate_of):
    with pytest.raises(TypeError, match="takes a client of"):
        gate_of().wrap(given)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"polcy": {}}, "polcy"),
        ({"estimate": "guess"}, "`estimate`"),
        ({"on_event": 1}, "`on_event`"),
        ({"ttl_ms": 0}, "`ttl_ms`"),
        ({"ttl_ms": True}, "`ttl_ms`"),
    ],
)
def test_options_that_cannot_be_meant_are_errors_at_set_up(options, message):
    with pytest.raises(TypeError, match=message):
        SpendGate(**options)


@pytest.mark.parametrize(
    ("estimate", "kinds"),
    [
        (lambda request: {"usd": "0.5"}, []),
        (lambda request: "none", []),
        (lambda request: request.nothing, ["callback_failed"]),
        (lambda request: {"usd": -1}, ["invalid_estimate"]),
        (lambda request: {"usd": float("nan")}, ["invalid_estimate"]),
    ],
)
def test_an_estimate_of_ones_own(estimate, kinds, gate_of, client):
    gate = gate_of(policy=per_user("1"), estimate=estimate)
    gate.wrap(client(), user="u").chat.completions.create(**params())
    assert gate.kinds() == kinds and gate.spent() == COST


def test_a_tokenizer_of_ones_own(gate_of, client):
    counting = gate_of(policy=per_user("0"), count_tokens=lambda text, model: len(text))
    with pytest.raises(LLMBudgetExceededError) as error:
        counting.wrap(client(), user="u").chat.completions.create(**params(max_tokens=0))
    assert float(error.value.estimate) >= 0.001


def test_a_method_that_no_budget_sees_is_refused_where_the_gate_is_strict_else_said(gate_of, client, aclient):
    for make in (client, aclient):
        with pytest.raises(SpendGateCoverageError) as error:
            gate_of(strict=True).wrap(make()).images.generate(prompt="a cat")
        assert error.value.method == "images.generate"
    gate = gate_of()
    gate.wrap(client()).images.generate(model="gpt-image-1", prompt="a cat")
    assert gate.kinds() == ["not_enforced"]
    free = gate_of()
    free.wrap(client()).models.list()
    assert free.said == []


def test_a_subclass_that_cannot_be_copied_is_enforced_in_its_place(gate_of, mock):
    class House(openai.OpenAI):
        def __init__(self, house):
            super().__init__(api_key="test", base_url=f"{house}/v1", max_retries=0)

    gate = gate_of(policy=per_user("0"))
    base = House(mock.url)
    assert gate.wrap(base, user="u") is base
    assert refused(lambda: base.chat.completions.create(**params()))
    assert gate.wrap(base, user="v") is base
    assert refused(lambda: base.chat.completions.create(**params())) and mock.requests() == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_goes_on(gate_of):
    gate = gate_of(policy=per_user("1"))
    locked = gate.calls.ledger._commanding
    with locked:
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            decision = gate.reserve(user="u", estimate={"usd": "0.1"})
            os._exit(0 if decision.allowed and gate.settle(decision, usd="0.1") else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert gate.spent() == 0
