"""One chat while it is live (SPEC section 2)."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

# How long an ended chat stays live: the boards' last hour, late repeats, a late reload.
RECENT = timedelta(hours=1)


class Status(StrEnum):
    """R6."""

    QUEUED = "queued"
    ACTIVE = "active"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a chat ended (R6). `abandoned`: by the customer, or their absence, before any agent message (R7)."""

    BY_AGENT = "ended_by_agent"
    BY_CUSTOMER = "ended_by_customer"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    CONVERTED = "converted_to_ticket"


class QueueReason(StrEnum):
    """Why a chat waits (R8)."""

    NOBODY_RECEIVING = "nobody_receiving"
    ALL_AT_LIMIT = "all_at_limit"
    PULL_FROM_QUEUE = "pull_from_queue"


class Direction(StrEnum):
    """Who began: the customer, or an agent by invitation (R6)."""

    INCOMING = "incoming"
    INVITED = "invited"


class Sender(StrEnum):
    """Who wrote a message. Only these two are counted (R11)."""

    CUSTOMER = "customer"
    AGENT = "agent"


class Customer(Struct, frozen=True):
    """What is known of the customer when the chat starts; '' where unknown (R23, R26).

    `name` is what the customer wants to be called in this chat. `country` is an ISO 3166 alpha-2 code,
    `language` a primary BCP-47 tag as the browser states it.
    """

    name: str = ""
    email: str = ""
    page: str = ""
    referrer: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    language: str = ""
    browser: str = ""
    os: str = ""


class Said(Struct, frozen=True):
    """The first answer to a message, kept so that a repeat gets the same."""

    n: int
    at: datetime


class Chat(Struct):
    """A live chat. Changed by applying.py only. `last_n` is the number of its latest line, gapless from 1."""

    id: int
    visitor_id: str
    customer: Customer
    department_id: str
    group_id: str
    started_at: datetime
    start_client_id: str = ""
    direction: Direction = Direction.INCOMING
    status: Status = Status.QUEUED
    person_id: str = ""  # the agent, '' while queued
    released_by: str = ""  # who last transferred it: offered to them last
    queue_reason: QueueReason | None = None  # None also while it is not yet placed
    waiting_since: datetime | None = None
    with_agent_since: datetime | None = None
    waited: timedelta = timedelta()
    with_agent: timedelta = timedelta()
    assigned_at: datetime | None = None  # first assignment
    first_answer_at: datetime | None = None
    last_agent_message_at: datetime | None = None
    last_customer_message_at: datetime | None = None
    customer_messages: int = 0
    agent_messages: int = 0
    transfers: int = 0
    absent_since: datetime | None = None  # the customer's page is gone
    last_n: int = 0
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    said: dict[str, Said] = field(default_factory=dict)  # by sender and client id

    @property
    def messages(self) -> int:
        """Customer and agent messages; system lines and comments do not count (R11)."""
        return self.customer_messages + self.agent_messages

    @property
    def idle_since(self) -> datetime:
        """Last agent message, else the start. A customer message, transfer or requeue changes nothing (R9)."""
        return self.last_agent_message_at or self.started_at

    def idle(self, now: datetime) -> timedelta:
        """R9; frozen at the end."""
        return (self.ended_at or now) - self.idle_since

    def duration(self, now: datetime) -> timedelta:
        """Start to end, or to now while open (R10)."""
        return (self.ended_at or now) - self.started_at

    def wait(self, now: datetime) -> timedelta:
        """Time without an agent so far (R10)."""
        running = now - self.waiting_since if self.waiting_since else timedelta()
        return self.waited + running

    def time_with_agent(self, now: datetime) -> timedelta:
        """Time assigned to any agent so far (R10)."""
        running = now - self.with_agent_since if self.with_agent_since else timedelta()
        return self.with_agent + running


def said_key(sender: Sender, person_id: str, client_id: str) -> str:
    """The key of `Chat.said`: a sender cannot collide with another's ids."""
    return f"{sender[0]}{person_id}:{client_id}"


class ChatSummary(Struct, frozen=True):
    """What a chat came to, computed once when it ends. Durations in seconds."""

    started_at: datetime
    assigned_at: datetime | None
    first_answer_at: datetime | None
    ended_at: datetime
    wait_s: float
    with_agent_s: float
    customer_messages: int
    agent_messages: int
    transfers: int
    reason: EndReason
    direction: Direction
    department_id: str
    group_id: str
    person_id: str


def summarise(chat: Chat, reason: EndReason, now: datetime) -> ChatSummary:
    """The summary of a chat that ends now."""
    return ChatSummary(
        started_at=chat.started_at,
        assigned_at=chat.assigned_at,
        first_answer_at=chat.first_answer_at,
        ended_at=now,
        wait_s=chat.wait(now).total_seconds(),
        with_agent_s=chat.time_with_agent(now).total_seconds(),
        customer_messages=chat.customer_messages,
        agent_messages=chat.agent_messages,
        transfers=chat.transfers,
        reason=reason,
        direction=chat.direction,
        department_id=chat.department_id,
        group_id=chat.group_id,
        person_id=chat.person_id,
    )
