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
    "Decision",
    "Engine",
    "Settled",
    "SpendgateError",
    "instance_id",
]
