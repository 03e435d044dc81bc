"""One method of a client that asks a model: what is to be known of it, and nothing of how it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from spendgate._estimate import Shape
from spendgate._narrow import mapping_of, sequence_of
from spendgate._used import Used

Params = Mapping[str, Any]


class Meter(Protocol):
    """Reads a stream of one kind of answer as it goes by."""

    @property
    def is_hidden(self) -> bool:
        """Whether the caller is not to see the chunk last seen."""
        ...

    def see(self, chunk: Any) -> int:
        """Takes a chunk, an object of the client or plain JSON; gives how many bytes of output it brings."""
        ...

    def used_so_far(self, output_tokens: str) -> Used | None:
        """What was used up to here, where the provider has told its input and not yet all of its output.

        `output_tokens` were delivered, by the engine's estimate.
        """
        ...

    def used(self) -> Used | None:
        """What was used, once the provider has told all of it."""
        ...


@dataclass(frozen=True)
class Operation:
    """What is to be known of a method.

    `method` is its path on the client, `name` what it does in the words of OpenTelemetry's `gen_ai.operation.name`.
    `shape` says what the parameters say; they come from the application and may be anything. `prepare` gives the
    parameters to send, with what the meter needs added. `used` is what an answer says was used, None where it says
    nothing. `provider` is the client's.
    """

    method: str
    name: str
    shape: Callable[[Params], Shape]
    used: Callable[[Any, str], Used | None]
    meter: Callable[[Params, str], Meter]
    prepare: Callable[[Params], Params] = lambda params: params


def with_model(params: Params, model: str) -> Params:
    """The same parameters for another model; what is given stays as it is."""
    return {**params, "model": model}


def member(value: Any, key: str) -> Any:
    """A member of an object of the client, or of plain JSON; None where there is none."""
    members = mapping_of(value)
    return getattr(value, key, None) if members is None else members.get(key)


def text(value: Any, key: str) -> str | None:
    """A member that is a text."""
    found = member(value, key)
    return found if isinstance(found, str) else None


def number(value: Any, key: str) -> float | None:
    """A member that is a number."""
    found = member(value, key)
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def items(value: Any, key: str) -> Sequence[Any]:
    """The items of a member that is a list."""
    return sequence_of(member(value, key)) or ()
