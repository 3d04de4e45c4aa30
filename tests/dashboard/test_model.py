"""The mirror equals the desk, tells what changed, and keeps nobody alive."""

from datetime import timedelta

from chatserver.articles.search import Turn
from chatserver.domain.desk import Desk
from dashboard.model import MAX_TURNS, Connection, Model
from tests.domain.builders import Story, encoded, roundtrip


def follow(story: Story) -> Model:
    """A model that got a snapshot of the story's desk."""
    model = Model()
    model.replace(roundtrip(story.desk), "epoch")
    return model


def test_a_snapshot_and_events_equal_the_desk() -> None:
    story = Story()
    model = follow(story)
    told = len(story.log)
    story.sign_in("bob")
    chat = story.start()
    story.agent_says("bob", chat)
    story.transfer("bob", chat, "support")
    story.start("carl")

    model.apply(story.log[told:])

    assert encoded(model.desk) == encoded(story.desk)


def test_repeated_events_change_nothing() -> None:
    story = Story()
    model = follow(story)
    told = len(story.log)
    story.start()
    model.apply(story.log[told:])
    version = model.version

    model.apply(story.log[told:])

    assert model.version == version
    assert encoded(model.desk) == encoded(story.desk)


def test_it_says_which_chats_changed_and_when_everything_did() -> None:
    story = Story()
    first = story.start()
    model = follow(story)
    told, version = len(story.log), model.version
    assert model.changed_since(version) == set()

    story.customer_says()
    second = story.start("carl")
    model.apply(story.log[told:])
    assert model.changed_since(version) == {first.id, second.id}

    told = len(story.log)
    story.sign_in("bob")
    model.apply(story.log[told:])
    assert model.changed_since(version) is None


def test_it_keeps_the_last_messages_of_open_chats_only() -> None:
    story = Story()
    model = follow(story)
    told = len(story.log)
    chat = story.start()
    for number in range(MAX_TURNS + 3):
        story.customer_says(text=f"{number}")
    model.apply(story.log[told:])
    assert len(model.turns(chat.id)) == MAX_TURNS
    assert model.turns(chat.id)[-1] == Turn("customer", f"{MAX_TURNS + 2}")

    told = len(story.log)
    story.sign_in("bob")
    story.end("bob", chat)
    model.apply(story.log[told:])
    assert model.turns(chat.id) == []


def test_sessions_are_woken_until_they_leave() -> None:
    model = Model()
    woken: list[str] = []
    leave = model.register(lambda: woken.append("once"))
    model.set_connection(Connection.LIVE)
    leave()
    model.set_connection(Connection.LOST)

    assert woken == ["once"]
    assert model.watchers == 0


def test_a_board_is_counted_once_for_all_who_look_at_the_same_moment() -> None:
    story = Story()
    story.start()
    model = follow(story)
    first = model.board(("sales",))

    assert model.board(("sales",)) is first
    assert first.total.waiting == 1
    model.replace(Desk(), "other")
    assert model.board(()).total.waiting == 0


def test_ended_chats_stay_findable_for_their_open_windows() -> None:
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    story.end("bob", chat)
    story.now += timedelta(minutes=1)

    assert follow(story).desk.find_chat(chat.id) is not None
