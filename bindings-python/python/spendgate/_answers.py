"""The shapes of what goes in and comes out: amounts are canonical decimal strings, times RFC 3339 in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias, TypedDict

from spendgate._catalogue import Action, EventKind, Unit, Why

# An int or float is read by its shortest decimal form; beyond 2^53 an amount has to be a str.
Amount: TypeAlias = int | float | str | Decimal
# A policy document: a dict, or its JSON text.
Document: TypeAlias = Mapping[str, Any] | str


class Estimate(TypedDict, total=False):
    """What a call is expected to use."""

    usd: Amount | None
    tokens: Amount | None
    input_tokens: Amount | None
    output_tokens: Amount | None


class Actual(TypedDict, total=False):
    """What a call really used; `usage` is the provider's own usage object."""

    usd: Amount | None
    tokens: Amount | None
    input_tokens: Amount | None
    output_tokens: Amount | None
    usage: Mapping[str, Any] | None


class Call(TypedDict, total=False):
    """One attempt to reach a provider."""

    user: str | None
    tier: str | None
    org: str | None
    feature: str | None
    session: str | None
    provider: str | None
    model: str | None
    estimate: Estimate | None


class Known(TypedDict, total=False):
    """What is known of a request before it is sent, or while its answer streams; counts are whole, at least 0.

    `input_tokens`, where they were counted, beat `input_bytes` (of UTF-8) and `images` (any part that is no text).
    `max_output_tokens` is for each of `n` choices. What was delivered so far, as `output_tokens` or `output_bytes`,
    is the output.
    """

    model: str | None
    provider: str | None
    feature: str | None
    mode: Literal["auto", "worst_case"] | None
    input_tokens: int | str | None
    input_bytes: int | str | None
    images: int | str | None
    max_output_tokens: int | float | str | None
    n: int | str | None
    output_tokens: int | str | None
    output_bytes: int | str | None


class Expectation(TypedDict):
    """Tokens of a request, as far as can be told."""

    input_tokens: str
    output_tokens: str


class CallOfBudget(Call):
    """A call, and the budget whose counter is meant."""

    budget: str


class Window(TypedDict):
    """From `start` to before `end`."""

    start: str
    end: str


class Trigger(TypedDict):
    """A budget with a step over, and what that step does."""

    budget: str
    action: Action


class Counter(TypedDict):
    """What one budget's counter shows."""

    budget: str
    unit: Unit
    spent: str
    held: str
    limit: str
    remaining: str
    window: Window


class Usage(TypedDict):
    """The counters of a call, in policy order."""

    counters: list[Counter]


class Candidate(TypedDict):
    """Whether a budget applies, and why."""

    budget: str
    applies: bool
    why: Why


class Explanation(TypedDict):
    """Every budget whose scope fits a call, in policy order."""

    candidates: list[Candidate]


class Done(TypedDict):
    """What a command did."""

    outcome: str


class Recorded(TypedDict):
    """What a record charged; `usd` is None when it is not known."""

    outcome: str
    usd: str | None


class Adjusted(TypedDict):
    """What a counter shows after an adjustment."""

    outcome: str
    spent: str


class Cost(TypedDict):
    """A price; None when it is unknown."""

    usd: str | None


class Circuit(TypedDict):
    """The state of a breaker's circuit."""

    state: str


class Expired(TypedDict):
    """How many holds were due."""

    expired: int


class Event(TypedDict):
    """What happened; what does not apply is None."""

    kind: EventKind
    at: str
    user: str | None
    tier: str | None
    feature: str | None
    model: str | None
    requested_model: str | None
    budget: str | None
    unit: Unit | None
    spent: str | None
    limit: str | None
    window: Window | None
    percent: int | None
    action: Action | None
    reason: str | None
    amount: str | None
    breaker: str | None
    subject: str | None


class UsageTotal(TypedDict):
    """What was used in all; `average_usd` is None without calls, `share_percent` where no budget is about just this."""

    calls: int
    blocked: int
    spent_usd: str
    average_usd: str | None
    input_tokens: str
    output_tokens: str
    share_percent: str | None


class UsageRow(UsageTotal):
    """What was used for one value; None for calls that lack it, and for values beyond `report_rows`."""

    value: str | None


class UsageReport(TypedDict):
    """What was used since the first command; rows come by what was spent, the most first."""

    since: str | None
    total: UsageTotal
    user: list[UsageRow]
    tier: list[UsageRow]
    feature: list[UsageRow]
    model: list[UsageRow]
