"""What the tests share: the mock provider, real clients over it, gates."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from spendgate import Diagnostic, GateEvent, SpendGate, is_budget_error

MAIN = Path(__file__).parents[3] / "tests" / "mock-provider" / "main.mjs"

# 400 characters: a prompt of 100 tokens by the rule of four bytes a token.
PROMPT = ("Tell me what happened. " * 18)[:400]
TEXT = "All happy families are alike; each unhappy family is unhappy in its own way."
# A call by the script of `fixed`, in USD at gpt-4o's prices.
COST = 0.00125


class Mock:
    """The mock provider, as a process; it ends with its standard input."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.url: str = json.loads(process.stdout.readline())["url"]

    def ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_mock/{path}", data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def script(self, **order: Any) -> None:
        self.ask("script", order)

    def fixed(self, **more: Any) -> None:
        """Every answer uses 100 tokens in and 100 out; what was asked before is forgotten."""
        self.ask("reset", {})
        self.script(default={"usage": {"input": 100, "output": 100}, **more})

    def requests(self) -> int:
        return self.ask("received?list=false")["requests"]

    def bodies(self) -> list[Any]:
        return [one["body"] for one in self.ask("received")["list"]]


@pytest.fixture(scope="session")
def provider() -> Iterator[Mock]:
    node = shutil.which("node")
    assert node is not None, "the mock provider needs Node.js"
    process = subprocess.Popen([node, str(MAIN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Mock(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


@pytest.fixture
def mock(provider: Mock) -> Mock:
    provider.fixed()
    return provider


@pytest.fixture
def client(mock: Mock) -> Callable[..., openai.OpenAI]:
    def make(**options: Any) -> openai.OpenAI:
        return openai.OpenAI(**{"api_key": "test", "base_url": f"{mock.url}/v1", "max_retries": 0, **options})

    return make


@pytest.fixture
def aclient(mock: Mock) -> Callable[..., openai.AsyncOpenAI]:
    def make(**options: Any) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(**{"api_key": "test", "base_url": f"{mock.url}/v1", "max_retries": 0, **options})

    return make


class Gate(SpendGate):
    """A gate that notes what it said and what happened in it."""

    said: list[Diagnostic]
    happened: list[GateEvent]

    def kinds(self) -> list[str]:
        return [diagnostic.kind for diagnostic in self.said]

    def counter(self, user: str = "u") -> dict[str, str]:
        (counter,) = self.usage(user=user)["counters"]
        return dict(counter)  # type: ignore[arg-type]

    def spent(self, user: str = "u") -> float:
        return float(self.counter(user)["spent"])

    def held(self, user: str = "u") -> str:
        return self.counter(user)["held"]


@pytest.fixture
def gate_of() -> Iterator[Callable[..., Gate]]:
    made: list[Gate] = []

    def make(**options: Any) -> Gate:
        said: list[Diagnostic] = []
        happened: list[GateEvent] = []
        gate = Gate(**{"on_diagnostic": said.append, "on_event": happened.append, **options})
        gate.said, gate.happened = said, happened
        made.append(gate)
        return gate

    yield make
    for gate in made:
        gate.close()


def params(**more: Any) -> dict[str, Any]:
    """Parameters of a call that costs COST by the script of `fixed`."""
    return {"model": "gpt-4o", "max_tokens": 100, "messages": [{"role": "user", "content": PROMPT}], **more}


def per_user(usd: str, **more: Any) -> dict[str, Any]:
    """A policy with one budget for each user."""
    budget = {"id": "each", "scope": {"user": "*"}, "limit": {"usd": usd}, "window": "monthly", "action": "block"}
    return {"budgets": [{**budget, **more}]}


def refused(call: Callable[[], Any]) -> bool:
    """Whether a budget refused the call; any other failure fails the test."""
    try:
        call()
    except Exception as error:
        if not is_budget_error(error):
            raise
        return True
    return False


def eventually(check: Callable[[], Any], seconds: float = 10) -> Any:
    """Waits until `check` holds; gives up with its last failure."""
    until = time.monotonic() + seconds
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


os.environ.pop("SPENDGATE_DISABLED", None)
