"""What comes across the border and should not: an error with a code, never a crash, never a silent default."""

from __future__ import annotations

import json

import pytest

from spendgate import Engine, SpendgateError

IDS = ["user", "tier", "org", "feature", "session", "provider", "model"]


def refused(call, *arguments, **options):
    with pytest.raises(SpendgateError) as error:
        call(*arguments, **options)
    return error.value.code, error.value.path


@pytest.mark.parametrize("key", IDS)
def test_ids_are_strings_that_hide_nothing(engine, now_ms, key):
    for given, code in [
        ("", "invalid_id"),
        ("x" * 257, "invalid_id"),
        ("x" * 10_000_000, "invalid_id"),
        ("a\0", "invalid_id"),
        ("\u202eabc", "invalid_id"),
        ("\ud800", "invalid_id"),
        ("a\udfffb", "invalid_id"),
        (5, "invalid_call"),
        (True, "invalid_call"),
        (b"u", "invalid_call"),
        (["u"], "invalid_call"),
        ({"u": 1}, "invalid_call"),
        (float("nan"), "invalid_call"),
        (object(), "invalid_call"),
    ]:
        assert refused(engine.reserve, now_ms, **{key: given}) == (code, key), ascii(given)[:40]
        assert refused(engine.preview, now_ms, **{key: given}) == (code, key)
        assert refused(engine.usage, {key: given}, now_ms) == (code, key)


@pytest.mark.parametrize("user", ["__proto__", "constructor", "__class__", "*", "名前", "e\u0301", " ", "r1", "\U0001f600"])
def test_odd_names_are_names(engine, now_ms, user):
    assert engine.reserve(now_ms, user=user, tier="free", usd=1).subject == user
    assert engine.usage({"user": user, "tier": "free"}, now_ms)["counters"][0]["held"] == "1"


@pytest.mark.parametrize("at_ms", [None, "5", 5.0, True, 2**63, -(2**63) - 1, 10**18, float("nan"), [], object()], ids=str)
def test_a_time_is_a_whole_number_of_milliseconds(engine, policy, at_ms):
    calls = [
        lambda: engine.reserve(at_ms, user="u"),
        lambda: engine.preview(at_ms),
        lambda: engine.settle("r1", at_ms, usd=1),
        lambda: engine.release("r1", at_ms),
        lambda: engine.usage({}, at_ms),
        lambda: engine.expire(at_ms),
        lambda: engine.set_policy(policy, at_ms),
    ]
    for call in calls:
        assert refused(call) == ("invalid_time", None)
    if at_ms != 10**18:  # a policy is read as of any time; the first command finds out
        assert refused(lambda: Engine(policy, at_ms=at_ms)) == ("invalid_time", None)


def test_a_ttl_and_a_latency_are_milliseconds(engine, now_ms):
    for given in (0, -1, 1.5, "5", True, 2**53 + 1, 86_400_001, [], object()):
        assert refused(engine.reserve, now_ms, ttl_ms=given) == ("invalid_call", "ttl_ms")
    decision = engine.reserve(now_ms, ttl_ms=1_000.0)
    for given in (-1, 1.5, "5", True, 2**63, [], object()):
        assert refused(engine.settle, decision, now_ms, latency_ms=given) == ("invalid_call", "latency_ms")
        assert refused(engine.release, decision, now_ms, latency_ms=given) == ("invalid_call", "latency_ms")
    for given in (1, "true", 0.0, object()):
        assert refused(engine.settle, decision, now_ms, ok=given) == ("invalid_call", "ok")
    assert engine.release(decision, now_ms, latency_ms=5.0) == "released"


def test_a_reservation_is_one_of_this_engine(engine, now_ms):
    for given in ("", "r", "r0", "nope", "r1\0", "R1", "r" + "f" * 40, "x" * 10_000_000):
        assert refused(engine.settle, given, now_ms, usd=1) == ("unknown_reservation", None)
        assert refused(engine.release, given, now_ms) == ("unknown_reservation", None)
    for given in (None, 5, [], {}, b"r1", "\ud800", object()):
        assert refused(engine.settle, given, now_ms, usd=1) == ("invalid_call", "settle")
        assert refused(engine.release, given, now_ms) == ("invalid_call", "release")
    blocked = engine.reserve(now_ms, user="u", tier="free", usd=9)
    assert refused(engine.settle, blocked, now_ms) == ("invalid_call", "settle")


def test_usage_is_what_a_provider_reports(engine, now_ms):
    decision = engine.reserve(now_ms, user="u", model="gpt-4o")
    for given, path in [
        ({}, "actual.usage"),
        ([], "actual.usage"),
        ("{", "actual.usage"),
        ("5", "actual.usage"),
        ({"prompt_tokens": 1.5}, "actual.usage.prompt_tokens"),
        ({"prompt_tokens": float("nan")}, "actual.usage.prompt_tokens"),
        ({"prompt_tokens": "\ud800"}, "actual.usage.prompt_tokens"),
    ]:
        assert refused(engine.settle, decision, now_ms, usage=given) == ("invalid_amount", path), given
    assert refused(engine.settle, decision, now_ms, usage={"x": object()}) == ("invalid_call", "actual.usage.x")
    assert engine.settle(decision, now_ms, usage={"prompt_tokens": -1}).outcome == "settled"


