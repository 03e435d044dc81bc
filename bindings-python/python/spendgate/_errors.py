"""The one exception of the engine."""

from __future__ import annotations


class SpendgateError(Exception):
    """A command was refused, and nothing but the clock has moved. A blocked call is no error: it is a decision.

    `code` is stable and for programs, `path` names the field that is wrong where the refusal is about one,
    `message` is for people. The code `internal` is a fault of Spendgate's own.
    """

    code: str
    path: str | None
    message: str

    def __init__(self, code: str, path: str | None, message: str) -> None:
        super().__init__(code, path, message)
        self.code = code
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return self.message
