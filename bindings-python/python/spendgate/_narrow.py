"""What a value of any origin is, for the type checkers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast


# What is told apart at once: asking an abstract class costs as much as a decision.
_PLAIN = frozenset({str, int, float, bool, list, tuple, type(None)})


def is_model(value: object) -> bool:
    """Whether the value is a model of pydantic, which has no other members and is slow to say so."""
    return hasattr(type(value), "model_fields")


def mapping_of(value: object) -> Mapping[str, Any] | None:
    """The value as a mapping; None where it is none."""
    kind = type(value)
    if kind is dict:
        return cast(dict[str, Any], value)
    if kind in _PLAIN or is_model(value):
        return None
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else None


def sequence_of(value: object) -> Sequence[Any] | None:
    """The value as a list or tuple; None where it is neither."""
    return cast(Sequence[Any], value) if isinstance(value, (list, tuple)) else None
