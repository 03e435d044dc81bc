"""The `openai` package, and what has its shape: Azure, and clients of compatible APIs."""

from __future__ import annotations

from typing import Any

from spendgate._clients._adapter import Adapter
from spendgate._clients._operation import Params
from spendgate._clients._provider import provider_of
from spendgate._clients.openai._chat import chat
from spendgate._clients.openai._embeddings import embeddings
from spendgate._clients.openai._responses import responses
from spendgate._clients.openai._unenforced import UNENFORCED

__all__ = ["openai"]


def _matches(client: Any) -> bool:
    completions = getattr(getattr(client, "chat", None), "completions", None)
    return not isinstance(client, type) and callable(getattr(completions, "create", None))


def _copy(client: Any) -> Any | None:
    copy = getattr(client, "with_options", None)
    try:
        made = copy() if callable(copy) else None
    except Exception:
        return None  # A class of the application's whose constructor takes something else.
    return made if _matches(made) and made is not client else None


def _call(params: Params, is_stream: bool) -> tuple[str, Params]:
    method = "responses.create" if "input" in params else "chat.completions.create"
    return method, {**params, "stream": True} if is_stream else params


openai = Adapter(
    name="openai",
    matches=_matches,
    provider=lambda client: provider_of(getattr(client, "base_url", None), "openai"),
    copy=_copy,
    copies=("with_options", "copy"),
    # `parse` sends by itself; `stream` goes through `create`.
    operations=(
        chat("chat.completions.create"),
        chat("chat.completions.parse"),
        chat("beta.chat.completions.create"),
        chat("beta.chat.completions.parse"),
        chat("completions.create"),
        responses("responses.create"),
        responses("responses.parse"),
        responses("responses.compact"),
        responses("beta.responses.create"),
        responses("beta.responses.parse"),
        responses("beta.responses.compact"),
        embeddings,
    ),
    call=_call,
    unenforced=UNENFORCED,
)
