"""Who gets the next chat: cherry picking, and round robin with primary and secondary places."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.chat import Chat, Customer
from chatserver.domain.distribution import METHODS, Candidate, choose_by_round_robin, choose_nobody
from chatserver.domain.organisation import Group, Method
from tests.domain.builders import MONDAY_MORNING, Story

CHAT = Chat(1, "vera", Customer(), "sales", "sales", MONDAY_MORNING)


def candidate(
    person_id: str, *, primary: bool = True, active: int = 0, minutes: int | None = None
) -> Candidate:
    """Somebody free, last assigned a chat `minutes` after the day's start (None: never)."""
    last = None if minutes is None else MONDAY_MORNING + timedelta(minutes=minutes)
    return Candidate(person_id, primary, active, last)


def chosen(*candidates: Candidate, chat: Chat = CHAT) -> str:
    found = choose_by_round_robin(chat, candidates)
    return found.person_id if found else ""


def test_every_method_has_its_chooser() -> None:
    """R14."""
    assert set(METHODS) == set(Method)


def test_cherry_picking_assigns_to_nobody() -> None:
    """R14: never assigned automatically."""
    assert choose_nobody(CHAT, [candidate("bob")]) is None

    story = Story(Method.CHERRY_PICKING)
    story.sign_in("bob", "cyd")
    story.start("v1")
    story.start("v2")
    assert not any(isinstance(recorded.event, e.ChatAssigned) for recorded in story.log)


def test_round_robin_prefers_the_fewest_active_chats() -> None:
    """R14."""
    assert chosen(candidate("bob", active=2, minutes=0), candidate("cyd", active=1, minutes=9)) == "cyd"


def test_among_equals_the_longest_since_the_last_assignment() -> None:
    """R14."""
    assert chosen(candidate("bob", minutes=9), candidate("cyd", minutes=5)) == "cyd"
    assert chosen(candidate("bob", minutes=0), candidate("cyd", minutes=None)) == "cyd"


def test_primary_agents_come_before_secondary_ones_however_busy() -> None:
    """R14: primary then secondary applies within round robin."""
    assert chosen(candidate("bob", active=9, minutes=9), candidate("cyd", primary=False)) == "bob"


def test_who_has_just_given_the_chat_away_gets_it_back_last() -> None:
    """R14, R21."""
    released = Chat(1, "vera", Customer(), "sales", "sales", MONDAY_MORNING, released_by="bob")

    assert chosen(candidate("bob"), candidate("cyd", primary=False, active=5), chat=released) == "cyd"
    assert chosen(candidate("bob"), chat=released) == "bob"


def test_with_no_candidate_nobody_is_chosen() -> None:
    """R14."""
    assert chosen() == ""


candidates = st.lists(
    st.builds(
        candidate,
        st.sampled_from("abcdefgh"),
        primary=st.booleans(),
        active=st.integers(0, 3),
        minutes=st.none() | st.integers(0, 3),
    ),
    min_size=1,
    unique_by=lambda one: one.person_id,
)


@given(candidates)
def test_the_choice_does_not_depend_on_the_order_of_the_candidates(free: list[Candidate]) -> None:
    """R14: the same for server, replay and simulator."""
    shuffled = sorted(free, key=lambda one: one.person_id, reverse=True)

    assert chosen(*free) == chosen(*shuffled)


def test_chats_go_round_among_the_agents_of_the_group() -> None:
    """R14: fewest active chats first, then longest since the last assignment."""
    story = Story()
    story.sign_in("bob", "cyd", "mia")
    owners = []
    for number in range(6):
        story.wait(1)
        owners.append(story.start(f"v{number}").person_id)

    assert owners == ["bob", "cyd", "mia"] * 2


def test_chats_of_other_groups_count_as_load() -> None:
    """R14: active chats of the agent, not of the group only."""
    story = Story()
    story.sign_in("eve")
    story.start("v1", "support")
    story.sign_in("dan")

    assert story.start("v2", "support").person_id == "dan"


def test_secondary_agents_get_chats_when_the_primary_ones_are_full() -> None:
    """R14."""
    story = Story()
    story.limit("cyd", "sales", 2, primary=False)
    story.sign_in("bob", "cyd")

    owners = [story.start(f"v{number}").person_id for number in range(5)]

    assert owners == ["bob", "bob", "cyd", "cyd", ""]


@pytest.mark.parametrize("layer", ["signed out", "away", "inactive in the group", "no member"])
def test_only_agents_on_all_three_layers_get_chats(layer: str) -> None:
    """R14, R19: active in the group, available, signed in."""
    story = Story()
    story.sign_in("bob")
    match layer:
        case "signed out":
            story.sign_out("bob")
        case "away":
            story.do(c.SetAvailability("bob", available=False))
        case "inactive in the group":
            story.do(c.SetGroupActivity("bob", "bob", "sales", active=False))
        case _:
            story.do(c.RemoveMembership("ada", "bob", "sales"))

    assert story.start().person_id == ""


def test_a_group_may_have_its_own_method() -> None:
    """R14: set system-wide with an optional override per group."""
    story = Story(Method.CHERRY_PICKING)
    story.sign_in("bob", "dan")
    story.do(c.SaveGroup("ada", Group("support", "Support", "support", Method.ROUND_ROBIN)))

    assert story.start("v1", "sales").person_id == ""
    assert story.start("v2", "support").person_id == "dan"
