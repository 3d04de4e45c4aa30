"""The queue: who waits and why, who is next, and that it moves at once when anything frees a place."""

import pytest

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.chat import Status
from chatserver.domain.errors import NotAllowed, NotFound, Offline
from chatserver.domain.organisation import Group, Membership, Method
from tests.domain.builders import ORGANISATION, Story, encoded, play, replay, roundtrip


def test_get_from_queue_gives_the_chat_that_was_started_longest_ago() -> None:
    """R13: age counts from the start of the chat, not from entering the queue."""
    story = Story(Method.CHERRY_PICKING)
    story.sign_in("dan", "bob")
    oldest = story.start("v1", "support")
    story.wait(5)
    story.start("v2", "sales")
    story.wait(5)
    story.do(c.GetFromQueue("dan"))
    story.transfer("dan", oldest, "sales")  # enters the queue of sales last

    story.do(c.GetFromQueue("bob"))

    assert oldest.person_id == "bob"


@pytest.mark.parametrize("older_in", ["sales", "sales-night"])
def test_get_from_queue_compares_the_queues_of_the_agent(older_in: str) -> None:
    """R13: the oldest of all, whichever of the queues it waits in."""
    story = Story(Method.CHERRY_PICKING)
    story.sign_in("bob", "dan")
    story.limit("bob", "sales-night", 1)
    older = story.start("v1", "support")
    story.wait(1)
    newer = story.start("v2", "support")
    story.transfer("ada", older, older_in)
    story.transfer("ada", newer, ({"sales", "sales-night"} - {older_in}).pop())

    story.do(c.GetFromQueue("bob"))

    assert (older.person_id, newer.person_id) == ("bob", "")


def test_get_from_queue_looks_into_all_queues_of_the_agent_and_no_others() -> None:
    """R13: among the queues that the agent may serve."""
    story = Story(Method.CHERRY_PICKING)
    story.sign_in("bob", "dan")
    foreign = story.start("v1", "support")
    story.wait(1)
    own = story.start("v2", "sales")
    story.limit("bob", "sales-night", 1)

    story.do(c.GetFromQueue("bob"))

    assert (own.person_id, foreign.person_id) == ("bob", "")
    with pytest.raises(NotFound):
        story.do(c.GetFromQueue("bob"))
    with pytest.raises(NotAllowed):
        story.do(c.GetFromQueue("ada"))  # in no group


def test_automatic_assignment_takes_the_oldest_of_several_queues_first() -> None:
    """R13."""
    story = Story()
    newer_first = story.start("v1", "support")
    story.transfer("ada", newer_first, "sales-night")
    story.wait(1)
    newer = story.start("v2", "support")
    story.limit("eve", "support", 1)
    story.sign_in("eve")

    order = [r.event.chat_id for r in story.log if isinstance(r.event, e.ChatAssigned)]
    assert order == [newer_first.id, newer.id]


def free_a_place_by_ending(story: Story) -> None:
    story.end("bob", story.chat(1))


def free_a_place_by_customer(story: Story) -> None:
    story.do(c.CustomerEnd("v1"))


def free_a_place_by_transfer(story: Story) -> None:
    story.transfer("bob", story.chat(1), "support")


def free_a_place_by_taking(story: Story) -> None:
    story.take("mia", story.chat(1), "bob")


def come_online(story: Story) -> None:
    story.sign_in("cyd")


def become_available(story: Story) -> None:
    story.do(c.SetAvailability("mia", available=True))


def become_active(story: Story) -> None:
    story.do(c.SetGroupActivity("mia", "eve", "sales", active=True))


def join_the_group(story: Story) -> None:
    story.limit("dan", "sales", 1)


def raise_the_limit(story: Story) -> None:
    story.limit("bob", "sales", 3)


def change_the_method(story: Story) -> None:
    story.do(c.SaveGroup("ada", Group("sales", "Sales", "sales", Method.CHERRY_PICKING)))
    story.limit("bob", "sales", 3)
    assert story.chat(3).status is Status.QUEUED
    story.do(c.SaveGroup("ada", Group("sales", "Sales", "sales", None)))


@pytest.mark.parametrize(
    "free",
    [
        free_a_place_by_ending,
        free_a_place_by_customer,
        free_a_place_by_transfer,
        free_a_place_by_taking,
        come_online,
        become_available,
        become_active,
        join_the_group,
        raise_the_limit,
        change_the_method,
    ],
)
def test_the_queue_drains_at_once_when_a_place_becomes_free(free: object) -> None:
    """R15, R16: in the same step, with no timer in between."""
    story = Story()
    story.limit("eve", "sales", 1)
    story.do(c.SetGroupActivity("mia", "eve", "sales", active=False))
    story.do(c.SetAvailability("mia", available=False))
    story.sign_in("bob", "dan", "mia", "eve")
    for visitor in ("v1", "v2", "v3"):
        story.start(visitor)
    waiting = story.chat(3)
    assert waiting.person_id == ""

    assert callable(free)
    free(story)

    assert waiting.person_id != ""
    assert story.desk.unsettled == set()


