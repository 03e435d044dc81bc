"""Types and tables for other languages, from what the core says of itself.

    surface.py SURFACE.json            writes the files
    surface.py --check SURFACE.json    writes nothing; exit 1 when a file is stale

SURFACE.json is what `cargo run -p spendgate-core --example surface` prints.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTE = "Generated from the core by `make generate`; do not edit."
# The catalogues, the type that one word of each has, and what it is.
CATALOGUES = [
    ("actions", "Action", "What to do with a call."),
    ("reasons", "Reason", "Why a call is answered as it is."),
    ("units", "Unit", "What a budget counts."),
    ("dimensions", "Dimension", "What a scope names: an attribute of the call, or everything."),
    ("outcomes", "Outcome", "What the end of a reservation did."),
    ("event_kinds", "EventKind", "The kind of an event."),
    ("error_codes", "ErrorCode", "The stable code of a refusal by the engine."),
    ("why", "Why", "Why a budget applies to a call, or does not."),
    ("commands", "Command", "A command of the engine."),
]


def typescript_catalogue(catalogue):
    lines = [f"// {NOTE}", ""]
    for name, kind, says in CATALOGUES:
        lines += [f"/** {says} */", f"export const {name.upper()} = ["]
        lines += [f'  "{word}",' for word in catalogue[name]]
        lines += ["] as const;", f"export type {kind} = (typeof {name.upper()})[number];", ""]
    return "\n".join(lines)


def typescript_layout(layout):
    lines = [f"// {NOTE}", "// What stands where in a block, and the codes: `spendgate_core::packed` has the tables.", ""]
    for name, value in layout.items():
        if isinstance(value, int):
            lines.append(f"export const {name} = {value};")
            continue
        lines += [f"export const {name} = {{"]
        lines += [f"  {key}: {number}," for key, number in value.items()]
        lines += ["} as const;"]
    return "\n".join(lines) + "\n"


def python_catalogue(catalogue):
    lines = [f'"""Every word of the wire. {NOTE}"""', "", "from typing import Final, Literal, TypeAlias", ""]
    for name, kind, says in CATALOGUES:
        words = ",\n".join(f'    "{word}"' for word in catalogue[name])
        lines += [f"{kind}: TypeAlias = Literal[\n{words},\n]", f'"""{says}"""']
        lines += [f"{name.upper()}: Final[tuple[{kind}, ...]] = (\n{words},\n)", ""]
    return "\n".join(lines)


def markdown_catalogue(catalogue):
    lines = ["# Catalogue", "", f"<!-- {NOTE} -->", ""]
    lines += ["Every word of the wire. [semantics.md](semantics.md) says what each means. New ones are added, none is renamed.", ""]
    lines += ["| | |", "|---|---|"]
    for name, _, says in CATALOGUES:
        words = ", ".join(f"`{word}`" for word in catalogue[name])
        lines.append(f"| **{name}**: {says[0].lower()}{says[1:-1]} | {words} |")
    return "\n".join(lines) + "\n"


def files(surface):
    catalogue = surface["catalogue"]
    schema = lambda value: json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return {
        "bindings-wasm/js/engine/catalogue.ts": typescript_catalogue(catalogue),
        "bindings-wasm/js/engine/layout.ts": typescript_layout(surface["layout"]),
        "bindings-python/python/spendgate/_catalogue.py": python_catalogue(catalogue),
        "docs/catalogue.md": markdown_catalogue(catalogue),
        "docs/schemas/policy.schema.json": schema(surface["schemas"]["policy"]),
        "docs/schemas/vectors.schema.json": schema(surface["schemas"]["vectors"]),
    }


def main():
    arguments = sys.argv[1:]
    check = "--check" in arguments
    surface = json.loads(Path(arguments[-1]).read_text())
    stale = 0
    for name, text in files(surface).items():
        path = ROOT / name
        if path.exists() and path.read_text() == text:
            continue
        stale += 1
        if check:
            print(f"stale: {name}; `make generate` writes it anew")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {name}")
    if check:
        print(f"generated: {len(files(surface)) - stale} passed, {stale} failed")
        sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
