"""The options of a gate."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypedDict

from spendgate._answers import Amount, Event
from spendgate._attributes import Tags
from spendgate._diagnostics import Diagnostic


class EstimateFigures(TypedDict, total=False):
    """What a call is expected to use: USD, or tokens that are priced by the model."""

    usd: Amount | None
    tokens: Amount | None
    input_tokens: Amount | None
    output_tokens: Amount | None


@dataclass(frozen=True)
class EstimateRequest:
    """What an estimate is asked about; `params` are the parameters of the call as the client takes them."""

    provider: str | None
    model: str | None
    params: Mapping[str, Any]


EstimateWord: TypeAlias = Literal["auto", "worst_case", "none"]

# How a call's use is estimated before it is made. "auto": input by its length, output by what such calls have used;
# "worst_case": as much output as the call or the model allows; "none": not at all, so the call that crosses a limit
# goes through; or a function.
EstimateMode: TypeAlias = EstimateWord | Callable[[EstimateRequest], EstimateFigures | EstimateWord]


class _Url(TypedDict):
    url: str


class RemoteSource(_Url, total=False):
    """A URL to ask, with headers; looked at every `interval_s` seconds (60 unless given, and up to a tenth longer)."""

    headers: Mapping[str, str]
    interval_s: float


class FileSource(TypedDict):
    """A file, where a text alone could be taken for a URL."""

    file: str


# Where a document comes from: itself, as an object; a path of a file; a URL.
Source: TypeAlias = Mapping[str, Any] | str | os.PathLike[str] | RemoteSource | FileSource


class GateEvent(Event, total=False):
    """An event of the engine, with the tags of the call that caused it, where one did."""

    tags: Tags


# A budget is over a step that warns, or spending has reached a percent of its limit.
BudgetWarning: TypeAlias = GateEvent


@dataclass(frozen=True)
class Options:
    """What a gate was made with; see `SpendGate`."""

    policy: Source | None
    prices: Source | None
    estimate: EstimateMode
    count_tokens: Callable[[str, str | None], int] | None
    cut_streams: bool
    strict: bool
    ttl_ms: int | None
    on_budget_warning: Callable[[BudgetWarning], object] | None
    on_event: Callable[[GateEvent], object] | None
    on_diagnostic: Callable[[Diagnostic], object] | None
    now: Callable[[], int] | None

    def __post_init__(self) -> None:
        """Refuses what cannot be meant, by name."""
        if not callable(self.estimate) and self.estimate not in ("auto", "worst_case", "none"):
            raise TypeError(f'`estimate` is "auto", "worst_case", "none" or a function, not {self.estimate!r}')
        for name in ("count_tokens", "on_budget_warning", "on_event", "on_diagnostic", "now"):
            given = getattr(self, name)
            if given is not None and not callable(given):
                raise TypeError(f"`{name}` has to be a function")
        ttl: object = self.ttl_ms
        if ttl is not None and not (type(ttl) is int and 0 < ttl <= 86_400_000):
            raise TypeError("`ttl_ms` is a whole number of milliseconds, from 1 to 24 hours")
