"""Transfer and take: immediate, told chat by chat, and never a chat lost or given twice."""

import pytest

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.chat import Status
from chatserver.domain.deciding_chats import MAX_CHATS_AT_ONCE
from chatserver.domain.errors import Invalid, NotFound
from chatserver.domain.organisation import Method
from chatserver.domain.replies import ResultCode
from tests.domain.builders import Story


def test_a_transfer_to_an_agent_gives_the_chat_at_once() -> None:
    """R21."""
    story = Story()
    story.sign_in("bob", "eve")
    chat = story.start()

    result = story.transfer("bob", chat, "support", to="eve")

    assert (result.code, result.person_id) == (ResultCode.ASSIGNED, "eve")
    assert (chat.person_id, chat.group_id, chat.department_id) == ("eve", "support", "support")
    assert chat.status is Status.ACTIVE


def test_a_transfer_to_a_group_assigns_automatically() -> None:
    """R21: auto-assign; the reply says who got it."""
    story = Story()
    story.sign_in("bob", "dan")
    chat = story.start()

    result = story.transfer("bob", chat, "support")

    assert (result.code, result.person_id, result.message) == (
        ResultCode.ASSIGNED,
        "dan",
        "Given to Dan Duff.",
    )


@pytest.mark.parametrize("gone", ["offline", "away", "inactive"])
def test_a_chat_for_somebody_who_cannot_be_reached_is_queued_in_the_group(gone: str) -> None:
    """R21: never lost."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    if gone != "offline":
        story.sign_in("dan")
    if gone == "away":
        story.do(c.SetAvailability("dan", available=False))
    if gone == "inactive":
        story.do(c.SetGroupActivity("dan", "dan", "support", active=False))

    result = story.transfer("bob", chat, "support", to="dan")

    assert result.code is ResultCode.QUEUED
    assert "Dan Duff" in result.message
    assert (chat.status, chat.group_id, chat.person_id) == (Status.QUEUED, "support", "")


def test_a_chat_for_somebody_offline_goes_to_a_colleague_who_is_free() -> None:
    """R16, R21."""
    story = Story()
    story.sign_in("bob", "eve")
    chat = story.start()

    result = story.transfer("bob", chat, "support", to="dan")

    assert (result.code, result.person_id) == (ResultCode.ASSIGNED, "eve")


def test_a_direct_transfer_may_exceed_the_limit_and_says_so() -> None:
    """R16, R21."""
    story = Story()
    story.sign_in("dan")
    for number in range(2):
        story.start(f"v{number}", "support")
    story.sign_in("bob")
    chat = story.start("v9")

    result = story.transfer("bob", chat, "support", to="dan")

    assert (result.code, result.over_limit) == (ResultCode.ASSIGNED, True)
    assert "above their limit of 2" in result.message
    assert chat.person_id == "dan"


def test_a_transfer_to_a_full_group_waits_there_with_its_age() -> None:
    """R16, R21: automatic assignment keeps to the limit; R13: age counts from the start."""
    story = Story()
    story.sign_in("bob")
    chat = story.start("v0")
    story.wait(5)
    story.sign_in("dan")
    for number in (1, 2, 3):
        story.start(f"v{number}", "support")

    result = story.transfer("bob", chat, "support")

    assert result.code is ResultCode.QUEUED
    assert story.desk.ahead_of(chat) == 0
    story.end("dan", story.chat(2))
    assert chat.person_id == "dan"


def test_several_chats_are_transferred_and_each_is_answered_for() -> None:
    """R21: the reply says per chat what happened."""
    story = Story()
    story.sign_in("bob", "dan", "eve")
    first, second = story.start("v1"), story.start("v2")
    hidden = story.start("v3", "support")
    done = story.start("v4", "support")
    story.end("ada", done)

    results = story.results(
        c.TransferChats("bob", (first.id, 99, second.id, hidden.id, first.id), "support", "dan")
    )

    codes = {result.chat_id: result.code for result in results}
    assert codes == {
        first.id: ResultCode.ASSIGNED,
        second.id: ResultCode.ASSIGNED,
        99: ResultCode.REFUSED,
        hidden.id: ResultCode.REFUSED,
    }
    assert len(results) == 4
    assert (first.person_id, second.person_id) == ("dan", "dan")


def test_the_transfer_comment_travels_with_the_transfer() -> None:
    """R21: only staff see it; wire/lines.py keeps it from customers."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()

    story.transfer("bob", chat, "support", comment="Wants an invoice")

    (event,) = [event for event in story.events_of(chat) if isinstance(event, e.ChatTransferred)]
    assert (event.comment, event.by_person_id, event.from_person_id) == ("Wants an invoice", "bob", "bob")
    assert chat.messages == 1


