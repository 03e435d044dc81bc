"""Who a call is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, TypedDict

# Free values that ride along on events, such as a prompt's version or a request's id.
Tags: TypeAlias = Mapping[str, str | int | float | bool]


class Attributes(TypedDict, total=False):
    """Who a call is for. Ids are 1 to 256 bytes of UTF-8; a whole number is taken as its digits.

    `user_id`, `plan` and `group` are other names of `user`, `tier` and `feature`. `provider` is for clients that do
    not tell it themselves. None is the same as not given.
    """

    user: str | int | None
    user_id: str | int | None
    tier: str | None
    plan: str | None
    org: str | int | None
    feature: str | None
    group: str | None
    session: str | int | None
    provider: str | None
    tags: Tags | None


NAMES: Final = tuple(Attributes.__annotations__)

# The names of the wire, and what they are called beside.
_ALIASES: Final = (
    ("user", "user_id"),
    ("tier", "plan"),
    ("org", None),
    ("feature", "group"),
    ("session", None),
    ("provider", None),
)


class Subject(TypedDict, total=False):
    """Attributes under the names of the wire; what nobody gave is absent."""

    user: str
    tier: str
    org: str
    feature: str
    session: str
    provider: str
    tags: dict[str, str | int | float | bool]


def subject_of(*given: Mapping[str, Any] | None) -> Subject:
    """Attributes with the names of the wire, later ones before earlier ones; `tags` are joined."""
    subject: dict[str, Any] = {}
    for attributes in given:
        if not attributes:
            continue
        for name, alias in _ALIASES:
            value = attributes.get(name)
            if value is None and alias is not None:
                value = attributes.get(alias)
            if value is not None:
                # What is no text is left as it is: the engine refuses it, and the diagnostic names it.
                subject[name] = str(value) if type(value) is int else value
        tags = attributes.get("tags")
        if isinstance(tags, Mapping):
            subject["tags"] = {**subject.get("tags", {}), **tags}
    return subject  # type: ignore[return-value]


def check_names(attributes: Mapping[str, Any]) -> None:
    """Refuses attributes that do not exist, by name."""
    for name in attributes:
        if name not in NAMES:
            raise TypeError(f"`{name}` is not an attribute of a call; known are {', '.join(NAMES)}")
