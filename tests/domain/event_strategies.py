"""Any event that there can be, built field by field from its types."""

import types
import typing
from datetime import UTC, datetime
from enum import Enum
from typing import Any, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from chatserver.domain.events import AnyEvent, ChatEvent, Recorded

EVENT_TYPES: tuple[type[Any], ...] = get_args(AnyEvent)
CHAT_EVENT_TYPES = tuple(kind for kind in EVENT_TYPES if issubclass(kind, ChatEvent))

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds
_PLAIN: dict[object, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(1, 2**31 - 1),
    float: st.floats(0, 1e9),
    bool: st.booleans(),
    datetime: TIMES,
}


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type: plain, an enum, a struct, a tuple of them, or a union."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if annotation is type(None):
        return st.none()
    if get_origin(annotation) in {types.UnionType, typing.Union}:
        return st.one_of(*(values_of(part) for part in get_args(annotation)))
    if get_origin(annotation) is tuple:
        return st.lists(values_of(get_args(annotation)[0]), max_size=3).map(tuple)
    if issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    return structs_of(annotation)


def structs_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Structs of this type."""
    fields = {field.encode_name: values_of(field.type) for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **fields)


def recorded(*kinds: type[Any]) -> st.SearchStrategy[Recorded]:
    """Recorded events of these types."""
    return st.builds(Recorded, st.integers(1, 2**53), TIMES, st.one_of(*(structs_of(kind) for kind in kinds)))
