"""What happened. The log of these is the truth: applying them in order gives the live state.

Each event of a chat has `n`, its gapless number in that chat. `Recorded` adds the global `seq` and the time.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from msgspec import Struct

from chatserver.domain.chat import ChatSummary, Customer, Direction, QueueReason, Sender
from chatserver.domain.names import snake_case
from chatserver.domain.organisation import Department, Group, Membership, Method, Person


class Event(Struct, frozen=True, tag_field="type", tag=snake_case):
    """Anything that happened."""


class ChatEvent(Event, frozen=True, tag=snake_case):
    """Something that happened in one chat, as its line number `n`."""

    chat_id: int
    n: int


class How(StrEnum):
    """How an agent came by a chat."""

    AUTOMATIC = "automatic"
    FROM_QUEUE = "from_queue"
    TAKEN = "taken"
    TRANSFERRED = "transferred"


class ChatStarted(ChatEvent, frozen=True):
    """A customer began a chat in a department; it stands in its group's queue until assigned."""

    visitor_id: str
    client_id: str
    customer: Customer
    department_id: str
    group_id: str
    direction: Direction = Direction.INCOMING


class ChatQueued(ChatEvent, frozen=True):
    """The chat could not be given to anybody at once (R8)."""

    group_id: str
    reason: QueueReason


class ChatAssigned(ChatEvent, frozen=True):
    """The chat now belongs to an agent. `previous_person_id` is '' when it came from the queue."""

    person_id: str
    group_id: str
    how: How
    previous_person_id: str = ""
    over_limit: bool = False


class ChatTransferred(ChatEvent, frozen=True):
    """An agent gave the chat away. What becomes of it is said by the event that follows."""

    by_person_id: str
    from_person_id: str
    from_group_id: str
    department_id: str
    group_id: str
    to_person_id: str = ""
    comment: str = ""  # for staff only; stored with the messages, never in the event's row


class MessageSaid(ChatEvent, frozen=True):
    """A message of the customer or of an agent (`person_id`)."""

    sender: Sender
    client_id: str
    text: str
    person_id: str = ""


class CustomerLeft(ChatEvent, frozen=True):
    """The customer's page is gone, beyond a reload or a short loss of the line."""


class CustomerReturned(ChatEvent, frozen=True):
    """The customer's page is back."""


class ChatEnded(ChatEvent, frozen=True):
    """The chat is over. `by_person_id` is the agent who ended it, else ''."""

    summary: ChatSummary
    by_person_id: str = ""


class PersonEvent(Event, frozen=True, tag=snake_case):
    """A change in one of the three layers of availability (R19). `since`: when the previous state began, if known."""

    person_id: str
    since: datetime | None


class PresenceChanged(PersonEvent, frozen=True):
    """A person's console came or is gone: signed in or not."""

    online: bool


class AvailabilityChanged(PersonEvent, frozen=True):
    """A person set themselves available or away."""

    available: bool


class GroupActivityChanged(PersonEvent, frozen=True):
    """A person takes part in a group's chats, or not, by their own or a manager's hand."""

    group_id: str
    active: bool
    by_person_id: str


class DepartmentSaved(Event, frozen=True):
    """A department was made or changed."""

    department: Department


class GroupSaved(Event, frozen=True):
    """A group was made or changed."""

    group: Group


class PersonSaved(Event, frozen=True):
    """A person was added or changed."""

    person: Person


class MembershipSaved(Event, frozen=True):
    """A person joined a group, or their place in it changed."""

    membership: Membership


class MembershipRemoved(Event, frozen=True):
    """A person left a group."""

    person_id: str
    group_id: str


class MethodSet(Event, frozen=True):
    """The system's default distribution method changed."""

    method: Method


AnyEvent = (
    ChatStarted
    | ChatQueued
    | ChatAssigned
    | ChatTransferred
    | MessageSaid
    | CustomerLeft
    | CustomerReturned
    | ChatEnded
    | PresenceChanged
    | AvailabilityChanged
    | GroupActivityChanged
    | DepartmentSaved
    | GroupSaved
    | PersonSaved
    | MembershipSaved
    | MembershipRemoved
    | MethodSet
)


class Recorded(Struct, frozen=True):
    """An event with its place in the one global order. This is what the change feed carries."""

    seq: int
    at: datetime
    event: AnyEvent


def type_of(event: Event) -> str:
    """The event's name in the log and on the wire, e.g. 'chat_started'."""
    return cast("str", cast("Any", type(event)).__struct_config__.tag)
