"""Attributes on the active span, with the real OpenTelemetry."""

from __future__ import annotations

import asyncio

import pytest
from conftest import COST, params, per_user, refused
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

EXPORTER = InMemorySpanExporter()
PROVIDER = TracerProvider()
PROVIDER.add_span_processor(SimpleSpanProcessor(EXPORTER))
TRACER = PROVIDER.get_tracer("test")


def traced(work):
    EXPORTER.clear()
    with TRACER.start_as_current_span("request"):
        work()
    (span,) = EXPORTER.get_finished_spans()
    return dict(span.attributes)


def test_a_calls_span_has_what_was_asked_decided_used_and_paid(gate_of, client):
    wrapped = gate_of(policy=per_user("1")).wrap(client(), user="u", tier="free", feature="chat")
    assert traced(lambda: wrapped.chat.completions.create(**params())) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 100,
        "operation.cost": COST,
        "spendgate.action": "allow",
        "spendgate.reason": "within_limit",
        "spendgate.budget": "each",
        "spendgate.tier": "free",
        "spendgate.feature": "chat",
    }


def test_a_refused_calls_span_says_why_and_nobodys_name_is_on_it(gate_of, client):
    wrapped = gate_of(policy=per_user("0")).wrap(client(), user="someone")
    attributes = traced(lambda: refused(lambda: wrapped.chat.completions.create(**params())))
    assert (attributes["spendgate.action"], attributes["spendgate.budget"]) == ("block", "each")
    assert "someone" not in attributes.values()


def test_a_streams_cost_is_on_the_span_that_was_active_when_it_began(gate_of, client, aclient):
    gate = gate_of(policy=per_user("1"))
    wrapped = gate.wrap(client(), user="u")
    attributes = traced(lambda: list(wrapped.chat.completions.create(**params(stream=True))))
    assert attributes["operation.cost"] == COST

    async def run():
        async with gate.wrap(aclient(), user="u") as awrapped:
            return [chunk async for chunk in await awrapped.chat.completions.create(**params(stream=True))]

    assert traced(lambda: asyncio.run(run()))["operation.cost"] == COST


@pytest.mark.parametrize("member", ["is_recording", "set_attribute"])
def test_a_tracer_that_fails_is_nothing_to_the_call(member, gate_of, client, monkeypatch):
    def fail(*given):
        raise RuntimeError("on purpose")

    gate = gate_of(policy=per_user("1"))
    wrapped = gate.wrap(client(), user="u")
    span = type("Span", (), {"is_recording": lambda self: True, "set_attribute": lambda *given: None, member: fail})()
    monkeypatch.setattr(trace, "get_current_span", lambda: span)
    assert wrapped.chat.completions.create(**params()).object == "chat.completion"
    assert gate.said == [] and gate.spent() == COST
