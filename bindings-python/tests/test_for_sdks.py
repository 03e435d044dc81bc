"""The commands that spare an SDK its arithmetic: estimates, running calls, prices beside a policy, totals."""

from __future__ import annotations

import json

import pytest

from spendgate import Engine, SpendgateError


def usage(tokens: int) -> dict[str, int]:
    return {"prompt_tokens": tokens, "completion_tokens": 0}


def test_a_request_is_estimated(engine, now_ms):
    assert engine.estimate({"input_bytes": 401, "max_output_tokens": 1e12, "model": None}, now_ms) == {
        "input_tokens": "101",
        "output_tokens": "500",
    }
    decision = engine.reserve(now_ms, user="u", model="gpt-4o", feature="chat")
    engine.settle(decision, now_ms, usage={"prompt_tokens": 5, "completion_tokens": 40})
    known = {"model": "gpt-4o", "feature": "chat"}
    assert engine.estimate(known, now_ms)["output_tokens"] == "40"
    again = Engine.from_snapshot(engine.snapshot(), at_ms=now_ms)
    assert again.estimate(known, now_ms)["output_tokens"] == "40"


@pytest.mark.parametrize(
    ("known", "code", "path"),
    [
        ({"n": -1}, "invalid_amount", "estimate.n"),
        ({"images": True}, "invalid_call", "estimate.images"),
        ({"images": object()}, "invalid_call", "estimate.images"),
        ({"input_bytes": float("nan")}, "invalid_amount", "estimate.input_bytes"),
        ({"model": "\ud800"}, "invalid_call", "estimate.model"),
        ({"colour": 1}, "invalid_call", "estimate.colour"),
        ([], "invalid_call", "estimate"),
    ],
)
def test_what_no_estimate_can_be_made_of_is_refused_by_its_path(engine, now_ms, known, code, path):
    with pytest.raises(SpendgateError) as error:
        engine.estimate(known, now_ms)
    assert (error.value.code, error.value.path) == (code, path)


def test_a_running_call_asks_whether_it_still_fits(engine, now_ms, spent):
    decision = engine.reserve(now_ms, user="u", tier="free", usd=4)
    call = {"user": "u", "tier": "free", "usd": "4.5"}
    assert not engine.preview(now_ms, **call).allowed
    assert not engine.preview(now_ms, **call, without=None).allowed
    for running in (decision, decision.reservation):
        preview = engine.preview(now_ms, **call, without=running)
        assert (preview.allowed, preview.held) == (True, "0")
    assert spent() == ("0", "4")
    blocked = engine.reserve(now_ms, user="u", tier="free", usd=4)
    assert blocked.reservation is None and not engine.preview(now_ms, **call, without=blocked).allowed
    with pytest.raises(SpendgateError) as error:
        engine.preview(now_ms, **call, without="r99")
    assert error.value.code == "unknown_reservation"
    with pytest.raises(SpendgateError) as error:
        engine.preview(now_ms, **call, without=5)
    assert (error.value.code, error.value.path) == ("invalid_call", "without")
    with pytest.raises(SpendgateError) as error:
        engine.preview(now_ms, user="", without=decision)
    assert (error.value.code, error.value.path) == ("invalid_id", "user")


def test_prices_come_with_a_policy_and_stay_until_others_do(now_ms):
    engine = Engine(prices={"own": {"input": "1"}}, at_ms=now_ms)

    def cost() -> str | None:
        return engine.cost("own", usage(1_000_000), now_ms)["usd"]

    for prices in ({"own": {"input": "2"}}, json.dumps({"own": {"input": "2"}})):
        assert engine.set_policy({}, now_ms, prices=prices) == {"outcome": "accepted"}
        assert cost() == "2"
    with pytest.raises(SpendgateError) as error:
        engine.set_policy({"version": 2}, now_ms, prices={"own": {"input": "-2"}})
    assert (error.value.code, error.value.path) == ("invalid_policy", "prices.own.input")
    engine.set_policy({}, now_ms)
    engine.restore(engine.snapshot())
    assert cost() == "2" and engine.preview(now_ms).policy_version == 0
    engine.set_policy({}, now_ms, prices=None)
    assert cost() is None


def test_totals_are_kept_where_rows_are_asked_for(now_ms):
    engine = Engine(at_ms=now_ms, report_rows=2)
    for user, usd in (("ada", 1), ("bob", 2), ("cyd", 4)):
        engine.record({"user": user, "tier": "free"}, now_ms, {"usd": usd})
    report = engine.report(now_ms)
    assert [(row["value"], row["spent_usd"]) for row in report["user"]] == [(None, "4"), ("bob", "2"), ("ada", "1")]
    assert (report["total"]["calls"], report["total"]["average_usd"]) == (3, "2.333333334")
    assert "spendgate_spend_usd_total 7\n" in engine.metrics(now_ms)
    again = Engine.from_snapshot(engine.snapshot(), at_ms=now_ms, report_rows=2)
    assert again.report(now_ms) == report
    plain = Engine.from_snapshot(engine.snapshot(), at_ms=now_ms)
    assert plain.report(now_ms)["since"] is None and "spend_usd_total" not in plain.metrics(now_ms)
