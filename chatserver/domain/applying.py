"""How each event changes the desk. Nothing here may fail on an event that was decided in the same state."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chatserver.domain import events as e
from chatserver.domain.chat import RECENT, Chat, Said, Sender, Status, said_key

if TYPE_CHECKING:
    from chatserver.domain.desk import Desk


def apply(desk: "Desk", event: e.Event, at: datetime) -> None:
    """Changes the desk as the event says."""
    if desk.recent:
        forget_old(desk, at)
    if isinstance(event, e.ChatEvent) and not isinstance(event, e.ChatStarted):
        chat = desk.chats[event.chat_id]
        chat.last_n = event.n
        _CHAT[type(event)](desk, chat, event, at)
    else:
        _DESK[type(event)](desk, event, at)


# --- chats ---


def _started(desk: "Desk", event: e.ChatStarted, at: datetime) -> None:
    chat = Chat(
        id=event.chat_id,
        visitor_id=event.visitor_id,
        customer=event.customer,
        department_id=event.department_id,
        group_id=event.group_id,
        direction=event.direction,
        started_at=at,
        start_client_id=event.client_id,
        waiting_since=at,
        last_n=event.n,
    )
    desk.chats[chat.id] = chat
    desk.chat_of_visitor[chat.visitor_id] = chat.id
    desk.last_chat_id = max(desk.last_chat_id, chat.id)
    desk.enqueue(chat)


def _queued(desk: "Desk", chat: Chat, event: e.ChatQueued, _at: datetime) -> None:
    chat.queue_reason = event.reason
    desk.unplaced.pop(chat.id, None)


def _assigned(desk: "Desk", chat: Chat, event: e.ChatAssigned, at: datetime) -> None:
    _take_out(desk, chat, at)
    chat.status = Status.ACTIVE
    chat.person_id = event.person_id
    chat.group_id = event.group_id
    chat.department_id = desk.organisation.groups[event.group_id].department_id
    chat.with_agent_since = at
    chat.assigned_at = chat.assigned_at or at
    chat.released_by = ""
    count_in(desk, chat)
    desk.duty_of(event.person_id).last_assigned_at = at
    desk.watch_deadline(chat)


def _transferred(desk: "Desk", chat: Chat, event: e.ChatTransferred, at: datetime) -> None:
    _take_out(desk, chat, at)
    chat.status = Status.QUEUED
    chat.person_id = ""
    chat.released_by = event.from_person_id
    chat.group_id = event.group_id
    chat.department_id = event.department_id
    chat.transfers += 1
    chat.waiting_since = at
    desk.enqueue(chat)
    desk.watch_deadline(chat)


def _said(_desk: "Desk", chat: Chat, event: e.MessageSaid, at: datetime) -> None:
    chat.said[said_key(event.sender, event.person_id, event.client_id)] = Said(event.n, at)
    if event.sender is Sender.AGENT:
        chat.agent_messages += 1
        chat.last_agent_message_at = at
        chat.first_answer_at = chat.first_answer_at or at
    else:
        chat.customer_messages += 1
        chat.last_customer_message_at = at


def _customer_left(desk: "Desk", chat: Chat, _event: e.CustomerLeft, at: datetime) -> None:
    chat.absent_since = at
    desk.watch_deadline(chat)


def _customer_returned(_desk: "Desk", chat: Chat, _event: e.CustomerReturned, _at: datetime) -> None:
    chat.absent_since = None


def _ended(desk: "Desk", chat: Chat, event: e.ChatEnded, at: datetime) -> None:
    _take_out(desk, chat, at)
    chat.status = Status.ENDED
    chat.ended_at = at
    chat.end_reason = event.summary.reason
    del desk.chats[chat.id]
    desk.recent[chat.id] = chat


def forget_old(desk: "Desk", at: datetime) -> None:
    """Drops chats that ended too long before `at`. Time of events only, so that a replay does the same."""
    while desk.recent:
        oldest = next(iter(desk.recent.values()))
        if oldest.ended_at is not None and at - oldest.ended_at <= RECENT:
            return
        del desk.recent[oldest.id]
        if desk.chat_of_visitor.get(oldest.visitor_id) == oldest.id:
            del desk.chat_of_visitor[oldest.visitor_id]


def _take_out(desk: "Desk", chat: Chat, at: datetime) -> None:
    """Takes the chat from where it is, queue or agent, and books the time it was there."""
    if chat.status is Status.QUEUED:
        desk.dequeue(chat)
        chat.waited += at - chat.waiting_since if chat.waiting_since else timedelta()
        chat.waiting_since = None
        chat.queue_reason = None
        return
    desk.chats_of[chat.person_id].discard(chat.id)
    desk.load_in[chat.person_id, chat.group_id] -= 1
    chat.with_agent += at - chat.with_agent_since if chat.with_agent_since else timedelta()
    chat.with_agent_since = None
    _unsettle_groups_of(desk, chat.person_id)


def count_in(desk: "Desk", chat: Chat) -> None:
    """Counts an active chat for its agent."""
    desk.chats_of.setdefault(chat.person_id, set()).add(chat.id)
    key = (chat.person_id, chat.group_id)
    desk.load_in[key] = desk.load_in.get(key, 0) + 1


# --- people ---


def _unsettle_groups_of(desk: "Desk", person_id: str) -> None:
    desk.unsettled.update(desk.organisation.groups_of.get(person_id, ()))


def _presence(desk: "Desk", event: e.PresenceChanged, at: datetime) -> None:
    duty = desk.duty_of(event.person_id)
    duty.online, duty.online_since = event.online, at
    _unsettle_groups_of(desk, event.person_id)


def _availability(desk: "Desk", event: e.AvailabilityChanged, at: datetime) -> None:
    duty = desk.duty_of(event.person_id)
    duty.available, duty.available_since = event.available, at
    _unsettle_groups_of(desk, event.person_id)


def _activity(desk: "Desk", event: e.GroupActivityChanged, at: datetime) -> None:
    duty = desk.duty_of(event.person_id)
    duty.activity_since[event.group_id] = at
    if event.active:
        duty.inactive_groups.discard(event.group_id)
    else:
        duty.inactive_groups.add(event.group_id)
    desk.unsettled.add(event.group_id)


# --- organisation ---


def _department_saved(desk: "Desk", event: e.DepartmentSaved, _at: datetime) -> None:
    desk.organisation.departments[event.department.id] = event.department


def _group_saved(desk: "Desk", event: e.GroupSaved, _at: datetime) -> None:
    desk.organisation.groups[event.group.id] = event.group
    desk.unsettled.add(event.group.id)


def _person_saved(desk: "Desk", event: e.PersonSaved, _at: datetime) -> None:
    desk.organisation.people[event.person.id] = event.person


def _membership_saved(desk: "Desk", event: e.MembershipSaved, _at: datetime) -> None:
    desk.organisation.save_membership(event.membership)
    desk.unsettled.add(event.membership.group_id)


def _membership_removed(desk: "Desk", event: e.MembershipRemoved, _at: datetime) -> None:
    desk.organisation.remove_membership(event.person_id, event.group_id)


def _method_set(desk: "Desk", event: e.MethodSet, _at: datetime) -> None:
    desk.organisation.method = event.method
    desk.unsettled.update(desk.organisation.groups)


_CHAT: Mapping[type[e.Event], Callable[["Desk", Chat, Any, datetime], None]] = MappingProxyType(
    {
        e.ChatQueued: _queued,
        e.ChatAssigned: _assigned,
        e.ChatTransferred: _transferred,
        e.MessageSaid: _said,
        e.CustomerLeft: _customer_left,
        e.CustomerReturned: _customer_returned,
        e.ChatEnded: _ended,
    }
)

_DESK: Mapping[type[e.Event], Callable[["Desk", Any, datetime], None]] = MappingProxyType(
    {
        e.ChatStarted: _started,
        e.PresenceChanged: _presence,
        e.AvailabilityChanged: _availability,
        e.GroupActivityChanged: _activity,
        e.DepartmentSaved: _department_saved,
        e.GroupSaved: _group_saved,
        e.PersonSaved: _person_saved,
        e.MembershipSaved: _membership_saved,
        e.MembershipRemoved: _membership_removed,
        e.MethodSet: _method_set,
    }
)
