"""The usage that OpenAI's answers tell."""

from __future__ import annotations

from typing import Any

from spendgate._estimate._measure import utf8_bytes
from spendgate._used import Used, engine_usage
from spendgate._clients._operation import member, text


def openai_usage(answer: Any, provider: str) -> Used | None:
    """The usage of an answer as the engine reads it.

    The tier that served the call sets its price, so it goes along; some who speak like OpenAI count in another way,
    so their name does.
    """
    usage = member(answer, "usage")
    if usage is None or isinstance(usage, (str, int, float)):
        return None
    return Used({}, {"provider": provider, "service_tier": text(answer, "service_tier"), "usage": engine_usage(usage)})


def length_of(value: object) -> int:
    """The bytes of a value that may be a text."""
    return utf8_bytes(value) if isinstance(value, str) else 0
