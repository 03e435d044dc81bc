"""The gate: policy, counters and callbacks of an application."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from spendgate._averbs import AsyncVerbs
from spendgate._attributes import Attributes, check_names
from spendgate._calls import Calls
from spendgate._diagnostics import Diagnostic, Diagnostics
from spendgate._estimate import Estimator
from spendgate._happenings import Happenings
from spendgate._ledger import Force, Ledger
from spendgate._options import BudgetWarning, EstimateMode, GateEvent, Options, Source
from spendgate._clients._wrap import wrap

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

_C = TypeVar("_C")


class GateContext:
    """Attributes for the calls of a block of code, with `with` or `async with`."""

    def __init__(self, calls: Calls, attributes: Mapping[str, Any]) -> None:
        self._calls = calls
        self._attributes = attributes

    def __enter__(self) -> Self:
        self._calls.enter(self, self._attributes)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calls.leave(self)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calls.leave(self)


class SpendGate(AsyncVerbs):
    """Budgets for LLM calls. One gate is enough for an application; it holds the policy, the counters and the
    callbacks, and any thread may use it."""

    def __init__(
        self,
        *,
        policy: Source | None = None,
        prices: Source | None = None,
        estimate: EstimateMode = "auto",
        count_tokens: Callable[[str, str | None], int] | None = None,
        cut_streams: bool = False,
        strict: bool = False,
        enabled: bool | None = None,
        ttl_ms: int | None = None,
        on_budget_warning: Callable[[BudgetWarning], object] | None = None,
        on_event: Callable[[GateEvent], object] | None = None,
        on_diagnostic: Callable[[Diagnostic], object] | None = None,
        now: Callable[[], int] | None = None,
    ) -> None:
        """A gate.

        `policy`: a document, a path or URL of one; None: nothing is limited, everything is metered.
        `prices`: over the built-in table, USD per million tokens: `{"model": {"input": "2.50", "output": "10"}}`.
        `estimate`: how a call's use is estimated, `"auto"`, `"worst_case"`, `"none"` or a function.
        `count_tokens`: your own tokenizer, `(text, model) -> tokens`, in place of an estimate by length.
        `cut_streams`: a stream whose delivered output would pass a budget is ended with the budget error.
        `strict`: methods of a client that are not enforced raise `SpendGateCoverageError` in place of a diagnostic.
        `enabled`: False switches everything off; unless given, `SPENDGATE_DISABLED=1` in the environment does.
        `ttl_ms`: how long a call may take before its hold is charged; 15 minutes unless given.
        `on_budget_warning`, `on_event`, `on_diagnostic`: callbacks, ordinary or `async`; they run where the call runs,
        and what they raise reaches nobody.
        `now`: the time, epoch milliseconds.

        Raises TypeError for options that cannot be meant; SpendgateError, with code and path, for a policy given as
        an object that is refused.
        """
        options = Options(
            policy=policy,
            prices=prices,
            estimate=estimate,
            count_tokens=count_tokens,
            cut_streams=cut_streams,
            strict=strict,
            ttl_ms=ttl_ms,
            on_budget_warning=on_budget_warning,
            on_event=on_event,
            on_diagnostic=on_diagnostic,
            now=now,
        )
        diagnostics = Diagnostics(on_diagnostic)
        happenings = Happenings(options, diagnostics)
        ledger = Ledger(options, diagnostics, happenings.tell)
        estimator = Estimator(ledger, diagnostics, estimate, count_tokens)
        if enabled is None:
            enabled = re.fullmatch("1|true|yes|on", os.environ.get("SPENDGATE_DISABLED", ""), re.IGNORECASE) is None
        super().__init__(Calls(ledger, diagnostics, estimator, options, enabled))

    @property
    def enabled(self) -> bool:
        """False switches everything off at once: wrapped clients behave as if never wrapped."""
        return self.calls.is_enabled

    @enabled.setter
    def enabled(self, is_enabled: bool) -> None:
        self.calls.is_enabled = is_enabled

    def wrap(self, client: _C, **attributes: Unpack[Attributes]) -> _C:
        """A client of the same type whose calls are enforced; `client` stays as it was wherever it can be copied.

        The attributes say who its calls are for; they win over those of `context`. Raises TypeError for what has the
        shape of no known client.
        """
        check_names(attributes)
        return wrap(client, self.calls, attributes)

    def context(self, **attributes: Unpack[Attributes]) -> GateContext:
        """Every call inside `with gate.context(user=…):`, however deep, is for these attributes."""
        check_names(attributes)
        return GateContext(self.calls, attributes)

    def chat(self, client: Any, /, **request: Any) -> Any:
        """Makes one call through any client, chosen by its shape.

        What is no attribute (`user`, `user_id`, `tier`, `plan`, `feature`, …) is a parameter for the client. Gives what
        the client gives: a coroutine, where the client is asynchronous.
        """
        from spendgate._tracked import chat

        return chat(self, client, request)

    def ready(self, timeout_s: float | None = None) -> None:
        """Waits until the policy is in force; raises what is wrong with it, or TimeoutError. Calls need not wait for it."""
        self.calls.ledger.documents.ready(timeout_s)

    async def aready(self, timeout_s: float | None = None) -> None:
        """As `ready`, beside the event loop."""
        import asyncio

        await asyncio.to_thread(self.ready, timeout_s)

    def close(self) -> None:
        """Stops looking for new policies and frees the engine. Calls of wrapped clients are made without a decision
        from now on."""
        self.calls.ledger.close()

    async def aclose(self) -> None:
        """As `close`."""
        self.close()

    def _force(self, force: Force) -> None:
        """For `spendgate.testing`: puts a function between the engine and what is done with its decisions."""
        self.calls.ledger.force = force
