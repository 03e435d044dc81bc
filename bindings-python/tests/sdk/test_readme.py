"""What the README shows runs as it stands, with the mock provider in the place of the real one."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_usage_runs(capsys, mock, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{mock.url}/v1")
    mock.fixed(text="Hello to you.")
    snippets = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    for snippet in snippets:
        exec(compile(snippet, str(README), "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out.splitlines() == ["Hello to you.", "0.00125 of 5", "0.006 of 5"]
