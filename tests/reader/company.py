"""A small company with two departments and a few chats, as the log that its desk wrote.

Staff: ana (administrator), mia (manager in billing), ben (agent in billing), sam (manager in sales), sue (agent
in sales).
Each chat's facts are plain enough to count by hand.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from chatserver.domain import commands as c
from chatserver.domain.chat import Customer
from chatserver.domain.desk import Desk
from chatserver.domain.events import Recorded
from chatserver.domain.organisation import Department, Group, Membership, Method, Person, Role

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "the parcel went to 7 Elm Street"  # what a customer of sales wrote: nothing to mia of billing


class Written(NamedTuple):
    """The desk after everything, and its log."""

    desk: Desk
    log: list[Recorded]


class Story:
    """Gives commands to a desk at times of its own and keeps what was recorded."""

    def __init__(self, start: datetime = START) -> None:
        self.desk = Desk()
        self.log: list[Recorded] = []
        self.start = start

    def do(self, command: c.Command, at_s: float) -> None:
        """The command, so many seconds after the start."""
        self.log.extend(self.desk.handle(command, self.start + timedelta(seconds=at_s)).recorded)

    def found(self) -> None:
        """The company; chats wait until somebody takes them."""
        ana = Person("ana", "Ana Lima", "Ana", (Role.ADMINISTRATOR,))
        billing, sales = Group("b1", "Billing line", "billing"), Group("s1", "Sales line", "sales")
        self.do(c.SetUpSite(ana, Department("billing", "Billing", "b1"), billing), 0)
        self.do(c.SaveDepartment("ana", Department("sales", "Sales", "s1"), sales), 0)
        self.do(c.SetMethod("ana", Method.CHERRY_PICKING), 0)
        manager, agent = (Role.MANAGER, Role.AGENT), (Role.AGENT,)
        for name, roles, group in (
            ("mia", manager, "b1"),
            ("ben", agent, "b1"),
            ("sam", manager, "s1"),
            ("sue", agent, "s1"),
        ):
            self.do(c.SavePerson("ana", Person(name, name.title(), name.title(), roles)), 0)
            self.do(c.SaveMembership("ana", Membership(name, group, 9)), 0)
            self.do(c.SetPresence(name, online=True), 1)

    def start_chat(self, department: str, at_s: float, question: str = "Hello?", **facts: str) -> int:
        """A customer comes; gives the chat's id."""
        number = self.desk.last_chat_id + 1
        customer = Customer(**{"name": f"Customer {number}", **facts})
        self.do(c.StartChat(f"visitor-{number}", f"start-{number:04}", department, customer, question), at_s)
        return number

    def take(self, person: str, chat: int, at_s: float) -> None:
        """An agent takes a chat from the queue."""
        self.do(c.TakeChats(person, (c.Seen(chat),)), at_s)

    def answer(self, person: str, chat: int, at_s: float, text: str = "Good day.") -> None:
        """An agent writes."""
        self.do(c.AgentSay(person, chat, f"answer-{chat}-{at_s}", text), at_s)


def written_story(start: datetime = START) -> Written:
    """Seven chats.

    1 billing, de/DE: taken after 20 s, answered after 30 s and 90 s, ended by the agent after 150 s.
    2 billing, de/DE: taken after 90 s, answered after 100 s, ended by the customer after 200 s.
    3 billing, fr/CH: abandoned after 45 s.
    4 sales, en/US: holds SECRET; taken by sue after 10 s, answered after 15 s, ended after 60 s.
    5 sales, en/GB: abandoned after 300 s.
    6 billing, pt/BR: transferred to sales by ben with a comment; waits there.
    7 billing, de/AT: open with ben, answered.
    """
    story = Story(start)
    story.found()
    chat = story.start_chat("billing", 10, language="de", country="DE", city="Köln", name="=cmd|'/c calc'!A1")
    story.take("ben", chat, 30)
    story.answer("ben", chat, 40)
    story.answer("ben", chat, 100)
    story.do(c.EndChats("ben", (chat,)), 160)
    chat = story.start_chat("billing", 200, language="de", country="DE", city="Bonn", browser="Firefox")
    story.take("ben", chat, 290)
    story.answer("ben", chat, 300)
    story.do(c.CustomerEnd(f"visitor-{chat}"), 400)
    chat = story.start_chat("billing", 500, language="fr", country="CH", city="Genève")
    story.do(c.CustomerEnd(f"visitor-{chat}"), 545)
    chat = story.start_chat("sales", 600, SECRET, language="en", country="US", email="secret@example.org")
    story.take("sue", chat, 610)
    story.answer("sue", chat, 615)
    story.do(c.EndChats("sue", (chat,)), 660)
    chat = story.start_chat("sales", 700, language="en", country="GB")
    story.do(c.CustomerEnd(f"visitor-{chat}"), 1000)
    chat = story.start_chat("billing", 1100, language="pt", country="BR")
    story.take("ben", chat, 1110)
    story.do(c.TransferChats("ben", (chat,), "s1", comment="wants to buy"), 1130)
    chat = story.start_chat("billing", 1200, language="de", country="AT")
    story.take("ben", chat, 1205)
    story.answer("ben", chat, 1210)
    story.do(c.SetAvailability("ben", available=False), 1300)
    return Written(story.desk, story.log)


def pages(log: Sequence[Recorded], size: int) -> list[list[Recorded]]:
    """The log cut into frames of the feed."""
    return [list(log[start : start + size]) for start in range(0, len(log), size)]
