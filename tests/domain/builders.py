"""A small organisation, a desk to play with, and a clock that is moved by hand.

Sales has the groups `sales` (front line) and `sales-night`, Support has `support`. Ada is the administrator and in no
group. Mia manages sales and, like Bob and Cyd, is a member of it. Eve is in `support` and `sales-night`, Dan only in
`support`. Everybody may have two chats in a group. Nobody is signed in at first.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from chatserver.domain import commands as c
from chatserver.domain.chat import Chat, Customer
from chatserver.domain.desk import Desk, DeskState
from chatserver.domain.errors import ChatError
from chatserver.domain.events import ChatEvent, Recorded
from chatserver.domain.organisation import Department, Group, Membership, Method, Person, Role
from chatserver.domain.replies import Accepted, ChatResult, Done, Reply

MONDAY_MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
LIMIT = 2
SALES = Department("sales", "Sales", "sales")
SUPPORT = Department("support", "Support", "support")
ADA = Person("ada", "Ada Abel", "Ada", (Role.ADMINISTRATOR,))
MIA = Person("mia", "Mia Moor", "Maria", (Role.MANAGER,))
BOB = Person("bob", "Bob Bauer", "Bobby", (Role.AGENT,), ("en", "de"), "bob.png")
CYD = Person("cyd", "Cyd Caro", "Sid", (Role.AGENT,))
DAN = Person("dan", "Dan Duff", "Danny", (Role.AGENT,))
EVE = Person("eve", "Eve Ende", "Evi", (Role.AGENT,))
MEMBERSHIPS = (
    ("mia", "sales"),
    ("bob", "sales"),
    ("cyd", "sales"),
    ("dan", "support"),
    ("eve", "support"),
    ("eve", "sales-night"),
)
ORGANISATION: tuple[c.Command, ...] = (
    c.SetUpSite(ADA, SALES, Group("sales", "Sales", "sales")),
    c.SaveDepartment("ada", SUPPORT, Group("support", "Support", "support")),
    c.SaveGroup("ada", Group("sales-night", "Sales at night", "sales")),
    *(c.SavePerson("ada", person) for person in (MIA, BOB, CYD, DAN, EVE)),
    *(c.SaveMembership("ada", Membership(person_id, group_id, LIMIT)) for person_id, group_id in MEMBERSHIPS),
)

_encode = msgspec.json.Encoder(
    order="deterministic"
).encode  # sets and dicts sorted: equal states, equal bytes


def play(commands: Iterable[c.Command], *, seconds_apart: float = 1.0) -> tuple[Desk, list[Recorded]]:
    """A new desk after these commands, and its log. Refused commands are passed over."""
    desk, log, now = Desk(), list[Recorded](), MONDAY_MORNING
    for command in commands:
        try:
            log += desk.handle(command, now).recorded
        except ChatError:
            continue
        finally:
            now += timedelta(seconds=seconds_apart)
    return desk, log


def replay(log: Iterable[Recorded]) -> Desk:
    """The desk that the log alone rebuilds."""
    desk = Desk()
    for recorded in log:
        desk.apply(recorded)
    return desk


def roundtrip(desk: Desk) -> Desk:
    """The desk after its snapshot went over a wire."""
    return Desk.from_state(msgspec.json.decode(msgspec.json.encode(desk.state()), type=DeskState))


def encoded(desk: Desk) -> bytes:
    """The whole state in one canonical form: equal exactly if the desks are equal."""
    return _encode(desk.state())


class Story:
    """A desk with the small organisation, its log, and the time, told step by step."""

    def __init__(self, method: Method = Method.ROUND_ROBIN) -> None:
        self.desk, self.log = play(ORGANISATION)
        self.now = MONDAY_MORNING + timedelta(hours=1)
        self._made = 0
        if method is not self.desk.organisation.method:
            self.do(c.SetMethod("ada", method))

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self.now += timedelta(seconds=seconds)

    def do(self, command: c.Command) -> Reply:
        """Handles the command now. Raises ChatError."""
        outcome = self.desk.handle(command, self.now)
        self.log += outcome.recorded
        return outcome.reply

    def results(self, command: c.Command) -> tuple[ChatResult, ...]:
        """The results, chat by chat, of a command that names chats. Raises ChatError."""
        reply = self.do(command)
        assert isinstance(reply, Done)
        return reply.results

    def result(self, command: c.Command) -> ChatResult:
        """The result of a command that names one chat. Raises ChatError."""
        (result,) = self.results(command)
        return result

    def sign_in(self, *person_ids: str) -> None:
        """Their consoles are open."""
        for person_id in person_ids:
            self.do(c.SetPresence(person_id, online=True))

    def sign_out(self, *person_ids: str) -> None:
        """Their consoles are gone."""
        for person_id in person_ids:
            self.do(c.SetPresence(person_id, online=False))

    def start(self, visitor_id: str = "vera", department_id: str = "sales", *, name: str = "Vera") -> Chat:
        """A customer begins a chat. Raises ChatError."""
        reply = self.do(
            c.StartChat(
                visitor_id, self.new_id(), department_id, Customer(name=name), "Do you deliver on Sundays?"
            )
        )
        assert isinstance(reply, Accepted)
        return self.chat(reply.chat_id)

    def customer_says(self, visitor_id: str = "vera", text: str = "Hello?") -> Accepted:
        """The customer writes. Raises ChatError."""
        reply = self.do(c.CustomerSay(visitor_id, self.new_id(), text))
        assert isinstance(reply, Accepted)
        return reply

    def agent_says(self, person_id: str, chat: Chat, text: str = "How can I help?") -> Accepted:
        """The agent writes. Raises ChatError."""
        reply = self.do(c.AgentSay(person_id, chat.id, self.new_id(), text))
        assert isinstance(reply, Accepted)
        return reply

    def limit(self, person_id: str, group_id: str, max_active_chats: int, *, primary: bool = True) -> None:
        """Sets a person's limit in a group."""
        self.do(c.SaveMembership("ada", Membership(person_id, group_id, max_active_chats, primary)))

    def transfer(self, by: str, chat: Chat, group_id: str, to: str = "", comment: str = "") -> ChatResult:
        """Transfers one chat. Raises ChatError."""
        return self.result(c.TransferChats(by, (chat.id,), group_id, to, comment))

    def take(self, by: str, chat: Chat, seen_with: str = "") -> ChatResult:
        """Takes one chat, last seen with `seen_with`. Raises ChatError."""
        return self.result(c.TakeChats(by, (c.Seen(chat.id, seen_with),)))

    def end(self, by: str, chat: Chat) -> ChatResult:
        """An agent ends one chat. Raises ChatError."""
        return self.result(c.EndChats(by, (chat.id,)))

    def chat(self, chat_id: int) -> Chat:
        """An open or recently ended chat."""
        chat = self.desk.find_chat(chat_id)
        assert chat is not None
        return chat

    def events_of(self, chat: Chat) -> list[ChatEvent]:
        """The chat's events, in order."""
        found = [r.event for r in self.log if isinstance(r.event, ChatEvent)]
        return [event for event in found if event.chat_id == chat.id]

    def new_id(self) -> str:
        """A client id that was not used before."""
        self._made += 1
        return f"client-{self._made:04}"
