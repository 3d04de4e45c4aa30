"""What can be asked of the desk. Who asks is filled in from the signed token, never from a frame.

Commands of customers carry `visitor_id`, those of staff `person_id`. The others are the server's own and
have no frame. permissions.py has one row for each.
"""

from msgspec import Struct

from chatserver.domain.chat import Customer
from chatserver.domain.organisation import Department, Group, Membership, Method, Person


class Command(Struct, frozen=True):
    """Anything that can be asked of the desk."""


class VisitorCommand(Command, frozen=True):
    """Asked by a customer."""

    visitor_id: str


class StaffCommand(Command, frozen=True):
    """Asked by a person of the staff."""

    person_id: str


class StartChat(VisitorCommand, frozen=True):
    """Begin a chat with a first question. Repeating it with the same `client_id` gives the same chat."""

    client_id: str
    department_id: str
    customer: Customer
    question: str


class CustomerSay(VisitorCommand, frozen=True):
    """Say something in one's own open chat."""

    client_id: str
    text: str


class CustomerEnd(VisitorCommand, frozen=True):
    """End one's own open chat."""


class SetCustomerPresence(VisitorCommand, frozen=True):
    """The server saw the customer's last page go, or one come back."""

    present: bool


class AgentSay(StaffCommand, frozen=True):
    """Say something in a chat that one has."""

    chat_id: int
    client_id: str
    text: str


class Seen(Struct, frozen=True, forbid_unknown_fields=True):
    """A chat, and whose it was ('' = in the queue) when the person decided about it (R22)."""

    chat_id: int
    person_id: str = ""


class TakeChats(StaffCommand, frozen=True):
    """Move chats to me from the queue or from another agent (R22)."""

    chats: tuple[Seen, ...]


class GetFromQueue(StaffCommand, frozen=True):
    """Give me the chat that was started longest ago (R13)."""


class TransferChats(StaffCommand, frozen=True):
    """Give chats to a group, or in it to an agent; `to_person_id` '' means auto-assign (R21)."""

    chat_ids: tuple[int, ...]
    group_id: str
    to_person_id: str = ""
    comment: str = ""


class EndChats(StaffCommand, frozen=True):
    """End chats."""

    chat_ids: tuple[int, ...]


class SetAvailability(StaffCommand, frozen=True):
    """Set myself available or away (R19)."""

    available: bool


class SetGroupActivity(StaffCommand, frozen=True):
    """Take part, or let somebody take part, in a group's chats (R19)."""

    target_person_id: str
    group_id: str
    active: bool


class SetPresence(Command, frozen=True):
    """The server saw a person's first console come, or the last one go (R20)."""

    person_id: str
    online: bool


class Tick(Command, frozen=True):
    """A deadline of the desk has come."""


class SetUpSite(Command, frozen=True):
    """Make the first administrator, department and group of an empty site."""

    person: Person
    department: Department
    front_line_group: Group
    max_active_chats: int = 5


class SaveDepartment(StaffCommand, frozen=True):
    """Make or change a department; `front_line_group` is made with it if it does not exist (R1)."""

    department: Department
    front_line_group: Group | None = None


class SaveGroup(StaffCommand, frozen=True):
    """Make or change a group."""

    group: Group


class SavePerson(StaffCommand, frozen=True):
    """Add or change a person."""

    person: Person


class SaveMembership(StaffCommand, frozen=True):
    """Put a person into a group, or change their place in it."""

    membership: Membership


class RemoveMembership(StaffCommand, frozen=True):
    """Take a person out of a group."""

    target_person_id: str
    group_id: str


class SetMethod(StaffCommand, frozen=True):
    """Choose the system's default distribution method (R14)."""

    method: Method
