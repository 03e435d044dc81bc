"""A panic inside leaves as an ordinary exception, from every export there is; the books stay right."""

from __future__ import annotations

import pickle

import pytest

import spendgate
from spendgate import Decision, Engine, Settled, SpendgateError, _native

NOW_MS = 1_778_414_400_000
BUDGET = {"id": "b", "scope": {"user": "*"}, "limit": {"usd": "900"}, "window": "daily", "action": "block"}


def engine_with_a_hold() -> tuple[Engine, Decision]:
    engine = Engine({"budgets": [BUDGET]}, at_ms=NOW_MS)
    return engine, engine.reserve(NOW_MS, user="u", usd=5)


ENGINE = {
    "__new__": lambda engine, hold: Engine(at_ms=NOW_MS),
    "reserve": lambda engine, hold: engine.reserve(NOW_MS, user="u", usd=1),
    "preview": lambda engine, hold: engine.preview(NOW_MS, user="u"),
    "settle": lambda engine, hold: engine.settle(hold, NOW_MS, usd=2),
    "release": lambda engine, hold: engine.release(hold, NOW_MS),
    "run": lambda engine, hold: engine.run({"usage": {"user": "u"}, "at_ms": NOW_MS}),
    "command": lambda engine, hold: engine.command('{"expire": true, "at_ms": 0}'),
    "set_policy": lambda engine, hold: engine.set_policy({"budgets": []}, NOW_MS),
    "set_policy_and_prices": lambda engine, hold: engine.set_policy({}, NOW_MS, prices=None),
    "waiting": lambda engine, hold: engine.waiting,
    "snapshot": lambda engine, hold: engine.snapshot(),
    "restore": lambda engine, hold: engine.restore(engine.snapshot()),
}
ANSWER = {
    "__repr__": repr,
    "__eq__": lambda answer: answer == answer,
    "__reduce__": pickle.dumps,
    "to_dict": lambda answer: answer.to_dict(),
    "to_json": lambda answer: answer.to_json(),
    "from_json": lambda answer: type(answer).from_json(answer.to_json()),
}
# What the interpreter makes by itself; other comparisons than == are not there to be called.
OF_PYTHON = {"__doc__", "__module__", "__hash__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}


@pytest.fixture(autouse=True)
def disarmed():
    yield
    assert _native.inject_panic(None) is None, "the place that was armed was never passed"


def panics(place: str, work) -> None:
    _native.inject_panic(place)
    with pytest.raises(SpendgateError) as error:
        work()
    assert error.value.code == "internal" and "injected" in error.value.message
    assert isinstance(error.value, Exception)


def exports(of: type) -> set[str]:
    return set(vars(of)) - OF_PYTHON


def test_the_lists_here_name_every_export():
    classes = {name for name in _native.__all__ if isinstance(getattr(_native, name), type)}
    assert classes == {"Engine", "Decision", "Settled"}
    assert set(_native.__all__) - classes == {"catalogue", "inject_panic"}
    assert exports(_native.Engine) == set(ENGINE)
    for answer in (Decision, Settled):
        assert exports(answer) >= set(ANSWER)


@pytest.mark.parametrize("name", ENGINE)
def test_the_books_survive_a_panic_in_a_command(name):
    engine, hold = engine_with_a_hold()
    panics(f"Engine.{name}", lambda: ENGINE[name](engine, hold))
    if name != "__new__":
        panics(f"Engine.{name}/locked", lambda: ENGINE[name](engine, hold))
    if name in ("reserve", "preview", "settle", "release"):
        bad = {"settle": engine.settle, "release": engine.release}.get(name, lambda _, at_ms: getattr(engine, name)(at_ms))
        panics("Engine.refuse/locked", lambda: bad(hold, None))
    assert engine.usage({"user": "u"}, NOW_MS)["counters"][0]["held"] == "5"
    assert engine.settle(hold, NOW_MS, usd=3).outcome == "settled"
    counter = engine.usage({"user": "u"}, NOW_MS)["counters"][0]
    assert (counter["spent"], counter["held"]) == ("3", "0")


@pytest.mark.parametrize("answer", [Decision, Settled])
def test_answers_survive_a_panic(answer):
    engine, decision = engine_with_a_hold()
    given = decision if answer is Decision else engine.settle(decision, NOW_MS, usd=3)
    for name in exports(answer):
        look = ANSWER.get(name, lambda answer, name=name: getattr(answer, name))
        panics(f"{answer.__name__}.{name}", lambda look=look: look(given))
    assert given.to_dict() == answer.from_json(given.to_json()).to_dict()


def test_the_catalogue_too():
    panics("catalogue", _native.catalogue)
    assert spendgate.instance_id()
