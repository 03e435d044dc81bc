"""The plain verbs, for clients that are not known; what is reported; the gate for tests."""

from __future__ import annotations

import asyncio
import json
import re
import threading

import pytest
from conftest import params, per_user, refused

from spendgate import Engine, LLMCircuitOpenError, SpendgateError
from spendgate.testing import TestGate


def test_reserve_settle_release_record_preview(gate_of):
    gate = gate_of(policy=per_user("0.10"))
    call = {"user": "u", "model": "gpt-4o", "estimate": {"usd": "0.05"}}
    first = gate.reserve(**call)
    assert first.allowed
    second = gate.reserve(**call)
    assert gate.reserve(**call).reason == "in_flight"
    gate.release(second)
    settled = gate.settle(first, usd="0.04")
    assert (settled.outcome, settled.usd, settled.overage) == ("settled", "0.04", None)
    assert gate.settle(first, usd="0.04").outcome == "replayed"
    assert gate.settle(first, usd="0.09") is None
    assert gate.kinds() == ["unsettled"]
    gate.record(user="u", model="gpt-4o", usage={"prompt_tokens": 100, "completion_tokens": 100})
    assert (gate.counter()["spent"], gate.held()) == ("0.04125", "0")
    assert gate.preview(**call).allowed
    assert gate.preview(**{**call, "estimate": {"usd": "0.06"}}).reason == "would_exceed"
    assert gate.held() == "0"


def test_the_asynchronous_twins(gate_of):
    gate = gate_of(policy=per_user("0.10"))

    async def run():
        call = {"user": "u", "model": "gpt-4o", "estimate": {"usd": "0.05"}}
        first, second = await gate.areserve(**call), await gate.areserve(**call)
        assert (await gate.apreview(**call)).reason == "in_flight"
        await gate.arelease(second)
        assert (await gate.asettle(first, usd="0.04")).usd == "0.04"
        await gate.arecord(user="u", usd="0.01")
        assert (await gate.ausage(user="u"))["counters"][0]["spent"] == "0.05"
        assert (await gate.aexplain(user="u"))["candidates"][0]["applies"] is True
        assert (await gate.areport())["total"]["spent_usd"] == "0.05"
        assert "spendgate_spend_usd_total 0.05" in await gate.ametrics()
        await gate.aready()
        await gate.aclose()

    asyncio.run(run())


def test_a_usage_object_of_a_client_is_taken_as_it_comes(gate_of):
    class Usage:
        def __init__(self, **members):
            self.__dict__.update(members)

    gate = gate_of(policy=per_user("1"))
    decision = gate.reserve(user="u", model="gpt-4o")
    details = Usage(cached_tokens=600, audio_tokens=None)
    usage = Usage(prompt_tokens=1000, completion_tokens=100, prompt_tokens_details=details)
    # 400 × 2.50 + 600 × 1.25 + 100 × 10 USD per million.
    assert gate.settle(decision, usage=usage).usd == "0.00275"


def test_explain_and_usage_name_budgets_and_bad_input_has_a_path(gate_of):
    gate = gate_of(policy=per_user("1"))
    assert gate.explain(user="u")["candidates"] == [{"applies": True, "budget": "each", "why": "every_user"}]
    with pytest.raises(SpendgateError) as error:
        gate.usage(user="")
    assert (error.value.code, error.value.path) == ("invalid_id", "user")
    for verb in (gate.reserve, gate.usage, gate.context, gate.record):
        with pytest.raises(TypeError, match="usr"):
            verb(usr="u")
    with pytest.raises(TypeError, match="estimate.cents"):
        gate.reserve(user="u", estimate={"cents": 5})


def test_the_report_has_users_tiers_features_and_models(gate_of, client, mock):
    gate = gate_of(policy=per_user("0.0026"))
    wrapped = gate.wrap(client())
    for _ in range(3):
        with gate.context(user="u", tier="free", feature="chat"):
            refused(lambda: wrapped.chat.completions.create(**params()))
    report = gate.report()
    for dimension, value in {"user": "u", "tier": "free", "feature": "chat", "model": "gpt-4o"}.items():
        (row,) = report[dimension]
        assert (row["value"], row["calls"], row["blocked"], row["spent_usd"]) == (value, 2, 1, "0.0025"), dimension
    assert report["user"][0]["share_percent"] == "96.1"


