"""Events as they travel: every one comes back from JSON as it was."""

import msgspec
import pytest
from hypothesis import given

from chatserver.domain.events import Recorded, type_of
from chatserver.domain.names import snake_case
from tests.domain.event_strategies import EVENT_TYPES, recorded


@given(recorded(*EVENT_TYPES))
def test_every_event_survives_its_way_over_a_wire(event: Recorded) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=Recorded) == event


def test_every_event_has_a_name_of_its_own() -> None:
    names = {snake_case(kind.__name__) for kind in EVENT_TYPES}

    assert len(names) == len(EVENT_TYPES)


@pytest.mark.parametrize(("name", "snake"), [("ChatStarted", "chat_started"), ("MethodSet", "method_set")])
def test_names_of_types_become_names_in_the_log(name: str, snake: str) -> None:
    assert snake_case(name) == snake


@given(recorded(*EVENT_TYPES))
def test_the_name_in_the_log_is_that_of_the_type(event: Recorded) -> None:
    assert type_of(event.event) == snake_case(type(event.event).__name__)
