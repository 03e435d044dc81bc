"""The errors of enforcement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from spendgate._attributes import Subject
from spendgate._narrow import sequence_of
from spendgate._native import Decision
from spendgate._response import RefusalResponse, budget_response, circuit_response
from spendgate._window_type import WindowType, time_of, window_type

if TYPE_CHECKING:
    from typing_extensions import Self

    from spendgate._answers import Window
    from spendgate._catalogue import Dimension, Reason, Unit


class EnforcementError(Exception):
    """What every error of enforcement has. The call was not made, and nothing is held or charged for it.

    `reason` is a word of the catalogue, `retryable` says whether the same call may pass soon, when calls in flight
    have settled, `decision` is the engine's whole answer.
    """

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, message: str, decision: Decision, user: str | None = None, tier: str | None = None) -> None:
        super().__init__(message, decision, user, tier)
        self.message = message
        self.decision = decision
        self.user = user
        self.tier = tier

    @classmethod
    def _saying(cls, message: str, decision: Decision, subject: Subject) -> Self:
        return cls(message, decision, _text(subject, "user"), _text(subject, "tier"))

    def __str__(self) -> str:
        return self.message

    @property
    def reason(self) -> Reason:
        return self.decision.reason

    @property
    def retryable(self) -> bool:
        return self.decision.retryable

    @property
    def user_id(self) -> str | None:
        """The same as `user`."""
        return self.user


class LLMBudgetExceededError(EnforcementError):
    """A budget refuses the call.

    Amounts are decimal text, USD for `usd` and whole pieces for other units; what does not apply is None.
    """

    code = "llm_budget_exceeded"
    status = 402
    action = "block"

    @classmethod
    def of(cls, decision: Decision, subject: Subject) -> Self:
        """The error of a decision about such a call."""
        who = f"the call of user `{subject['user']}`" if "user" in subject else "the call"
        if decision.budget is None:
            return cls._saying(f"{who} is refused: {decision.reason}", decision, subject)
        unit = "USD" if decision.unit == "usd" else decision.unit
        until = "" if decision.resets_at is None else f", until {decision.resets_at}"
        message = (
            f"budget `{decision.budget}` refuses {who} ({decision.reason}): limit {decision.limit} {unit}, "
            f"spent {decision.spent}, held {decision.held}, estimate {decision.estimate or 'none'}{until}"
        )
        return cls._saying(message, decision, subject)

    @property
    def budget(self) -> str | None:
        """The budget's id; None where no budget is named, as for an unknown price."""
        return self.decision.budget

    @property
    def scope(self) -> Dimension | None:
        return self.decision.scope

    @property
    def unit(self) -> Unit | None:
        return self.decision.unit

    @property
    def limit(self) -> str | None:
        return self.decision.limit

    @property
    def spent(self) -> str | None:
        return self.decision.spent

    @property
    def held(self) -> str | None:
        return self.decision.held

    @property
    def estimate(self) -> str | None:
        return self.decision.estimate

    @property
    def remaining(self) -> str | None:
        return self.decision.remaining

    @property
    def window(self) -> Window | None:
        return self.decision.window

    @property
    def resets_at(self) -> datetime | None:
        """When the budget's window ends; None where it does not."""
        text = self.decision.resets_at
        return None if text is None else time_of(text)

    @property
    def limit_usd(self) -> float | None:
        """The limit as a number of USD, where the budget counts USD."""
        return float(self.limit) if self.unit == "usd" and self.limit is not None else None

    @property
    def spend_usd(self) -> float | None:
        """What is spent as a number of USD, where the budget counts USD."""
        return float(self.spent) if self.unit == "usd" and self.spent is not None else None

    @property
    def window_start(self) -> datetime | None:
        return None if self.window is None else time_of(self.window["start"])

    @property
    def window_type(self) -> WindowType | None:
        return None if self.window is None else window_type(self.window)

    def to_response(self) -> RefusalResponse:
        """An answer for the one who asked: 402, a JSON body, `Retry-After` and `RateLimit` headers.

        It says nothing of what others have used: figures are in it only where the budget is the user's own.
        """
        return budget_response(self)


class LLMCircuitOpenError(EnforcementError):
    """A circuit breaker is open."""

    code = "llm_circuit_open"
    status = 503

    @classmethod
    def of(cls, decision: Decision, subject: Subject) -> Self:
        """The error of a decision about such a call."""
        message = f"the circuit for {decision.requested_model or 'this call'} is open"
        return cls._saying(message, decision, subject)

    def to_response(self) -> RefusalResponse:
        """An answer for the one who asked: 503 with a JSON body."""
        return circuit_response(self)


class SpendGateCoverageError(Exception):
    """A method that is not enforced was called on a wrapped client, and the gate is strict.

    `method` is the client's method, such as `batches.create`.
    """

    code = "not_enforced"

    def __init__(self, method: str) -> None:
        super().__init__(method)
        self.method = method

    def __str__(self) -> str:
        return f"`{self.method}` is not enforced, and the gate is strict"


# How deep causes are followed, and how many at each depth: an error of several attempts has several.
_DEPTH = 16
_WIDTH = 32


def budget_error_of(error: object) -> LLMBudgetExceededError | None:
    """The budget error that `error` is or was caused by, through the wrappings of clients and frameworks."""
    return next((at for at in _causes(error) if isinstance(at, LLMBudgetExceededError)), None)


def is_budget_error(error: object) -> bool:
    """Whether a budget refused the call, however clients and frameworks have wrapped the error.

    Also where it was a gateway that refused it, so that the error is the client's own.
    """
    return any(getattr(at, "code", None) == LLMBudgetExceededError.code for at in _causes(error))


def is_circuit_error(error: object) -> bool:
    """Whether an open circuit refused the call."""
    return any(getattr(at, "code", None) == LLMCircuitOpenError.code for at in _causes(error))


def _causes(error: object) -> Iterator[BaseException]:
    level: list[object] = [error]
    for _ in range(_DEPTH):
        below: list[object] = []
        for at in level:
            if not isinstance(at, BaseException):
                continue
            yield at
            below += [at.__cause__, at.__context__, *_members(at)]
        level = below[:_WIDTH]


def _members(error: BaseException) -> list[object]:
    """The errors of a group, and of an error that keeps them in a list."""
    found = sequence_of(getattr(error, "exceptions", None)) or ()
    return list(found[-_WIDTH:])


def _text(subject: Subject, name: str) -> str | None:
    value = subject.get(name)
    return value if isinstance(value, str) else None
