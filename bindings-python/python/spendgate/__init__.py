"""Spendgate: decides, before an LLM call is made, whether it fits its budgets.

The engine is native and has no clock: every command brings its time in epoch milliseconds.
"""

from spendgate._catalogue import (
    ACTIONS,
    COMMANDS,
    DIMENSIONS,
    ERROR_CODES,
    EVENT_KINDS,
    OUTCOMES,
    REASONS,
    UNITS,
    WHY,
    Action,
    Command,
    Dimension,
    ErrorCode,
    EventKind,
    Outcome,
    Reason,
    Unit,
    Why,
)
from spendgate._engine import Engine
from spendgate._errors import SpendgateError
from spendgate._instance import instance_id
from spendgate._native import Decision, Settled

__all__ = [
    "ACTIONS",
    "COMMANDS",
    "DIMENSIONS",
    "ERROR_CODES",
    "EVENT_KINDS",
    "OUTCOMES",
    "REASONS",
    "UNITS",
    "WHY",
    "Action",
    "Command",
    "Decision",
    "Dimension",
    "Engine",
    "ErrorCode",
    "EventKind",
    "Outcome",
    "Reason",
    "Settled",
    "SpendgateError",
    "Unit",
    "Why",
    "instance_id",
]
