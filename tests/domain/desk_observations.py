"""A desk seen from outside, the long way round: from its chats, not from what it keeps for speed."""

from chatserver.domain.chat import Status
from chatserver.domain.desk import Desk


def free_agents(desk: Desk, group_id: str) -> list[str]:
    """Who could be given a chat of the group, found the long way round: from the chats, not from the desk's counts."""
    found = []
    for person_id, membership in desk.organisation.members.get(group_id, {}).items():
        duty = desk.duties.get(person_id)
        if duty is None or not (duty.online and duty.available) or group_id in duty.inactive_groups:
            continue
        here = [
            chat for chat in desk.chats.values() if chat.person_id == person_id and chat.group_id == group_id
        ]
        if len(here) < membership.max_active_chats:
            found.append(person_id)
    return found


def load_of(desk: Desk, person_id: str) -> int:
    """The person's active chats in all groups."""
    return sum(chat.person_id == person_id for chat in desk.chats.values())


def indexes(desk: Desk) -> tuple[object, ...]:
    """What the desk keeps for speed, without empty entries."""
    return (
        {group_id: queue for group_id, queue in desk.waiting.items() if queue},
        {person_id: chats for person_id, chats in desk.chats_of.items() if chats},
        {key: load for key, load in desk.load_in.items() if load},
        desk.chat_of_visitor,
        desk.next_deadline(),
    )


def check_places(desk: Desk) -> None:
    """Each open chat is in one queue or with one agent, and queues are in order of start (R13)."""
    queued = [chat_id for queue in desk.waiting.values() for _, chat_id in queue]
    with_agents = [chat_id for chats in desk.chats_of.values() for chat_id in chats]
    assert sorted(queued + with_agents) == sorted(desk.chats)
    assert not set(desk.chats) & set(desk.recent)
    for chat in desk.chats.values():
        if chat.status is Status.QUEUED:
            assert chat.person_id == ""
            assert (chat.started_at, chat.id) in desk.waiting[chat.group_id]
        else:
            assert chat.id in desk.chats_of[chat.person_id]
    assert all(queue == sorted(queue) for queue in desk.waiting.values())
