"""The life of a chat: status, end, idle, duration, counts, and repeats."""

from datetime import timedelta

import pytest

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.chat import RECENT, Customer, Direction, EndReason, Sender, Status, said_key
from chatserver.domain.desk import ABSENT_IN_CHAT, ABSENT_IN_QUEUE
from chatserver.domain.replies import Accepted
from tests.domain.builders import Story

ALSO_TESTS = {
    "chatserver.domain.applying": "each event is applied by what happens to a chat here",
    "chatserver.domain.commands": "plain data, given in every test of this folder",
    "chatserver.domain.deciding": "its table of deciders is walked by every command given here",
    "chatserver.domain.deciding_chats": "its decisions are the life of a chat",
    "chatserver.domain.decision": "plain data between deciding and the desk",
    "chatserver.domain.replies": "plain data; what they say is seen here",
}


def test_a_chat_is_queued_then_active_then_ended() -> None:
    """R6."""
    story = Story()
    chat = story.start()
    assert (chat.status, chat.direction, chat.person_id) == (Status.QUEUED, Direction.INCOMING, "")

    story.sign_in("bob")
    assert (chat.status, chat.person_id) == (Status.ACTIVE, "bob")

    story.end("bob", chat)
    assert (chat.status, chat.end_reason) == (Status.ENDED, EndReason.BY_AGENT)
    assert [type(event) for event in story.events_of(chat)] == [
        e.ChatStarted,
        e.MessageSaid,
        e.ChatQueued,
        e.ChatAssigned,
        e.ChatEnded,
    ]


def test_a_customer_who_ends_an_answered_chat_ended_it() -> None:
    """R6."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    story.agent_says("bob", chat)

    story.do(c.CustomerEnd("vera"))

    assert chat.end_reason is EndReason.BY_CUSTOMER


@pytest.mark.parametrize("assigned", [True, False])
def test_a_customer_who_ends_before_any_agent_message_abandoned(assigned: bool) -> None:
    """R7: what counts is an agent's message, not an assignment."""
    story = Story()
    if assigned:
        story.sign_in("bob")
    chat = story.start()
    story.customer_says()

    story.do(c.CustomerEnd("vera"))

    assert chat.end_reason is EndReason.ABANDONED


@pytest.mark.parametrize(("answered", "reason"), [(True, EndReason.TIMED_OUT), (False, EndReason.ABANDONED)])
def test_a_customer_who_stays_away_times_out_or_abandoned(answered: bool, reason: EndReason) -> None:
    """R6, R7: their absence ends the chat, as an abandonment before any agent message."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    if answered:
        story.agent_says("bob", chat)
    story.do(c.SetCustomerPresence("vera", present=False))
    assert story.desk.next_deadline() == story.now + ABSENT_IN_CHAT

    story.now += ABSENT_IN_CHAT - timedelta(seconds=1)
    story.do(c.Tick())
    assert chat.status is Status.ACTIVE
    story.wait(1)
    story.do(c.Tick())

    assert chat.end_reason is reason
    assert story.desk.next_deadline() is None


def test_a_customer_who_leaves_the_queue_is_waited_for_less_long() -> None:
    """R7."""
    story = Story()
    chat = story.start()
    story.do(c.SetCustomerPresence("vera", present=False))

    story.now += ABSENT_IN_QUEUE
    story.do(c.Tick())

    assert chat.end_reason is EndReason.ABANDONED


def test_a_customer_who_returns_in_time_stays() -> None:
    """R6."""
    story = Story()
    chat = story.start()
    story.do(c.SetCustomerPresence("vera", present=False))
    story.wait(60)
    story.do(c.SetCustomerPresence("vera", present=True))

    assert story.desk.next_deadline() is None
    story.now += ABSENT_IN_CHAT
    story.do(c.Tick())

    assert chat.status is Status.QUEUED


def test_an_agent_who_takes_over_an_absent_customer_gets_the_longer_wait() -> None:
    """R6: the time allowed is that of where the chat is now."""
    story = Story()
    story.start()
    story.do(c.SetCustomerPresence("vera", present=False))
    left = story.now
    story.sign_in("bob")

    assert story.desk.next_deadline() == left + ABSENT_IN_CHAT


def test_idle_counts_from_the_start_then_from_the_last_agent_message() -> None:
    """R9: a customer message does not reset it."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    started = story.now
    story.wait(40)
    story.customer_says()
    assert chat.idle(story.now) == story.now - started

    story.agent_says("bob", chat)
    story.wait(15)
    story.customer_says()

    assert chat.idle(story.now) == timedelta(seconds=15)


