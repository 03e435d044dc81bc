"""What a call used, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spendgate._narrow import mapping_of, sequence_of


@dataclass(frozen=True)
class Used:
    """What a call used: amounts, or the provider's own usage object. Empty: nobody knows, so the estimate is charged."""

    amounts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    usage: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Went:
    """How a call went, for circuit breakers."""

    ok: bool | None = None
    latency_ms: int | None = None


def used_of(
    usd: object = None, tokens: object = None, input_tokens: object = None, output_tokens: object = None, usage: Any = None
) -> Used:
    """What the plain verbs are told."""
    amounts = {"usd": usd, "tokens": tokens, "input_tokens": input_tokens, "output_tokens": output_tokens}
    return Used({name: amount for name, amount in amounts.items() if amount is not None}, engine_usage(usage))


def engine_usage(usage: Any) -> dict[str, Any] | None:
    """A provider's usage object as plain values, whatever class the client has for it; None for what is none."""
    plain = mapping_of(_plain(usage))
    return None if plain is None else {**plain}


# What most members are; the others are asked one by one.
_SCALARS = frozenset({int, str, float, type(None)})


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (int, str, float)):
        return value
    members = mapping_of(value)
    if members is not None:
        return {str(key): item if type(item) in _SCALARS else _plain(item) for key, item in members.items()}
    listed = sequence_of(value)
    if listed is not None:
        return [_plain(item) for item in listed]
    # Models of pydantic and plain classes have their fields there, also those that a provider has added.
    fields = mapping_of(getattr(value, "__dict__", None)) or {}
    added = mapping_of(getattr(value, "__pydantic_extra__", None)) or {}
    told = {**fields, **added} if added else fields
    return {key: item if type(item) in _SCALARS else _plain(item) for key, item in told.items() if key[:1] != "_"}
