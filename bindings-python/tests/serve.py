"""A conformance server: JSON lines in, an answer a line out, through the package as a user calls it.

    python serve.py < steps

`{"start": {"prices", "policy", "at_ms"}}` begins a fresh engine, any other line is a step. What the typed methods
cannot carry exactly (an unknown key, a list where an id belongs) goes through `command` as it stands.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Literal

from spendgate import Engine, SpendgateError

Step = dict[str, Any]

IDS = {"user", "tier", "org", "feature", "session", "provider", "model"}
AMOUNTS = {"usd", "tokens", "input_tokens", "output_tokens"}


class Inexact(Exception):
    """The line has a number that Python reads as another one."""


def whole(text: str) -> int:
    if text == "-0":
        raise Inexact
    return int(text)


def has(value: Any, keys: set[str]) -> bool:
    """Whether it is an object with no other keys."""
    return isinstance(value, dict) and value.keys() <= keys


def decide(engine: Engine, step: Step, verb: str) -> Any:
    more = {"ttl_ms"} if verb == "reserve" else {"without"}
    call = step[verb]
    if not (has(step, {verb, "at_ms"} | more) and has(call, IDS | {"estimate"})):
        return None
    estimate = call.get("estimate") or {}
    if not has(estimate, AMOUNTS) or call.get("estimate") not in (None, estimate):
        return None
    options = {key: step[key] for key in more if key in step}
    ids = {key: value for key, value in call.items() if key != "estimate"}
    return getattr(engine, verb)(step["at_ms"], **ids, **estimate, **options).to_dict()


def settle(engine: Engine, step: Step) -> Any:
    actual = step.get("actual")
    if actual is None:
        actual = {}
    if not (has(step, {"settle", "at_ms", "actual", "ok", "latency_ms"}) and has(actual, AMOUNTS | {"usage"})):
        return None
    if not isinstance(actual.get("usage"), (dict, type(None))):
        return None
    report = {key: step[key] for key in ("ok", "latency_ms") if key in step}
    return engine.settle(step["settle"], step["at_ms"], **actual, **report).to_dict()


def release(engine: Engine, step: Step) -> Any:
    if not has(step, {"release", "at_ms", "ok", "latency_ms"}):
        return None
    report = {key: step[key] for key in ("ok", "latency_ms") if key in step}
    return {"outcome": engine.release(step["release"], step["at_ms"], **report)}


def cost(engine: Engine, step: Step) -> Any:
    asked = step["cost"]
    if not (has(step, {"cost", "at_ms"}) and has(asked, {"model", "usage", "provider", "at"})):
        return None
    if not {"model", "usage"} <= asked.keys():
        return None
    options = {"provider": asked.get("provider"), "priced_at": asked.get("at")}
    return engine.cost(asked["model"], asked["usage"], step["at_ms"], **options)


def breaker(engine: Engine, step: Step) -> Any:
    asked = step["breaker"]
    if not (has(step, {"breaker", "at_ms"}) and has(asked, {"open", "close", "subject", "reason"})):
        return None
    if ("open" in asked) == ("close" in asked):
        return None
    state: Literal["open", "close"] = "open" if "open" in asked else "close"
    options = {key: asked.get(key) for key in ("subject", "reason")}
    return engine.breaker(state, asked[state], step["at_ms"], **options)


def control(engine: Engine, step: Step, name: str) -> Any:
    """The commands that take one value, the time, and little beside."""
    more = {"record": ["actual"], "adjust": ["by", "why"], "set_policy": ["prices"]}.get(name, [])
    if not has(step, {name, "at_ms", *more}) or (name == "adjust" and "by" not in step):
        return None
    options = {key: step[key] for key in more if key in step}
    if name == "metrics":
        return {"text": engine.metrics(step["at_ms"])}
    if name in ("events", "expire", "report"):
        return getattr(engine, name)(step["at_ms"])
    return getattr(engine, name)(step[name], step["at_ms"], **options)


def snapshot(engine: Engine, step: Step) -> Any:
    if not has(step, {"snapshot", "at_ms"}):
        return None
    engine.expire(step["at_ms"])
    engine.restore(engine.snapshot())
    return {"outcome": "restored"}


def typed(engine: Engine, step: Step) -> Any:
    """The answer of a typed method, or None where the step fits none."""
    names = step.keys() - {"at_ms", "at", "ttl_ms", "actual", "ok", "latency_ms", "by", "why", "without", "prices"}
    if len(names) != 1 or "at_ms" not in step:
        return None
    name = names.pop()
    match name:
        case "reserve" | "preview":
            return decide(engine, step, name)
        case "settle":
            return settle(engine, step)
        case "release":
            return release(engine, step)
        case "cost":
            return cost(engine, step)
        case "breaker":
            return breaker(engine, step)
        case "snapshot":
            return snapshot(engine, step)
        case "record" | "set_policy" | "estimate" | "usage" | "explain" | "window" | "events" | "adjust":
            return control(engine, step, name)
        case "expire" | "store" | "report" | "metrics":
            return control(engine, step, name)
    return None


def refusal(error: SpendgateError) -> Step:
    path = {} if error.path is None else {"path": error.path}
    return {"error": error.code, "message": error.message, **path}


def read(line: str) -> Any:
    """The step; None for one that only the engine can read exactly. A start is always read here."""
    try:
        return json.loads(line, parse_int=whole)
    except Inexact:
        step = json.loads(line)
        return step if isinstance(step, dict) and "start" in step else None


def main() -> None:
    engine = Engine(at_ms=0)
    answer: Any
    for line in sys.stdin:
        try:
            step = read(line)
            if isinstance(step, dict) and "start" in step:
                given = step["start"]
                rows = given.get("report_rows", 10_000)
                engine = Engine(given["policy"], prices=given["prices"], at_ms=given["at_ms"], report_rows=rows)
                answer = {"outcome": "started"}
            else:
                answer = typed(engine, step) if isinstance(step, dict) else None
                if answer is None:
                    answer = json.loads(engine.command(line))
        except SpendgateError as error:
            answer = refusal(error)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
