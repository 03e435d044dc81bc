"""The conformance server, from outside: a line for a line, at any pace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from spendgate import Engine

SERVER = [sys.executable, str(Path(__file__).parent / "serve.py")]


def steps(policy, now_ms, count):
    yield {"start": {"prices": None, "policy": policy, "at_ms": now_ms}}
    for number in range(count):
        call = {"user": f"u{number % 7}", "tier": "free", "estimate": {"usd": number % 3}}
        yield [
            {"reserve": call, "at_ms": now_ms + number},
            {"settle": f"r{number // 5:x}", "actual": {"usd": "0.01"}, "at_ms": now_ms + number},
            {"usage": call, "at_ms": now_ms + number},
            {"reserve": {"user": ["u"]}, "at_ms": now_ms + number, "unknown": 1},
            {"events": True, "at_ms": now_ms + number},
        ][number % 5]


def test_many_lines_at_once(policy, now_ms):
    lines = [json.dumps(step) for step in steps(policy, now_ms, 20_000)]
    served = subprocess.run(SERVER, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    answers = served.stdout.splitlines()
    assert json.loads(answers[0]) == {"outcome": "started"}
    engine = Engine(policy, at_ms=now_ms)
    assert [json.loads(answer) for answer in answers[1:]] == [json.loads(engine.command(line)) for line in lines[1:]]


def test_one_line_at_a_time(policy, now_ms):
    with subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        engine = Engine(policy, at_ms=now_ms)
        for number, step in enumerate(steps(policy, now_ms, 50)):
            line = json.dumps(step)
            server.stdin.write(line + "\n")
            server.stdin.flush()
            answer = json.loads(server.stdout.readline())
            assert answer == ({"outcome": "started"} if number == 0 else json.loads(engine.command(line)))


def test_a_refused_start_is_an_answer(now_ms):
    line = json.dumps({"start": {"prices": None, "policy": {"budgets": 5}, "at_ms": now_ms}})
    served = subprocess.run(SERVER, input=line, capture_output=True, text=True, check=True)
    answer = json.loads(served.stdout)
    assert (answer["error"], answer["path"]) == ("invalid_policy", "budgets")
