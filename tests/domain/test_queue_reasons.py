"""Why a chat waits, as it is recorded."""

from chatserver.domain import events as e
from chatserver.domain.chat import QueueReason
from chatserver.domain.organisation import Method
from tests.domain.builders import Story


def test_a_chat_waits_because_nobody_is_receiving() -> None:
    """R8."""
    assert Story().start().queue_reason is QueueReason.NOBODY_RECEIVING


def test_a_chat_waits_because_all_are_at_their_limit() -> None:
    """R8."""
    story = Story()
    story.sign_in("bob")
    story.start("v1")
    story.start("v2")

    assert story.start("v3").queue_reason is QueueReason.ALL_AT_LIMIT


def test_a_chat_waits_because_the_group_pulls_from_its_queue() -> None:
    """R8."""
    story = Story(Method.CHERRY_PICKING)
    story.sign_in("bob")

    assert story.start().queue_reason is QueueReason.PULL_FROM_QUEUE


def test_the_reason_is_recorded_each_time_a_chat_comes_into_a_queue() -> None:
    """R8."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    story.transfer("bob", chat, "support")

    assert [event.reason for event in story.events_of(chat) if isinstance(event, e.ChatQueued)] == [
        QueueReason.NOBODY_RECEIVING
    ]
    assert chat.group_id == "support"


def test_a_chat_that_finds_an_agent_at_once_never_says_that_it_waits() -> None:
    """R8."""
    story = Story()
    story.sign_in("bob")

    assert not any(isinstance(event, e.ChatQueued) for event in story.events_of(story.start()))
