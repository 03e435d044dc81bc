"""Embeddings: nothing comes back that is charged."""

from __future__ import annotations

from typing import Any

from spendgate._estimate import Shape
from spendgate._used import Used
from spendgate._clients._operation import Operation, Params, text
from spendgate._clients.openai._usage import openai_usage


class _NothingToMeter:
    is_hidden = False

    def __init__(self, params: Params, provider: str) -> None: ...

    def see(self, chunk: Any) -> int:
        return 0

    def used_so_far(self, output_tokens: str) -> Used | None:
        return None

    def used(self) -> Used | None:
        return None


embeddings = Operation(
    method="embeddings.create",
    name="embeddings",
    shape=lambda params: Shape(text(params, "model"), [params.get("input")], max_output_tokens=0),
    used=openai_usage,
    meter=_NothingToMeter,
)
