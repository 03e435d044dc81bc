#!/usr/bin/env python3
"""Runs what the documents show, with the command line that was just built.

A `json` block that has commands is run as a conformance vector; one with the keys of a policy is
checked as a policy. The `spendgate` lines of README.md's `sh` blocks are run one after the other in
a folder that holds `policy.json` (the README's first policy), `usage.csv` (the made-up log) and the
examples; a `console` block shows a command, and each line that follows has to be in what it prints.
The `rust` blocks of two crates' READMEs are run as rustdoc runs examples; `js` and `python` blocks as programs, over
the packages that scripts/test-sdk.sh and scripts/test-python.sh have built, with the mock provider in the place of the real ones.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
DOCUMENTS = ["README.md", "sdk-js/README.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").rglob("*.md")))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
POLICY = set(
    "version timezone week_start budgets downgrades prices breakers on_unpriced on_missing_user default_estimate".split()
)


def spendgate(*arguments: str, folder: Path) -> tuple[str | None, str]:
    """Runs the command in `folder`: what it said when it failed, else None; and what it printed."""
    ran = subprocess.run([TARGET / "debug" / "spendgate", *arguments], cwd=folder, capture_output=True, text=True)
    fault = None if ran.returncode == 0 else (ran.stdout + ran.stderr).strip()
    return fault, ran.stdout


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
        return "vector", spendgate("conformance", file.name, folder=folder)[0]
    if isinstance(value, dict) and value and set(value) <= POLICY:
        return "policy", spendgate("check", file.name, folder=folder)[0]
    return "json", None


def check_shown(block: str, folder: Path) -> tuple[str, str | None]:
    """The command of a `console` block, and what is wrong with it or with what is shown of it."""
    command, *shown = block.splitlines()
    command = command.removeprefix("$ ")
    fault, printed = spendgate(*shlex.split(command)[1:], folder=folder)
    missing = [line for line in shown if line not in printed.splitlines()]
    if not fault and missing:
        fault = f"does not print `{missing[0]}`"
    return command, fault


def run_readme(policy: str, blocks: list[tuple[str, str]]) -> list[tuple[str, str | None]]:
    """The README's commands, each with what is wrong with it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "policy.json").write_text(policy)
        (folder / "examples").symlink_to(ROOT / "examples")
        found = [("a log to run on", spendgate("sample-log", "--out", "usage.csv", folder=folder)[0])]
        for kind, text in blocks:
            if kind == "console":
                found.append(check_shown(text, folder))
            lines = text.replace("\\\n", " ").splitlines() if kind == "sh" else []
            for line in (line for line in lines if line.startswith("spendgate ")):
                found.append((line, spendgate(*shlex.split(line)[1:], folder=folder)[0]))
        return found


def run_rust(readme: str, crate: str) -> str | None:
    """What is wrong with the examples of a crate's README."""
    debug = TARGET / "debug"
    command = ["rustdoc", "--test", readme, "--edition", "2024", "-L", f"dependency={debug / 'deps'}"]
    command += ["--extern", f"{crate}={debug / f'lib{crate}.rlib'}"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return None if ran.returncode == 0 else (ran.stdout + ran.stderr).strip()


@contextmanager
def provider() -> Iterator[dict[str, str]]:
    """The mock provider, and the environment in which clients find it."""
    mock = subprocess.Popen(
        ["node", "tests/mock-provider/main.mjs"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        url = json.loads(mock.stdout.readline())["url"]
        keys = {name: "test" for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY")}
        urls = {"OPENAI_BASE_URL": f"{url}/v1", "ANTHROPIC_BASE_URL": url, "GEMINI_BASE_URL": url, "COLLECTOR_URL": url}
        yield {**os.environ, **keys, **urls}
    finally:
        mock.terminate()
        mock.wait()


def run_program(language: str, text: str, environment: dict[str, str]) -> str | None:
    """What is wrong with a `js` or `python` block; a promise that it makes in a comment is not checked."""
    programs = {
        "js": ["node", "--input-type=module", "-"],
        "python": [str(TARGET / "python-openai-3" / "bin" / "python"), "-"],
    }
    try:
        ran = subprocess.run(
            programs[language], cwd=ROOT, env=environment, input=text, capture_output=True, text=True, timeout=60
        )
    except subprocess.TimeoutExpired:
        return "does not end"
    return None if ran.returncode == 0 else (ran.stdout + ran.stderr).strip()


def main() -> int:
    """Runs every snippet; gives the exit status."""
    subprocess.run(["cargo", "build", "--quiet", "--workspace", "--lib", "--bins", "--examples"], cwd=ROOT, check=True)
    results: list[tuple[str, str, str | None]] = []
    policies: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for document in DOCUMENTS:
            for text in (text for kind, text in blocks_of(document) if kind == "json"):
                what, fault = check_json(text, folder)
                results.append((document, what, fault))
                if what == "policy" and document == "README.md":
                    policies.append(text)
        for example in sorted((ROOT / "examples" / "policies").glob("*.json")):
            results.append((str(example.relative_to(ROOT)), "policy", spendgate("check", str(example), folder=folder)[0]))
    results += [("README.md", *found) for found in run_readme((policies or ["{}"])[0], blocks_of("README.md"))]
    with provider() as environment:
        for document in DOCUMENTS:
            for language, text in blocks_of(document):
                if language in ("js", "python"):
                    results.append((document, language, run_program(language, text, environment)))
    for readme, crate in (("core/README.md", "spendgate_core"), ("conformance/README.md", "spendgate_conformance")):
        results.append((readme, "rust", run_rust(readme, crate)))
    for document, what, fault in results:
        print(f"{document}: {what}: {fault or 'passed'}")
    failed = sum(fault is not None for _, _, fault in results)
    print(f"snippets: {len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def blocks_of(document: str) -> list[tuple[str, str]]:
    """The code blocks of a document: (language, text)."""
    return BLOCK.findall((ROOT / document).read_text())


if __name__ == "__main__":
    sys.exit(main())
