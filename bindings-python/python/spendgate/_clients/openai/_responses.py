"""The Responses API."""

from __future__ import annotations

from typing import Any

from spendgate._estimate import Shape
from spendgate._used import Used
from spendgate._clients._operation import Operation, Params, member, number, text
from spendgate._clients.openai._usage import length_of, openai_usage

# The events after which a response changes no more.
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})


def responses(method: str) -> Operation:
    """The operation of a method that takes a response's parameters.

    A response in the background is charged with its estimate: its use is not known when it is answered.
    """
    return Operation(method=method, name="chat", shape=_shape, used=openai_usage, meter=_ResponsesMeter)


def _shape(params: Params) -> Shape:
    return Shape(
        model=text(params, "model"),
        inputs=[params.get(name) for name in ("instructions", "input", "tools", "text")],
        max_output_tokens=number(params, "max_output_tokens"),
    )


class _ResponsesMeter:
    is_hidden = False

    def __init__(self, params: Params, provider: str) -> None:
        self._provider = provider
        self._used: Used | None = None

    def see(self, chunk: Any) -> int:
        kind = text(chunk, "type") or ""
        if kind in _ENDS:
            self._used = openai_usage(member(chunk, "response"), self._provider)
        return length_of(member(chunk, "delta")) if kind.endswith(".delta") else 0

    def used_so_far(self, output_tokens: str) -> Used | None:
        return None

    def used(self) -> Used | None:
        return self._used
