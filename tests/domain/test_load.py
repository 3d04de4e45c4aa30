"""The live board counts right, whatever happened, and fast."""

import contextlib
import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain import commands as c
from chatserver.domain.chat import Chat, Customer, Direction, EndReason, Status
from chatserver.domain.desk import Desk
from chatserver.domain.errors import ChatError
from chatserver.domain.load import Board, Load, count_load, sorted_by_need
from chatserver.domain.organisation import Method
from tests.domain.builders import MONDAY_MORNING, Story, play

CUSTOMERS = st.builds(
    Customer, language=st.sampled_from(["", "de", "en"]), country=st.sampled_from(["", "DE", "FR"])
)
VISITORS = st.sampled_from([f"v{number}" for number in range(8)])
PEOPLE = st.sampled_from(["bob", "cyd", "dan", "eve", "mia"])
IDS = st.integers(1, 10**9).map(lambda number: f"client-{number:09}")
STEPS = st.one_of(
    st.builds(c.StartChat, VISITORS, IDS, st.sampled_from(["sales", "support"]), CUSTOMERS, st.just("Hi")),
    st.builds(c.CustomerEnd, VISITORS),
    st.builds(c.AgentSay, PEOPLE, st.integers(1, 12), IDS, st.just("Hello")),
    st.builds(c.EndChats, PEOPLE, st.integers(1, 12).map(lambda number: (number,))),
    st.builds(c.SetPresence, PEOPLE, st.booleans()),
    st.builds(c.SetAvailability, PEOPLE, st.booleans()),
    st.builds(c.GetFromQueue, PEOPLE),
)


def told(steps: list[c.Command], method: Method) -> Story:
    story = Story(method)
    for step in steps:
        with contextlib.suppress(ChatError):  # refusals are part of the story
            story.do(step)
        story.wait(40)
    return story


def recount(desk: Desk, now: datetime, chats: list[Chat], groups: list[str], speaks: str | None) -> Load:
    """The same numbers, each by a search of its own."""
    waiting = [chat for chat in chats if chat.status is Status.QUEUED]
    incoming = [chat for chat in chats if chat.direction is Direction.INCOMING]
    recently = now - timedelta(hours=1)
    answers = [
        chat for chat in incoming if chat.first_answer_at is not None and chat.first_answer_at > recently
    ]
    lost = [chat for chat in incoming if chat.end_reason is EndReason.ABANDONED]
    organisation = desk.organisation
    places = [
        place
        for place in (place for group in groups for place in organisation.members.get(group, {}).values())
        if desk.is_receiving(place.person_id, place.group_id)
        and (speaks is None or speaks in organisation.people[place.person_id].languages)
    ]
    mine = [(chat.person_id, chat.group_id) for chat in desk.chats.values() if chat.person_id]
    return Load(
        waiting=len(waiting),
        oldest_waiting=min((chat.started_at for chat in waiting), default=None),
        active=len([chat for chat in chats if chat.status is Status.ACTIVE]),
        receiving=len({place.person_id for place in places}),
        free_places=sum(
            max(0, place.max_active_chats - mine.count((place.person_id, place.group_id))) for place in places
        ),
        answered=len(answers),
        answered_in_time=len(
            [
                chat
                for chat in answers
                if chat.first_answer_at and (chat.first_answer_at - chat.started_at).seconds <= 60
            ]
        ),
        abandoned=len([chat for chat in lost if chat.ended_at and chat.ended_at > recently]),
    )


@given(st.lists(STEPS, max_size=60), st.sampled_from(Method))
def test_the_board_equals_a_naive_recount(steps: list[c.Command], method: Method) -> None:
    """R35: waiting, longest wait, active, receiving, free places, answered and abandoned, by each dimension."""
    story = told(steps, method)
    desk, now = story.desk, story.now
    chats = [*desk.chats.values(), *desk.recent.values()]
    groups = list(desk.organisation.groups)

    board = count_load(desk, now)

    assert board.total == recount(desk, now, chats, groups, None)
    for department_id in ("sales", "support"):
        of = [chat for chat in chats if chat.department_id == department_id]
        own = [group for group in groups if desk.organisation.groups[group].department_id == department_id]
        assert board.by_department[department_id] == recount(desk, now, of, own, None)
    for language, load in board.by_language.items():
        of = [chat for chat in chats if chat.customer.language == language]
        assert load == recount(desk, now, of, groups, language)
    for country, load in board.by_country.items():
        assert load == recount(
            desk, now, [chat for chat in chats if chat.customer.country == country], [], None
        )


@given(st.lists(STEPS, max_size=40))
def test_departments_in_scope_add_up_to_the_whole_board(steps: list[c.Command]) -> None:
    story = told(steps, Method.ROUND_ROBIN)

    whole = count_load(story.desk, story.now)
    parts = [count_load(story.desk, story.now, [department]) for department in ("sales", "support")]

    for name in ("waiting", "active", "free_places", "answered", "answered_in_time", "abandoned"):
        assert getattr(whole.total, name) == sum(getattr(part.total, name) for part in parts), name
    assert count_load(story.desk, story.now, []) == Board()


def test_shares_are_of_what_was_answered_or_abandoned() -> None:
    assert Load(answered=3, answered_in_time=2, abandoned=1).service_level == pytest.approx(0.5)
    assert Load(answered=3, abandoned=1).abandonment == pytest.approx(0.25)


def test_shares_of_nothing_are_unknown() -> None:
    assert Load(waiting=4).service_level is None
    assert Load(waiting=4).abandonment is None


def test_where_most_wait_comes_first() -> None:
    loads = {"a": Load(active=2), "b": Load(waiting=1), "c": Load(active=2)}

    assert [key for key, _ in sorted_by_need(loads, str)] == ["b", "a", "c"]


def test_ten_thousand_open_chats_are_counted_in_a_moment() -> None:
    """The console counts at each change: 15 ms on a quiet machine; the test allows for a busy one."""
    desk, _ = play([])
    story = Story()
    desk = story.desk
    for number in range(10_000):
        customer = Customer(
            language=("en", "de", "fr")[number % 3], country=("DE", "US", "BR", "JP")[number % 4]
        )
        desk.handle(c.StartChat(f"v{number}", f"client-{number}", "sales", customer, "Hi"), MONDAY_MORNING)

    took = min(_timed(desk) for _ in range(5))

    assert took < 0.06


def _timed(desk: Desk) -> float:
    start = time.perf_counter()
    count_load(desk, MONDAY_MORNING)
    return time.perf_counter() - start
