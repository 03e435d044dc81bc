"""Import starts nothing; a forked or spawned child is another instance with an engine of its own."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading

import pytest

from spendgate import Engine, instance_id

NOW_MS = 1_778_414_400_000
BUDGET = {"id": "b", "scope": {"user": "*"}, "limit": {"usd": "900"}, "window": "daily", "action": "block"}

IMPORT = """
import sys, threading
opened = []
sys.addaudithook(lambda name, _: opened.append(name) if name.startswith(("socket", "subprocess", "os.fork")) else None)
before = set(sys.modules)
import spendgate
engine = spendgate.Engine(at_ms=0)
engine.reserve(0, user="u")
tasks = len(__import__("os").listdir("/proc/self/task"))
print(tasks, threading.active_count(), opened, sorted({"socket", "asyncio", "decimal"} & (set(sys.modules) - before)))
"""


def test_import_starts_no_thread_and_opens_no_socket():
    told = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True).stdout
    assert told == "1 1 [] ['decimal']\n"


def spend(engine: Engine) -> str:
    engine.settle(engine.reserve(NOW_MS, user="u", usd=1), NOW_MS, usd=1)
    return engine.usage({"user": "u"}, NOW_MS)["counters"][0]["spent"]


def in_a_fork(work) -> str:
    """What `work` says in a forked child."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        said = "failed"
        try:
            said = work()
        finally:
            os.write(write, said.encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def test_the_id_stays_for_the_life_of_a_process():
    ids = {instance_id() for _ in range(3)}
    assert len(ids) == 1 and len(ids.pop()) == 32


def test_a_forked_child_is_another_instance():
    mine = instance_id()
    children = {in_a_fork(instance_id), in_a_fork(instance_id)}
    grandchild = in_a_fork(lambda: f"{instance_id()} {in_a_fork(instance_id)}").split()
    assert len(children | set(grandchild) | {mine}) == 5
    assert instance_id() == mine


def test_a_forked_child_goes_on_with_a_copy_of_the_engine():
    engine = Engine({"budgets": [BUDGET]}, at_ms=NOW_MS)
    spend(engine)
    assert in_a_fork(lambda: spend(engine)) == "2"
    assert spend(engine) == "2"


def test_a_fork_never_finds_the_engine_locked():
    """Other threads are at work while the process forks; the child's engine answers all the same."""
    engine = Engine({"budgets": [BUDGET]}, at_ms=NOW_MS)
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            engine.release(engine.reserve(NOW_MS, user="u", usd="0.001"), NOW_MS)
            engine.snapshot()
            engine.set_policy({"budgets": [BUDGET]}, NOW_MS)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(50):
            assert in_a_fork(lambda: spend(engine)) == "1"
    finally:
        done.set()
        for thread in threads:
            thread.join()


def tell(engine_or_none: Engine | None, pipe) -> None:
    engine = engine_or_none or Engine({"budgets": [BUDGET]}, at_ms=NOW_MS)
    pipe.send((instance_id(), spend(engine)))
    pipe.close()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_children_are_instances_of_their_own(method):
    context = multiprocessing.get_context(method)
    engine = Engine({"budgets": [BUDGET]}, at_ms=NOW_MS) if method == "fork" else None
    told = []
    for _ in range(2):
        mine, theirs = context.Pipe(duplex=False)
        child = context.Process(target=tell, args=(engine, theirs))
        child.start()
        theirs.close()
        told.append(mine.recv())
        child.join()
        assert child.exitcode == 0
    assert [spent for _, spent in told] == ["1", "1"]
    assert len({instance_id(), *(id for id, _ in told)}) == 3
