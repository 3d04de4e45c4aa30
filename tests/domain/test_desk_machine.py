"""The desk under random commands: whatever anybody does, in any order, the promises hold after each step.

`DESK_MACHINE_EXAMPLES=2000 pytest tests/domain/test_desk_machine.py` looks longer than the usual run.
"""

import os
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.chat import Customer, EndReason, QueueReason, Status
from chatserver.domain.desk import Desk
from chatserver.domain.errors import ChatError
from chatserver.domain.organisation import Group, Membership, Method
from chatserver.domain.replies import Accepted, Reply
from tests.domain.builders import LIMIT, MONDAY_MORNING, ORGANISATION, encoded, play, replay, roundtrip
from tests.domain.desk_observations import check_places, free_agents, indexes, load_of

EXAMPLES = int(os.environ.get("DESK_MACHINE_EXAMPLES", "100"))
STAFF = ("ada", "mia", "bob", "cyd", "dan", "eve")
GROUPS = {"sales": "sales", "sales-night": "sales", "support": "support"}
NEVER = datetime.min.replace(tzinfo=UTC)

staff = st.sampled_from(STAFF)
groups = st.sampled_from(sorted(GROUPS))
visitors = st.sampled_from([f"visitor{number}" for number in range(8)])
client_ids = st.sampled_from(["first-id", "second-id"])
chat_ids = st.integers(1, 7)
several_chats = st.lists(chat_ids, min_size=1, max_size=4).map(tuple)
methods = st.sampled_from(Method)


class DeskMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.desk, self.log = play(ORGANISATION)
        self.mirror = replay(self.log)  # follows event by event, as a reader or the dashboard does
        self.now = MONDAY_MORNING + timedelta(hours=1)
        self.answers: dict[tuple[str, ...], Accepted] = {}  # first answer to each message
        for person_id in ("bob", "cyd", "eve"):
            self.handle(c.SetPresence(person_id, online=True))
        for number, department in enumerate(("sales", "support", "sales", "sales", "sales")):
            self.start(f"visitor{number}", "start-id", department)

    def handle(self, command: c.Command) -> Reply | None:
        """The reply, or None for a refusal, which must leave no trace."""
        before = encoded(self.desk)
        try:
            outcome = self.desk.handle(command, self.now)
        except ChatError:
            assert encoded(self.desk) == before
            return None
        for recorded in outcome.recorded:
            self.follow(recorded)
        return outcome.reply

    def follow(self, recorded: e.Recorded) -> None:
        assert recorded.seq == self.mirror.last_seq + 1, "seq has a gap"
        event = recorded.event
        if isinstance(event, e.ChatEvent):
            chat = self.mirror.find_chat(event.chat_id)
            assert event.n == (chat.last_n if chat else 0) + 1, "n has a gap"
        if isinstance(event, e.ChatAssigned) and event.how is e.How.AUTOMATIC:
            self.check_assignment(event)
        self.mirror.apply(recorded)
        self.log.append(recorded)

    def check_assignment(self, event: e.ChatAssigned) -> None:
        """R13, R14, R16 at the moment of an automatic assignment."""
        waiting = [chat for chat in self.mirror.chats.values() if chat.status is Status.QUEUED]
        in_group = [chat for chat in waiting if chat.group_id == event.group_id]
        oldest = min(in_group, key=lambda chat: (chat.started_at, chat.id))
        assert oldest.id == event.chat_id, "not the chat started longest ago"
        assert self.mirror.organisation.method_of(event.group_id) is Method.ROUND_ROBIN
        free = free_agents(self.mirror, event.group_id)
        assert event.person_id in free, "assigned to somebody who is not free"
        assert not event.over_limit
        others = [person_id for person_id in free if person_id != oldest.released_by] or free
        members = self.mirror.organisation.members[event.group_id]
        primaries = [person_id for person_id in others if members[person_id].primary] or others
        fewest = min(load_of(self.mirror, person_id) for person_id in primaries)
        least = [person_id for person_id in primaries if load_of(self.mirror, person_id) == fewest]
        longest_since = min(self.last_assigned(person_id) for person_id in least)
        assert event.person_id in primaries
        assert event.person_id in least
        assert self.last_assigned(event.person_id) == longest_since

    def last_assigned(self, person_id: str) -> datetime:
        times = [
            r.at for r in self.log if isinstance(r.event, e.ChatAssigned) and r.event.person_id == person_id
        ]
        return times[-1] if times else NEVER

    def said(self, key: tuple[str, ...], command: c.Command) -> None:
        """A repeat gets the first answer again, and is recorded once."""
        recorded_before = len(self.log)
        reply = self.handle(command)
        if reply is None:
            return
        assert isinstance(reply, Accepted)
        first = self.answers.setdefault((str(reply.chat_id), *key), reply)
        assert reply == first
        assert reply.n == first.n
        if reply is not first:
            assert len(self.log) == recorded_before

    # --- customers ---

    @rule(
        visitor=visitors,
        client_id=client_ids | st.just("start-id"),
        department=st.sampled_from(["sales", "support", "nowhere"]),
    )
    def start(self, visitor: str, client_id: str, department: str) -> None:
        command = c.StartChat(visitor, client_id, department, Customer(name="Vera"), "Are you there?")
        first, again = self.handle(command), self.handle(command)
        assert first is None or first == again

    @rule(visitor=visitors, client_id=client_ids)
    def customer_says(self, visitor: str, client_id: str) -> None:
        if (chat := self.desk.find_chat_of(visitor)) is not None and client_id == chat.start_client_id:
            return  # the question itself has this id
        self.said((visitor, client_id), c.CustomerSay(visitor, client_id, "Hello?"))

    @rule(visitor=visitors)
    def customer_ends(self, visitor: str) -> None:
        self.handle(c.CustomerEnd(visitor))

    @rule(visitor=visitors, present=st.booleans())
    def customer_comes_or_goes(self, visitor: str, present: bool) -> None:
        self.handle(c.SetCustomerPresence(visitor, present))

    # --- agents ---

    @rule(person=staff, chat=chat_ids, client_id=client_ids)
    def agent_says(self, person: str, chat: int, client_id: str) -> None:
        self.said((person, client_id), c.AgentSay(person, chat, client_id, "How can I help?"))

    @precondition(lambda self: any(chat.status is Status.ACTIVE for chat in self.desk.chats.values()))
    @rule(data=st.data(), client_id=client_ids)
    def own_agent_says(self, data: st.DataObject, client_id: str) -> None:
        active = [chat for chat in self.desk.chats.values() if chat.status is Status.ACTIVE]
        chat = data.draw(st.sampled_from(active))
        self.said((chat.person_id, client_id), c.AgentSay(chat.person_id, chat.id, client_id, "Let me see."))

    @rule(person=staff, chats=several_chats)
    def end(self, person: str, chats: tuple[int, ...]) -> None:
        self.handle(c.EndChats(person, chats))

    @rule(person=staff)
    def get_from_queue(self, person: str) -> None:
        own = self.desk.organisation.groups_of.get(person, set())
        waiting = [
            (chat.started_at, chat.id)
            for chat in self.desk.chats.values()
            if chat.status is Status.QUEUED and chat.group_id in own
        ]
        reply = self.handle(c.GetFromQueue(person))
        assert (reply is not None) is bool(waiting)
        if waiting:
            assert self.desk.chats[min(waiting)[1]].person_id == person  # R13

    @rule(person=staff, chats=several_chats, guess=st.none() | staff | st.just(""))
    def take(self, person: str, chats: tuple[int, ...], guess: str | None) -> None:
        """`guess` None: what the person sees is up to date."""
        owners = {chat.id: chat.person_id for chat in self.desk.chats.values()}
        seen = tuple(c.Seen(chat, owners.get(chat, "") if guess is None else guess) for chat in chats)
        self.handle(c.TakeChats(person, seen))
        for item in seen:
            owner = owners.get(item.chat_id)
            if owner is not None and owner not in {item.person_id, person}:
                assert self.desk.chats[item.chat_id].person_id != person, "taken with a stale view (R22)"

    @rule(person=staff, chats=several_chats, group=groups, to=staff | st.just(""))
    def transfer(self, person: str, chats: tuple[int, ...], group: str, to: str) -> None:
        before = set(self.desk.chats)
        self.handle(c.TransferChats(person, chats, group, to, "Please help"))
        assert set(self.desk.chats) == before, "a transfer lost a chat (R21)"

    # --- duty and settings ---

    @rule(person=staff, online=st.booleans())
    def console(self, person: str, online: bool) -> None:
        self.handle(c.SetPresence(person, online))

    @rule(person=staff, available=st.booleans())
    def availability(self, person: str, available: bool) -> None:
        self.handle(c.SetAvailability(person, available))

    @rule(person=staff, whose=staff, group=groups, active=st.booleans())
    def activity(self, person: str, whose: str, group: str, active: bool) -> None:
        self.handle(c.SetGroupActivity(person, whose, group, active))

    @rule(person=staff, group=groups, limit=st.integers(0, LIMIT + 1), primary=st.booleans())
    def membership(self, person: str, group: str, limit: int, primary: bool) -> None:
        self.handle(c.SaveMembership("ada", Membership(person, group, limit, primary)))

    @rule(person=staff, group=groups)
    def no_longer_member(self, person: str, group: str) -> None:
        self.handle(c.RemoveMembership("ada", person, group))

    @rule(method=methods)
    def method(self, method: Method) -> None:
        self.handle(c.SetMethod("ada", method))

    @rule(group=groups, method=st.none() | methods)
    def method_of_group(self, group: str, method: Method | None) -> None:
        self.handle(c.SaveGroup("ada", Group(group, group, GROUPS[group], method)))

    # --- time and restarts ---

    @rule(seconds=st.sampled_from([1, 30, 130, 700, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        due = self.desk.next_deadline()
        self.handle(c.Tick())
        later = self.desk.next_deadline()
        assert later is None or later > self.now
        if due is None or due > self.now:
            assert not any(r.at == self.now for r in self.log), "a tick before the deadline changed something"

    @rule(at_deadline=st.booleans())
    def deadline_comes(self, at_deadline: bool) -> None:
        due = self.desk.next_deadline()
        if due is None:
            return
        self.now = max(self.now, due if at_deadline else due - timedelta(microseconds=1))
        self.handle(c.Tick())
        ended = [r.event for r in self.log if r.at == self.now and isinstance(r.event, e.ChatEnded)]
        if at_deadline:
            assert any(event.summary.reason in {EndReason.ABANDONED, EndReason.TIMED_OUT} for event in ended)

    @rule()
    def restart_from_snapshot(self) -> None:
        self.restart(roundtrip(self.desk))

    @rule()
    def restart_from_log(self) -> None:
        self.restart(replay(self.log))

    def restart(self, desk: Desk) -> None:
        assert encoded(desk) == encoded(self.desk)
        assert desk.drain(self.now) == [], "nothing was left to do before the restart"
        assert desk.next_deadline() == self.desk.next_deadline()
        self.desk = desk

    # --- what always holds ---

    @invariant()
    def followers_agree(self) -> None:
        """Replaying the log gives the same desk, state and indexes."""
        assert encoded(self.mirror) == encoded(self.desk)
        assert indexes(self.mirror) == indexes(self.desk)

    @invariant()
    def nothing_is_left_over(self) -> None:
        assert not self.desk.unsettled
        assert not self.desk.unplaced
        assert not self.mirror.unplaced, "a follower, which never drains, would grow without bound"

    @invariant()
    def nobody_waits_while_an_agent_is_free(self) -> None:
        """R16."""
        for chat in self.desk.chats.values():
            pulled = self.desk.organisation.method_of(chat.group_id) is Method.CHERRY_PICKING
            if chat.status is Status.QUEUED and not pulled:
                assert free_agents(self.desk, chat.group_id) == [], chat

    @invariant()
    def waiting_chats_say_why(self) -> None:
        """R8."""
        for chat in self.desk.chats.values():
            assert (chat.queue_reason is None) is (chat.status is Status.ACTIVE)
            assert chat.queue_reason is None or chat.queue_reason in QueueReason

    @invariant()
    def each_chat_is_in_one_place(self) -> None:
        check_places(self.desk)

    @invariant()
    def times_add_up(self) -> None:
        """R10: wait and time with an agent are the duration."""
        for chat in (*self.desk.chats.values(), *self.desk.recent.values()):
            now = chat.ended_at or self.now
            assert chat.wait(now) + chat.time_with_agent(now) == chat.duration(now)
            assert timedelta() <= chat.idle(now) <= chat.duration(now)

    @invariant()
    def a_visitor_has_one_open_chat(self) -> None:
        owners = [chat.visitor_id for chat in self.desk.chats.values()]
        assert len(owners) == len(set(owners))
        assert all(self.desk.chat_of_visitor[chat.visitor_id] == chat.id for chat in self.desk.chats.values())


TestDeskMachine = DeskMachine.TestCase
TestDeskMachine.settings = settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
