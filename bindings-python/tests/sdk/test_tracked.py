"""The ways of others: one function around any client."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import COST, params, per_user

from spendgate import (
    LLMBudgetExceededError,
    atracked_call,
    atracked_stream,
    configure,
    default_gate,
    is_budget_error,
    tracked_call,
    tracked_stream,
)


@pytest.fixture(autouse=True)
def common():
    gate = configure()
    yield gate
    gate.close()


def test_an_inline_budget_blocks_its_user_and_the_error_has_the_words_of_that_page(client, mock):
    base = client()

    def call(user):
        budget = {"user_id": user, "limit_usd": 0.0026, "window_type": "month", "action": "block"}
        return tracked_call(
            client=base,
            params=params(),
            api_key="unused",
            user_id=user,
            tier="free",
            group="search",
            prompt_version="v3",
            budget={**budget, "alert_threshold_pct": 80},
        )

    for user in ("a", "b"):
        assert call(user).object == "chat.completion"
        call(user)
        with pytest.raises(LLMBudgetExceededError) as caught:
            call(user)
        error = caught.value
        said = (error.user_id, error.tier, error.limit_usd, error.spend_usd, error.window_type, error.action)
        assert said == (user, "free", 0.0026, 0.0025, "month", "block")
        assert error.window_start.isoformat().endswith("-01T00:00:00+00:00")
    assert mock.requests() == 4


def test_twenty_concurrent_tracked_calls_do_not_pass_an_inline_budget(client, aclient, mock):
    base = client()
    budget = {"limit_usd": "0.0026", "window_type": "day", "action": "block"}

    def call(_):
        try:
            return tracked_call(client=base, params=params(), user_id="u", budget=budget)
        except LLMBudgetExceededError:
            return None

    with ThreadPoolExecutor(20) as pool:
        assert sum(answer is not None for answer in pool.map(call, range(20))) == 2

    async def run():
        async with aclient() as abase:
            calls = [atracked_call(client=abase, params=params(), user_id="v", budget=budget) for _ in range(20)]
            return await asyncio.gather(*calls, return_exceptions=True)

    assert sum(isinstance(one, LLMBudgetExceededError) for one in asyncio.run(run())) == 18
    assert mock.requests() == 4


def test_on_budget_warning_is_told_of_that_calls_warnings_alone(client):
    base = client()
    told = []

    def call(user, name):
        budget = {"limit_usd": 0.002, "window_type": "day", "action": "warn", "alert_threshold_pct": 50}

        def on_budget_warning(result):
            said = (result.spend_usd, result.limit_usd, result.budget_config["window_type"], result.allowed)
            told.append((name, *said))

        tracked_call(
            client=base, params=params(), user_id=user, budget=budget, on_budget_warning=on_budget_warning
        )

    call("a", "first")
    call("b", "other")
    assert told == [("first", 0.00125, 0.002, "day", True), ("other", 0.00125, 0.002, "day", True)]


def test_tier_templates_come_from_the_policy_of_configure(client, mock, common, tmp_path, monkeypatch):
    free = {"id": "free", "scope": {"tier": "free"}, "limit": {"usd": "0"}, "window": "monthly", "action": "block"}
    gate = configure(policy={"budgets": [free]})
    assert default_gate() is gate
    with pytest.raises(LLMBudgetExceededError):
        tracked_call(client=client(), params=params(), user_id="u", tier="free")
    tracked_call(client=client(), params=params(), user_id="u", tier="pro")
    assert mock.requests() == 1


def test_tracked_stream_gives_the_clients_stream(gate_of, client, aclient, mock):
    mock.fixed(text="one two three", chunks=3)
    gate = gate_of(policy=per_user("1"))
    stream = tracked_stream(gate=gate, client=client(), params=params(), user_id="u")
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "one two three"
    assert gate.spent() == COST

    async def run():
        async with aclient() as abase:
            return [c async for c in await atracked_stream(gate=gate, client=abase, params=params(), user_id="u")]

    assert asyncio.run(run()) and gate.spent() == 2 * COST and gate.held() == "0"


class Shaped:
    """A client of that shape which is no real one; it notes what it was asked."""

    def __init__(self, answer):
        self.seen, self.answer = [], answer
        self.chat = self.completions = self

    def create(self, **given):
        self.seen.append(given)
        return self.answer()


def usage():
    return {"usage": {"prompt_tokens": 100, "completion_tokens": 100}}


async def later():
    return usage()


def chunks():
    yield {"choices": [{"delta": {"content": "Hello"}}]}
    yield {"choices": [], **usage()}


def test_a_client_of_that_shape_which_is_no_real_one_is_enforced_too(gate_of):
    gate = gate_of(policy=per_user("0.0026"))
    shaped = Shaped(usage)
    ask = {"model": "gpt-4o", "max_tokens": 100, "messages": params()["messages"], "user_id": "u", "feature": "chat", "plan": "free"}
    for _ in range(2):
        assert gate.chat(shaped, **ask) == usage()
    with pytest.raises(LLMBudgetExceededError):
        gate.chat(shaped, **ask)
    assert [sorted(given) for given in shaped.seen] == [["max_tokens", "messages", "model"]] * 2
    other = gate_of(policy=per_user("1"))
    assert asyncio.run(other.chat(Shaped(later), **ask)) == usage()
    assert list(other.chat(Shaped(chunks), **ask, stream=True)) == [{"choices": [{"delta": {"content": "Hello"}}]}]
    assert (other.spent(), other.held()) == (2 * COST, "0")


def test_a_call_by_places_is_one_that_no_budget_sees(gate_of):
    class ByPlace(Shaped):
        def create(self, *given, **named):
            return usage()

    gate = gate_of(policy=per_user("0"))
    assert gate.wrap(ByPlace(usage), user="u").create("gpt-4o") == usage()
    assert set(gate.kinds()) == {"not_enforced"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"limit_usd": -1}, "limit_usd"),
        ({"limit_usd": float("nan")}, "limit_usd"),
        ({"limit_usd": None}, "limit_usd"),
        ({"window_type": "year"}, "window_type"),
        ({"action": "stop"}, "action"),
        ({"alert_threshold_pct": 0}, "alert_threshold_pct"),
        ({"limitUsd": 1}, "limitUsd"),
    ],
)
def test_inline_budgets_that_cannot_be_meant_are_errors_by_name(changed, message, client):
    budget = {"limit_usd": 1, "window_type": "day", "action": "block", **changed}
    with pytest.raises(TypeError, match=message):
        tracked_call(client=client(), params=params(), user_id="u", budget=budget)


def test_what_is_no_client_is_an_error(gate_of):
    with pytest.raises(TypeError, match="no known client"):
        tracked_call(client={}, params=params())
    assert not is_budget_error(TypeError())
