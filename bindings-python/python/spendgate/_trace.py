"""Attributes on the span that was active when the call began."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from spendgate._narrow import mapping_of

if TYPE_CHECKING:
    from typing_extensions import Self

    from spendgate._call import Call
    from spendgate._native import Decision, Settled
    from spendgate._used import Used

# What the tokens sent and received are called, by provider.
_INPUT = ("prompt_tokens", "input_tokens", "prompt_token_count")
_OUTPUT = ("completion_tokens", "output_tokens", "candidates_token_count")


class Trace:
    """The span of a call, where the application has OpenTelemetry. The names of `gen_ai.*` are those of its semantic
    conventions, `operation.cost` is what tools show as a cost, in USD."""

    def __init__(self, span: Any) -> None:
        self._span = span

    @classmethod
    def start(cls) -> Self | None:
        """The trace of the call that begins now; None where there is no span. Imports nothing."""
        api: Any = sys.modules.get("opentelemetry.trace")
        try:
            span = None if api is None else api.get_current_span()
            return cls(span) if span is not None and span.is_recording() else None
        except Exception:
            return None

    def decided(self, operation: str, call: Call, decision: Decision | None) -> None:
        ids = call.ids
        attributes = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": ids.get("provider"),
            "gen_ai.request.model": ids.get("model") if decision is None else decision.requested_model,
            "spendgate.action": "undecided" if decision is None else decision.action,
            "spendgate.tier": ids.get("tier"),
            "spendgate.feature": ids.get("feature"),
        }
        if decision is not None:
            attributes["spendgate.reason"] = decision.reason
            attributes["spendgate.budget"] = decision.budget
            attributes["spendgate.degraded"] = True if decision.degraded else None
            attributes["spendgate.model"] = decision.model if decision.action == "downgrade" else None
        self._set(attributes)

    def settled(self, used: Used, settled: Settled | None) -> None:
        usage: Any = (used.usage or {}).get("usage")
        self._set(
            {
                "gen_ai.usage.input_tokens": _tokens(usage, _INPUT, used.amounts.get("input_tokens")),
                "gen_ai.usage.output_tokens": _tokens(usage, _OUTPUT, used.amounts.get("output_tokens")),
                "operation.cost": None if settled is None or settled.usd is None else float(settled.usd),
            }
        )

    def _set(self, attributes: dict[str, Any]) -> None:
        try:
            for key, value in attributes.items():
                if value is not None:
                    self._span.set_attribute(key, value)
        except Exception:
            pass  # A tracer's failure is nothing to the call.


def _tokens(usage: Any, names: tuple[str, ...], otherwise: Any) -> int | None:
    """A count of a usage object under one of its names."""
    members = mapping_of(usage) or {}
    told = [members[name] for name in names if members.get(name) is not None]
    count = told[0] if told else otherwise
    try:
        return None if count is None else int(count)
    except (TypeError, ValueError):
        return None
