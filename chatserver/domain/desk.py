"""Everything that is live: open chats, queues, who is on duty. No clock, no sockets, no SQL.

`handle()` is the whole cycle: decide, apply, then give waiting chats to whoever became free (R15). `decide()`
reads and may refuse; `apply()` writes and may not fail; `next_deadline()` only answers. Replaying the recorded
events through `apply()` gives an equal desk.
"""

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from chatserver.domain import applying, deciding
from chatserver.domain.chat import Chat, QueueReason, Status
from chatserver.domain.commands import Command
from chatserver.domain.distribution import METHODS, Candidate
from chatserver.domain.duty import Duty
from chatserver.domain.errors import Conflict, NotFound
from chatserver.domain.events import AnyEvent, ChatAssigned, ChatQueued, How, Recorded
from chatserver.domain.organisation import Method, Organisation
from chatserver.domain.replies import Outcome

ABSENT_IN_QUEUE = timedelta(minutes=2)  # a customer gone for so long while waiting has abandoned
ABSENT_IN_CHAT = timedelta(minutes=10)  # … and in a running chat has timed out


class DeskState(Struct):
    """A desk as plain data: what a snapshot carries."""

    last_seq: int
    last_chat_id: int
    organisation: Organisation
    chats: list[Chat]
    recent: list[Chat]
    duties: dict[str, Duty]


class Offer(NamedTuple):
    """Who would get the first chat of a queue now. `place` is the chat's place in it: (start, chat id)."""

    place: tuple[datetime, int]
    candidate: Candidate