def test_a_policy_is_read_whole_or_refused_whole(engine, policy, now_ms):
    deep: dict = {}
    for _ in range(200):
        deep = {"x": deep}
    endless: dict = {}
    endless["x"] = endless
    limit = {"id": "b", "scope": {"global": True}, "window": "daily", "action": "block"}
    for given, path in [
        (5, ""),
        ([], ""),
        ("", ""),
        ("{", ""),
        ("\ud800", ""),
        (b"{}", ""),
        (object(), ""),
        ({1: 2}, ""),
        ({"\ud800": 2}, ""),
        ({"__proto__": 1}, "__proto__"),
        ('{"budgets": [], "budgets": []}', "budgets"),
        ({"budgets": [{**limit, "limit": {"usd": float("nan")}}]}, "budgets[0].limit.usd"),
        ({"budgets": [{**limit, "limit": {"tokens": 2**53 + 1}}]}, "budgets[0].limit.tokens"),
        ({"budgets": [{**limit, "limit": {"usd": -1}}]}, "budgets[0].limit.usd"),
        ({"budgets": [{**limit, "limit": {"usd": {1, 2}}}]}, "budgets[0].limit.usd"),
    ]:
        assert refused(engine.set_policy, given, now_ms) == ("invalid_policy", path), ascii(given)[:60]
        assert refused(lambda: Engine(given, at_ms=now_ms)) == ("invalid_policy", path)
    for given in (deep, endless):
        assert refused(engine.set_policy, given, now_ms)[0] == "invalid_policy"
    assert engine.reserve(now_ms, user="u", tier="free", usd=1).budget == "free", "the policy in force stays"
    engine.set_policy({**policy, "version": 3}, now_ms)
    assert refused(engine.set_policy, {**policy, "version": 2}, now_ms) == ("stale_policy", "version")
    for prices, path in [([], "prices"), ({"m": {"input": -1}}, "prices.m.input"), ({"m": {1: 2}}, "prices.m")]:
        assert refused(lambda: Engine(prices=prices, at_ms=now_ms)) == ("invalid_policy", path)


def test_a_policy_of_10_mb_is_taken(now_ms):
    budgets = [
        {"id": f"b{n:06}", "scope": {"user": f"user-{n:06}"}, "limit": {"usd": "5"}, "window": "daily", "action": "block"}
        for n in range(90_000)
    ]
    text = json.dumps({"budgets": budgets})
    assert len(text) > 10_000_000
    engine = Engine(text, at_ms=now_ms)
    assert engine.reserve(now_ms, user="user-089999", usd=1).budget == "b089999"
    assert engine.set_policy({"budgets": budgets}, now_ms) == {"outcome": "accepted"}
    assert refused(engine.set_policy, text[:-1], now_ms) == ("invalid_policy", "")


def test_options_are_whole_numbers(now_ms):
    for key in ("hash_seed", "max_counters", "max_events", "report_rows"):
        for given in (-1, 1.5, "5", True, 2**64, float("nan"), object()):
            assert refused(lambda: Engine(at_ms=now_ms, **{key: given})) == ("invalid_call", key)


def test_snapshots_are_whole_and_bytes(engine, now_ms):
    good = engine.snapshot()
    damaged = good[:-1] + bytes([good[-1] ^ 1])
    for given in (b"", b"no", good[:20], damaged, "text", None, bytearray(good), object()):
        assert refused(engine.restore, given) == ("invalid_snapshot", None)
        assert refused(lambda: Engine.from_snapshot(given, at_ms=now_ms)) == ("invalid_snapshot", None)


def test_control_commands_name_the_key(engine, now_ms):
    assert refused(engine.usage, {"usr": "u"}, now_ms) == ("invalid_call", "usr")
    assert refused(engine.usage, None, now_ms) == ("invalid_call", "")
    assert refused(engine.usage, {"__proto__": {}}, now_ms) == ("invalid_call", "__proto__")
    assert refused(engine.record, {}, now_ms, {"used": 1}) == ("invalid_call", "actual.used")
    assert refused(engine.record, {}, now_ms, {"usd": object()}) == ("invalid_call", "actual.usd")
    assert refused(engine.adjust, {"user": "u"}, now_ms, "1") == ("invalid_call", "budget")
    assert refused(engine.adjust, {"budget": "nope"}, now_ms, "1") == ("unknown_budget", None)
    assert refused(engine.adjust, {"budget": "free", "user": "u"}, now_ms, float("nan")) == ("invalid_amount", "by")
    assert refused(engine.breaker, "open", "nope", now_ms) == ("unknown_breaker", None)
    assert refused(engine.breaker, "ajar", "b", now_ms) == ("invalid_call", "breaker.ajar")
    assert refused(engine.cost, None, {}, now_ms) == ("invalid_call", "model")
    assert refused(engine.window, {"every": 5}, now_ms)[0] == "invalid_policy"
    assert refused(engine.run, {"at_ms": now_ms}) == ("invalid_call", "")
    assert refused(engine.run, 5) == ("invalid_call", "")
    assert refused(engine.run, {"usage": {}, "expire": True, "at_ms": now_ms}) == ("invalid_call", "")


@pytest.mark.parametrize("text", ["", "{", "[]", "5", None, 5, b"{}", "\ud800", "[" * 100_000], ids=lambda t: ascii(t)[:8])
def test_raw_commands_answer_with_the_error(engine, text):
    assert json.loads(engine.command(text))["error"] in ("invalid_call", "invalid_time")


def test_a_refused_command_still_brings_its_time(engine, now_ms):
    engine.reserve(now_ms, user="u", tier="free", usd=1, ttl_ms=1_000)
    refused(engine.reserve, now_ms + 2_000, user=object())
    assert [event["kind"] for event in engine.events(now_ms)] == ["expired"]


def test_a_wrong_signature_is_pythons_own_error(engine, now_ms):
    for call in (
        lambda: engine.reserve(),
        lambda: engine.reserve(now_ms, "u"),
        lambda: engine.reserve(now_ms, usr="u"),
        lambda: engine.settle("r1"),
        lambda: Engine(),
    ):
        with pytest.raises(TypeError):
            call()