def test_an_agent_who_comes_online_gets_chats_up_to_the_limit() -> None:
    """R16: no chat waits while an eligible agent is free, and no limit is exceeded."""
    story = Story()
    chats = [story.start(f"v{number}") for number in range(4)]

    story.sign_in("bob")

    assert [chat.person_id for chat in chats] == ["bob", "bob", "", ""]


def test_a_limit_holds_for_each_group_by_itself() -> None:
    """R2, R16."""
    story = Story()
    story.sign_in("eve")
    chats = [story.start(f"v{number}", "support") for number in range(3)]
    story.transfer("ada", chats[2], "sales-night")

    assert [chat.person_id for chat in chats] == ["eve", "eve", "eve"]
    assert story.start("v9", "support").person_id == ""


def test_a_limit_of_zero_gets_nothing_automatically() -> None:
    """R16."""
    story = Story()
    story.limit("bob", "sales", 0)
    story.sign_in("bob")
    chat = story.start()

    assert chat.person_id == ""
    assert story.take("bob", chat).over_limit


def test_get_from_queue_may_exceed_the_limit_and_says_so() -> None:
    """R16: taking by hand may exceed it, and shows a warning."""
    story = Story()
    story.sign_in("bob")
    for number in range(4):
        story.start(f"v{number}")

    result = story.result(c.GetFromQueue("bob"))

    assert (result.chat_id, result.person_id, result.over_limit) == (3, "bob", True)
    assert "above your limit of 2" in result.message
    event = story.log[-1].event
    assert isinstance(event, e.ChatAssigned)
    assert event.over_limit


def test_under_cherry_picking_with_nobody_receiving_chat_is_offline() -> None:
    """R17."""
    story = Story(Method.CHERRY_PICKING)
    with pytest.raises(Offline):
        story.start()
    assert not story.desk.is_open_for_chats("sales")

    story.sign_in("bob")

    assert story.desk.is_open_for_chats("sales")
    assert story.start().status is Status.QUEUED


def test_under_round_robin_a_chat_waits_even_when_nobody_is_there() -> None:
    """R17 holds for cherry picking only; R8 names this reason to wait."""
    assert Story().start().status is Status.QUEUED


def test_a_start_in_a_department_that_is_not_there_is_refused() -> None:
    """R1."""
    with pytest.raises(NotFound):
        Story().start(department_id="nowhere")


def test_people_ahead_are_counted_in_the_order_of_service() -> None:
    """R18: 0 for the first; the same order as R13."""
    story = Story()
    chats = [story.start(f"v{number}") for number in range(3)]
    assert [story.desk.ahead_of(chat) for chat in chats] == [0, 1, 2]

    elsewhere = story.start("v9", "support")
    story.transfer("ada", chats[0], "support")

    assert [story.desk.ahead_of(chat) for chat in (*chats, elsewhere)] == [0, 0, 1, 1]


def test_replaying_the_log_gives_the_same_desk() -> None:
    """A restart loses nothing: the log alone rebuilds the live state."""
    desk, log = play(
        [
            *ORGANISATION,
            c.SetPresence("bob", online=True),
            c.SetAvailability("cyd", available=False),
            c.SaveMembership("ada", Membership("cyd", "support", 1)),
            c.RemoveMembership("ada", "eve", "sales-night"),
        ]
    )

    assert encoded(replay(log)) == encoded(desk) == encoded(roundtrip(desk))


def test_a_refused_command_changes_nothing() -> None:
    story = Story()
    before = encoded(story.desk)

    with pytest.raises(NotFound):
        story.do(c.GetFromQueue("bob"))

    assert encoded(story.desk) == before


def test_a_drain_of_several_queues_counts_what_it_has_just_assigned() -> None:
    """R14: whoever got a chat of one group a moment ago is no longer the one with the fewest in another."""
    story = Story(Method.CHERRY_PICKING)
    story.sign_in("dan", "eve")
    earlier = story.start("v0", "support")
    story.take("dan", earlier)
    story.end("dan", earlier)  # so that among equals Eve would be first
    at_night = story.start("v1", "support")
    story.transfer("ada", at_night, "sales-night")
    story.wait(1)
    by_day = story.start("v2", "support")

    story.do(c.SetMethod("ada", Method.ROUND_ROBIN))

    assert (at_night.person_id, by_day.person_id) == ("eve", "dan")