def test_metrics_are_prometheus_text_without_a_user_in_it(gate_of):
    gate = gate_of(policy=per_user("0.0026"))
    gate.settle(gate.reserve(user="someone", estimate={"usd": "0.0025"}), usd="0.0025")
    assert not gate.reserve(user="someone", estimate={"usd": "0.0025"}).allowed
    gate.record(user="", usd="0")
    text = gate.metrics()
    assert 'spendgate_decisions_total{action="allow",reason="within_limit"} 1' in text
    assert re.search(r'spendgate_decisions_total\{action="block",reason="\w+"\} 1', text)
    assert 'spendgate_diagnostics_total{kind="unsettled"} 1' in text
    assert "someone" not in text


def test_tags_ride_along_on_the_events_of_their_call(gate_of, client):
    gate = gate_of(policy=per_user("0"))
    wrapped = gate.wrap(client(), user="u", tags={"deploy": "abc", "attempt": 2})
    with gate.context(tags={"request": "r1"}):
        assert refused(lambda: wrapped.chat.completions.create(**params()))
    assert gate.happened[-1]["tags"] == {"request": "r1", "deploy": "abc", "attempt": 2}


def test_an_engine_that_fails_leaves_the_call_undecided_and_charges_it_all_the_same(gate_of, monkeypatch):
    gate = gate_of(policy=per_user("1"))

    def fail(*given, **options):
        raise SpendgateError("internal", None, "on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "reserve", fail)
        decision = gate.reserve(user="u", model="gpt-4o")
        given_back = gate.reserve(user="u", model="gpt-4o")
    assert (decision.allowed, decision.reason, decision.model) == (True, "unavailable", "gpt-4o")
    gate.release(given_back)
    assert gate.settle(decision, usd="0.5").usd == "0.5"
    assert (gate.counter()["spent"], gate.held()) == ("0.5", "0")
    assert gate.settle(given_back, usd="0.5") is None
    assert gate.kinds() == ["undecided", "undecided"]


def test_breakers_by_hand(gate_of):
    breakers = [
        {"id": "hand", "scope": {"global": True}, "trip": {"calls": 99, "within": "1m"}, "cooldown": "1m", "action": "block"}
    ]
    gate = gate_of(policy={"breakers": breakers})
    gate.breaker("hand").open("maintenance")
    assert gate.reserve(user="u").reason == "circuit_open"
    gate.breaker("hand").close()
    assert gate.reserve(user="u").allowed
    with pytest.raises(SpendgateError) as error:
        gate.breaker("other").open()
    assert error.value.code == "unknown_breaker"


def test_many_threads_share_a_gate(gate_of):
    warned = []
    policy = per_user("0.5", action="warn", alert_at_percent=[50])
    gate = gate_of(policy=policy, on_budget_warning=warned.append)

    def work(number):
        for _ in range(50):
            with gate.context(user=f"u{number % 4}", tags={"thread": number}):
                gate.settle(gate.reserve(estimate={"usd": "0.001"}), usd="0.001")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [gate.counter(f"u{user}")["spent"] for user in range(4)] == ["0.1"] * 4
    assert gate.said == [] and warned == []


def test_the_gate_for_tests(client, mock):
    gate = TestGate(policy={**per_user("0.0026", window="daily"), "downgrades": {"gpt-4o": "gpt-4o-mini"}})
    wrapped = gate.wrap(client(), user="u")
    create = wrapped.chat.completions.create
    assert [refused(lambda: create(**params())) for _ in range(3)] == [False, False, True]
    gate.clock.advance(86_400_000)
    create(**params())
    assert [one.decision.action for one in gate.decisions] == ["allow", "allow", "block", "allow"]
    assert gate.decisions[0].call["user"] == "u" and gate.events[-1]["kind"]
    gate.force("block")
    assert refused(lambda: create(**params()))
    gate.force("circuit_open")
    with pytest.raises(LLMCircuitOpenError):
        create(**params())
    gate.force("downgrade", "gpt-4o-mini")
    assert create(**params()).model == "gpt-4o-mini"
    gate.force(None)
    assert gate.usage(user="u")["counters"][0]["held"] == "0"
    assert mock.requests() == 4
    assert json.dumps(gate.events) and gate.diagnostics == []
    gate.close()
