"""What a stranger does with the installed package, outside the tree."""

import json
import sys

import spendgate
from spendgate import Engine, SpendgateError

now_ms = 1_778_414_400_000
budget = {"id": "free", "scope": {"tier": "free"}, "limit": {"usd": "5"}, "window": "daily", "action": "block"}
engine = Engine({"budgets": [budget]}, at_ms=now_ms)

decision = engine.reserve(now_ms, user="u", tier="free", model="gpt-4o", usd="3")
settled = engine.settle(decision, now_ms, usage={"prompt_tokens": 1_000_000, "completion_tokens": 100_000})
blocked = engine.reserve(now_ms, user="u", tier="free", usd=2)
try:
    engine.reserve(now_ms, user="")
except SpendgateError as error:
    code = error.code

said = {
    "usd": settled.usd,
    "reason": blocked.reason,
    "code": code,
    "from": spendgate.__file__,
    "modules": sorted(name for name in sys.modules if name.startswith("spendgate")),
    "faults": hasattr(spendgate._native, "inject_panic"),
}
print(json.dumps(said))
