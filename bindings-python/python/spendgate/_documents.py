"""The policy and the prices in force, and where later ones come from."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spendgate._engine import Engine
from spendgate._errors import SpendgateError
from spendgate._inline_budget import InlineBudget, InlineBudgets
from spendgate._options import Options
from spendgate._sources import Feed, feed_of

if TYPE_CHECKING:
    from spendgate._answers import Document
    from spendgate._diagnostics import Diagnostics

# How long calls wait for the first policy of a URL; then they go on without one.
PATIENCE_S = 3.0

# Runs a command on the engine in force; None where it fails, which is told.
Run = Callable[[Callable[[Engine, int], bool]], "bool | None"]


class Documents:
    """Puts policies and prices in force as they come: a new version that is refused changes nothing."""

    def __init__(self, options: Options, diagnostics: Diagnostics, run: Run) -> None:
        self._diagnostics = diagnostics
        self._run = run
        self._policy = None if options.policy is None else feed_of(options.policy)
        self._prices = None if options.prices is None else feed_of(options.prices)
        self._feeds = [feed for feed in (self._policy, self._prices) if feed is not None]
        self._follows = not all(feed.is_own for feed in self._feeds)
        self._inline = InlineBudgets()
        self._in_force: Document | None = None
        self._trouble: BaseException | None = None
        # Whether the first documents are there, and whether calls are still to wait for them.
        self._is_begun = not any(feed.is_remote for feed in self._feeds)
        self.has_to_wait = not self._is_begun
        self.renew_lock()

    def renew_lock(self) -> None:
        self._changing = threading.RLock()

    def open(self, now: int) -> Engine:
        """An engine with the documents that are at hand; what is wrong with those that come from elsewhere is told.

        Raises SpendgateError for a document given as an object that the engine refuses.
        """
        policy = self._read(self._policy, "policy_failed")
        prices = self._read(self._prices, "prices_failed")
        engine = Engine(at_ms=now, report_rows=10_000)
        if policy is None and prices is None:
            return engine
        try:
            engine.set_policy({} if policy is None else policy, now, prices=prices)
            self._in_force = policy
        except SpendgateError as error:
            # What the application wrote down itself is an error in its code; what stands in a file is not.
            feed = self._prices if (error.path or "").startswith("prices.") else self._policy
            if feed is None or feed.is_own:
                raise
            self._trouble = error
            self._diagnostics.tell("policy_failed", "calls go on without it", error)
        return engine

    def await_start(self) -> None:
        """Waits for the first documents of URLs, once and not for long; then looks whether later ones have come."""
        if self.has_to_wait:
            self._await_first(PATIENCE_S)
            self.has_to_wait = False
        self.look(is_patient=not self._is_begun)

    def ready(self, timeout_s: float | None) -> None:
        """Waits until the first policy is in force; raises what is wrong with it, or TimeoutError."""
        if not self._await_first(timeout_s):
            raise TimeoutError("the policy has not come yet")
        self.look(is_patient=True)
        if self._trouble is not None:
            raise self._trouble

    def look(self, *, is_patient: bool) -> None:
        """Puts later versions in force, where there are some. Whoever finds another thread at it goes on at once."""
        if not self._follows or not self._changing.acquire(blocking=is_patient):
            return
        try:
            policy = self._newer(self._policy, "policy_failed")
            prices = self._newer(self._prices, "prices_failed")
            if policy is None and prices is None:
                return
            chosen = self._in_force if policy is None else policy
            if self._put(chosen, ... if prices is None else prices):
                self._is_begun = True
                self._trouble = None
        finally:
            self._changing.release()

    def template_of(self, budget: InlineBudget) -> str:
        """The tier under which an inline budget stands in the policy. Raises TypeError for one that cannot be meant."""
        with self._changing:
            tier, is_new = self._inline.tier_of(budget)
            if is_new:
                self._put(self._in_force, ...)
            return tier

    def close(self) -> None:
        self._follows = False
        for feed in self._feeds:
            feed.close()

    def _read(self, feed: Feed | None, kind: str) -> Document | None:
        try:
            return None if feed is None else feed.now()
        except (OSError, ValueError) as error:
            self._trouble = error
            self._diagnostics.tell(kind, "calls go on without it", error)
            return None

    def _await_first(self, timeout_s: float | None) -> bool:
        until = None if timeout_s is None else time.monotonic() + timeout_s
        for feed in self._feeds:
            if not feed.await_first(None if until is None else max(0.0, until - time.monotonic())):
                return False
        return True

    def _newer(self, feed: Feed | None, kind: str) -> Document | None:
        try:
            return None if feed is None else feed.look()
        except Exception as error:
            self._failed(error)
            self._diagnostics.tell(kind, "the one in force stays", error)
            return None

    def _put(self, policy: Document | None, prices: Any) -> bool:
        """Puts new documents in force, or leaves the old ones."""

        def put(engine: Engine, now: int) -> bool:
            try:
                engine.set_policy(self._inline.within(policy), now, prices=prices)
            except (SpendgateError, ValueError) as error:
                self._failed(error)
                raise
            self._in_force = policy
            return True

        return self._run(put) is True

    def _failed(self, error: BaseException) -> None:
        if not self._is_begun:
            self._trouble = error
