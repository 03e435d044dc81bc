"""A budget for exactly two calls, in all the ways that calls come."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
from conftest import COST, PROMPT, params, per_user, refused

from spendgate import LLMBudgetExceededError, is_budget_error

# Two calls fit, by their estimate and by what they use; three do not.
TWO = "0.0026"
REQUESTS = {"budgets": [{"id": "two", "scope": {"user": "*"}, "limit": {"requests": 2}, "window": "daily", "action": "block"}]}
RESPONSE = {"model": "gpt-4o", "input": [{"role": "user", "content": PROMPT}], "max_output_tokens": 100}
EMBEDDING = {"model": "text-embedding-3-small", "input": PROMPT}


def drained(stream):
    for _ in stream:
        pass


def in_pieces(manager):
    with manager as stream:
        drained(stream)


def streamed_raw(opened):
    with opened as response:
        response.read()


WAYS = {
    "create": lambda client: client.chat.completions.create(**params()),
    "create, stream": lambda client: drained(client.chat.completions.create(**params(stream=True))),
    "parse": lambda client: client.chat.completions.parse(**params()),
    "stream": lambda client: in_pieces(client.chat.completions.stream(**params())),
    "beta chat": lambda client: client.beta.chat.completions.parse(**params()),
    "raw": lambda client: client.chat.completions.with_raw_response.create(**params()).parse(),
    "raw parse": lambda client: client.chat.completions.with_raw_response.parse(**params()).parse(),
    "client raw": lambda client: client.with_raw_response.chat.completions.create(**params()).parse(),
    "streaming": lambda client: streamed_raw(client.chat.completions.with_streaming_response.create(**params())),
    "options": lambda client: client.with_options(timeout=5).copy(max_retries=0).chat.completions.create(**params()),
    "responses": lambda client: client.responses.create(**RESPONSE),
    "responses, stream": lambda client: drained(client.responses.create(**RESPONSE, stream=True)),
    "responses parse": lambda client: client.responses.parse(**RESPONSE),
    "responses stream": lambda client: in_pieces(client.responses.stream(**RESPONSE)),
    "embeddings": lambda client: client.embeddings.create(**EMBEDDING),
}


async def adrained(stream):
    async for _ in stream:
        pass


async def apieces(manager):
    async with manager as stream:
        await adrained(stream)


async def araw(opened):
    async with opened as response:
        await response.read()


async def astreamed(made):
    await adrained(await made)


AWAYS = {
    "create": lambda client: client.chat.completions.create(**params()),
    "create, stream": lambda client: astreamed(client.chat.completions.create(**params(stream=True))),
    "parse": lambda client: client.chat.completions.parse(**params()),
    "stream": lambda client: apieces(client.chat.completions.stream(**params())),
    "raw": lambda client: client.chat.completions.with_raw_response.create(**params()),
    "streaming": lambda client: araw(client.chat.completions.with_streaming_response.create(**params())),
    "options": lambda client: client.with_options(timeout=5).copy(max_retries=0).chat.completions.create(**params()),
    "responses": lambda client: client.responses.create(**RESPONSE),
    "responses, stream": lambda client: astreamed(client.responses.create(**RESPONSE, stream=True)),
    "responses parse": lambda client: client.responses.parse(**RESPONSE),
    "responses stream": lambda client: apieces(client.responses.stream(**RESPONSE)),
    "embeddings": lambda client: client.embeddings.create(**EMBEDDING),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_budget_for_two_requests_lets_two_through(way, gate_of, client, mock):
    gate = gate_of(policy=REQUESTS)
    wrapped = gate.wrap(client(), user="u")
    assert [refused(lambda: WAYS[way](wrapped)) for _ in range(4)] == [False, False, True, True]
    assert mock.requests() == 2
    assert (gate.counter()["spent"], gate.held()) == ("2", "0")
    assert gate.said == []


@pytest.mark.parametrize("way", AWAYS)
def test_the_same_with_an_asynchronous_client(way, gate_of, aclient, mock):
    gate = gate_of(policy=REQUESTS)

    async def run():
        async with gate.wrap(aclient(), user="u") as wrapped:
            return await asyncio.gather(*(AWAYS[way](wrapped) for _ in range(6)), return_exceptions=True)

    results = asyncio.run(run())
    errors = [result for result in results if isinstance(result, BaseException)]
    assert len(errors) == 4 and all(is_budget_error(error) for error in errors), errors
    assert mock.requests() == 2
    assert (gate.counter()["spent"], gate.held()) == ("2", "0")
    assert gate.said == []


@pytest.mark.parametrize("way", WAYS)
def test_each_way_charges_what_the_provider_says(way, gate_of, client):
    gate = gate_of(policy=per_user("1"))
    WAYS[way](gate.wrap(client(), user="u"))
    assert (gate.spent(), gate.held()) == (0.000002 if way == "embeddings" else COST, "0")


def test_of_twenty_threads_two_reach_the_provider(gate_of, client, mock):
    gate = gate_of(policy=per_user(TWO))
    wrapped = gate.wrap(client(), user="u")
    begin = threading.Barrier(20)

    def call(_):
        begin.wait()
        return refused(lambda: wrapped.chat.completions.create(**params()))

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(call, range(20))) == 18
    assert mock.requests() == 2
    assert (gate.counter()["spent"], gate.held()) == ("0.0025", "0")


def test_of_twenty_tasks_two_reach_the_provider(gate_of, aclient, mock):
    gate = gate_of(policy=per_user(TWO))

    async def run():
        async with gate.wrap(aclient(), user="u") as wrapped:
            calls = [wrapped.chat.completions.create(**params()) for _ in range(20)]
            return await asyncio.gather(*calls, return_exceptions=True)

    results = asyncio.run(run())
    assert sum(isinstance(result, LLMBudgetExceededError) for result in results) == 18
    assert mock.requests() == 2
    assert (gate.counter()["spent"], gate.held()) == ("0.0025", "0")


@pytest.mark.parametrize(("estimate", "passed"), [("auto", 2), ("none", 3), ("worst_case", 2)])
def test_of_eight_calls_as_many_pass_as_the_estimate_says(estimate, passed, gate_of, client, mock):
    gate = gate_of(policy=per_user(TWO), estimate=estimate)
    wrapped = gate.wrap(client(), user="u")
    assert sum(refused(lambda: wrapped.chat.completions.create(**params())) for _ in range(8)) == 8 - passed
    assert mock.requests() == passed


def test_dated_ids_have_their_models_price(gate_of, client, mock):
    gate = gate_of(policy=per_user("1"))
    wrapped = gate.wrap(client(), user="u")
    wrapped.chat.completions.create(**params(model="gpt-4o-2024-08-06"))
    mock.fixed(model="gpt-4o-2024-11-20")
    assert wrapped.chat.completions.create(**params()).model == "gpt-4o-2024-11-20"
    assert gate.spent() == 2 * COST


def test_an_unknown_model_is_refused_before_the_request_where_the_policy_says_so(gate_of, client, mock):
    gate = gate_of(policy={**per_user("1"), "on_unpriced": "block"})
    with pytest.raises(LLMBudgetExceededError) as error:
        gate.wrap(client(), user="u").chat.completions.create(**params(model="gpt-4o-foo"))
    assert error.value.reason == "unpriced" and mock.requests() == 0


def test_cached_tokens_are_priced(gate_of, client, mock):
    mock.fixed(usage={"input": 1000, "cached": 600, "output": 100})
    gate = gate_of(policy=per_user("1"))
    gate.wrap(client(), user="u").chat.completions.create(**params())
    assert gate.counter()["spent"] == "0.00275"


def test_what_the_provider_refuses_costs_nothing_what_it_may_have_done_costs_its_input(gate_of, client, mock):
    gate = gate_of(policy=per_user("1"))
    wrapped = gate.wrap(client(), user="u")
    for status in (400, 401, 404, 429):
        mock.fixed(error={"status": status})
        with pytest.raises(openai.APIStatusError):
            wrapped.chat.completions.create(**params())
        assert (gate.counter()["spent"], gate.held()) == ("0", "0"), status
    refused_url = mock.ask("refused")["url"]
    with pytest.raises(openai.APIConnectionError):
        gate.wrap(client(base_url=f"{refused_url}/v1"), user="u").chat.completions.create(**params())
    assert (gate.counter()["spent"], gate.held()) == ("0", "0")
    mock.fixed(error={"status": 500})
    with pytest.raises(openai.InternalServerError):
        wrapped.chat.completions.create(**params())
    assert 0 < gate.spent() < COST and gate.held() == "0"


def test_a_failure_is_not_taken_for_one_that_is_being_handled(gate_of, client, mock):
    gate = gate_of(policy=per_user("1"))
    create = gate.wrap(client(), user="u").chat.completions.create
    mock.script(queue=[{"error": {"status": 429}}, {"fault": "reset"}])
    with pytest.raises(openai.APIConnectionError):
        try:
            create(**params())
        except openai.RateLimitError:
            create(**params())
    assert 0 < gate.spent() < COST and gate.held() == "0"


def test_the_clients_own_retries_are_one_call(gate_of, client, mock):
    mock.script(queue=[{"error": {"status": 503}}, {"usage": {"input": 100, "output": 100}}])
    gate = gate_of(policy=per_user(TWO))
    gate.wrap(client(max_retries=2), user="u").chat.completions.create(**params())
    assert mock.requests() == 2 and gate.spent() == COST


def test_images_and_choices_count_in_the_estimate(gate_of, client):
    gate = gate_of(policy=per_user("0.001"))
    create = gate.wrap(client(), user="u").chat.completions.create
    words = {"type": "text", "text": "What is it?"}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    with pytest.raises(LLMBudgetExceededError) as error:
        create(**params(max_tokens=10, messages=[{"role": "user", "content": [words, image]}]))
    # An image is some hundred tokens, and not its bytes.
    assert 0.0015 < float(error.value.estimate) < 0.004
    one = params(max_tokens=10, messages=[{"role": "user", "content": [words]}])
    with pytest.raises(LLMBudgetExceededError) as error:
        create(**one, n=20)
    assert float(error.value.estimate) >= 0.002
    create(**one)
