"""Decisions about chats: start, say, take, transfer, end (SPEC sections 2 to 4)."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.chat import Chat, EndReason, Sender, Status, said_key, summarise
from chatserver.domain.decision import Decision
from chatserver.domain.errors import ChatError, Conflict, Invalid, NotAllowed, NotFound, Offline
from chatserver.domain.organisation import Permission, permissions_of
from chatserver.domain.permissions import check_may_see, may_serve_queue
from chatserver.domain.replies import Accepted, ChatResult, Done, ResultCode

if TYPE_CHECKING:
    from chatserver.domain.desk import Desk

T = TypeVar("T")

MAX_CHATS_AT_ONCE = 500  # of one command; far above a screenful, far below what would hold up others


def decide_start(desk: "Desk", command: c.StartChat, now: datetime) -> Decision:
    """A chat and its first message. One open chat for each visitor; a repeat gives the same chat."""
    chat = desk.find_chat_of(command.visitor_id)
    if chat is not None and chat.start_client_id == command.client_id:
        return Decision(reply=Accepted(chat.id, 1, chat.started_at, command.client_id))
    if chat is not None and chat.status is not Status.ENDED:
        raise Conflict("You already have an open chat.")
    department = desk.organisation.get_department(command.department_id)
    if not desk.is_open_for_chats(department.id):
        raise Offline(f"Nobody in {department.name} can chat at the moment. Please leave a message.")
    chat_id = desk.last_chat_id + 1
    started = e.ChatStarted(
        chat_id=chat_id,
        n=1,
        visitor_id=command.visitor_id,
        client_id=command.client_id,
        customer=command.customer,
        department_id=department.id,
        group_id=department.front_line_group_id,
    )
    question = e.MessageSaid(
        chat_id=chat_id, n=2, sender=Sender.CUSTOMER, client_id=command.client_id, text=command.question
    )
    return Decision((started, question), Accepted(chat_id, 1, now, command.client_id))


def decide_customer_say(desk: "Desk", command: c.CustomerSay, now: datetime) -> Decision:
    """A message in the visitor's own open chat."""
    chat = desk.find_chat_of(command.visitor_id)
    if chat is None:
        raise NotFound("You have no open chat. Please start a new one.")
    return _decide_say(chat, Sender.CUSTOMER, "", command.client_id, command.text, now)


def decide_agent_say(desk: "Desk", command: c.AgentSay, now: datetime) -> Decision:
    """A message of the agent whose chat it is."""
    chat = desk.find_chat(command.chat_id)
    if chat is None:
        raise NotFound(f"There is no open chat {command.chat_id}.")
    if said_key(Sender.AGENT, command.person_id, command.client_id) not in chat.said:
        _check_is_mine(desk, chat, command.person_id)
    return _decide_say(chat, Sender.AGENT, command.person_id, command.client_id, command.text, now)


def _decide_say(
    chat: Chat, sender: Sender, person_id: str, client_id: str, text: str, now: datetime
) -> Decision:
    if (said := chat.said.get(said_key(sender, person_id, client_id))) is not None:
        return Decision(reply=Accepted(chat.id, said.n, said.at, client_id))
    if chat.status is Status.ENDED:
        raise Conflict("This chat has ended. Please start a new one.")
    n = chat.last_n + 1
    message = e.MessageSaid(
        chat_id=chat.id, n=n, sender=sender, client_id=client_id, text=text, person_id=person_id
    )
    return Decision((message,), Accepted(chat.id, n, now, client_id))


def _check_is_mine(desk: "Desk", chat: Chat, person_id: str) -> None:
    check_may_see(desk, person_id, chat)
    if chat.status is Status.ENDED:
        raise Conflict(f"Chat {chat.id} has ended.")
    if chat.person_id == person_id:
        return
    if chat.status is Status.QUEUED:
        raise Conflict(f"Chat {chat.id} is waiting in the queue. Take it to answer.")
    owner = desk.organisation.people[chat.person_id].name
    raise Conflict(f"Chat {chat.id} is with {owner}. Take it to answer.")


def decide_customer_end(desk: "Desk", command: c.CustomerEnd, now: datetime) -> Decision:
    """Ends the visitor's chat: abandoned when no agent has written yet (R7). Ending twice is no error."""
    chat = desk.find_chat_of(command.visitor_id)
    if chat is None:
        raise NotFound("You have no open chat.")
    if chat.status is Status.ENDED:
        return Decision(reply=Done((ChatResult(chat.id, ResultCode.ENDED),)))
    reason = EndReason.BY_CUSTOMER if chat.agent_messages else EndReason.ABANDONED
    return Decision((_end(chat, reason, now),), Done((ChatResult(chat.id, ResultCode.ENDED),)))


