"""Each method of the real client stands in a list: enforced, going through an enforced one, not enforced, or free."""

from __future__ import annotations

import re

from conftest import params, per_user

from spendgate._clients.openai import openai as adapter

# Helpers that send by `create`; shown by test_budgets.
THROUGH = {"chat.completions.stream", "beta.chat.completions.stream", "responses.stream"}

# What asks no model: managing what is stored, and looking at it.
FREE = re.compile(
    r"""
    (admin|conversations|content_provenance_checks|files|models|moderations|safety|skills|uploads|vector_stores|webhooks)\..*
    | .*\.(list|retrieve|delete|update|cancel|validate|poll|count|content|hangup|refer|reject)
    | .*\.(input_items|items|messages|files|permissions|voice_consents|environments|vaults|templates|artifacts)\..*
    | videos\.(download_content|get_character) | live\.sessions\.download_recording
    | fine_tuning\.jobs\.(pause|list_events) | beta\.chatkit\.threads\.list_items | beta\.agents\.automations\.pause
    | (beta\.agents|beta\.assistants|beta\.threads|evals)\.create
    | beta\.agents\.sessions\.events\.stream
    """,
    re.VERBOSE,
)


def methods_of(holder, path=""):
    for name in dir(type(holder)):
        if name.startswith("_") or name.startswith("with_"):
            continue
        member = getattr(holder, name)
        if hasattr(member, "_client") and hasattr(member, "with_raw_response"):
            yield from methods_of(member, f"{path}{name}.")
        elif path and callable(member):
            yield f"{path}{name}"


def test_each_method_of_the_client_stands_in_one_list(client, aclient):
    enforced = {operation.method for operation in adapter.operations}
    unenforced = set(adapter.unenforced)
    assert not enforced & unenforced
    for make in (client, aclient):
        found = set(methods_of(make()))
        assert len(found) > 200 and {"chat.completions.create", "batches.create"} <= found
        assert {one for one in found - enforced - unenforced - THROUGH if not FREE.fullmatch(one)} == set()
        assert {one for one in enforced | unenforced if FREE.fullmatch(one)} == set()


def test_wrapping_replaces_what_the_lists_name_and_nothing_else(gate_of, client):
    base = client()
    wrapped = gate_of(policy=per_user("1")).wrap(base)
    listed = {operation.method for operation in adapter.operations} | set(adapter.unenforced)
    for path in methods_of(base):
        *groups, name = path.split(".")
        holder = wrapped
        for group in groups:
            holder = getattr(holder, group)
        assert (name in vars(holder)) == (path in listed), path
    assert wrapped.chat.completions.create(**params()).object == "chat.completion"
