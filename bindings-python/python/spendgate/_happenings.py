"""Passes the engine's events to the application."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from spendgate._diagnostics import Diagnostics, call_safely
from spendgate._options import GateEvent, Options

if TYPE_CHECKING:
    from spendgate._answers import Event
    from spendgate._call import Call

_logger = logging.getLogger("spendgate")


class Happenings:
    """Callbacks for warnings and events, log lines for dry runs."""

    def __init__(self, options: Options, diagnostics: Diagnostics) -> None:
        self._options = options
        self._diagnostics = diagnostics

    def tell(self, events: Sequence[Event], call: Call | None) -> None:
        """Tells of events that came with a command about `call`."""
        for event in events:
            # Another call's hold may expire with this one's command.
            is_of_call = call is not None and event["kind"] != "expired" and event["user"] == call.ids.get("user")
            told = cast(GateEvent, event)
            if is_of_call and call is not None and call.tags is not None:
                told["tags"] = call.tags
            self._one(told, call if is_of_call else None)

    def _one(self, event: GateEvent, call: Call | None) -> None:
        options = self._options
        call_safely(options.on_event, event, self._diagnostics, "on_event")
        kind = event["kind"]
        if kind == "dry_run" or (kind == "threshold" and event["action"] == "dry_run"):
            _logger.info("%s", dry_run_line(event))
        elif kind in ("warned", "threshold"):
            call_safely(options.on_budget_warning, event, self._diagnostics, "on_budget_warning")
            if call is not None:
                call_safely(call.on_warning, event, self._diagnostics, "on_budget_warning")


def dry_run_line(event: GateEvent) -> str:
    unit = "USD" if event["unit"] == "usd" else event["unit"]
    if event["kind"] == "threshold":
        what = f"at {event['percent']} %"
    else:
        what = "over its limit" + ("" if event["model"] is None else f" by a call of {event['model']}")
    whose = "" if event["user"] is None else f", user {event['user']}"
    return f"dry run: budget {event['budget']}{whose}: {what}, spent {event['spent']} of {event['limit']} {unit}"