def test_neither_a_transfer_nor_the_queue_resets_idle() -> None:
    """R9."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    story.agent_says("bob", chat)
    said = story.now
    story.wait(100)

    story.transfer("bob", chat, "support")
    assert chat.idle(story.now) == story.now - said
    story.wait(10)
    story.sign_in("dan")

    assert chat.person_id == "dan"
    assert chat.idle(story.now) == story.now - said == timedelta(seconds=110)


def test_idle_and_duration_freeze_when_the_chat_ends() -> None:
    """R9, R10."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    story.wait(30)
    story.end("bob", chat)
    story.wait(500)

    assert chat.idle(story.now) == chat.duration(story.now) == timedelta(seconds=30)


def test_wait_and_time_with_an_agent_add_up_to_the_duration() -> None:
    """R10: over two waits and two agents, while open and in the summary."""
    story = Story()
    chat = story.start()
    story.wait(20)
    story.sign_in("bob")
    story.wait(30)
    story.transfer("bob", chat, "support")
    story.wait(5)
    assert chat.wait(story.now) == timedelta(seconds=25)
    assert chat.time_with_agent(story.now) == timedelta(seconds=30)
    story.sign_in("dan")
    story.wait(45)
    assert chat.duration(story.now) == timedelta(seconds=100)

    story.end("dan", chat)

    ended = story.events_of(chat)[-1]
    assert isinstance(ended, e.ChatEnded)
    assert (ended.summary.wait_s, ended.summary.with_agent_s) == (25.0, 75.0)
    assert (ended.summary.transfers, ended.summary.person_id) == (1, "dan")
    assert (ended.summary.group_id, ended.summary.department_id) == ("support", "support")
    assert ended.summary.assigned_at == ended.summary.started_at + timedelta(seconds=20)


def test_customer_and_agent_messages_count_and_nothing_else() -> None:
    """R11: not system lines, not staff comments."""
    story = Story()
    story.sign_in("bob", "dan")
    chat = story.start()
    story.customer_says()
    story.agent_says("bob", chat)
    story.do(c.SetCustomerPresence("vera", present=False))
    story.transfer("bob", chat, "support", comment="Wants an invoice")

    assert (chat.messages, chat.customer_messages, chat.agent_messages) == (3, 2, 1)
    assert chat.last_n > chat.messages


def test_lines_of_a_chat_are_numbered_without_gaps() -> None:
    story = Story()
    chat = story.start()
    story.customer_says()
    story.sign_in("bob")
    story.agent_says("bob", chat)
    story.transfer("bob", chat, "sales", to="bob")  # refused: it is already his
    story.transfer("bob", chat, "support")
    story.end("ada", chat)

    assert [event.n for event in story.events_of(chat)] == list(range(1, chat.last_n + 1))
    assert [recorded.seq for recorded in story.log] == list(range(1, story.desk.last_seq + 1))


def test_an_ended_chat_is_forgotten_when_a_later_one_ends() -> None:
    story = Story()
    old = story.start("vera")
    story.do(c.CustomerEnd("vera"))
    story.now += RECENT + timedelta(seconds=1)
    new = story.start("vic")
    story.do(c.CustomerEnd("vic"))

    assert story.desk.find_chat(old.id) is None
    assert story.desk.find_chat_of("vera") is None
    assert story.desk.find_chat(new.id) is new


def test_the_same_client_id_of_two_senders_has_two_keys() -> None:
    keys = {
        said_key(Sender.CUSTOMER, "", "x"),
        said_key(Sender.AGENT, "", "x"),
        said_key(Sender.AGENT, "bob", "x"),
        said_key(Sender.AGENT, "bobx", ""),
    }

    assert len(keys) == 4


def test_a_start_is_answered_as_the_first_line() -> None:
    story = Story()

    reply = story.do(c.StartChat("vera", "start-id", "sales", Customer("Vera"), "Hello?"))

    assert reply == Accepted(1, 1, story.now, "start-id")
