"""Events as lines of a transcript, as customers and as staff may see them."""

from datetime import datetime

from msgspec import Struct

from chatserver.domain import events as e
from chatserver.domain.chat import Sender
from chatserver.domain.organisation import Organisation

KINDS = (
    "started",
    "message",
    "queued",
    "assigned",
    "transferred",
    "customer_left",
    "customer_returned",
    "ended",
)


class Line(Struct, frozen=True, tag_field="t", tag="line", omit_defaults=True):
    """One line, `n` of its chat, gapless from 1. Fields that say nothing are left out of the frame.

    `kind` is one of KINDS; `sender` 'customer' or 'agent' for messages; `name` and `avatar` of the agent are those that
    customers see (R5). Only staff get `chat`, `person`, `group`, `reason` and `comment`.
    """

    n: int
    at: datetime
    kind: str
    sender: str = ""
    name: str = ""
    avatar: str = ""
    text: str = ""
    client_id: str = ""
    reason: str = ""
    chat: int = 0
    person: str = ""
    group: str = ""
    comment: str = ""


def line_for_customer(recorded: e.Recorded, organisation: Organisation) -> Line:
    """The line without anything that only staff may know."""
    event, at = recorded.event, recorded.at
    if isinstance(event, e.MessageSaid):
        if event.sender is Sender.CUSTOMER:
            return Line(event.n, at, "message", sender="customer", text=event.text, client_id=event.client_id)
        name, avatar = _agent(organisation, event.person_id)
        return Line(event.n, at, "message", "agent", name, avatar, event.text)
    if isinstance(event, e.ChatAssigned):
        name, avatar = _agent(organisation, event.person_id)
        return Line(event.n, at, "assigned", name=name, avatar=avatar)
    if isinstance(event, e.ChatTransferred):
        return Line(event.n, at, "transferred", name=_department(organisation, event.department_id))
    if isinstance(event, e.ChatStarted):
        return Line(event.n, at, "started", name=_department(organisation, event.department_id))
    if isinstance(event, e.ChatEnded):
        return Line(event.n, at, "ended", reason=event.summary.reason.value)
    return Line(_chat_event(event).n, at, _kind(event))


def line_for_staff(recorded: e.Recorded, organisation: Organisation) -> Line:
    """The whole line."""
    event, at = recorded.event, recorded.at
    if isinstance(event, e.MessageSaid):
        name, avatar = _agent(organisation, event.person_id) if event.person_id else ("", "")
        return Line(
            event.n,
            at,
            "message",
            event.sender.value,
            name,
            avatar,
            event.text,
            event.client_id,
            chat=event.chat_id,
            person=event.person_id,
        )
    if isinstance(event, e.ChatAssigned):
        name, avatar = _agent(organisation, event.person_id)
        return Line(
            event.n,
            at,
            "assigned",
            name=name,
            avatar=avatar,
            reason=event.how.value,
            chat=event.chat_id,
            person=event.person_id,
            group=event.group_id,
        )
    if isinstance(event, e.ChatTransferred):
        return Line(
            event.n,
            at,
            "transferred",
            name=_department(organisation, event.department_id),
            chat=event.chat_id,
            person=event.by_person_id,
            group=event.group_id,
            comment=event.comment,
        )
    if isinstance(event, e.ChatStarted):
        return Line(
            event.n, at, "started", name=event.customer.name, chat=event.chat_id, group=event.group_id
        )
    if isinstance(event, e.ChatQueued):
        return Line(
            event.n, at, "queued", reason=event.reason.value, chat=event.chat_id, group=event.group_id
        )
    if isinstance(event, e.ChatEnded):
        reason = event.summary.reason.value
        return Line(event.n, at, "ended", reason=reason, chat=event.chat_id, person=event.by_person_id)
    chat_event = _chat_event(event)
    return Line(chat_event.n, at, _kind(event), chat=chat_event.chat_id)


def _chat_event(event: e.Event) -> e.ChatEvent:
    if not isinstance(event, e.ChatEvent):
        raise TypeError(f"{e.type_of(event)} is not an event of a chat")
    return event


def _kind(event: e.Event) -> str:
    return e.type_of(event).removeprefix("chat_")


def _agent(organisation: Organisation, person_id: str) -> tuple[str, str]:
    person = organisation.people.get(person_id)
    return (person.chat_name, person.avatar) if person else ("", "")


def _department(organisation: Organisation, department_id: str) -> str:
    department = organisation.departments.get(department_id)
    return department.name if department else ""
