"""The words of the package are those of the engine that is compiled in."""

from __future__ import annotations

import json
import typing

import spendgate
from spendgate import _catalogue, _native

NAMES = ["actions", "commands", "dimensions", "error_codes", "event_kinds", "outcomes", "reasons", "units", "why"]


def test_every_catalogue_is_the_engines() -> None:
    words = json.loads(_native.catalogue())
    assert sorted(words) == NAMES
    for name in NAMES:
        assert list(getattr(spendgate, name.upper())) == words[name], name


def test_types_have_the_same_words() -> None:
    kinds = [
        (_catalogue.Action, spendgate.ACTIONS),
        (_catalogue.Reason, spendgate.REASONS),
        (_catalogue.Unit, spendgate.UNITS),
        (_catalogue.ErrorCode, spendgate.ERROR_CODES),
        (_catalogue.EventKind, spendgate.EVENT_KINDS),
    ]
    for kind, words in kinds:
        assert typing.get_args(kind) == words
