"""Writes core/data/output-limits.txt: the most output tokens of chat models, from LiteLLM's price list.

    .venv/bin/python scripts/prices/limits.py [--check]

Only the JSON file inside the package is read; LiteLLM itself is not imported. A model of the price table (OpenAI's,
Anthropic's, Google's) has a limit where the list has one under its own id, else the highest under its other names.
`--check` writes nothing and exits 1 when the committed file is stale.
"""

from __future__ import annotations

import gzip
import sys
from importlib import metadata
from pathlib import Path

import compare
import source

PATH = Path(__file__).resolve().parents[2] / "core" / "data" / "output-limits.txt"
PROVIDERS = ("openai", "anthropic", "google")
MODES = ("chat", "completion", "responses")


def listed() -> dict[tuple[str, str], int]:
    """The list's limits by provider and bare model id."""
    found: dict[tuple[str, str], int] = {}
    for key, row in compare.theirs().items():
        provider = compare.PROVIDERS.get(row.get("litellm_provider", ""))
        if key.startswith("vertex_ai/claude"):
            provider = "anthropic"
        limit = row.get("max_output_tokens")
        if provider in PROVIDERS and row.get("mode") in MODES and isinstance(limit, int):
            name = key.lower().rsplit("/", 1)[-1].replace("@", "-")
            found[provider, name] = max(limit, found.get((provider, name), 0))
    return found


def limits() -> dict[int, list[str]]:
    """Ids of the price table by limit."""
    theirs, by_limit = listed(), {}
    for provider in (p for p in source.providers() if p.id in PROVIDERS):
        for model in provider.models:
            names = source.aliases(model)
            own = theirs.get((provider.id, model.id.lower()))
            dated = [n for p, n in theirs if p == provider.id and any(n.startswith(f"{a}-20") for a in names)]
            others = [theirs[provider.id, n] for n in [*names, *dated] if (provider.id, n) in theirs]
            limit = own or max(others, default=0)
            if limit > 0:
                by_limit.setdefault(limit, []).append(model.id)
    return by_limit


def text() -> str:
    """A line for each limit: the number, then the models."""
    lines = [f"{limit} {' '.join(sorted(names))}" for limit, names in sorted(limits().items())]
    return "\n".join(lines) + "\n"


def licence() -> str:
    """The notice that has to travel with the file."""
    files = metadata.files("litellm") or []
    whole = next(f for f in files if f.name == "LICENSE" and "dist-info" in str(f)).read_text()
    _, mark, notice = whole.partition("MIT License\n")
    assert mark, "LiteLLM's licence has another form"
    version = metadata.version("litellm")
    return f"output-limits.txt is derived from litellm {version} by scripts/prices/limits.py.\n\n{mark}{notice}"


def main() -> int:
    """Writes or checks the file."""
    new = text()
    print(f"{PATH.name}: {len(new.encode())} bytes, {len(gzip.compress(new.encode(), 9, mtime=0))} gzip")
    if "--check" not in sys.argv[1:]:
        PATH.write_text(new)
    elif not PATH.exists() or PATH.read_text() != new:
        print("core/data is stale: run scripts/prices/limits.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
