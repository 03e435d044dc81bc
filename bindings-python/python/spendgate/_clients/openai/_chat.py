"""Chat completions, and the older completions of a text."""

from __future__ import annotations

from typing import Any

from spendgate._estimate import Shape
from spendgate._used import Used
from spendgate._clients._operation import Meter, Operation, Params, items, member, number, text
from spendgate._clients.openai._usage import length_of, openai_usage

_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")


def chat(method: str) -> Operation:
    """The operation of a method that takes a chat's parameters."""
    return Operation(
        method=method,
        name="text_completion" if method == "completions.create" else "chat",
        shape=_shape,
        used=openai_usage,
        meter=_meter,
        prepare=_with_usage,
    )


def _shape(params: Params) -> Shape:
    names = ("messages", "prompt", "tools", "functions", "response_format")
    most = number(params, "max_completion_tokens")
    return Shape(
        model=text(params, "model"),
        inputs=[*(params.get(name) for name in names), member(params.get("prediction"), "content")],
        max_output_tokens=number(params, "max_tokens") if most is None else most,
        n=number(params, "n"),
    )


def _with_usage(params: Params) -> Params:
    """A stream tells its use only when it is asked to."""
    if params.get("stream") is not True:
        return params
    options = params.get("stream_options")
    return {**params, "stream_options": {**(options if isinstance(options, dict) else {}), "include_usage": True}}


def _meter(params: Params, provider: str) -> Meter:
    return _ChatMeter(member(params.get("stream_options"), "include_usage") is not True, provider)


class _ChatMeter:
    def __init__(self, hides: bool, provider: str) -> None:
        """`hides`: the chunk that carries the usage alone, for the caller has not asked for it."""
        self.is_hidden = False
        self._hides = hides
        self._provider = provider
        self._used: Used | None = None

    def see(self, chunk: Any) -> int:
        choices = items(chunk, "choices")
        self._used = openai_usage(chunk, self._provider) or self._used
        self.is_hidden = self._hides and not choices and member(chunk, "usage") is not None
        return sum(_delta_bytes(member(choice, "delta")) + length_of(member(choice, "text")) for choice in choices)

    def used_so_far(self, output_tokens: str) -> Used | None:
        return None

    def used(self) -> Used | None:
        return self._used


def _delta_bytes(delta: Any) -> int:
    size = sum(length_of(member(delta, name)) for name in _TEXTS)
    called = [member(call, "function") for call in items(delta, "tool_calls")]
    for call in (*called, member(delta, "function_call")):
        size += length_of(member(call, "name")) + length_of(member(call, "arguments"))
    return size
