"""A call in the engine's words, with what rides along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spendgate._options import GateEvent

_IDS = ("user", "tier", "org", "feature", "session", "provider", "model")


class Call:
    """What the engine is told of a call, and what goes along with its events."""

    __slots__ = ("estimate", "ids", "on_warning", "tags")

    def __init__(
        self,
        subject: Mapping[str, Any],
        provider: str | None,
        model: str | None,
        on_warning: Callable[[GateEvent], object] | None = None,
    ) -> None:
        self.ids: dict[str, Any] = {name: subject[name] for name in _IDS if name in subject}
        if provider is not None:
            self.ids["provider"] = provider
        if model is not None:
            self.ids["model"] = model
        self.estimate: dict[str, Any] | None = None
        self.tags: Mapping[str, Any] | None = subject.get("tags")
        self.on_warning = on_warning

    @property
    def model(self) -> str | None:
        return self.ids.get("model")

    @model.setter
    def model(self, model: str | None) -> None:
        self.ids["model"] = model

    def leave_out(self, path: str | None) -> str | None:
        """Takes out what the engine names as wrong; gives the kind of the diagnostic, None when it is not of the call."""
        names = () if path is None else tuple(path.split(".")[:2])
        for name in names:
            if name in self.ids:
                del self.ids[name]
                return "invalid_attribute"
        if self.estimate is not None and any(name == "estimate" or name in self.estimate for name in names):
            self.estimate = None
            return "invalid_estimate"
        return None
