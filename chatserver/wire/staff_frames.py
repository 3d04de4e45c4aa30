"""Frames of the staff's sockets, and of POST /api/v1/command. docs/protocol.md tells the conversation."""

from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct, structs

from chatserver.domain import commands as c
from chatserver.domain.names import snake_case
from chatserver.domain.organisation import Department, Group, Membership, Method, Person
from chatserver.domain.replies import Accepted, ChatResult, Reply
from chatserver.wire import cleaning
from chatserver.wire.visitor_frames import Ack, decode_frame

Named = TypeVar("Named", Department, Group, Person)


class Frame(Struct, frozen=True, tag_field="t", tag=snake_case, forbid_unknown_fields=True):
    """Anything a member of staff sends. `id`, where there is one, comes back in the answer."""


class Hello(Frame, frozen=True):
    """The first frame of a console's socket."""

    v: int
    token: str
    epoch: str = ""


class Open(Frame, frozen=True):
    """Show me this chat's lines after `after`, and from now on each new one."""

    chat: int
    after: int = 0


class Close(Frame, frozen=True):
    """No longer show me this chat (one's own chats are always shown)."""

    chat: int


class Resume(Frame, frozen=True):
    """Lines of a chat after `after`: the page found a gap."""

    chat: int
    after: int


class Typing(Frame, frozen=True):
    """I began or stopped typing in my chat. May be lost."""

    chat: int
    on: bool


class Say(Frame, frozen=True):
    """Say something in my chat."""

    chat: int
    client_id: str
    text: str


class Take(Frame, frozen=True):
    """Take chats, each with whose it was when I decided ('' = queued)."""

    chats: tuple[c.Seen, ...]
    id: str = ""


class GetFromQueue(Frame, frozen=True):
    """Give me the chat started longest ago."""

    id: str = ""


class Transfer(Frame, frozen=True):
    """Give chats to a group, or in it to a person; '' means auto-assign."""

    chats: tuple[int, ...]
    group: str
    person: str = ""
    comment: str = ""
    id: str = ""


class End(Frame, frozen=True):
    """End chats."""

    chats: tuple[int, ...]
    id: str = ""


class SetAvailable(Frame, frozen=True):
    """I am available, or away."""

    available: bool
    id: str = ""


class SetActive(Frame, frozen=True):
    """A person ('' = me) takes part in a group's chats, or not."""

    group: str
    active: bool
    person: str = ""
    id: str = ""


class SaveDepartment(Frame, frozen=True):
    """Make or change a department, with its front-line group when that is new."""

    department: Department
    front_line_group: Group | None = None
    id: str = ""


class SaveGroup(Frame, frozen=True):
    """Make or change a group."""

    group: Group
    id: str = ""


class SavePerson(Frame, frozen=True):
    """Add or change a person."""

    person: Person
    id: str = ""


class SaveMembership(Frame, frozen=True):
    """Put a person into a group, or change their place."""

    membership: Membership
    id: str = ""


class RemoveMembership(Frame, frozen=True):
    """Take a person out of a group."""

    person: str
    group: str
    id: str = ""


class SetMethod(Frame, frozen=True):
    """Choose the default distribution method."""

    method: Method
    id: str = ""


CommandFrame = (
    Say
    | Take
    | GetFromQueue
    | Transfer
    | End
    | SetAvailable
    | SetActive
    | SaveDepartment
    | SaveGroup
    | SavePerson
    | SaveMembership
    | RemoveMembership
    | SetMethod
)
StaffFrame = Hello | Open | Close | Resume | Typing | CommandFrame
_STAFF: msgspec.json.Decoder[StaffFrame] = msgspec.json.Decoder(StaffFrame)
_COMMAND: msgspec.json.Decoder[CommandFrame] = msgspec.json.Decoder(CommandFrame)


def parse_staff_frame(raw: str | bytes) -> StaffFrame:
    """A frame of a console's socket. Raises Invalid or TooLarge."""
    return decode_frame(_STAFF, raw)


def parse_command_frame(raw: str | bytes) -> CommandFrame:
    """The body of POST /api/v1/command. Raises Invalid or TooLarge."""
    return decode_frame(_COMMAND, raw)


def staff_command(frame: CommandFrame, me: str) -> c.StaffCommand:
    """The command that `me` gives with the frame. Raises Invalid or TooLarge."""
    match frame:
        case Say():
            client_id = cleaning.parse_client_id(frame.client_id)
            return c.AgentSay(me, frame.chat, client_id, cleaning.parse_text(frame.text))
        case Take():
            return c.TakeChats(me, frame.chats)
        case GetFromQueue():
            return c.GetFromQueue(me)
        case Transfer():
            return c.TransferChats(
                me, frame.chats, frame.group, frame.person, cleaning.parse_comment(frame.comment)
            )
        case End():
            return c.EndChats(me, frame.chats)
        case SetAvailable():
            return c.SetAvailability(me, frame.available)
        case SetActive():
            return c.SetGroupActivity(me, frame.person or me, frame.group, frame.active)
        case SaveDepartment():
            group = frame.front_line_group
            return c.SaveDepartment(me, _named(frame.department), None if group is None else _named(group))
        case SaveGroup():
            return c.SaveGroup(me, _named(frame.group))
        case SavePerson():
            chat_name = cleaning.parse_name(frame.person.chat_name, "chat_name")
            return c.SavePerson(me, structs.replace(_named(frame.person), chat_name=chat_name))
        case SaveMembership():
            return c.SaveMembership(me, frame.membership)
        case RemoveMembership():
            return c.RemoveMembership(me, frame.person, frame.group)
        case SetMethod():
            return c.SetMethod(me, frame.method)


def _named(item: Named) -> Named:
    """The same with a clean name: customers see it. Raises Invalid or TooLarge."""
    return structs.replace(item, name=cleaning.parse_name(item.name))


class MyChat(Struct, frozen=True):
    """One of my active chats, with its last line, so that the page can ask for what it missed."""

    chat: int
    n: int
    name: str


class StaffWelcome(Struct, frozen=True, tag_field="t", tag="welcome", omit_defaults=True):
    """The answer to Hello. `reset`: forget the lines held."""

    epoch: str
    person: str
    chat_name: str
    mine: tuple[MyChat, ...]
    available: bool
    reset: bool = False


class DoneFrame(Struct, frozen=True, tag_field="t", tag="done", omit_defaults=True):
    """A command was carried out and is on disk; one result for each chat it named."""

    results: tuple[ChatResult, ...]
    id: str = ""
    at: datetime | None = None


def reply_frame(reply: Reply, request_id: str = "") -> Ack | DoneFrame:
    """What the sender of a command gets."""
    if isinstance(reply, Accepted):
        return Ack(reply.client_id, reply.n, reply.at, reply.chat_id)
    return DoneFrame(reply.results, request_id)
