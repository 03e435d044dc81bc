"""Policies and prices from files and URLs: read again, never for the worse."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import eventually, per_user

from spendgate import SpendgateError

CALL = {"user": "u", "model": "gpt-4o", "estimate": {"usd": "0.01"}}


def test_a_file_is_in_force_at_once_and_again_when_it_changes(gate_of, tmp_path):
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(per_user("0")))
    for source in (str(file), file, {"file": str(file)}, file.as_uri()):
        assert not gate_of(policy=source).reserve(**CALL).allowed
    gate = gate_of(policy=file)
    gate.ready()
    file.write_text('{"budgets": [{"id": "each", "scope": {"user": "*"}, "limit": {"usd": "-5"}}]}')

    def complained():
        assert not gate.reserve(**CALL).allowed
        assert gate.kinds() == ["policy_failed"] and gate.said[0].error.path == "budgets[0].limit.usd"

    eventually(complained)
    file.unlink()

    def missed():
        assert not gate.reserve(**CALL).allowed
        assert gate.kinds() == ["policy_failed"] * 2 and isinstance(gate.said[1].error, FileNotFoundError)

    eventually(missed)
    file.write_text(json.dumps(per_user("1.00")))

    def allowed():
        assert gate.reserve(**CALL).allowed

    eventually(allowed)


def test_a_file_that_is_missing_or_bad_at_the_start_is_a_diagnostic(gate_of, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    for policy, kind in ((tmp_path / "missing.json", FileNotFoundError), (bad, SpendgateError)):
        gate = gate_of(policy=policy)
        with pytest.raises(kind):
            gate.ready()
        assert gate.reserve(**CALL).allowed and gate.kinds() == ["policy_failed"]


def test_an_object_that_is_refused_is_an_error_where_it_is_given(gate_of):
    with pytest.raises(SpendgateError) as error:
        gate_of(policy=per_user("1", action="blok"))
    assert (error.value.code, error.value.path) == ("invalid_policy", "budgets[0].action")
    with pytest.raises(SpendgateError) as error:
        gate_of(prices={"mine": {"input": "x"}})
    assert error.value.path.startswith("prices.mine")
    for policy in (5, [], object()):
        with pytest.raises(TypeError):
            gate_of(policy=policy)


class Server:
    """A policy behind a URL, with an ETag."""

    def __init__(self) -> None:
        self.status, self.etag, self.body = 200, '"1"', json.dumps(per_user("0"))
        self.asked: list[str | None] = []
        self.answering = threading.Event()
        self.answering.set()
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                told = self.headers.get("If-None-Match")
                mine.asked.append(told)
                mine.answering.wait(10)
                unchanged = mine.status == 200 and told == mine.etag
                self.send_response(304 if unchanged else mine.status)
                self.send_header("ETag", mine.etag)
                body = b"" if unchanged else mine.body.encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *given):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/policy.json"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


def test_a_url_is_awaited_by_the_first_call_and_asked_again_with_its_etag(gate_of, server):
    server.answering.clear()
    gate = gate_of(policy={"url": server.url, "interval_s": 0.05})
    threading.Timer(0.2, server.answering.set).start()
    assert not gate.reserve(**CALL).allowed
    gate.ready()

    def used_the_etag():
        assert not gate.reserve(**CALL).allowed
        assert server.asked.count('"1"') >= 2

    eventually(used_the_etag)
    server.status, server.etag = 500, '"x"'

    def complained():
        assert not gate.reserve(**CALL).allowed
        assert "policy_failed" in gate.kinds()

    eventually(complained)
    server.status, server.etag, server.body = 200, '"2"', json.dumps(per_user("1"))

    def allowed():
        assert gate.reserve(**CALL).allowed

    eventually(allowed)


def test_a_url_that_cannot_be_reached_lets_calls_go_on(gate_of, server):
    server.close()
    gate = gate_of(policy=server.url)
    assert gate.reserve(**CALL).allowed
    with pytest.raises(OSError):
        gate.ready()
    assert gate.kinds()[0] == "policy_failed"


def test_what_a_url_brings_may_be_refused(gate_of, server):
    server.body = json.dumps(per_user("1", action="blok"))
    gate = gate_of(policy=server.url)
    with pytest.raises(SpendgateError):
        gate.ready(10)
    assert gate.reserve(**CALL).allowed and gate.kinds() == ["policy_failed"]


def test_prices_of_a_file_stand_over_the_built_in_table_and_follow_the_file(gate_of, tmp_path):
    file = tmp_path / "prices.json"
    file.write_text('{"house-model": {"input": "1", "output": "1"}}')
    gate = gate_of(prices=file)
    tokens = {"input_tokens": 1_000_000, "output_tokens": 0}

    def price():
        decision = gate.reserve(user="u", model="house-model")
        return gate.settle(decision, **tokens).usd

    assert price() == "1"
    file.write_text('{"house-model": {"input": "2.5", "output": "1"}}')

    def changed():
        assert price() == "2.5"

    eventually(changed)
    file.write_text('{"house-model": {"input": "-1"}}  ')

    def complained():
        assert price() == "2.5"
        assert "policy_failed" in gate.kinds()

    eventually(complained)
