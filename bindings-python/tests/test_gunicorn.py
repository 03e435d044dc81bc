"""The engine in a real server that forks after the application was loaded."""

from __future__ import annotations

import collections
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

REQUESTS = 400


def test_preloaded_workers_are_instances_of_their_own():
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers=2", "--bind=127.0.0.1:0", "--no-control-socket"]
    server = subprocess.Popen(
        [*command, "preloaded:app"], cwd=Path(__file__).parent, stderr=subprocess.PIPE, text=True
    )
    try:
        address = listening(server)
        told = collections.defaultdict(list)
        for _ in range(REQUESTS):
            with urllib.request.urlopen(address, timeout=30) as answer:
                said = json.load(answer)
            told[said["pid"], said["instance"]].append(said)
            if len(told) == 2 and min(map(len, told.values())) >= 3:
                break
    finally:
        server.terminate()
        server.communicate(timeout=30)
    assert len(told) == 2, "two workers, each with one id"
    master, before = next(iter(told.values()))[0]["loaded_by"]
    assert master == server.pid
    assert before not in {instance for _, instance in told}
    for answers in told.values():
        assert [said["outcome"] for said in answers] == ["settled"] * len(answers)
        assert [said["spent"] for said in answers] == [str(n + 1) for n in range(len(answers))]


def listening(server: subprocess.Popen[str]) -> str:
    """The address from the server's log."""
    assert server.stderr is not None
    log = []
    for line in server.stderr:
        log.append(line)
        found = re.search(r"Listening at: (http://\S+)", line)
        if found:
            return found[1]
    raise AssertionError("".join(log))
