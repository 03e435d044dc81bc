"""Spendgate: decides, before an LLM call is made, whether it fits its budgets.

`SpendGate` wraps the clients of providers. `Engine` is what decides; it is native and has no clock: every command
brings its time in epoch milliseconds.
"""

from spendgate._attributes import Attributes, Tags
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
from spendgate._diagnostics import Diagnostic
from spendgate._engine import Engine
from spendgate._errors import SpendgateError
from spendgate._gate import GateContext, SpendGate
from spendgate._inline_budget import InlineBudget
from spendgate._instance import instance_id
from spendgate._native import Decision, Settled
from spendgate._options import (
    BudgetWarning,
    EstimateFigures,
    EstimateMode,
    EstimateRequest,
    FileSource,
    GateEvent,
    RemoteSource,
    Source,
)
from spendgate._refusals import (
    LLMBudgetExceededError,
    LLMCircuitOpenError,
    SpendGateCoverageError,
    budget_error_of,
    is_budget_error,
    is_circuit_error,
)
from spendgate._response import RefusalResponse
from spendgate._tracked import (
    BudgetCheckResult,
    atracked_call,
    atracked_stream,
    configure,
    default_gate,
    tracked_call,
    tracked_stream,
)

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
    "Attributes",
    "BudgetCheckResult",
    "BudgetWarning",
    "Command",
    "Decision",
    "Diagnostic",
    "Dimension",
    "Engine",
    "ErrorCode",
    "EstimateFigures",
    "EstimateMode",
    "EstimateRequest",
    "EventKind",
    "FileSource",
    "GateContext",
    "GateEvent",
    "InlineBudget",
    "LLMBudgetExceededError",
    "LLMCircuitOpenError",
    "Outcome",
    "Reason",
    "RefusalResponse",
    "RemoteSource",
    "Settled",
    "Source",
    "SpendGate",
    "SpendGateCoverageError",
    "SpendgateError",
    "Tags",
    "Unit",
    "Why",
    "atracked_call",
    "atracked_stream",
    "budget_error_of",
    "configure",
    "default_gate",
    "instance_id",
    "is_budget_error",
    "is_circuit_error",
    "tracked_call",
    "tracked_stream",
]
