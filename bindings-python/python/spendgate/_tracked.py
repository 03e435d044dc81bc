"""One function around any client."""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from spendgate._attributes import NAMES, Attributes, check_names
from spendgate._gate import SpendGate
from spendgate._inline_budget import InlineBudget
from spendgate._narrow import mapping_of
from spendgate._options import BudgetWarning
from spendgate._window_type import time_of
from spendgate._clients._wrap import adapter_of, method_of, wrap_once

if TYPE_CHECKING:
    from typing_extensions import Unpack


@dataclass(frozen=True)
class BudgetCheckResult:
    """What `on_budget_warning` of a tracked call is told; `event` is the engine's own."""

    spend_usd: float
    limit_usd: float
    window_start: datetime | None
    budget_config: InlineBudget | None
    event: BudgetWarning
    allowed: bool = True
    warned: bool = True


OnWarning = Callable[[BudgetCheckResult], object]

_lock = threading.Lock()
_common: SpendGate | None = None


def configure(**options: Any) -> SpendGate:
    """Makes the gate that tracked calls use when they are given none; takes what `SpendGate` takes."""
    global _common
    gate = SpendGate(**options)
    with _lock:
        before, _common = _common, gate
    if before is not None:
        before.close()
    return gate


def default_gate() -> SpendGate:
    """The gate of `configure`; without it one with the policy that the environment names in `SPENDGATE_POLICY`, a path
    or a URL."""
    global _common
    with _lock:
        if _common is None:
            _common = SpendGate(policy=os.environ.get("SPENDGATE_POLICY") or None)
        return _common


def tracked_call(
    *,
    client: Any,
    params: Mapping[str, Any],
    api_key: str | None = None,
    endpoint: str | None = None,
    prompt_version: str | None = None,
    budget: InlineBudget | None = None,
    on_budget_warning: OnWarning | None = None,
    gate: SpendGate | None = None,
    **attributes: Unpack[Attributes],
) -> Any:
    """Makes one call through any client, chosen by its shape, under the budgets of the user. Gives what the client gives.

    `params` are as the client takes them; `prompt_version` is a tag on the call's events; `api_key` and `endpoint` are
    taken and not used: nothing is sent anywhere. `gate` is the default one unless given.
    """
    return _tracked(client, params, prompt_version, budget, on_budget_warning, gate, attributes, is_stream=False)


def tracked_stream(
    *,
    client: Any,
    params: Mapping[str, Any],
    api_key: str | None = None,
    endpoint: str | None = None,
    prompt_version: str | None = None,
    budget: InlineBudget | None = None,
    on_budget_warning: OnWarning | None = None,
    gate: SpendGate | None = None,
    **attributes: Unpack[Attributes],
) -> Any:
    """As `tracked_call`, for an answer in pieces: gives the client's own stream."""
    return _tracked(client, params, prompt_version, budget, on_budget_warning, gate, attributes, is_stream=True)


async def atracked_call(
    *,
    client: Any,
    params: Mapping[str, Any],
    api_key: str | None = None,
    endpoint: str | None = None,
    prompt_version: str | None = None,
    budget: InlineBudget | None = None,
    on_budget_warning: OnWarning | None = None,
    gate: SpendGate | None = None,
    **attributes: Unpack[Attributes],
) -> Any:
    """As `tracked_call`, for an asynchronous client."""
    called = _tracked(client, params, prompt_version, budget, on_budget_warning, gate, attributes, is_stream=False)
    return await called if inspect.isawaitable(called) else called


async def atracked_stream(
    *,
    client: Any,
    params: Mapping[str, Any],
    api_key: str | None = None,
    endpoint: str | None = None,
    prompt_version: str | None = None,
    budget: InlineBudget | None = None,
    on_budget_warning: OnWarning | None = None,
    gate: SpendGate | None = None,
    **attributes: Unpack[Attributes],
) -> Any:
    """As `tracked_stream`, for an asynchronous client."""
    called = _tracked(client, params, prompt_version, budget, on_budget_warning, gate, attributes, is_stream=True)
    return await called if inspect.isawaitable(called) else called


def chat(gate: SpendGate, client: Any, request: Mapping[str, Any]) -> Any:
    """Tells the attributes of a request from the parameters for the client."""
    attributes = {name: value for name, value in request.items() if name in NAMES}
    params = {name: value for name, value in request.items() if name not in NAMES}
    is_stream = params.get("stream") is True
    return _tracked(client, params, None, None, None, gate, attributes, is_stream=is_stream)


def _tracked(
    client: Any,
    params: Mapping[str, Any],
    prompt_version: str | None,
    budget: InlineBudget | None,
    on_budget_warning: OnWarning | None,
    gate: SpendGate | None,
    attributes: Mapping[str, Any],
    *,
    is_stream: bool,
) -> Any:
    check_names(attributes)
    named = dict(attributes)
    if prompt_version is not None:
        named["tags"] = {**(named.get("tags") or {}), "prompt_version": prompt_version}
    if budget is not None and named.get("user") is None and named.get("user_id") is None:
        named["user"] = (mapping_of(budget) or {}).get("user_id")
    calls = (default_gate() if gate is None else gate).calls
    adapter = adapter_of(client)
    if adapter is None:
        raise TypeError("`client` has the shape of no known client")
    method = method_of(adapter, wrap_once(client, calls), params, is_stream)
    with calls.tracking(named, budget, _telling(on_budget_warning, budget)):
        return method()


def _telling(listener: OnWarning | None, budget: InlineBudget | None) -> Callable[[BudgetWarning], object] | None:
    return None if listener is None else lambda event: listener(_result_of(event, budget))


def _result_of(event: BudgetWarning, budget: InlineBudget | None) -> BudgetCheckResult:
    window = event["window"]
    return BudgetCheckResult(
        spend_usd=float(event["spent"] or 0),
        limit_usd=float(event["limit"] or 0),
        window_start=None if window is None else time_of(window["start"]),
        budget_config=budget,
        event=event,
    )
