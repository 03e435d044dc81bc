"""The engine with its policy and its clock, from which nothing is ever raised."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from spendgate._call import Call
from spendgate._diagnostics import Diagnostics
from spendgate._documents import Documents
from spendgate._engine import Engine
from spendgate._errors import SpendgateError
from spendgate._native import Decision, Settled
from spendgate._options import Options
from spendgate._used import Used, Went, engine_usage

if TYPE_CHECKING:
    from spendgate._answers import Event

_T = TypeVar("_T")

_NO_USE = Used()
_NOT_SAID = Went()

# Stands between the engine and what is done with its decisions, in tests.
Force: TypeAlias = Callable[[Call, Callable[[], Decision | None]], Decision | None]


class Ledger:
    """What goes wrong is a diagnostic, and the question it was stays undecided. All arithmetic and every rule is the
    engine's. Any thread may ask, and so may a finalizer."""

    def __init__(
        self,
        options: Options,
        diagnostics: Diagnostics,
        happened: Callable[[Sequence[Event], Call | None], None],
    ) -> None:
        """`happened` is told of the engine's events, and of the call whose command they came with.

        Raises SpendgateError for a policy or prices given as an object that the engine refuses.
        """
        self.force: Force | None = None
        self._options = options
        self._diagnostics = diagnostics
        self._happened = happened
        self._renew_locks()
        self.documents = Documents(
            options, diagnostics, lambda command: self._run("policy_failed", None, command)
        )
        self._engine: Engine | None = self.documents.open(self.now())
        self.documents.look(is_patient=False)
        _ledgers.add(self)

    # What is asked about a call

    def now(self) -> int:
        return time.time_ns() // 1_000_000 if self._options.now is None else self._options.now()

    def reserve(self, call: Call) -> Decision | None:
        """Asks; None when that cannot be decided. Attributes and estimates that are refused are left out of `call`."""
        ttl_ms = self._options.ttl_ms

        def ask(engine: Engine, now: int) -> Decision:
            return engine.reserve(now, **call.ids, **(call.estimate or {}), ttl_ms=ttl_ms)

        if self.force is None:
            return self._decide(call, ask)
        return self.force(call, lambda: self._decide(call, ask))

    def preview(
        self, call: Call, without: str | None = None, estimate: Mapping[str, Any] | None = None
    ) -> Decision | None:
        """As `reserve`, and holds nothing; `without` names a reservation whose hold does not count."""

        def ask(engine: Engine, now: int) -> Decision:
            amounts = (call.estimate or {}) if estimate is None else estimate
            return engine.preview(now, **call.ids, **amounts, without=without)

        return self._decide(call, ask)

    def settle(
        self, reservation: str, call: Call | None, used: Used = _NO_USE, went: Went = _NOT_SAID, *, quietly: bool = False
    ) -> Settled | None:
        """Charges a reservation with what was used; None where that fails. `quietly`: no callback is called now."""

        def charge(engine: Engine, now: int) -> Settled:
            try:
                return engine.settle(
                    reservation, now, **used.amounts, usage=used.usage, ok=went.ok, latency_ms=went.latency_ms
                )
            except SpendgateError as error:
                # A reservation that another engine made was charged nowhere.
                if error.code == "unknown_reservation" and call is not None:
                    return _record(engine, call, used, now)
                if error.code == "invalid_amount":
                    return engine.settle(reservation, now, ok=went.ok, latency_ms=went.latency_ms)
                raise

        return self._run("unsettled", call, charge, quietly=quietly)

    def record(self, call: Call, used: Used, *, quietly: bool = False) -> Settled | None:
        """Charges a call that has no reservation, for it was undecided."""
        return self._run("unsettled", call, lambda engine, now: _record(engine, call, used, now), quietly=quietly)

    def release(self, reservation: str, call: Call | None, went: Went = _NOT_SAID) -> None:
        def give_back(engine: Engine, now: int) -> None:
            try:
                engine.release(reservation, now, ok=went.ok, latency_ms=went.latency_ms)
            except SpendgateError as error:
                if error.code != "unknown_reservation":
                    raise

        self._run("unsettled", call, give_back)

    # Other questions

    def ask(self, question: Callable[[Engine, int], _T]) -> _T:
        """A question to the engine whose answer the application wants: here errors are raised."""
        engine = self._engine
        if engine is None:
            raise RuntimeError("the gate is closed")
        return self._command(engine, None, question, quietly=False)

    def try_ask(self, kind: str, question: Callable[[Engine, int], _T]) -> _T | None:
        """A question whose answer the SDK can do without."""
        return self._run(kind, None, question)

    def try_ask_quietly(self, kind: str, question: Callable[[Engine, int], _T]) -> _T | None:
        """As `try_ask`, for finalizers: no callback is called now."""
        return self._run(kind, None, question, quietly=True)

    def close(self) -> None:
        self.documents.close()
        self._engine = None

    # Commands

    def _decide(self, call: Call, question: Callable[[Engine, int], Decision]) -> Decision | None:
        def until_read(engine: Engine, now: int) -> Decision:
            while True:
                try:
                    return question(engine, now)
                except SpendgateError as error:
                    kind = call.leave_out(error.path)
                    if kind is None:
                        raise
                    self._diagnostics.tell(kind, "it is left out of the call", error)

        return self._run("undecided", call, until_read)

    def _run(
        self, kind: str, call: Call | None, command: Callable[[Engine, int], _T], *, quietly: bool = False
    ) -> _T | None:
        engine = self._engine
        if engine is None:
            return None
        try:
            return self._command(engine, call, command, quietly=quietly)
        except Exception as error:
            if quietly:
                self._diagnostics.count(kind)
            else:
                self._diagnostics.tell(kind, "the engine could not answer", error)
            return None

    def _command(
        self, engine: Engine, call: Call | None, command: Callable[[Engine, int], _T], *, quietly: bool
    ) -> _T:
        now = self.now()
        events: Sequence[Event] = ()
        # The events of a command are taken with it, or another thread would take them for its own call's.
        with self._commanding:
            answer = command(engine, now)
            if not quietly and engine.waiting > 0:
                events = engine.events(now)
        if events:
            self._happened(events, call)
        return answer

    def renew_locks(self) -> None:
        """In a forked child: another thread may have held them."""
        self._renew_locks()
        self.documents.renew_lock()

    def _renew_locks(self) -> None:
        # A finalizer may come in the middle of a command and give one of its own.
        self._commanding = threading.RLock()


def _record(engine: Engine, call: Call, used: Used, now: int) -> Settled:
    actual = {**used.amounts, "usage": engine_usage(used.usage)}
    usd = engine.record(cast(Any, call.ids), now, cast(Any, actual))["usd"]
    return Settled.from_json(_settled_json(usd))


def _settled_json(usd: str | None) -> str:
    said = "null" if usd is None else f'"{usd}"'
    return f'{{"outcome": "settled", "usd": {said}, "overage": null}}'


_ledgers: weakref.WeakSet[Ledger] = weakref.WeakSet()


def _after_fork() -> None:
    for ledger in list(_ledgers):
        ledger.renew_locks()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
