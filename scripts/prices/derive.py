"""Writes core/data/prices.txt and its licence from the pinned genai-prices package.

    python -m venv .venv && .venv/bin/pip install -r scripts/prices/requirements.txt
    .venv/bin/python scripts/prices/derive.py [--check]

`--check` writes nothing and exits 1 when the committed table is stale. The output depends on the
package alone: the same version gives the same bytes.
"""

from __future__ import annotations

import gzip
import sys
from decimal import Decimal
from importlib import metadata
from pathlib import Path

import limits
import source

DATA = Path(__file__).resolve().parents[2] / "core" / "data"
# Rates are held in 10^-9 USD per million tokens; a longer one is rounded to nearest.
STEP = Decimal("0.000000001")


def number(value: Decimal) -> str:
    """Shortest decimal text, at most nine fraction digits."""
    text = f"{value.quantize(STEP):f}" if -value.as_tuple().exponent > 9 else f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def line(table: dict[str, Decimal]) -> str:
    """The rates of one price, without those that equal what they fall back to."""
    order = [c for c in source.LETTERS.values() if c in table]
    parent = {"r": "i", "w": "i", "h": "w", "a": "i", "b": "o", "m": "i", "g": "o"}

    def value(letter: str) -> Decimal:
        if letter in table:
            return table[letter]
        return value(parent[letter]) if letter in parent else Decimal(0)

    kept = []
    for letter in order:
        if letter in parent and table[letter] == value(parent[letter]):
            continue
        kept.append(letter + number(table[letter]))
    return " ".join(kept)


def model_lines(provider: str, model) -> list[str]:
    """The lines of one model: its names, then its prices in order of time."""
    periods = source.periods(provider, model)
    priced = any({"i", "o"} & p["rates"][""][0].keys() for p in periods)
    if not priced and not source.is_free(model):
        return []
    names = source.aliases(model)
    own = model.id.lower()
    # The id as the provider writes it comes first; where it has capitals, its lower case follows.
    head = [own + names.pop(own)] + [n + names[n] for n in sorted(names)]
    head = head if own == model.id else [model.id, *head]
    assert not any(set(" \t*+") & set(n.rstrip("*+")) for n in head), head
    lines = ["m " + " ".join(head)]
    for index, period in enumerate(periods):
        if period["from"] or (index and not period["hours"]):
            lines.append(f"d {period['from']}")
        if period["hours"]:
            lines.append("h {} {}".format(*period["hours"]))
        for variant, tiers in period["rates"].items():
            for start, table in tiers.items():
                lines.append(f"t {start} {line(table)}".rstrip() if start else f"{variant or 'r'} {line(table)}".rstrip())
    return lines


def table() -> str:
    """The whole table as text."""
    version = metadata.version("genai-prices")
    lines = [f"v 1 genai-prices {version}"]
    for provider in source.providers():
        fallbacks = " ".join(source.FALLBACKS.get(provider.id, []))
        lines.append(f"p {provider.id} {fallbacks}".rstrip())
        for model in provider.models:
            lines += model_lines(provider.id, model)
    return "\n".join(lines) + "\n"


def licence() -> str:
    """The notices that have to travel with the table and the output limits."""
    files = metadata.files("genai-prices") or []
    text = next(f for f in files if f.name == "LICENSE").read_text()
    version = metadata.version("genai-prices")
    ours = f"prices.txt is derived from genai-prices {version} by scripts/prices/derive.py.\n\n{text}"
    return f"{ours.rstrip()}\n\n{'-' * 79}\n\n{limits.licence()}"


def main() -> int:
    """Writes or checks both files."""
    stale = False
    for name, text in (("prices.txt", table()), ("prices.LICENSE", licence())):
        path = DATA / name
        old = path.read_text() if path.exists() else None
        stale |= old != text
        if "--check" not in sys.argv[1:]:
            path.write_text(text)
        size = len(text.encode())
        print(f"{name}: {size} bytes, {len(gzip.compress(text.encode(), 9, mtime=0))} gzip")
    if "--check" in sys.argv[1:] and stale:
        print("core/data is stale: run scripts/prices/derive.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
