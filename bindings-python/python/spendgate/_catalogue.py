"""Every word of the wire. Generated from the core by `make generate`; do not edit."""

from typing import Final, Literal, TypeAlias

Action: TypeAlias = Literal[
    "allow",
    "dry_run",
    "warn",
    "downgrade",
    "block",
]
"""What to do with a call."""
ACTIONS: Final[tuple[Action, ...]] = (
    "allow",
    "dry_run",
    "warn",
    "downgrade",
    "block",
)

Reason: TypeAlias = Literal[
    "no_budget",
    "within_limit",
    "limit_reached",
    "would_exceed",
    "in_flight",
    "circuit_open",
    "unpriced",
    "missing_user",
    "unavailable",
]
"""Why a call is answered as it is."""
REASONS: Final[tuple[Reason, ...]] = (
    "no_budget",
    "within_limit",
    "limit_reached",
    "would_exceed",
    "in_flight",
    "circuit_open",
    "unpriced",
    "missing_user",
    "unavailable",
)

Unit: TypeAlias = Literal[
    "usd",
    "tokens",
    "input_tokens",
    "output_tokens",
    "requests",
]
"""What a budget counts."""
UNITS: Final[tuple[Unit, ...]] = (
    "usd",
    "tokens",
    "input_tokens",
    "output_tokens",
    "requests",
)

Dimension: TypeAlias = Literal[
    "user",
    "tier",
    "org",
    "feature",
    "session",
    "provider",
    "model",
    "global",
]
"""What a scope names: an attribute of the call, or everything."""
DIMENSIONS: Final[tuple[Dimension, ...]] = (
    "user",
    "tier",
    "org",
    "feature",
    "session",
    "provider",
    "model",
    "global",
)

Outcome: TypeAlias = Literal[
    "settled",
    "replayed",
    "settled_late",
    "released",
    "released_late",
]
"""What the end of a reservation did."""
OUTCOMES: Final[tuple[Outcome, ...]] = (
    "settled",
    "replayed",
    "settled_late",
    "released",
    "released_late",
)

EventKind: TypeAlias = Literal[
    "blocked",
    "warned",
    "dry_run",
    "downgraded",
    "threshold",
    "overage",
    "expired",
    "late_settle",
    "unpriced",
    "late_release",
    "bad_usage",
    "breaker_opened",
    "breaker_half_open",
    "breaker_closed",
    "policy_changed",
    "policy_rejected",
    "overflow",
    "window_changed",
    "settle_conflict",
    "clock_corrected",
    "degraded",
    "adjusted",
]
"""The kind of an event."""
EVENT_KINDS: Final[tuple[EventKind, ...]] = (
    "blocked",
    "warned",
    "dry_run",
    "downgraded",
    "threshold",
    "overage",
    "expired",
    "late_settle",
    "unpriced",
    "late_release",
    "bad_usage",
    "breaker_opened",
    "breaker_half_open",
    "breaker_closed",
    "policy_changed",
    "policy_rejected",
    "overflow",
    "window_changed",
    "settle_conflict",
    "clock_corrected",
    "degraded",
    "adjusted",
)

ErrorCode: TypeAlias = Literal[
    "invalid_policy",
    "stale_policy",
    "invalid_id",
    "invalid_call",
    "invalid_amount",
    "invalid_time",
    "already_settled",
    "already_released",
    "unknown_reservation",
    "unknown_breaker",
    "unknown_budget",
    "invalid_snapshot",
]
"""The stable code of a refusal by the engine."""
ERROR_CODES: Final[tuple[ErrorCode, ...]] = (
    "invalid_policy",
    "stale_policy",
    "invalid_id",
    "invalid_call",
    "invalid_amount",
    "invalid_time",
    "already_settled",
    "already_released",
    "unknown_reservation",
    "unknown_breaker",
    "unknown_budget",
    "invalid_snapshot",
)

Why: TypeAlias = Literal[
    "user_override",
    "tier_template",
    "every_user",
    "exact",
    "any",
    "global",
    "disabled",
    "match",
    "overridden",
    "missing_user",
]
"""Why a budget applies to a call, or does not."""
WHY: Final[tuple[Why, ...]] = (
    "user_override",
    "tier_template",
    "every_user",
    "exact",
    "any",
    "global",
    "disabled",
    "match",
    "overridden",
    "missing_user",
)

Command: TypeAlias = Literal[
    "reserve",
    "preview",
    "settle",
    "release",
    "record",
    "set_policy",
    "usage",
    "explain",
    "window",
    "cost",
    "breaker",
    "events",
    "adjust",
    "expire",
    "snapshot",
    "store",
    "estimate",
    "report",
    "metrics",
]
"""A command of the engine."""
COMMANDS: Final[tuple[Command, ...]] = (
    "reserve",
    "preview",
    "settle",
    "release",
    "record",
    "set_policy",
    "usage",
    "explain",
    "window",
    "cost",
    "breaker",
    "events",
    "adjust",
    "expire",
    "snapshot",
    "store",
    "estimate",
    "report",
    "metrics",
)
