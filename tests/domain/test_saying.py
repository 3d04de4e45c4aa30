"""Who may write in a chat, and what a repeat is answered."""

import pytest

from chatserver.domain import commands as c
from chatserver.domain.chat import Customer
from chatserver.domain.errors import Conflict, NotFound
from chatserver.domain.replies import Done, ResultCode
from tests.domain.builders import Story


def test_a_repeated_message_gets_its_first_answer_and_is_kept_once() -> None:
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    first = story.do(c.CustomerSay("vera", "same-id", "Hello?"))
    answer = story.do(c.AgentSay("bob", chat.id, "same-id", "Yes?"))
    story.wait(30)
    before = len(story.log)

    assert story.do(c.CustomerSay("vera", "same-id", "Hello?")) == first
    assert story.do(c.AgentSay("bob", chat.id, "same-id", "Yes?")) == answer
    assert len(story.log) == before
    assert first != answer, "the same id of another sender is another message"


def test_a_repeat_after_the_end_still_gets_its_first_answer() -> None:
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    answer = story.do(c.AgentSay("bob", chat.id, "same-id", "Yes?"))
    first = story.do(c.CustomerSay("vera", "same-id", "Hello?"))
    story.end("bob", chat)

    assert story.do(c.CustomerSay("vera", "same-id", "Hello?")) == first
    assert story.do(c.AgentSay("bob", chat.id, "same-id", "Yes?")) == answer


def test_a_repeated_start_gives_the_same_chat_even_after_its_end() -> None:
    story = Story()
    start = c.StartChat("vera", "start-id", "sales", Customer("Vera"), "Hello?")
    first = story.do(start)
    story.wait(10)
    assert story.do(start) == first

    story.do(c.CustomerEnd("vera"))

    assert story.do(start) == first
    assert story.desk.last_chat_id == 1


def test_a_visitor_has_one_open_chat() -> None:
    story = Story()
    story.start("vera")

    with pytest.raises(Conflict):
        story.start("vera")
    story.do(c.CustomerEnd("vera"))

    assert story.start("vera").id == 2


def test_nobody_writes_into_a_chat_that_has_ended() -> None:
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    story.end("bob", chat)

    with pytest.raises(Conflict):
        story.customer_says()
    with pytest.raises(Conflict):
        story.agent_says("bob", chat)


def test_writing_to_a_chat_that_ended_in_the_queue_is_refused_to_those_who_see_it() -> None:
    """R7: an abandoned chat has no agent to name."""
    story = Story()
    chat = story.start()
    story.do(c.CustomerEnd("vera"))

    with pytest.raises(Conflict):
        story.agent_says("ada", chat)


def test_only_the_agent_who_has_the_chat_writes_in_it() -> None:
    story = Story()
    story.sign_in("bob")
    chat = story.start()

    with pytest.raises(Conflict, match="Bob Bauer"):
        story.agent_says("mia", chat)
    story.sign_out("bob")
    waiting = story.start("vic")
    with pytest.raises(Conflict, match="queue"):
        story.agent_says("cyd", waiting)


def test_a_customer_without_a_chat_is_told_so() -> None:
    story = Story()

    with pytest.raises(NotFound):
        story.customer_says()
    with pytest.raises(NotFound):
        story.do(c.CustomerEnd("vera"))
    assert story.do(c.SetCustomerPresence("vera", present=False)) == Done()


def test_ending_twice_is_no_error_for_a_customer_and_told_to_an_agent() -> None:
    story = Story()
    chat = story.start()
    story.do(c.CustomerEnd("vera"))
    before = len(story.log)

    reply = story.do(c.CustomerEnd("vera"))

    assert isinstance(reply, Done)
    assert reply.results[0].code is ResultCode.ENDED
    assert story.end("ada", chat).code is ResultCode.REFUSED
    assert len(story.log) == before
