"""Compares core/data/prices.txt with LiteLLM's price list, on every model and rate that both have.

    .venv/bin/pip install --no-deps litellm==1.109.1
    .venv/bin/python scripts/prices/compare.py [--show]

Only the JSON file inside the package is read; LiteLLM itself is not imported. Differences that were
looked at stand in differences.txt with a reason. Exit 1: a difference that is not listed, or a
listed one that is gone.
"""

from __future__ import annotations

import fnmatch
import json
import sys
from datetime import date
from decimal import Decimal
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "core" / "data" / "prices.txt"
REVIEWED = HERE / "differences.txt"
LITELLM = "1.109.1"
# The day both lists are read for: when that version was the newest.
AS_OF = (date(2026, 11, 23) - date(1970, 1, 1)).days
PROVIDERS = {
    "openai": "openai", "anthropic": "anthropic", "gemini": "google", "vertex_ai-language-models": "google",
    "vertex_ai-anthropic_models": "google", "mistral": "mistral", "deepseek": "deepseek", "xai": "x-ai",
    "cohere": "cohere", "cohere_chat": "cohere", "perplexity": "perplexity", "groq": "groq",
    "together_ai": "together", "fireworks_ai": "fireworks", "azure": "azure", "azure_ai": "azure",
    "bedrock": "aws", "bedrock_converse": "aws", "openrouter": "openrouter", "cerebras": "cerebras",
    "moonshot": "moonshotai", "zai": "zai",
}
RATES = {
    "i": "input_cost_per_token",
    "o": "output_cost_per_token",
    "r": "cache_read_input_token_cost",
    "w": "cache_creation_input_token_cost",
    "h": "cache_creation_input_token_cost_above_1hr",
}


def ours() -> dict[tuple[str, str], tuple[str, dict[str, Decimal]]]:
    """Every name of the table: the model's id and the rates that are written for it."""
    names: dict = {}
    provider = ""
    periods: list = []
    for line in TABLE.read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "p":
            provider = rest.split()[0]
        elif kind == "m":
            periods = []
            words = rest.split()
            for word in words:
                names[provider, word.rstrip("+*").lower()] = (words[0].rstrip("+*"), periods)
        elif kind == "d":
            periods.append((int(rest), None))
        elif kind == "h":
            periods.append((10**9, None))  # by the hour: not compared
        elif kind == "r":
            start = periods.pop()[0] if periods and periods[-1][1] is None else 0
            periods.append((start, {p[0]: Decimal(p[1:]) for p in rest.split()}))
    return {key: (name, [r for s, r in held if s <= AS_OF][-1]) for key, (name, held) in names.items()}


def theirs() -> dict[str, dict]:
    """LiteLLM's list, from the installed package's files."""
    assert metadata.version("litellm") == LITELLM, f"differences.txt was reviewed with litellm {LITELLM}"
    files = metadata.files("litellm") or []
    path = next(f for f in files if f.name == "model_prices_and_context_window_backup.json")
    return json.loads(Path(path.locate()).read_text(), parse_float=Decimal)


def differences() -> tuple[list[tuple[str, str, str, Decimal, Decimal]], int]:
    """(provider, model, rate, ours, theirs) of each rate that is not the same, and how many were compared."""
    table, found, compared = ours(), set(), 0
    for key, row in theirs().items():
        provider = PROVIDERS.get(row.get("litellm_provider", ""))
        bare = key.lower()
        if provider is None or row.get("mode") not in (None, "chat", "completion", "embedding", "responses"):
            continue
        candidates = [bare] + ([bare.split("/", 1)[1]] if "/" in bare else [])
        hit = next((table[provider, c] for c in candidates if (provider, c) in table), None)
        if hit is None:
            continue
        name, rates = hit
        for letter, field in RATES.items():
            if letter not in rates or row.get(field) is None:
                continue
            other = Decimal(row[field]) * 10**6
            compared += 1
            if abs(other - rates[letter]) > Decimal("0.00001") * max(other, rates[letter]):
                found.add((provider, name, letter, rates[letter], other.normalize()))
    return sorted(found), compared


class Reviewed:
    """One line of differences.txt: `provider/model rates ours/theirs  reason`. The model may be a
    pattern; the rates are letters; the third word is the ratio, or `*`."""

    def __init__(self, line: str) -> None:
        rule, _, self.reason = line.partition("  ")
        self.model, self.rates, ratio = rule.split()
        self.ratio = None if ratio == "*" else Decimal(ratio.split("/")[0]) / Decimal(ratio.split("/")[1])
        self.rule, self.used = rule, False
        assert self.reason.strip(), f"no reason: {line}"

    def covers(self, model: str, letter: str, mine: Decimal, other: Decimal) -> bool:
        """Whether the line is about this difference."""
        if not fnmatch.fnmatchcase(model, self.model) or letter not in self.rates:
            return False
        return self.ratio is None or (other > 0 and abs(mine / other - self.ratio) < Decimal("0.0001"))


def main() -> int:
    """Prints what is unreviewed and what is gone."""
    lines = [x for x in REVIEWED.read_text().splitlines() if x.strip() and not x.startswith("#")]
    reviewed = [Reviewed(x) for x in lines]
    found, compared = differences()
    fresh = 0
    for provider, name, letter, mine, other in found:
        hits = [r for r in reviewed if r.covers(f"{provider}/{name}", letter, mine, other)]
        for hit in hits:
            hit.used = True
        fresh += not hits
        if not hits or "--show" in sys.argv[1:]:
            reason = hits[0].reason.strip() if hits else "UNREVIEWED"
            print(f"{provider}/{name} {letter}: ours {mine:f}, theirs {other:f}: {reason}")
    gone = [r for r in reviewed if not r.used]
    for line in gone:
        print(f"gone: {line.rule}")
    print(f"{compared} rates compared, {len(found)} differ, {fresh} of them unreviewed, {len(gone)} listed ones gone")
    return 1 if fresh or gone else 0


if __name__ == "__main__":
    sys.exit(main())
