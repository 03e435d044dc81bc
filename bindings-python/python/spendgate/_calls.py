"""Admits calls, for whoever makes them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendgate._attributes import Subject, subject_of
from spendgate._call import Call
from spendgate._context import Scope
from spendgate._estimate import Estimator, Expected, Shape
from spendgate._options import BudgetWarning, Options
from spendgate._refusals import LLMBudgetExceededError, LLMCircuitOpenError, SpendGateCoverageError
from spendgate._ticket import Ticket
from spendgate._trace import Trace

if TYPE_CHECKING:
    from spendgate._diagnostics import Diagnostics
    from spendgate._inline_budget import InlineBudget
    from spendgate._ledger import Ledger
    from spendgate._clients._operation import Operation

OnWarning = Callable[[BudgetWarning], object]


@dataclass(frozen=True)
class Following:
    """What follows a request: who it is for, and what its one tracked call brings beside.

    `template` is the tier whose template is the call's inline budget.
    """

    subject: Subject
    template: str | None = None
    on_warning: OnWarning | None = None


@dataclass(frozen=True)
class Asked:
    """A call at the moment it was made: the rest may come later, on an event loop."""

    following: Following
    provider: str | None
    operation: str
    trace: Trace | None


class Calls:
    """Admits calls, for whoever makes them."""

    def __init__(
        self, ledger: Ledger, diagnostics: Diagnostics, estimator: Estimator, options: Options, is_enabled: bool
    ) -> None:
        self.ledger = ledger
        self.diagnostics = diagnostics
        # False lets every call pass as if there were no gate.
        self.is_enabled = is_enabled
        self.is_strict = options.strict
        self.cuts_streams = options.cut_streams
        self._estimator = estimator
        self._scope: Scope[Following] = Scope()
        self._inside: Scope[bool] = Scope()

    # Who a call is for

    def subject(self, attributes: Mapping[str, Any] | None) -> Subject:
        """Who a call is for: what is around it, under what is said of it."""
        around = self._scope.get()
        return subject_of(None if around is None else around.subject, attributes)

    def enter(self, owner: object, attributes: Mapping[str, Any]) -> None:
        """Puts attributes over those around, until `owner` leaves."""
        self._scope.enter(owner, Following(self.subject(attributes)))

    def leave(self, owner: object) -> None:
        self._scope.leave(owner)

    @contextmanager
    def tracking(
        self, attributes: Mapping[str, Any], budget: InlineBudget | None, on_warning: OnWarning | None
    ) -> Generator[None]:
        """The one call that is made inside has these attributes, a budget of its own and a callback of its own."""
        template = None if budget is None or not self.is_enabled else self.ledger.documents.template_of(budget)
        owner = object()
        self._scope.enter(owner, Following(self.subject(attributes), template, on_warning))
        try:
            yield
        finally:
            self._scope.leave(owner)

    # Calls that are made by calls

    @property
    def is_inside(self) -> bool:
        """Whether a call is being made by one that was admitted already."""
        return self._inside.get() is True

    @contextmanager
    def inside(self) -> Generator[None]:
        """What is called inside is a part of an admitted call."""
        owner = object()
        self._inside.enter(owner, True)
        try:
            yield
        finally:
            self._inside.leave(owner)

    def unseen(self, method: str) -> None:
        """A method that no budget sees is called. Raises SpendGateCoverageError where the gate is strict."""
        if self.is_enabled and not self.is_inside:
            if self.is_strict:
                raise SpendGateCoverageError(method)
            self.diagnostics.tell("not_enforced", f"`{method}` is called in a way that no budget sees")

    # Admission

    def asked(self, attributes: Mapping[str, Any] | None, provider: str | None, operation: str) -> Asked:
        """Notes who a call is for, at the moment it is made."""
        around = self._scope.get()
        subject = self.subject(attributes)
        following = (
            Following(subject) if around is None else Following(subject, around.template, around.on_warning)
        )
        return Asked(following, subject.get("provider", provider), operation, Trace.start())

    def begin(self, asked: Asked, operation: Operation, params: Mapping[str, Any]) -> Ticket:
        """Admits a call of a client's method. Raises the budget's error or the circuit's, and nothing else."""
        self.ledger.documents.await_start()
        return self._admit(asked, self._shape(operation, params), params)

    async def abegin(self, asked: Asked, operation: Operation, params: Mapping[str, Any]) -> Ticket:
        """As `begin`, and waits for the first policy of a URL beside the event loop."""
        await self.astart()
        return self.begin(asked, operation, params)

    async def astart(self) -> None:
        if self.ledger.documents.has_to_wait:
            import asyncio

            try:
                asyncio.get_running_loop()
            except RuntimeError:
                return  # A loop of another library: the wait is short, and happens in the thread.
            await asyncio.to_thread(self.ledger.documents.await_start)

    def _admit(self, asked: Asked, shape: Shape, params: Mapping[str, Any]) -> Ticket:
        following, provider = asked.following, asked.provider
        subject = following.subject
        expected = self._expected(shape, asked, params)
        named: Mapping[str, Any] = subject
        if following.template is not None:
            named = {**subject, "tier": following.template}
        call = Call(named, provider, shape.model, following.on_warning)
        call.estimate = expected.estimate
        decision = self.ledger.reserve(call)
        if asked.trace is not None:
            asked.trace.decided(asked.operation, call, decision)
        if decision is not None and not decision.allowed:
            error = LLMCircuitOpenError if decision.reason == "circuit_open" else LLMBudgetExceededError
            raise error.of(decision, subject)
        return Ticket(self.ledger, subject, call, decision, expected.input_tokens, asked.trace)

    def _expected(self, shape: Shape, asked: Asked, params: Mapping[str, Any]) -> Expected:
        try:
            return self._estimator.of(shape, asked.provider, asked.following.subject.get("feature"), params)
        except Exception as error:
            self.diagnostics.tell("invalid_estimate", "the call is made without one", error)
            return Expected(None, None)

    def _shape(self, operation: Operation, params: Mapping[str, Any]) -> Shape:
        try:
            return operation.shape(params)
        except Exception as error:
            self.diagnostics.tell("invalid_estimate", f"the parameters of {operation.method} cannot be read", error)
            return Shape(None, ())
