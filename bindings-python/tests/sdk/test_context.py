"""Who a call is for."""

from __future__ import annotations

import asyncio
import threading

import openai
import pytest
from conftest import COST, params, per_user, refused

from spendgate import SpendGate


def test_concurrent_tasks_never_mix(gate_of, aclient):
    gate = gate_of(policy=per_user("1"))

    async def request(wrapped, number):
        with gate.context(user=f"user_{number % 3}"):
            for _ in range(number % 3 + 1):
                await asyncio.sleep(number * 7 % 5 / 1_000)
                await wrapped.chat.completions.create(**params())

    async def run():
        async with gate.wrap(aclient()) as wrapped:
            await asyncio.gather(*(request(wrapped, number) for number in range(30)))

    asyncio.run(run())
    assert [gate.counter(f"user_{user}")["spent"] for user in range(3)] == ["0.0125", "0.025", "0.0375"]


def test_threads_never_mix(gate_of, client):
    gate = gate_of(policy=per_user("1"))
    wrapped = gate.wrap(client())
    begin = threading.Barrier(6)

    def request(number):
        with gate.context(user=f"user_{number % 3}"):
            begin.wait()
            for _ in range(number % 3 + 1):
                wrapped.chat.completions.create(**params())

    threads = [threading.Thread(target=request, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [gate.counter(f"user_{user}")["spent"] for user in range(3)] == ["0.0025", "0.005", "0.0075"]


def test_explicit_attributes_win_over_those_around_and_inner_ones_over_outer_ones(gate_of, client):
    gate = gate_of(policy=per_user("1"))
    base = client()
    mine, anybody = gate.wrap(base, user_id="mine"), gate.wrap(base)
    with gate.context(user="outer", tier="free"):
        with gate.context(user="inner"):
            mine.chat.completions.create(**params())
            anybody.chat.completions.create(**params())
            assert gate.calls.subject(None) == {"user": "inner", "tier": "free"}
        assert gate.calls.subject(None) == {"user": "outer", "tier": "free"}
    assert gate.calls.subject(None) == {}
    assert (gate.spent("mine"), gate.spent("inner"), gate.spent("outer")) == (COST, COST, 0)


def test_a_context_can_be_used_again_asynchronously_and_by_two_gates(gate_of):
    one, other = gate_of(), gate_of()
    context = one.context(user="a")

    async def run():
        async with context, other.context(user="b"), context:
            return one.calls.subject(None), other.calls.subject(None)

    assert asyncio.run(run()) == ({"user": "a"}, {"user": "b"})
    with context:
        assert one.calls.subject(None) == {"user": "a"} and other.calls.subject(None) == {}
    assert one.calls.subject(None) == {}


def test_a_call_is_for_whom_it_was_made_wherever_it_is_awaited(gate_of, aclient):
    gate = gate_of(policy=per_user("1"))

    async def run():
        async with gate.wrap(aclient()) as wrapped:
            with gate.context(user="then"):
                call = wrapped.chat.completions.create(**params())
            with gate.context(user="later"):
                await call

    asyncio.run(run())
    assert (gate.spent("then"), gate.spent("later")) == (COST, 0)


def test_the_given_client_stays_as_it_was(gate_of, client, aclient, mock):
    gate = gate_of(policy=per_user("0"))
    base = client()
    before = vars(base.chat.completions).copy()
    wrapped = gate.wrap(base, user="u")
    assert type(wrapped) is openai.OpenAI and wrapped is not base
    assert vars(base.chat.completions) == before and "_spendgate_origin" not in vars(base)
    base.chat.completions.create(**params())
    assert mock.requests() == 1
    assert refused(lambda: wrapped.chat.completions.create(**params()))
    assert type(gate.wrap(aclient())) is openai.AsyncOpenAI


def test_two_wraps_never_mix_and_wrapping_twice_charges_once(gate_of, client, mock):
    gate = gate_of(policy=per_user("1"))
    base = client()
    a, b = gate.wrap(base, user="a"), gate.wrap(base, user="b")
    again = gate.wrap(gate.wrap(a), feature="chat")
    copied = gate.wrap(a.with_options(timeout=5), user_id="c")
    for one in (a, b, b, again, copied):
        one.chat.completions.create(**params())
    assert (gate.spent("a"), gate.spent("b"), gate.spent("c")) == (2 * COST, 2 * COST, COST)
    assert mock.requests() == 5 and copied.timeout == 5
    assert {row["value"]: row["calls"] for row in gate.report()["feature"]} == {"chat": 1, None: 4}


def test_two_gates_each_charge_the_calls_of_a_client_both_have_wrapped(gate_of, client, mock):
    one, other = gate_of(policy=per_user("1")), gate_of(policy=per_user("1"))
    other.wrap(one.wrap(client(), user="a"), user="b").chat.completions.create(**params())
    assert other.spent("b") == one.spent("a") == COST and mock.requests() == 1


def test_plan_is_tier_group_is_feature_whole_numbers_are_ids(gate_of):
    subject = gate_of().calls.subject({"plan": "pro", "group": "search", "user_id": 42, "org": 7})
    assert subject == {"user": "42", "tier": "pro", "org": "7", "feature": "search"}


def test_switched_off_a_client_behaves_as_if_never_wrapped(gate_of, client, mock, monkeypatch):
    gate = gate_of(policy=per_user("0"))
    create = gate.wrap(client(), user="u").chat.completions.create
    assert refused(lambda: create(**params()))
    gate.enabled = False
    create(**params())
    decision = gate.reserve(user="u")
    assert decision.allowed and gate.settle(decision, usd="1") is None
    gate.enabled = True
    assert refused(lambda: create(**params())) and mock.requests() == 1 and gate.spent() == 0
    monkeypatch.setenv("SPENDGATE_DISABLED", "1")
    assert SpendGate().enabled is False and SpendGate(enabled=True).enabled is True


@pytest.mark.parametrize("word", ["0", "", "no"])
def test_other_words_in_the_environment_switch_nothing_off(word, monkeypatch):
    monkeypatch.setenv("SPENDGATE_DISABLED", word)
    assert SpendGate().enabled is True
