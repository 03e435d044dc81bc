"""Amounts across the border: exact, and refused by the core's own rules."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from spendgate import SpendgateError

EXACT = [
    (1, "1"),
    (0, "0"),
    (0.1, "0.1"),
    (0.1 + 0.2, "0.300000001"),
    (5e-324, "0.000000001"),
    (-0.0, "0"),
    ("0.000000001", "0.000000001"),
    (Decimal("0.10"), "0.1"),
    (Decimal("1E-7"), "0.0000001"),
    (Decimal(1) / 3, "0.333333334"),
    (Decimal("1E+2"), "100"),
]


@pytest.mark.parametrize(("given", "canonical"), EXACT, ids=repr)
def test_an_estimate_is_read_exactly(engine, now_ms, given, canonical):
    budget = {"id": "b", "scope": {"global": True}, "limit": {"usd": "900"}, "window": "daily", "action": "warn"}
    engine.set_policy({"budgets": [budget]}, now_ms)
    assert engine.reserve(now_ms, usd=given).estimate == canonical
    assert engine.settle(engine.reserve(now_ms), now_ms, usd=given).usd == canonical
    assert engine.record({}, now_ms, {"usd": given})["usd"] == canonical


REFUSED = [
    (True, "invalid_call"),
    (float("nan"), "invalid_amount"),
    (float("inf"), "invalid_amount"),
    (-float("inf"), "invalid_amount"),
    (Decimal("NaN"), "invalid_amount"),
    (Decimal("sNaN"), "invalid_amount"),
    (Decimal("Infinity"), "invalid_amount"),
    (2**53 + 1, "invalid_amount"),
    (float(2**54), "invalid_amount"),
    (2**63, "invalid_amount"),
    (10**5000, "invalid_amount"),
    (Decimal("1E+99999"), "invalid_amount"),
    ("1e3", "invalid_amount"),
    ("-1", "invalid_amount"),
    ("NaN", "invalid_amount"),
    ("", "invalid_amount"),
    ("\ud800", "invalid_amount"),
    ("9" * 10_000_000, "invalid_amount"),
    (b"1", "invalid_call"),
    ([1], "invalid_call"),
    ({}, "invalid_call"),
    (object(), "invalid_call"),
    (1j, "invalid_call"),
]

def name(value: object) -> str:
    shown = "huge" if isinstance(value, int) and value > 2**64 else str(value)[:20]
    return f"{type(value).__name__} {shown}".encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize(("given", "code"), REFUSED, ids=name)
@pytest.mark.parametrize("key", ["usd", "tokens"])
def test_what_is_no_amount_is_refused_by_code_and_path(engine, now_ms, key, given, code):
    with pytest.raises(SpendgateError) as refused:
        engine.reserve(now_ms, user="u", **{key: given})
    assert (refused.value.code, refused.value.path) == (code, f"estimate.{key}")
    decision = engine.reserve(now_ms, user="u")
    with pytest.raises(SpendgateError) as refused:
        engine.settle(decision, now_ms, **{key: given})
    assert (refused.value.code, refused.value.path) == (code, f"actual.{key}")
    with pytest.raises(SpendgateError) as refused:
        engine.usage({"user": "u", "estimate": {key: given}}, now_ms)
    assert (refused.value.code, refused.value.path) == (code, f"estimate.{key}")


@pytest.mark.parametrize("given", [-1, -0.5, Decimal("-1"), -(10**30)], ids=repr)
def test_below_zero_is_refused_before_and_bad_usage_after(engine, now_ms, given):
    with pytest.raises(SpendgateError) as refused:
        engine.reserve(now_ms, usd=given)
    assert (refused.value.code, refused.value.path) == ("invalid_amount", "estimate.usd")
    decision = engine.reserve(now_ms, user="u", tier="free", usd="0.25")
    assert engine.settle(decision, now_ms, usd=given).usd == "0.25"
    assert engine.events(now_ms)[-1]["kind"] == "bad_usage"


def test_beyond_2_53_an_amount_is_a_string(engine, now_ms):
    assert engine.reserve(now_ms, tokens=2**53).allowed
    assert engine.settle(engine.reserve(now_ms), now_ms, tokens=str(2**63 - 1)).outcome == "settled"


def test_a_refusal_says_the_same_as_the_wire(engine, now_ms):
    for key, given in [("usd", -1), ("usd", True), ("tokens", 1.5), ("usd", "x"), ("tokens", 2**53 + 1), ("usd", [])]:
        said = json.loads(engine.command(json.dumps({"reserve": {"estimate": {key: given}}, "at_ms": now_ms})))
        with pytest.raises(SpendgateError) as refused:
            engine.reserve(now_ms, **{key: given})
        error = refused.value
        assert {"error": error.code, "path": error.path, "message": error.message} == said


def test_adjustments_take_either_sign(engine, now_ms):
    budget = {"budget": "free", "user": "u", "tier": "free"}
    for by, shown in [("3", "3"), ("-0.5", "2.5"), (Decimal("-0.5"), "2"), (1, "3"), (-0.5, "2.5")]:
        assert engine.adjust(budget, now_ms, by)["spent"] == shown
