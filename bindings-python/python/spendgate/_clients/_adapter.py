"""What is to be known of a provider's client, to enforce it without importing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from spendgate._clients._operation import Operation, Params


@dataclass(frozen=True)
class Adapter:
    """A provider's client.

    `provider` says who is called by it, in the words of the price table. `copy` gives a copy with the same settings,
    None where it cannot be copied, and the client itself is patched. `copies` are its methods that make further
    copies, `operations` those that are enforced, `unenforced` those that cost and are not. `call` says which method
    answers such parameters, and the parameters for it.
    """

    name: str
    matches: Callable[[Any], bool]
    provider: Callable[[Any], str]
    copy: Callable[[Any], Any | None]
    copies: Sequence[str]
    operations: Sequence[Operation]
    call: Callable[[Params, bool], tuple[str, Params]]
    unenforced: Sequence[str]