def decide_customer_presence(desk: "Desk", command: c.SetCustomerPresence, _now: datetime) -> Decision:
    """Records that the customer left or returned, when that is news."""
    chat = desk.find_chat_of(command.visitor_id)
    if chat is None or chat.status is Status.ENDED or command.present is (chat.absent_since is None):
        return Decision()
    kind = e.CustomerReturned if command.present else e.CustomerLeft
    return Decision((kind(chat_id=chat.id, n=chat.last_n + 1),))


def decide_tick(desk: "Desk", _command: c.Tick, now: datetime) -> Decision:
    """Ends chats whose customers have been away too long: abandoned (R7) or timed out (R6)."""
    return Decision(
        tuple(
            _end(chat, EndReason.TIMED_OUT if chat.agent_messages else EndReason.ABANDONED, now)
            for chat in desk.due_chats(now)
        )
    )


def decide_get_from_queue(desk: "Desk", command: c.GetFromQueue, _now: datetime) -> Decision:
    """The chat that was started longest ago in the queues of the person's groups (R13). May exceed the limit (R16)."""
    groups = desk.organisation.groups_of.get(command.person_id, set())
    if not groups:
        raise NotAllowed("You belong to no group, so there is no queue that you could serve.")
    chat = desk.oldest_waiting(groups)
    if chat is None:
        raise NotFound("Nobody is waiting in your queues.")
    return _assign_by_hand(desk, (chat,), command.person_id, e.How.FROM_QUEUE)


def decide_take(desk: "Desk", command: c.TakeChats, _now: datetime) -> Decision:
    """Moves chats to the person, unless somebody else was first: then says who (R22)."""
    taken: list[Chat] = []
    refused: list[ChatResult] = []
    for seen in _unique(command.chats, lambda seen: seen.chat_id):
        try:
            chat = desk.get_chat(seen.chat_id)
            _check_may_take(desk, chat, seen.person_id, command.person_id)
        except ChatError as error:
            found = None if isinstance(error, NotFound) else desk.chats.get(seen.chat_id)
            refused.append(_refusal(seen.chat_id, error, found.person_id if found else ""))
        else:
            taken.append(chat)
    decision = _assign_by_hand(desk, taken, command.person_id, e.How.TAKEN)
    results = decision.reply.results if isinstance(decision.reply, Done) else ()
    return Decision(decision.events, Done((*results, *refused)))


def _check_may_take(desk: "Desk", chat: Chat, seen_owner: str, person_id: str) -> None:
    if chat.person_id == person_id:
        raise Conflict(f"Chat {chat.id} is already yours.")
    if not may_serve_queue(desk, person_id, chat):  # who serves its queue may know who was first (R22)
        check_may_see(desk, person_id, chat)
    if chat.person_id != seen_owner:
        if chat.status is Status.QUEUED:
            raise Conflict(f"Chat {chat.id} went back to the queue meanwhile.")
        owner = desk.organisation.people[chat.person_id].name
        raise Conflict(f"{owner} took chat {chat.id} first.")
    roles = desk.organisation.people[person_id].roles
    if chat.status is Status.ACTIVE and Permission.TAKE_FROM_AGENT not in permissions_of(roles):
        raise NotAllowed("You may take chats from the queue, but not from another agent.")


def _assign_by_hand(
    desk: "Desk", chats: "list[Chat] | tuple[Chat, ...]", person_id: str, how: e.How
) -> Decision:
    events: list[e.AnyEvent] = []
    results: list[ChatResult] = []
    loads: dict[str, int] = {}
    for chat in chats:
        membership = desk.organisation.find_membership(person_id, chat.group_id)
        load = loads.get(chat.group_id, desk.load_in.get((person_id, chat.group_id), 0))
        loads[chat.group_id] = load + 1
        over = membership is not None and load >= membership.max_active_chats
        events.append(
            e.ChatAssigned(
                chat_id=chat.id,
                n=chat.last_n + 1,
                person_id=person_id,
                group_id=chat.group_id,
                how=how,
                previous_person_id=chat.person_id,
                over_limit=over,
            )
        )
        message = f"You are above your limit of {membership.max_active_chats}." if membership and over else ""
        results.append(ChatResult(chat.id, ResultCode.ASSIGNED, message, person_id, over))
    return Decision(tuple(events), Done(tuple(results)))