def test_a_transfer_to_whom_has_the_chat_already_is_refused() -> None:
    """R21."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()

    assert story.transfer("bob", chat, "sales", to="bob").code is ResultCode.REFUSED
    assert chat.transfers == 0


def test_a_transfer_to_no_group_is_refused_and_changes_nothing() -> None:
    """R21."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()

    with pytest.raises(NotFound):
        story.transfer("bob", chat, "nowhere")
    assert chat.person_id == "bob"


@pytest.mark.parametrize("target", ["cyd", "nobody"])
def test_a_target_who_left_the_group_or_the_company_leaves_the_chat_in_its_queue(target: str) -> None:
    """R21: target gone: queued in the target group, never lost; the reply says so."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    group = "sales" if target == "cyd" else "support"

    result = story.transfer("bob", chat, group, to=target)

    assert chat.id in story.desk.chats
    assert chat.group_id == group
    assert result.code in {ResultCode.QUEUED, ResultCode.ASSIGNED}
    assert result.message


def test_a_waiting_chat_can_be_transferred_by_those_who_see_its_queue() -> None:
    """R21."""
    story = Story()
    chat = story.start()

    assert story.transfer("dan", chat, "support").code is ResultCode.REFUSED
    assert story.transfer("cyd", chat, "support").code is ResultCode.QUEUED
    assert chat.group_id == "support"


@pytest.mark.parametrize(
    "command",
    [
        c.TransferChats("bob", (), "sales"),
        c.TransferChats("bob", tuple(range(MAX_CHATS_AT_ONCE + 1)), "sales"),
        c.TakeChats("bob", ()),
        c.EndChats("bob", ()),
    ],
)
def test_a_command_names_one_to_five_hundred_chats(command: c.Command) -> None:
    with pytest.raises(Invalid):
        Story().do(command)


def test_take_moves_a_waiting_chat_to_me() -> None:
    """R22."""
    story = Story(Method.CHERRY_PICKING)
    story.sign_in("bob")
    chat = story.start()

    result = story.take("bob", chat)

    assert (result.code, chat.person_id) == (ResultCode.ASSIGNED, "bob")
    event = story.log[-1].event
    assert isinstance(event, e.ChatAssigned)
    assert event.how is e.How.TAKEN


def test_of_two_who_take_the_same_chat_one_gets_it_and_the_other_is_told_who() -> None:
    """R22."""
    story = Story(Method.CHERRY_PICKING)
    story.sign_in("bob", "cyd")
    chat = story.start()

    won, lost = story.take("bob", chat), story.take("cyd", chat)

    assert (won.code, lost.code) == (ResultCode.ASSIGNED, ResultCode.REFUSED)
    assert lost.person_id == "bob"
    assert "Bob Bauer" in lost.message
    assert chat.person_id == "bob"


def test_of_two_managers_who_take_from_an_agent_one_gets_it() -> None:
    """R22."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()

    won, lost = story.take("mia", chat, "bob"), story.take("ada", chat, "bob")

    assert (won.code, lost.code, lost.person_id) == (ResultCode.ASSIGNED, ResultCode.REFUSED, "mia")


def test_a_take_that_saw_an_agent_is_refused_when_the_chat_went_back_to_the_queue() -> None:
    """R22."""
    story = Story()
    chat = story.start()

    lost = story.take("mia", chat, "bob")

    assert lost.code is ResultCode.REFUSED
    assert "queue" in lost.message


def test_an_agent_takes_from_the_queue_but_not_from_a_colleague() -> None:
    """R3, R22: taking from another agent is a permission of its own."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()

    assert story.take("cyd", chat, "bob").code is ResultCode.REFUSED
    assert chat.person_id == "bob"


def test_taking_what_is_mine_or_has_ended_is_refused() -> None:
    """R22."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()

    assert "already yours" in story.take("bob", chat).message
    story.end("bob", chat)
    assert "has ended" in story.take("bob", chat).message


def test_taking_several_chats_counts_each_towards_the_limit() -> None:
    """R16, R22: taking by hand may exceed the limit, and shows a warning."""
    story = Story(Method.CHERRY_PICKING)
    story.sign_in("bob")
    chats = [story.start(f"v{number}") for number in range(3)]

    results = story.results(c.TakeChats("bob", tuple(c.Seen(chat.id) for chat in chats)))

    assert [result.over_limit for result in results] == [False, False, True]


def test_what_is_taken_from_an_agent_frees_a_place_for_who_waits() -> None:
    """R15, R22."""
    story = Story()
    story.sign_in("bob")
    chats = [story.start(f"v{number}") for number in range(3)]

    story.take("mia", chats[0], "bob")

    assert [chat.person_id for chat in chats] == ["mia", "bob", "bob"]
