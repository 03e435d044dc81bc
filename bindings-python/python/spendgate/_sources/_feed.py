"""A document that is read from somewhere and may change there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from spendgate._answers import Document


class Feed(Protocol):
    """A document that is read from somewhere and may change there. Any thread may ask."""

    @property
    def is_own(self) -> bool:
        """Whether the application wrote the document down itself, so that a refusal is an error in its code."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether the first document has to be awaited."""
        ...

    def now(self) -> Document | None:
        """The document at once, where it is at hand; None where it has to be awaited."""
        ...

    def await_first(self, timeout_s: float | None) -> bool:
        """Waits until `look` has the first document, or knows that there is none; False when that takes too long."""
        ...

    def look(self) -> Document | None:
        """Called with each call: a later version, where one has come; raises what went wrong, once each time."""
        ...

    def close(self) -> None: ...


class Given:
    """A document that is given as it is."""

    is_own = True
    is_remote = False

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def now(self) -> Document:
        return self._document

    def await_first(self, timeout_s: float | None) -> bool:
        return True

    def look(self) -> None:
        return None

    def close(self) -> None:
        return None
