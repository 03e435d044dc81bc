"""Reads genai-prices: which providers are taken, and what one model costs when."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from genai_prices import types
from genai_prices.data import providers as _all

# The order is the one in which a bare model id is looked up: makers first, then those who serve
# other makers' models.
PROVIDERS = (
    "openai anthropic google mistral deepseek x-ai cohere perplexity moonshotai zai "
    "groq together fireworks cerebras azure aws openrouter"
).split()

# Whose table is used when a provider resells a model that its own table does not list.
FALLBACKS = {"azure": ["openai", "anthropic", "deepseek", "x-ai", "moonshotai"], "google": ["anthropic"]}

# One letter a rate; what is not written falls back as in the module text of core/src/pricing/parse.rs.
LETTERS = {
    "input_mtok": "i",
    "output_mtok": "o",
    "cache_read_mtok": "r",
    "cache_write_mtok": "w",
    "cache_write_1h_mtok": "h",
    "input_audio_mtok": "a",
    "output_audio_mtok": "b",
    "cache_audio_read_mtok": "c",
    "input_image_mtok": "m",
    "cache_image_read_mtok": "n",
    "output_image_mtok": "g",
    "web_searches_kcount": "s",
    "requests_kcount": "q",
}
# Rates of things that no usage object counts as a token class here; see docs/prices.md.
LEFT_OUT = {
    "input_video_mtok", "output_video_mtok", "output_reasoning_mtok", "output_citation_mtok",
    "audio_hours", "input_audio_hours", "storage_searches_kcount", "input_document_kpages",
    "input_annotated_document_kpages", "input_mchars", "input_text_messages_kcount",
}
# The request contexts that choose another price, by the letter of the table.
CONTEXTS = {"B": {"processing": "batch"}, "F": {"service_tier": "flex"}, "P": {"service_tier": "priority"}}
# Anthropic's fast mode stands in the priority slot: it has no other price of that name.
ANTHROPIC_FAST = {"speed": "fast"}

NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)


def providers() -> list[types.Provider]:
    """The providers that are taken, in look-up order."""
    by_id = {p.id: p for p in _all}
    return [by_id[p] for p in PROVIDERS]


def conditional(model: types.ModelInfo) -> list[types.ConditionalPrice]:
    """The model's price list, a single price as a list of one."""
    if isinstance(model.prices, list):
        return model.prices
    return [types.ConditionalPrice(prices=model.prices)]


def is_free(model: types.ModelInfo) -> bool:
    """True for a model that is free by its name. Others without a price are left out: a price that is
    unknown is not 0 (and Google's free Gemma is not free where others serve it under that name)."""
    return model.id.endswith(":free") or model.id == "moderation"


def rates(price: types.ModelPrice) -> dict[int, dict[str, Decimal]]:
    """Rates by the prompt size above which they hold: 0 for the base, then each tier, all keys filled in."""
    given = {k: v for k, v in vars(price).items() if v is not None}
    unknown = given.keys() - LETTERS.keys() - LEFT_OUT
    assert not unknown, f"new kinds of price: {unknown}"
    given = {k: v for k, v in given.items() if k in LETTERS}
    starts = sorted({0} | {t.start for v in given.values() if isinstance(v, types.TieredPrices) for t in v.tiers})
    return {s: {LETTERS[k]: at(v, s) for k, v in given.items()} for s in starts}


def at(price: Decimal | types.TieredPrices, start: int) -> Decimal:
    """One price for a prompt just above `start` tokens."""
    if not isinstance(price, types.TieredPrices):
        return price
    found = price.base
    for tier in price.tiers:
        if tier.start <= start and start > 0:
            found = tier.price
    return found


def contexts(provider: str) -> dict[str, dict[str, str]]:
    """The contexts of a provider's variants."""
    return {**CONTEXTS, "P": ANTHROPIC_FAST} if provider == "anthropic" else CONTEXTS


def periods(provider: str, model: types.ModelInfo) -> list[dict]:
    """The model's prices in order of time: `from` (days since 1970), `hours` (minutes of the day) or
    None, and `rates` by variant ("" is the standard one)."""
    prices = conditional(model)
    if any(isinstance(p.constraint, types.TimeOfDateConstraint) for p in prices):
        assert not model.price_variants, model.id
        return [by_hour(p) for p in prices]
    constraints = [p.constraint for p in prices] + [v.constraint for v in model.price_variants or []]
    days = sorted({c.start_date for c in constraints if c is not None})
    out: list[dict] = []
    for day in [None, *days]:
        when = NEVER if day is None else dt.datetime.combine(day, dt.time(), dt.timezone.utc)
        standard = rates(model.get_prices(when))
        table = {"": standard}
        for letter, context in contexts(provider).items():
            variant = rates(model.get_prices(when, context))
            if variant != standard:
                table[letter] = variant
        if not out or out[-1]["rates"] != table:
            out.append({"from": (when - NEVER).days, "hours": None, "rates": table})
    return out


def by_hour(price: types.ConditionalPrice) -> dict:
    """One price of a list that has prices by the hour of the day."""
    days, hours = 0, None
    if isinstance(price.constraint, types.StartDateConstraint):
        days = (price.constraint.start_date - NEVER.date()).days
    elif price.constraint is not None:
        ends = (price.constraint.start_time, price.constraint.end_time)
        assert all(t.utcoffset() in (None, dt.timedelta(0)) for t in ends)
        hours = tuple(t.hour * 60 + t.minute for t in ends)
    return {"from": days, "hours": hours, "rates": {"": rates(price.prices)}}


_CUT = re.compile(r"[-@](20\d\d-?|0)?$")
_PATTERN_TAIL = re.compile(r"(\[-@\]|-)\\d.*$")


def aliases(model: types.ModelInfo) -> dict[str, str]:
    """Every name of the model in lower case, with what may follow it: nothing (""), a date ("+"), or a
    date, a version or a stage such as `preview` ("*", where the source takes any name that starts so)."""
    found: dict[str, str] = {}

    def add(name: str, tail: str) -> None:
        name = name.lower()
        found[name] = max(found.get(name, ""), tail, key=["", "+", "*"].index)

    def walk(clause: object) -> None:
        match clause:
            case types.ClauseEquals():
                add(clause.equals, "")
            case types.ClauseStartsWith():
                add(_CUT.sub("", clause.starts_with), "*")
            case types.ClauseContains():
                add(_CUT.sub("", clause.contains), "*")
            case types.ClauseEndsWith():
                add(clause.ends_with.lstrip("/"), "")
            case types.ClauseRegex(regex) if "(?!" not in regex:
                name = _PATTERN_TAIL.sub("", regex.removeprefix("^").removesuffix("$"))
                add(re.sub(r"\\(.)", r"\1", name), "+")
            case types.ClauseOr():
                for inner in clause.or_:
                    walk(inner)
            case types.ClauseAnd():
                for inner in clause.and_:
                    walk(inner)

    add(model.id, "")
    walk(model.match)
    # A longer name under an open one is as open.
    for name in found:
        if any(tail == "*" and name.startswith(short) for short, tail in found.items()):
            found[name] = "*"
    return found
