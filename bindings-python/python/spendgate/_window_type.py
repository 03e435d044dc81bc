"""The kind of a window, in the words of inline budgets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from spendgate._answers import Window

WindowType: TypeAlias = Literal["day", "week", "month", "other"]


def time_of(text: str) -> datetime:
    """A time of the engine, RFC 3339 in UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def window_type(window: Window) -> WindowType:
    """The kind of a window by its length; days around clock changes have 22 to 26 hours."""
    hours = (time_of(window["end"]) - time_of(window["start"])) / timedelta(hours=1)
    if 22 <= hours <= 26:
        return "day"
    if 166 <= hours <= 170:
        return "week"
    return "month" if 670 <= hours <= 746 else "other"
