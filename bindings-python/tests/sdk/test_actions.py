"""What the four actions do to a call, and that no callback reaches it."""

from __future__ import annotations

import asyncio
import json
import logging
import threading

import openai
import pytest
from conftest import params, per_user, refused

from spendgate import LLMBudgetExceededError, LLMCircuitOpenError


def used_up(gate_of, action, **options):
    policy = {**per_user("0.001", action=action, alert_at_percent=[]), "downgrades": {"gpt-4o": "gpt-4o-mini"}}
    gate = gate_of(policy=policy, **options)
    gate.record(user="u", usd="0.001")
    return gate


def test_block_an_error_before_any_request_with_the_arithmetic_in_it(gate_of, client, mock):
    gate = used_up(gate_of, "block")
    with pytest.raises(LLMBudgetExceededError) as caught:
        gate.wrap(client(), user="u").chat.completions.create(**params())
    error = caught.value
    assert mock.requests() == 0
    assert (error.code, error.user, error.tier, error.budget, error.scope) == ("llm_budget_exceeded", "u", None, "each", "user")
    assert (error.unit, error.limit, error.spent, error.held, error.remaining) == ("usd", "0.001", "0.001", "0", "0")
    assert (error.reason, error.retryable) == ("limit_reached", False)
    assert "budget `each` refuses the call of user `u`" in str(error)


def test_warn_the_call_is_made_and_the_callback_is_told(gate_of, client, mock):
    warnings = []
    gate = used_up(gate_of, "warn", on_budget_warning=warnings.append)
    gate.wrap(client(), user="u").chat.completions.create(**params())
    assert mock.requests() == 1
    assert [(w["kind"], w["budget"], w["user"]) for w in warnings] == [("warned", "each", "u")]


def test_dry_run_the_call_is_made_a_line_in_the_log_never_the_callback(gate_of, client, mock, caplog):
    caplog.set_level(logging.INFO, "spendgate")
    warnings = []
    gate = used_up(gate_of, "dry_run", on_budget_warning=warnings.append)
    gate.wrap(client(), user="u").chat.completions.create(**params())
    assert mock.requests() == 1 and warnings == []
    assert [record.name for record in caplog.records if "dry run: budget each, user u" in record.message] == ["spendgate"]


def test_downgrade_the_sibling_is_called_in_a_copy_of_the_parameters(gate_of, client, mock):
    gate = used_up(gate_of, "downgrade")
    given = params()
    before = json.dumps(given)
    answer = gate.wrap(client(), user="u").chat.completions.create(**given)
    assert json.dumps(given) == before and answer.model == "gpt-4o-mini"
    # 100 × 0.15 + 100 × 0.60 USD per million, upon the 0.001 there was.
    assert gate.counter()["spent"] == "0.001075"


def test_a_threshold_reaches_the_callback_once(gate_of, client):
    warnings = []
    gate = gate_of(policy=per_user("0.002", alert_at_percent=[50]), on_budget_warning=warnings.append)
    create = gate.wrap(client(), user="u").chat.completions.create
    create(**params(max_tokens=10))
    refused(lambda: create(**params(max_tokens=10)))
    assert [(w["kind"], w["percent"]) for w in warnings] == [("threshold", 50)]


def raising(_):
    raise RuntimeError("on purpose")


async def failing(_):
    raise RuntimeError("on purpose")


async def hanging(_):
    await asyncio.Event().wait()


@pytest.mark.parametrize("callback", [raising, failing, hanging])
@pytest.mark.parametrize("action", ["warn", "block", "downgrade", "dry_run"])
def test_a_callback_leaves_a_call_as_it_is(action, callback, gate_of, aclient, mock):
    kinds = []

    def said(diagnostic):
        kinds.append(diagnostic.kind)
        return callback(diagnostic)

    async def run():
        gate = used_up(gate_of, action, on_budget_warning=callback, on_event=callback, on_diagnostic=said)
        async with gate.wrap(aclient(), user="u") as wrapped:
            try:
                return await wrapped.chat.completions.create(**params())
            except LLMBudgetExceededError as error:
                return error
            finally:
                await asyncio.sleep(0)

    result = asyncio.run(run())
    assert isinstance(result, LLMBudgetExceededError) == (action == "block")
    assert mock.requests() == (0 if action == "block" else 1)
    assert set(kinds) == (set() if callback is hanging else {"callback_failed"})


@pytest.mark.parametrize("callback", [raising, failing])
def test_the_same_without_an_event_loop(callback, gate_of, client, mock):
    told = threading.Event()
    kinds = []

    def said(diagnostic):
        kinds.append(diagnostic.kind)
        told.set()

    gate = used_up(gate_of, "warn", on_budget_warning=callback, on_diagnostic=said)
    gate.wrap(client(), user="u").chat.completions.create(**params())
    assert told.wait(10) and set(kinds) == {"callback_failed"} and mock.requests() == 1


def test_an_asynchronous_callback_is_run_on_the_loop_of_the_call(gate_of, aclient):
    told = []

    async def notify(warning):
        told.append((warning["budget"], asyncio.get_running_loop()))

    async def run():
        gate = used_up(gate_of, "warn", on_budget_warning=notify)
        told.clear()
        async with gate.wrap(aclient(), user="u") as wrapped:
            await wrapped.chat.completions.create(**params())
        return asyncio.get_running_loop()

    loop = asyncio.run(run())
    assert told == [("each", loop)]


def test_diagnostics_go_to_the_log_each_kind_once_a_minute(caplog):
    from spendgate import SpendGate

    gate = SpendGate(policy=per_user("1"))
    for _ in range(3):
        gate.reserve(user="")
    gate.close()
    assert [record.getMessage().split(":")[0] for record in caplog.records if record.name == "spendgate"] == ["invalid_attribute"]


def test_an_open_circuit_refuses_with_its_own_error(gate_of, client, mock):
    storm = {"id": "storm", "scope": {"user": "*"}, "trip": {"calls": 2, "within": "1m"}, "cooldown": "10m", "action": "block"}
    create = gate_of(policy={"breakers": [storm]}).wrap(client(), user="u").chat.completions.create
    for _ in range(2):
        create(**params())
    with pytest.raises(LLMCircuitOpenError) as error:
        create(**params())
    assert (error.value.code, error.value.reason, mock.requests()) == ("llm_circuit_open", "circuit_open", 2)


def test_failures_of_the_provider_open_its_circuit(gate_of, client, mock):
    trip = {"error_rate_percent": 50, "within": "5m", "min_calls": 3}
    errors = {"id": "errors", "scope": {"provider": "*"}, "trip": trip, "cooldown": "10m", "action": "block"}
    gate = gate_of(policy={"breakers": [errors]})
    create = gate.wrap(client(), user="u").chat.completions.create
    mock.fixed(error={"status": 500})
    for _ in range(3):
        with pytest.raises(openai.InternalServerError):
            create(**params())
    with pytest.raises(LLMCircuitOpenError):
        create(**params())
    assert mock.requests() == 3
    gate.breaker("errors").close()
    mock.fixed()
    create(**params())
