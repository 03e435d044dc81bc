"""Wraps clients, told apart by their shape."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from spendgate._attributes import subject_of
from spendgate._clients._adapter import Adapter
from spendgate._clients._guard import Guarding, Method, guard
from spendgate._clients._operation import Params
from spendgate._clients.openai import openai

if TYPE_CHECKING:
    from spendgate._calls import Calls

_C = TypeVar("_C")

# The first that matches counts.
ADAPTERS: tuple[Adapter, ...] = (openai,)

# Where a wrapped client says what it was made of.
_ORIGIN = "_spendgate_origin"


@dataclass(frozen=True)
class Origin:
    """What a wrapped client was made of; `make` gives that, or one like it, without a gate."""

    make: Callable[[], Any]
    calls: Calls
    attributes: Mapping[str, Any] | None


# Clients that were wrapped without attributes, by gate: one copy serves all.
_plainly: weakref.WeakKeyDictionary[Calls, dict[int, tuple[Any, Any]]] = weakref.WeakKeyDictionary()
_MOST_PLAINLY = 256


def wrap(client: _C, calls: Calls, attributes: Mapping[str, Any] | None) -> _C:
    """A client like `client` whose calls `calls` admits. `client` stays as it was where it can be copied.

    A client that was wrapped for the same gate before is wrapped afresh, with both attributes. Raises TypeError for
    what has the shape of no known client.
    """
    origin: Any = getattr(client, _ORIGIN, None)
    if isinstance(origin, Origin) and origin.calls is calls:
        client, attributes = origin.make(), subject_of(origin.attributes, attributes)
    adapter = adapter_of(client)
    if adapter is None:
        known = ", ".join(one.name for one in ADAPTERS)
        raise TypeError(f"`wrap` takes a client of {known}; for another one there are `reserve` and `settle`")
    copy = adapter.copy(client)
    wrapped = client if copy is None else copy
    _patch(wrapped, adapter, Origin(lambda: client, calls, attributes))
    return wrapped


def wrap_once(client: _C, calls: Calls) -> _C:
    """As `wrap` without attributes, and once for each client."""
    wrapped = _plainly.setdefault(calls, {})
    # By identity, and held: a client need not be hashable.
    known = wrapped.get(id(client))
    if known is None:
        while len(wrapped) >= _MOST_PLAINLY:
            wrapped.pop(next(iter(wrapped)), None)
        known = wrapped[id(client)] = (client, wrap(client, calls, None))
    made: _C = known[1]
    return made


def adapter_of(client: object) -> Adapter | None:
    """The adapter for a client, by its shape."""
    return next((adapter for adapter in ADAPTERS if adapter.matches(client)), None)


def method_of(adapter: Adapter | None, client: Any, params: Params, is_stream: bool) -> Callable[[], Any]:
    """The method of a client that answers such parameters, ready to be called with them.

    Raises TypeError for what has the shape of no known client, or has no such method.
    """
    if adapter is None:
        raise TypeError("`client` has the shape of no known client")
    path, request = adapter.call(params, is_stream)
    method: Any = functools.reduce(lambda holder, name: getattr(holder, name, None), path.split("."), client)
    if not callable(method):
        raise TypeError(f"`client` has no method `{path}`")
    return lambda: method(**request)


def _patch(client: Any, adapter: Adapter, origin: Origin) -> None:
    calls = origin.calls
    guarding = Guarding(calls, origin.attributes, adapter.provider(client))
    for operation in adapter.operations:
        _replace(client, operation.method, functools.partial(guard, operation=operation, guarding=guarding))
    for path in adapter.unenforced:
        _replace(client, path, functools.partial(_unenforced, path=path, calls=calls))
    for name in adapter.copies:
        _replace(client, name, functools.partial(_copying, adapter=adapter, origin=origin))
    try:
        setattr(client, _ORIGIN, origin)
    except AttributeError:
        pass  # It takes no attribute of ours; wrapped again, it is charged once all the same.


def _replace(client: Any, path: str, by: Callable[[Method], Method]) -> None:
    """Puts another method in the place of one, on the very object that has it; does nothing where there is none."""
    *groups, name = path.split(".")
    holder = client
    for group in groups:
        holder = getattr(holder, group, None)
    original = getattr(holder, name, None)
    if callable(original):
        try:
            setattr(holder, name, by(original))
        except AttributeError as error:
            raise TypeError(f"`client` does not let `{path}` be replaced") from error


def _unenforced(original: Method, path: str, calls: Calls) -> Method:
    @functools.wraps(original)
    def told(*given: Any, **params: Any) -> Any:
        calls.unseen(path)
        return original(*given, **params)

    return told


def _copying(original: Method, adapter: Adapter, origin: Origin) -> Method:
    @functools.wraps(original)
    def copy(*given: Any, **options: Any) -> Any:
        made = original(*given, **options)
        _patch(made, adapter, Origin(lambda: original(*given, **options), origin.calls, origin.attributes))
        return made

    return copy
