"""An application that makes its engine when it is loaded: before gunicorn forks, with `--preload`."""

import json
import os
import time

from spendgate import Engine, instance_id

LOADED_BY = (os.getpid(), instance_id())
BUDGET = {"id": "b", "scope": {"user": "*"}, "limit": {"usd": "900"}, "window": "daily", "action": "block"}
ENGINE = Engine({"budgets": [BUDGET]}, at_ms=time.time_ns() // 1_000_000)


def app(environ, start_response):
    now_ms = time.time_ns() // 1_000_000
    settled = ENGINE.settle(ENGINE.reserve(now_ms, user="u", usd=1), now_ms, usd=1)
    spent = ENGINE.usage({"user": "u"}, now_ms)["counters"][0]["spent"]
    said = {
        "pid": os.getpid(),
        "instance": instance_id(),
        "loaded_by": LOADED_BY,
        "outcome": settled.outcome,
        "spent": spent,
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(said).encode()]
