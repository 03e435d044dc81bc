#!/usr/bin/env python3
"""Runs what the documents show, with the command line that was just built.

A `json` block that has commands is run as a conformance vector; one with the keys of a policy is
checked as a policy. The `spendgate` lines of README.md's `sh` blocks are run one after the other in
an empty folder that holds `policy.json` (the README's first policy) and `usage.csv` (a small log).
Prints one line for each; the exit status is 1 when one fails. The last line is `snippets: N passed,
M failed`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
DOCUMENTS = ["README.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").glob("*.md")))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
POLICY = set(
    "version timezone week_start budgets downgrades prices breakers on_unpriced on_missing_user default_estimate".split()
)


def spendgate(*arguments: str, folder: Path) -> str | None:
    """Runs the command in `folder`; gives what it printed when it failed, else None."""
    ran = subprocess.run([TARGET / "debug" / "spendgate", *arguments], cwd=folder, capture_output=True, text=True)
    return None if ran.returncode == 0 else (ran.stdout + ran.stderr).strip()


def check_json(text: str, folder: Path) -> tuple[str, str | None]:
    """What a `json` block is, and what is wrong with it."""
    try:
        value = json.loads(text)
    except ValueError as error:
        return "json", str(error)
    first = value[0] if isinstance(value, list) and value else value
    file = folder / "snippet.json"
    file.write_text(text)
    if isinstance(first, dict) and "steps" in first:
        return "vector", spendgate("conformance", file.name, folder=folder)
    if isinstance(value, dict) and value and set(value) <= POLICY:
        return "policy", spendgate("check", file.name, folder=folder)
    return "json", None


def run_readme(policies: list[str], commands: list[str]) -> list[tuple[str, str | None]]:
    """The README's commands, each with what is wrong with it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "policy.json").write_text(policies[0] if policies else "{}")
        made = spendgate("sample-log", "--calls", "2000", "--out", "usage.csv", folder=folder)
        found = [("a log to run on", made)] if made else []
        for line in commands:
            found.append((line, spendgate(*shlex.split(line)[1:], folder=folder)))
        return found


def main() -> int:
    """Runs every snippet; gives the exit status."""
    subprocess.run(["cargo", "build", "--quiet", "-p", "spendgate-cli"], cwd=ROOT, check=True)
    results: list[tuple[str, str, str | None]] = []
    policies: list[str] = []
    commands: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for document in DOCUMENTS:
            for kind, text in BLOCK.findall((ROOT / document).read_text()):
                if kind == "json":
                    what, fault = check_json(text, Path(name))
                    results.append((document, what, fault))
                    if what == "policy" and document == "README.md":
                        policies.append(text)
                elif kind == "sh" and document == "README.md":
                    joined = text.replace("\\\n", " ")
                    commands += [line for line in joined.splitlines() if line.startswith("spendgate ")]
        examples = sorted((ROOT / "examples" / "policies").glob("*.json"))
        for example in examples:
            fault = spendgate("check", str(example), folder=Path(name))
            results.append((str(example.relative_to(ROOT)), "policy", fault))
    results += [("README.md", line, fault) for line, fault in run_readme(policies, commands)]
    for document, what, fault in results:
        print(f"{document}: {what}: {fault or 'passed'}")
    failed = sum(fault is not None for _, _, fault in results)
    print(f"snippets: {len(results) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
