"""Values that follow a request through its threads' and tasks' own contexts."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Generic, TypeVar

_T = TypeVar("_T")


class _Layer:
    """A value of one scope, over what is around it."""

    __slots__ = ("around", "owner", "scope", "value")

    def __init__(self, scope: object, owner: object, value: object, around: _Layer | None) -> None:
        self.scope = scope
        self.owner = owner
        self.value = value
        self.around = around


# One variable for all scopes: context variables live as long as the process.
_layers: ContextVar[_Layer | None] = ContextVar("spendgate", default=None)


class Scope(Generic[_T]):
    """A value that can be put in force for a block of code, and for what it starts."""

    __slots__ = ()

    def get(self) -> _T | None:
        layer = _layers.get()
        while layer is not None and layer.scope is not self:
            layer = layer.around
        return None if layer is None else layer.value  # type: ignore[return-value]

    def enter(self, owner: object, value: _T) -> None:
        """Puts `value` in force until `owner` leaves."""
        _layers.set(_Layer(self, owner, value, _layers.get()))

    def leave(self, owner: object) -> None:
        """Goes back to what was before `owner` entered; nothing, where that was in another context."""
        layer = _layers.get()
        while layer is not None and layer.owner is not owner:
            layer = layer.around
        if layer is not None:
            _layers.set(layer.around)