def decide_transfer(desk: "Desk", command: c.TransferChats, _now: datetime) -> Decision:
    """To a group, or an agent of it. Who cannot be reached: the chat is queued in the group, never lost (R21)."""
    group = desk.organisation.get_group(command.group_id)
    target = command.to_person_id
    is_member = desk.organisation.find_membership(target, group.id) is not None
    reachable = is_member and desk.is_receiving(target, group.id)
    load = desk.load_in.get((target, group.id), 0)
    events: list[e.AnyEvent] = []
    results: list[ChatResult] = []
    for chat_id in _unique(command.chat_ids, lambda chat_id: chat_id):
        try:
            chat = desk.get_chat(chat_id)
            check_may_see(desk, command.person_id, chat)
            if target and target == chat.person_id:
                name = desk.organisation.people[target].name
                raise Conflict(f"Chat {chat_id} is already with {name}.")
        except ChatError as error:
            results.append(_refusal(chat_id, error))
            continue
        events.append(
            e.ChatTransferred(
                chat_id=chat_id,
                n=chat.last_n + 1,
                by_person_id=command.person_id,
                from_person_id=chat.person_id,
                from_group_id=chat.group_id,
                department_id=group.department_id,
                group_id=group.id,
                to_person_id=target,
                comment=command.comment,
            )
        )
        if not reachable:
            message = f"{_why_not_to(desk, target, group.id)}Waiting in {group.name}."
            results.append(ChatResult(chat_id, ResultCode.QUEUED, message))
            continue
        membership = desk.organisation.members[group.id][target]
        over = load >= membership.max_active_chats
        load += 1
        events.append(
            e.ChatAssigned(
                chat_id=chat_id,
                n=chat.last_n + 2,
                person_id=target,
                group_id=group.id,
                how=e.How.TRANSFERRED,
                over_limit=over,
            )
        )
        name = desk.organisation.people[target].name
        warning = f" They are above their limit of {membership.max_active_chats}." if over else ""
        results.append(ChatResult(chat_id, ResultCode.ASSIGNED, f"Given to {name}.{warning}", target, over))
    return Decision(tuple(events), Done(tuple(results)))


def _why_not_to(desk: "Desk", target: str, group_id: str) -> str:
    """Why a named agent does not get the chat now; '' when nobody was named."""
    if not target:
        return ""
    person = desk.organisation.people.get(target)
    if person is None:
        return "That agent is gone. "
    if desk.organisation.find_membership(target, group_id) is None:
        return f"{person.name} is not in that group. "
    return f"{person.name} cannot take chats now. "


def decide_end(desk: "Desk", command: c.EndChats, now: datetime) -> Decision:
    """Ends chats that the person may see; each is told for itself."""
    events: list[e.AnyEvent] = []
    results: list[ChatResult] = []
    for chat_id in _unique(command.chat_ids, lambda chat_id: chat_id):
        try:
            chat = desk.get_chat(chat_id)
            check_may_see(desk, command.person_id, chat)
        except ChatError as error:
            results.append(_refusal(chat_id, error))
        else:
            events.append(_end(chat, EndReason.BY_AGENT, now, by_person_id=command.person_id))
            results.append(ChatResult(chat_id, ResultCode.ENDED))
    return Decision(tuple(events), Done(tuple(results)))


def _end(chat: Chat, reason: EndReason, now: datetime, by_person_id: str = "") -> e.ChatEnded:
    return e.ChatEnded(
        chat_id=chat.id, n=chat.last_n + 1, summary=summarise(chat, reason, now), by_person_id=by_person_id
    )


def _refusal(chat_id: int, error: ChatError, person_id: str = "") -> ChatResult:
    return ChatResult(chat_id, ResultCode.REFUSED, error.message, person_id)


def _unique(items: tuple[T, ...], key: Callable[[T], object]) -> list[T]:
    """Each item once, in order. Raises Invalid for none or too many."""
    found = list({key(item): item for item in items}.values())
    if not found:
        raise Invalid("Name at least one chat.")
    if len(found) > MAX_CHATS_AT_ONCE:
        raise Invalid(f"At most {MAX_CHATS_AT_ONCE} chats at once.")
    return found
