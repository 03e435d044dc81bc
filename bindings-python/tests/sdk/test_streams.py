"""Streams: unchanged for their reader, charged however they end."""

from __future__ import annotations

import asyncio
import gc

import openai
import pytest
from conftest import COST, PROMPT, TEXT, eventually, params, per_user

from spendgate import LLMBudgetExceededError


def stream(**more):
    return params(stream=True, **more)


def text_of(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


@pytest.fixture
def gate(gate_of):
    return gate_of(policy=per_user("1"))


def test_a_stream_is_the_one_the_client_gives_without_the_chunk_that_nobody_asked_for(gate, client, mock):
    mock.fixed(text=TEXT, chunks=8)
    base = client()
    wrapped = gate.wrap(base, user="u")
    plain = list(base.chat.completions.create(**stream()))
    got = wrapped.chat.completions.create(**stream())
    assert isinstance(got, openai.Stream)
    chunks = list(got)
    # Who asks for the usage at the end gets an empty one with each chunk, and each answer has its own id.
    of_content = {"exclude": {"id", "usage"}}
    assert [chunk.model_dump(**of_content) for chunk in chunks] == [chunk.model_dump(**of_content) for chunk in plain]
    assert text_of(chunks) == TEXT and gate.spent() == COST
    asked = list(wrapped.chat.completions.create(**stream(stream_options={"include_usage": True})))
    assert len(asked) == len(plain) + 1 and asked[-1].usage.total_tokens == 200
    assert gate.spent() == 2 * COST and gate.said == []


def test_the_same_with_an_asynchronous_client(gate, aclient, mock):
    mock.fixed(text=TEXT, chunks=8)

    async def run():
        async with gate.wrap(aclient(), user="u") as wrapped:
            got = await wrapped.chat.completions.create(**stream())
            assert isinstance(got, openai.AsyncStream)
            return [chunk async for chunk in got]

    chunks = asyncio.run(run())
    assert text_of(chunks) == TEXT and all(chunk.choices for chunk in chunks)
    assert (gate.spent(), gate.held()) == (COST, "0")


def test_eight_abandoned_streams_are_charged_for_what_came(gate, client, mock):
    mock.fixed(text=TEXT, chunks=8)
    create = gate.wrap(client(), user="u").chat.completions.create
    kept = []
    for _ in range(8):
        kept.append(create(**stream()))
        for seen, _ in enumerate(kept[-1]):
            if seen == 2:
                break
        # Left is left, though somebody still holds the stream.
        assert gate.held() == "0"
    # The input of eight calls at least, and less than eight whole ones.
    assert 8 * 0.00025 < gate.spent() < 8 * COST


def test_eight_abandoned_asynchronous_streams_are_charged_for_what_came(gate, aclient, mock):
    mock.fixed(text=TEXT, chunks=8)

    async def run():
        async with gate.wrap(aclient(), user="u") as wrapped:
            for _ in range(8):
                async for _ in await wrapped.chat.completions.create(**stream()):
                    break

    asyncio.run(run())
    gc.collect()
    assert 8 * 0.00025 < gate.spent() < 8 * COST and gate.held() == "0"


def test_a_stream_that_is_read_on_after_it_was_left_is_charged_for_the_rest(gate, client, mock):
    mock.fixed(text=TEXT, chunks=8)
    wrapped = gate.wrap(client(), user="u")
    got = wrapped.chat.completions.create(**stream())
    next(iter(got))
    before = gate.spent()
    assert 0 < before < 0.0003 and gate.held() == "0"
    assert text_of(list(got)) == TEXT
    # 76 letters are 19 tokens, at 10 USD a million.
    assert gate.spent() == pytest.approx(before + 0.00019, abs=0.00001)
    # Read by steps it is not left in between.
    got = wrapped.chat.completions.create(**stream())
    before = gate.spent()
    next(got)
    assert gate.held() != "0" and len(list(got)) > 6 and gate.spent() == pytest.approx(before + COST)


def closed(got):
    next(got)
    got.close()


def in_a_with(got):
    with got:
        next(got)


def connection_closed(got):
    next(got)
    got.response.close()


def thrown(got):
    with pytest.raises(KeyError):
        for _ in got:
            raise KeyError


@pytest.mark.parametrize("leave", [closed, in_a_with, connection_closed, thrown])
def test_a_stream_that_is_left_costs_the_input_and_what_came(leave, gate, client, mock):
    mock.fixed(text=TEXT, chunks=8)
    got = gate.wrap(client(), user="u").chat.completions.create(**stream())
    leave(got)
    assert 0.00025 < gate.spent() < COST and gate.held() == "0"


def test_a_helper_that_is_left_costs_the_input_and_what_came(gate, client, mock):
    mock.fixed(text=TEXT, chunks=8)
    wrapped = gate.wrap(client(), user="u")
    with wrapped.chat.completions.stream(**params()) as events:
        next(events)
    assert gate.held() == "0" and 0 < gate.spent() < COST
    before = gate.spent()
    with wrapped.responses.stream(model="gpt-4o", input=PROMPT, max_output_tokens=100) as events:
        for event in events:
            if event.type == "response.output_text.delta":
                break
    assert gate.held() == "0" and before < gate.spent() < before + COST


def test_a_stream_that_nobody_ever_reads_is_charged_when_it_is_gone(gate, client, aclient, mock):
    mock.fixed(text=TEXT, chunks=4)
    gate.wrap(client(), user="u").chat.completions.create(**stream())
    gc.collect()
    first = gate.spent()
    assert gate.held() == "0" and first > 0

    async def run():
        async with gate.wrap(aclient(), user="u") as wrapped:
            await wrapped.chat.completions.create(**stream())
            gc.collect()

    asyncio.run(run())
    assert gate.held() == "0" and gate.spent() > first


def test_a_stream_that_breaks_costs_the_input_and_what_came(gate, client, mock):
    mock.fixed(text=TEXT, chunks=8, fault="reset", after_chunks=4)
    with pytest.raises(Exception, match=r"(?i)peer|reset|connection|incomplete"):
        list(gate.wrap(client(), user="u").chat.completions.create(**stream()))
    assert 0.00025 < gate.spent() < COST and gate.held() == "0"


def test_cut_streams_ends_a_stream_after_the_last_chunk_that_fits(gate_of, client, aclient, mock):
    words = [f"word {number:03} and " for number in range(200)]
    mock.fixed(chunks=words, usage={"input": 100, "output": 700})
    # Room for the estimate of ten tokens, and then for some hundred more, but not for seven hundred.
    for is_async in (False, True):
        gate = gate_of(policy=per_user("0.003"), cut_streams=True)
        chunks = []

        async def aread(gate=gate, chunks=chunks):
            async with gate.wrap(aclient(), user="u") as wrapped:
                async for chunk in await wrapped.chat.completions.create(**stream(max_tokens=10)):
                    chunks.append(chunk)

        with pytest.raises(LLMBudgetExceededError):
            if is_async:
                asyncio.run(aread())
            else:
                for chunk in gate.wrap(client(), user="u").chat.completions.create(**stream(max_tokens=10)):
                    chunks.append(chunk)
        assert 400 < len(text_of(chunks)) < len("".join(words))
        assert 0.0025 < gate.spent() <= 0.003 and gate.held() == "0"
        assert gate.kinds() == ["stream_cut"]


def test_without_cut_streams_a_stream_runs_on_and_what_is_over_is_recorded(gate_of, client, mock):
    mock.fixed(text=TEXT, chunks=8, usage={"input": 100, "output": 700})
    gate = gate_of(policy=per_user("0.003"))
    list(gate.wrap(client(), user="u").chat.completions.create(**stream(max_tokens=10)))
    assert gate.counter()["spent"] == "0.00725"
    assert any(event["kind"] == "overage" for event in gate.happened)


def test_raw_streams_are_charged_as_they_are_read_or_left(gate, client, mock):
    mock.fixed(text=TEXT, chunks=8)
    wrapped = gate.wrap(client(), user="u")
    chat = wrapped.chat.completions
    raw = chat.with_raw_response.create(**stream())
    assert raw.http_response.status_code == 200 and gate.held() != "0"
    chunks = list(raw.parse())
    assert text_of(chunks) == TEXT and all(chunk.choices for chunk in chunks)
    assert (gate.spent(), gate.held()) == (COST, "0")
    with chat.with_streaming_response.create(**stream()) as response:
        lines = list(response.iter_lines())
    assert lines[-2] == "data: [DONE]" and not any('"choices":[]' in line for line in lines)
    assert gate.spent() == 2 * COST
    with chat.with_streaming_response.create(**stream()) as response:
        next(response.iter_bytes())
    assert gate.held() == "0" and 2 * COST < gate.spent() <= 3 * COST
    before = gate.spent()
    with chat.with_streaming_response.create(**params()) as response:
        assert gate.spent() == before
        assert response.parse().choices[0].message.content == TEXT
    assert gate.spent() == before + COST and gate.said == []


def test_raw_asynchronous_streams_too(gate, aclient, mock):
    mock.fixed(text=TEXT, chunks=8)

    async def run():
        async with gate.wrap(aclient(), user="u") as wrapped:
            chat = wrapped.chat.completions
            raw = await chat.with_raw_response.create(**stream())
            assert text_of([chunk async for chunk in raw.parse()]) == TEXT
            assert gate.spent() == COST
            async with chat.with_streaming_response.create(**stream()) as response:
                lines = [line async for line in response.iter_lines()]
            assert "data: [DONE]" in lines and gate.spent() == 2 * COST
            async with chat.with_streaming_response.create(**params()) as response:
                assert (await response.parse()).choices[0].message.content == TEXT

    asyncio.run(run())
    assert (gate.spent(), gate.held()) == (pytest.approx(3 * COST), "0") and gate.said == []


def test_a_cancelled_call_costs_its_input(gate, aclient, mock):
    mock.fixed(delay_ms=20_000)

    async def run():
        async with gate.wrap(aclient(), user="u") as wrapped:
            task = asyncio.create_task(wrapped.chat.completions.create(**params()))
            while mock.requests() == 0:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert 0 < gate.spent() < 0.001 and gate.held() == "0"
    assert gate.said == []


class Interrupted:
    """A client of OpenAI's shape that is interrupted, before its answer or in it."""

    class chat:
        class completions:
            @staticmethod
            def create(*, stream=False, **given):
                if not stream:
                    raise KeyboardInterrupt
                return Interrupted.chunks()

    @staticmethod
    def chunks():
        yield {"choices": [{"delta": {"content": TEXT}}]}
        raise KeyboardInterrupt


def test_a_call_that_is_interrupted_costs_its_input_and_what_came_and_is_no_failure_of_the_provider(gate_of):
    trip = {"error_rate_percent": 1, "within": "5m", "min_calls": 1}
    breaker = {"id": "errors", "scope": {"provider": "*"}, "trip": trip, "cooldown": "10m", "action": "block"}
    gate = gate_of(policy={**per_user("1"), "breakers": [breaker]})
    create = gate.wrap(Interrupted(), user="u").chat.completions.create
    with pytest.raises(KeyboardInterrupt):
        create(**params())
    first = gate.spent()
    assert 0 < first < 0.0003 and gate.held() == "0"
    with pytest.raises(KeyboardInterrupt):
        list(create(**stream()))
    assert gate.spent() == pytest.approx(2 * first + 0.00019) and gate.held() == "0"


def test_a_coroutine_that_is_never_awaited_holds_nothing(gate, aclient, mock):
    async def run():
        async with gate.wrap(aclient(), user="u") as wrapped:
            wrapped.chat.completions.create(**params()).close()

    asyncio.run(run())
    assert (gate.spent(), gate.held(), mock.requests()) == (0, "0", 0)


def test_a_call_that_takes_too_long_costs_its_input(gate, client, mock):
    mock.fixed(delay_ms=5_000)
    with pytest.raises(openai.APITimeoutError):
        gate.wrap(client(timeout=openai.Timeout(60, read=0.2)), user="u").chat.completions.create(**params())
    assert 0 < gate.spent() < COST and gate.held() == "0"


def test_many_calls_given_up_at_any_point_leave_nothing_held(gate, aclient, mock):
    mock.fixed(text="one two three four five six", chunks=6)

    async def one(wrapped, number):
        async def work():
            if number % 2 == 0:
                return await wrapped.chat.completions.create(**params())
            async for seen in await wrapped.chat.completions.create(**stream()):
                if number % 5 == 0 and seen.choices[0].delta.content:
                    break

        task = asyncio.create_task(work())
        if number % 3 == 0:
            await asyncio.sleep(number % 7 / 1_000)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return None if task.cancelled() else task.exception()

    async def run():
        async with gate.wrap(aclient(), user="u") as wrapped:
            limit = asyncio.Semaphore(16)

            async def bounded(number):
                async with limit:
                    return await one(wrapped, number)

            return await asyncio.gather(*(bounded(number) for number in range(240)))

    assert set(asyncio.run(run())) == {None}
    gc.collect()
    eventually(lambda: gate.held() == "0" or pytest.fail(gate.held()))
    assert 80 * COST < gate.spent() <= 240 * COST and gate.said == []
