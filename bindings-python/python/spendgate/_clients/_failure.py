"""What became of a call by the error it ended with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendgate._used import Went

if TYPE_CHECKING:
    from spendgate._ticket import Ticket

# Classes of httpx, httpx2 and their transports for connections that never reached anybody.
_UNREACHED = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ConnectionRefusedError"})

# The caller gave up: in asyncio, in trio, by a generator that is closed, by hand.
_GIVEN_UP = frozenset({"CancelledError", "Cancelled", "GeneratorExit", "KeyboardInterrupt", "SystemExit"})

_DEPTH = 8


@dataclass(frozen=True)
class Ending:
    """How a call that failed ends: given back, or charged for what may have been done."""

    release: bool
    went: Went


def ending_of(error: BaseException) -> Ending:
    """What became of a call by its error.

    Refused (4xx, among them 429) or never connected, and nothing is charged; else the provider may have worked. 429
    and refused connections are failures of the provider for its breakers, other refusals are not.
    """
    at: BaseException | None = error
    for _ in range(_DEPTH):
        if at is None:
            break
        names = {kind.__name__ for kind in type(at).__mro__}
        if names & _GIVEN_UP:
            return Ending(False, Went())
        status = getattr(at, "status_code", None)
        if isinstance(status, int) and status >= 400:
            if status >= 500:
                return Ending(False, Went(ok=False))
            return Ending(True, Went(ok=False if status == 429 else None))
        if names & _UNREACHED:
            return Ending(True, Went(ok=False))
        # Not the context: a call may be made while an earlier failure is handled.
        at = at.__cause__
    return Ending(False, Went(ok=False))


def failed(ticket: Ticket, error: BaseException) -> None:
    """Ends the call that failed with `error`, if nothing has ended it before."""
    if not ticket.is_open:
        return
    ending = ending_of(error)
    if ending.release:
        ticket.release(ending.went)
    else:
        ticket.settle_delivered(ending.went)