class Desk:
    """The live state and its rules."""

    def __init__(self) -> None:
        self.last_seq = 0
        self.last_chat_id = 0
        self.organisation = Organisation()
        self.chats: dict[int, Chat] = {}  # open ones
        self.recent: dict[int, Chat] = {}  # ended within chat.RECENT of the newest event, oldest first
        self.chat_of_visitor: dict[str, int] = {}  # latest chat, open or recent
        # group id -> (start, chat id), ordered (R13)
        self.waiting: dict[str, list[tuple[datetime, int]]] = {}
        self.chats_of: dict[str, set[int]] = {}  # person id -> active chats
        self.load_in: dict[tuple[str, str], int] = {}  # (person id, group id) -> active chats
        self.duties: dict[str, Duty] = {}
        self.unsettled: set[str] = set()  # groups in which supply or demand changed since the last drain
        self.unplaced: dict[int, None] = {}  # waiting chats whose reason is not recorded yet, as they came
        self._deadlines: list[tuple[datetime, int]] = []

    # --- the cycle ---

    def handle(self, command: Command, now: datetime) -> Outcome:
        """Decide and apply, then drain the queues. Raises ChatError and then has changed nothing."""
        decision = self.decide(command, now)
        recorded = [self._record(event, now) for event in decision.events]
        recorded.extend(self.drain(now))
        return Outcome(recorded, deciding.settle(self, decision.reply))

    def decide(self, command: Command, now: datetime) -> deciding.Decision:
        """The events that the command causes by itself. Reads only. Raises ChatError."""
        return deciding.decide(self, command, now)

    def apply(self, recorded: Recorded) -> None:
        """Makes the event true. Never fails on an event that decide() made in this state."""
        applying.apply(self, recorded.event, recorded.at)
        self.last_seq = recorded.seq

    def drain(self, now: datetime) -> list[Recorded]:
        """Gives waiting chats to free agents until none fits, then records why the rest wait (R8, R15, R16)."""
        recorded = []
        offers: dict[str, Offer] = {}  # by group, as long as nothing changes for it
        while (assignment := self._decide_assignment(offers)) is not None:
            recorded.append(self._record(assignment, now))
            self.unsettled.add(assignment.group_id)
            self.unsettled |= offers.keys() & self.organisation.groups_of[assignment.person_id]
        for chat_id in list(self.unplaced):
            chat = self.chats[chat_id]
            reason = self.queue_reason(chat.group_id)
            queued = ChatQueued(chat_id=chat_id, n=chat.last_n + 1, group_id=chat.group_id, reason=reason)
            recorded.append(self._record(queued, now))
        return recorded

    def _record(self, event: AnyEvent, now: datetime) -> Recorded:
        recorded = Recorded(self.last_seq + 1, now, event)
        self.apply(recorded)
        return recorded

    def _decide_assignment(self, offers: dict[str, Offer]) -> ChatAssigned | None:
        """The oldest head among the queues that have a free agent. Renews the offers of the groups that changed."""
        for group_id in self.unsettled:
            offers.pop(group_id, None)
            if (offer := self._find_offer(group_id)) is not None:
                offers[group_id] = offer
        self.unsettled.clear()
        if not offers:
            return None
        group_id = min(offers, key=lambda group_id: offers[group_id].place)
        chat_id = offers[group_id].place[1]
        return ChatAssigned(
            chat_id=chat_id,
            n=self.chats[chat_id].last_n + 1,
            person_id=offers[group_id].candidate.person_id,
            group_id=group_id,
            how=How.AUTOMATIC,
        )

    def _find_offer(self, group_id: str) -> Offer | None:
        waiting = self.waiting.get(group_id)
        if not waiting:
            return None
        choose = METHODS[self.organisation.method_of(group_id)]
        candidate = choose(self.chats[waiting[0][1]], self.candidates(group_id))
        return None if candidate is None else Offer(waiting[0], candidate)

    # --- questions ---

    def candidates(self, group_id: str) -> Iterator[Candidate]:
        """Agents who receive chats in the group and are below their limit (R14, R16)."""
        for membership in self.organisation.members.get(group_id, {}).values():
            person_id = membership.person_id
            if not self.is_receiving(person_id, group_id):
                continue
            if self.load_in.get((person_id, group_id), 0) >= membership.max_active_chats:
                continue
            yield Candidate(
                person_id=person_id,
                primary=membership.primary,
                active_chats=len(self.chats_of.get(person_id, ())),
                last_assigned_at=self.duties[person_id].last_assigned_at,
            )

    def is_receiving(self, person_id: str, group_id: str) -> bool:
        """Signed in, available, and active in the group (R19)."""
        duty = self.duties.get(person_id)
        return duty is not None and duty.online and duty.available and group_id not in duty.inactive_groups

    def receiving_in(self, group_id: str) -> list[str]:
        """Ids of the members who receive chats in the group."""
        return [p for p in self.organisation.members.get(group_id, {}) if self.is_receiving(p, group_id)]

    def queue_reason(self, group_id: str) -> QueueReason:
        """Why a chat that comes to this group now has to wait (R8)."""
        if not self.receiving_in(group_id):
            return QueueReason.NOBODY_RECEIVING
        if self.organisation.method_of(group_id) is Method.CHERRY_PICKING:
            return QueueReason.PULL_FROM_QUEUE
        return QueueReason.ALL_AT_LIMIT

    def is_open_for_chats(self, department_id: str) -> bool:
        """False when a new chat would be offline (R17)."""
        group_id = self.organisation.departments[department_id].front_line_group_id
        pulls = self.organisation.method_of(group_id) is Method.CHERRY_PICKING
        return not pulls or bool(self.receiving_in(group_id))

    def ahead_of(self, chat: Chat) -> int:
        """How many chats of the same queue come first: 0 for the first (R18)."""
        return bisect_left(self.waiting.get(chat.group_id, []), (chat.started_at, chat.id))

    def oldest_waiting(self, group_ids: Iterable[str]) -> Chat | None:
        """The chat that was started longest ago in these queues (R13)."""
        heads = [queue[0] for g in group_ids if (queue := self.waiting.get(g))]
        return self.chats[min(heads)[1]] if heads else None

    def is_over_limit(self, person_id: str, group_id: str) -> bool:
        """Would one more chat of the group exceed the person's limit (R16)? Who is no member has no limit."""
        membership = self.organisation.find_membership(person_id, group_id)
        return (
            membership is not None
            and self.load_in.get((person_id, group_id), 0) >= membership.max_active_chats
        )

    def find_chat(self, chat_id: int) -> Chat | None:
        """An open or recently ended chat."""
        return self.chats.get(chat_id) or self.recent.get(chat_id)

    def get_chat(self, chat_id: int) -> Chat:
        """An open chat. Raises NotFound, or Conflict when it has ended."""
        if (chat := self.chats.get(chat_id)) is not None:
            return chat
        if chat_id in self.recent:
            raise Conflict(f"Chat {chat_id} has ended.")
        raise NotFound(f"There is no open chat {chat_id}.")

    def find_chat_of(self, visitor_id: str) -> Chat | None:
        """The visitor's open or recently ended chat."""
        chat_id = self.chat_of_visitor.get(visitor_id)
        return None if chat_id is None else self.find_chat(chat_id)

    def next_deadline(self) -> datetime | None:
        """When a Tick would change something; None while nothing is due."""
        while self._deadlines:
            due, chat_id = self._deadlines[0]
            chat = self.chats.get(chat_id)
            if chat is not None and absence_deadline(chat) == due:
                return due
            heapq.heappop(self._deadlines)
        return None

    def due_chats(self, now: datetime) -> list[Chat]:
        """Open chats whose customer has been away too long, oldest deadline first. Reads only."""
        due = sorted({entry for entry in self._deadlines if entry[0] <= now})
        return [c for at, i in due if (c := self.chats.get(i)) is not None and absence_deadline(c) == at]

    # --- used by applying.py ---

    def duty_of(self, person_id: str) -> Duty:
        """The person's duty, made at first need."""
        return self.duties.setdefault(person_id, Duty())

    def enqueue(self, chat: Chat) -> None:
        """Puts a chat into its group's queue by its start, however late it comes there (R13)."""
        insort(self.waiting.setdefault(chat.group_id, []), (chat.started_at, chat.id))
        if chat.queue_reason is None:
            self.unplaced[chat.id] = None
        self.unsettled.add(chat.group_id)

    def dequeue(self, chat: Chat) -> None:
        """Takes a waiting chat out of its queue."""
        queue = self.waiting[chat.group_id]
        del queue[bisect_left(queue, (chat.started_at, chat.id))]
        self.unplaced.pop(chat.id, None)

    def watch_deadline(self, chat: Chat) -> None:
        """Notes the chat's deadline, if it has one. Outdated entries are dropped when they come up."""
        if (due := absence_deadline(chat)) is not None:
            heapq.heappush(self._deadlines, (due, chat.id))

    # --- snapshots ---

    def state(self) -> DeskState:
        """The desk as plain data, sharing nothing that changes only if it is encoded at once."""
        return DeskState(
            self.last_seq,
            self.last_chat_id,
            self.organisation,
            list(self.chats.values()),
            list(self.recent.values()),
            self.duties,
        )

    @classmethod
    def from_state(cls, state: DeskState) -> "Desk":
        """The desk that `state()` described."""
        desk = cls()
        desk.last_seq, desk.last_chat_id = state.last_seq, state.last_chat_id
        desk.organisation, desk.duties = state.organisation, state.duties
        desk.recent = {chat.id: chat for chat in state.recent}
        for chat in (*state.recent, *state.chats):
            desk.chat_of_visitor[chat.visitor_id] = chat.id
        for chat in state.chats:
            desk.chats[chat.id] = chat
            desk.watch_deadline(chat)
            if chat.status is Status.QUEUED:
                desk.enqueue(chat)
            else:
                applying.count_in(desk, chat)
        return desk


def absence_deadline(chat: Chat) -> datetime | None:
    """When the chat ends because its customer is away; None while they are here."""
    if chat.absent_since is None:
        return None
    return chat.absent_since + (ABSENT_IN_QUEUE if chat.status is Status.QUEUED else ABSENT_IN_CHAT)
