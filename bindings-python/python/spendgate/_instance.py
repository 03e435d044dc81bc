"""The identity of this process, which the engine never makes up."""

from __future__ import annotations

import os
import secrets

# By process id, and emptied in a forked child: a child is another instance. `setdefault` is one step, so that
# threads that ask first at the same time get one answer, with no lock that a fork could find taken.
_ids: dict[int, str] = {}

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_ids.clear)


def instance_id() -> str:
    """The id of this process, 32 hex digits: made at first use, another one in a forked child."""
    pid = os.getpid()
    known = _ids.get(pid)
    return known if known is not None else _ids.setdefault(pid, secrets.token_hex(16))
