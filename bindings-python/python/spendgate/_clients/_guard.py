"""One way to guard the methods of all clients."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendgate._clients._failure import failed
from spendgate._clients._operation import Operation, Params, with_model
from spendgate._clients._raw import watch_response
from spendgate._clients._stream import Watch, is_client_stream, is_iterator, metered_of, watch_stream
from spendgate._narrow import is_model

if TYPE_CHECKING:
    from spendgate._calls import Asked, Calls
    from spendgate._ticket import Ticket

Method = Callable[..., Any]


@dataclass(frozen=True)
class Guarding:
    """Where a guarded method is: who admits its calls, who they are for, who is called."""

    calls: Calls
    attributes: Mapping[str, Any] | None
    provider: str


def guard(original: Method, operation: Operation, guarding: Guarding) -> Method:
    """The same method, admitted before and charged after. Its answer is what the client gives."""
    calls = guarding.calls

    @functools.wraps(original)
    def guarded(*given: Any, **params: Any) -> Any:
        # A client that calls another wrapped one, or another of its own methods, is charged once.
        if not _is_to_guard(given, operation, calls):
            return original(*given, **params)
        asked = calls.asked(guarding.attributes, guarding.provider, operation.name)
        ticket = calls.begin(asked, operation, params)
        try:
            with calls.inside():
                answer = original(**_request(operation, params, ticket))
            if inspect.isawaitable(answer):
                ticket.ends_with(answer)
                return _awaited(answer, operation, params, ticket, guarding)
            return _answered(answer, operation, params, ticket, guarding)
        except BaseException as error:
            failed(ticket, error)
            raise

    @functools.wraps(original)
    def aguarded(*given: Any, **params: Any) -> Any:
        if not _is_to_guard(given, operation, calls):
            return original(*given, **params)
        # Who it is for is said now; whether it may be made is asked when it is awaited.
        asked = calls.asked(guarding.attributes, guarding.provider, operation.name)
        return _acalled(original, operation, params, asked, guarding)

    return aguarded if is_async(original) else guarded


def _is_to_guard(given: tuple[Any, ...], operation: Operation, calls: Calls) -> bool:
    if not calls.is_enabled or calls.is_inside:
        return False
    if given:
        # Clients take names alone; what another one means by a place is not known.
        calls.unseen(operation.method)
    return not given


def is_async(method: Method) -> bool:
    """Whether a method of a client gives a coroutine, through the decorators that clients put around theirs."""
    return inspect.iscoroutinefunction(inspect.unwrap(method))


async def _acalled(original: Method, operation: Operation, params: Params, asked: Asked, guarding: Guarding) -> Any:
    calls = guarding.calls
    ticket = await calls.abegin(asked, operation, params)
    try:
        with calls.inside():
            answer = await original(**_request(operation, params, ticket))
        return _answered(answer, operation, params, ticket, guarding)
    except BaseException as error:
        failed(ticket, error)
        raise


async def _awaited(
    answer: Awaitable[Any], operation: Operation, params: Params, ticket: Ticket, guarding: Guarding
) -> Any:
    try:
        with guarding.calls.inside():
            said = await answer
        return _answered(said, operation, params, ticket, guarding)
    except BaseException as error:
        failed(ticket, error)
        raise


def _request(operation: Operation, params: Params, ticket: Ticket) -> Params:
    """The parameters to send for an admitted call."""
    decision = ticket.decision
    if decision is not None and decision.action == "downgrade" and decision.model is not None:
        params = with_model(params, decision.model)
    return operation.prepare(params)


def _answered(answer: Any, operation: Operation, params: Params, ticket: Ticket, guarding: Guarding) -> Any:
    """Charges an answer, or has its stream charged as it is read; what cannot be charged is the caller's all the same."""
    try:
        return _charged(answer, operation, params, ticket, guarding)
    except Exception as error:
        guarding.calls.diagnostics.tell("unsettled", f"the answer of {operation.method} cannot be read", error)
        ticket.settle_delivered()
        return answer


def _charged(answer: Any, operation: Operation, params: Params, ticket: Ticket, guarding: Guarding) -> Any:
    provider = guarding.provider
    response = None if is_model(answer) else getattr(answer, "http_response", None)
    if response is None and not is_iterator(answer):
        ticket.settle(operation.used(answer, provider))
        return answer
    watch = Watch(operation.meter(params, provider), ticket, guarding.calls, provider)
    if response is not None:
        watch_response(response, watch, operation)
        return answer
    if is_client_stream(answer):
        watch_stream(answer, watch)
        return answer
    metered = metered_of(answer, watch)
    ticket.ends_with(metered)
    return metered
