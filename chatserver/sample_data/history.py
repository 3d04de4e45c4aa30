"""A month of past chats of the sample company, made by the real rules in virtual time.

Nothing is written by hand into the log: simulated people give commands to a real `Desk`, at times of their own, and
its events are the history. So each chat was queued, assigned, limited and ended by the rules that the server runs.
rhythm.py says when people come; here is what they do: customers wait as long as their patience lasts (log-normal),
agents answer the slower the more chats they have, transfer some, and take breaks. docs/sample-data.md explains it.
"""

import heapq
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from chatserver.domain import commands as c
from chatserver.domain.chat import Chat, Status
from chatserver.domain.desk import Desk
from chatserver.domain.events import ChatAssigned, ChatQueued, Recorded
from chatserver.sample_data import rhythm
from chatserver.sample_data.casting import Part, Step, cast, transfer_targets
from chatserver.sample_data.company import Company
from chatserver.sample_data.dialogues import Topic
from chatserver.sample_data.setting_up import organisation_commands

CLOSING_TIME = timedelta(minutes=4)  # before `now`: whatever is open then is brought to its end
RETURNING = 0.12  # of customers have chatted before
VANISHING = 0.05  # of customers close the page without a word, in the middle of the chat
TRANSFERRED = 0.09  # of assignments end in a transfer to another group
TAKEN_OVER = 0.01  # of chats are taken over by a manager
PATIENCE_S = (260.0, 0.9)  # median and sigma of log-normal times, as all of these
FIRST_ANSWER_S = (14.0, 0.6)
AGENT_TURN_S = (21.0, 0.75)
CUSTOMER_TURN_S = (24.0, 0.8)
END_S = (16.0, 0.7)
SLOWER_WITH_EACH_CHAT = 0.3

Life = Iterator[timedelta]  # what somebody does: gives how long until the next deed


def generate(
    company: Company, dialogues: Sequence[Topic], now: datetime, seed: int, days: int = 30
) -> Iterator[Recorded]:
    """The log of the last `days` days before `now`, from seq 1; the same for the same arguments.

    At its end no chat is open and nobody is signed in.
    """
    return iter(_World(company, dialogues, now, seed, days).run())


class _World:
    """The desk, and everybody's next deed by time."""

    def __init__(
        self, company: Company, dialogues: Sequence[Topic], now: datetime, seed: int, days: int
    ) -> None:
        self._company = company
        self._dialogues = dialogues
        self._now = now
        self._rng = random.Random(seed)  # noqa: S311 -- a simulation
        self._desk = Desk()
        self._log: list[Recorded] = []
        self._at = now
        self._due: list[tuple[datetime, int, Life]] = []
        self._counter = count()
        self._parts: dict[int, Part] = {}  # chat -> its customer, with the steps not played yet
        self._targets = transfer_targets(company)
        self._past_visitors: list[str] = []
        self._first_day = (
            (now - timedelta(days=days)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        )
        self._names = {person.id: person.chat_name for person in company.people}
        self._leads = [p.id for p in company.people if set(p.roles) != {"agent"}]

    def run(self) -> list[Recorded]:
        for command in organisation_commands(self._company):
            self._do(command, self._first_day + timedelta(hours=1))
        self._plan()
        closing = self._now - CLOSING_TIME
        while self._due:
            at = self._due[0][0]
            deadline = self._desk.next_deadline()
            if min(at, deadline or at) >= closing:
                break
            if deadline is not None and deadline <= at:
                self._do(c.Tick(), deadline)
                continue
            _, _, life = heapq.heappop(self._due)
            self._at = at
            pause = next(life, None)
            if pause is not None:
                self._schedule(at + pause, life)
        self._close(closing)
        return self._log

    def _plan(self) -> None:
        """Everybody's arrival and shift of all days."""
        departments = tuple(d.id for d in self._company.departments)
        day = self._first_day
        while day < self._now:
            for at, department in rhythm.arrivals(day, departments, self._rng):
                if self._first_day + timedelta(hours=2) < at < self._now:
                    self._schedule(at, self._customer(department))
            for place, person in enumerate(self._company.people):
                leads = person.id in self._leads
                shift = rhythm.shift(person.id, place, leads, day, self._rng)
                if shift is not None:
                    self._schedule(shift.start, self._worker(shift))
            day += timedelta(days=1)

    def _schedule(self, at: datetime, life: Life) -> None:
        heapq.heappush(self._due, (at, next(self._counter), life))

    def _do(self, command: c.Command, at: datetime) -> None:
        """Gives a command; whoever is assigned a chat by it begins to work on it."""
        recorded = self._desk.handle(command, at).recorded
        self._log.extend(recorded)
        for item in recorded:
            if isinstance(item.event, ChatAssigned):
                life = self._conversation(item.event.chat_id, item.event.person_id)
                self._schedule(at + self._lognormal(FIRST_ANSWER_S), life)
            elif isinstance(item.event, ChatQueued):
                self._schedule(at, self._waiting(item.event.chat_id))

    # --- lives: each `yield` is a pause; afterwards `self._at` is the time ---

    def _customer(self, department: str) -> Life:
        """Opens the page, and starts a chat after a moment."""
        rng = self._rng
        yield timedelta(seconds=rng.uniform(2, 20))
        visitor_id = f"{rng.getrandbits(96):024x}"
        if self._past_visitors and rng.random() < RETURNING:
            visitor_id = rng.choice(self._past_visitors)
            known = self._desk.find_chat_of(visitor_id)
            if known is not None and known.status is not Status.ENDED:
                return
        chat_id = self._desk.last_chat_id + 1
        part = self._parts[chat_id] = cast(self._dialogues, department, rng)
        self._do(
            c.StartChat(visitor_id, self._client_id(), department, part.customer(), part.opening), self._at
        )
        self._past_visitors.append(visitor_id)

    def _waiting(self, chat_id: int) -> Life:
        """Gives up when nobody has come for too long."""
        yield self._lognormal(PATIENCE_S)
        chat = self._desk.chats.get(chat_id)
        if chat is not None and chat.status is Status.QUEUED:
            self._do(c.CustomerEnd(chat.visitor_id), self._at)

    def _conversation(self, chat_id: int, person_id: str) -> Life:
        """What is said from an assignment until the chat ends or goes to somebody else."""
        rng, part = self._rng, self._parts[chat_id]
        remaining = part.steps
        vanishes = rng.random() < VANISHING
        taken_over = rng.random() < TAKEN_OVER
        transferred = rng.random() < TRANSFERRED
        while remaining:
            chat = self._chat_of(chat_id, person_id)
            if chat is None:
                return
            if transferred and 1 < len(remaining) < 5:
                transferred = False
                groups = [g for g in self._targets[chat.department_id] if self._desk.receiving_in(g)]
                if groups:
                    transfer = c.TransferChats(
                        person_id, (chat_id,), rng.choice(groups), comment=part.comment(rng)
                    )
                    self._do(transfer, self._at)
                    if self._chat_of(chat_id, person_id) is None:
                        return
            step = remaining.pop(0)
            text = part.text_of(step, self._names[person_id])
            if step.sender == "agent":
                self._do(c.AgentSay(person_id, chat_id, self._client_id(), text), self._at)
            else:
                self._do(c.CustomerSay(chat.visitor_id, self._client_id(), text), self._at)
            if taken_over and len(remaining) == 3 and (manager := self._free_manager(person_id)):
                self._do(c.TakeChats(manager, (c.Seen(chat_id, person_id),)), self._at)
                if self._chat_of(chat_id, person_id) is None:  # else refused: a manager of other departments
                    return
            if vanishes and len(remaining) == 4:
                yield from self._vanish(chat)
                if self._chat_of(chat_id, person_id) is None:
                    return
            yield self._pause_before(remaining[0], person_id) if remaining else self._lognormal(END_S)
        chat = self._chat_of(chat_id, person_id)
        if chat is None:
            return
        if rng.random() < 0.55:
            self._do(c.CustomerEnd(chat.visitor_id), self._at)
        else:
            self._do(c.EndChats(person_id, (chat_id,)), self._at)

    def _vanish(self, chat: Chat) -> Life:
        """The page is gone; half of them come back within a minute, the others time out."""
        self._do(c.SetCustomerPresence(chat.visitor_id, present=False), self._at)
        if self._rng.random() < 0.5:
            yield timedelta(seconds=self._rng.uniform(20, 60))
            if chat.id in self._desk.chats:
                self._do(c.SetCustomerPresence(chat.visitor_id, present=True), self._at)
        else:
            yield timedelta(minutes=11)

    def _worker(self, shift: rhythm.Shift) -> Life:
        """Signs in, takes breaks, finishes what is open, signs out."""
        person_id = shift.person_id
        self._do(c.SetPresence(person_id, online=True), self._at)
        for start, end in shift.breaks:
            yield start - self._at
            self._do(c.SetAvailability(person_id, available=False), self._at)
            yield end - self._at
            self._do(c.SetAvailability(person_id, available=True), self._at)
        yield shift.end - timedelta(minutes=12) - self._at
        self._do(c.SetAvailability(person_id, available=False), self._at)
        yield max(timedelta(), shift.end - self._at)
        while self._desk.chats_of.get(person_id):
            yield timedelta(minutes=1)
        self._sign_off(person_id)

    def _sign_off(self, person_id: str) -> None:
        self._do(c.SetPresence(person_id, online=False), self._at)
        self._do(c.SetAvailability(person_id, available=True), self._at)  # ready for the next shift

    # --- the end ---

    def _close(self, closing: datetime) -> None:
        """Brings what is open to its end between `closing` and `now`, and signs everybody off."""
        self._at = closing
        open_chats = sorted(self._desk.chats)
        step = CLOSING_TIME / (len(open_chats) + len(self._names) + 2)
        for chat_id in open_chats:
            self._at += step
            chat = self._desk.chats[chat_id]
            if chat.agent_messages and self._rng.random() < 0.5 and chat.status is Status.ACTIVE:
                self._do(c.EndChats(chat.person_id, (chat_id,)), self._at)
            else:
                self._do(c.CustomerEnd(chat.visitor_id), self._at)
        for person_id in self._names:
            self._at += step
            self._sign_off(person_id)

    # --- small things ---

    def _chat_of(self, chat_id: int, person_id: str) -> Chat | None:
        """The chat while it is open and still with the person."""
        chat = self._desk.chats.get(chat_id)
        return chat if chat is not None and chat.person_id == person_id else None

    def _free_manager(self, other_than: str) -> str:
        online = [
            p for p in self._leads if p != other_than and (duty := self._desk.duties.get(p)) and duty.online
        ]
        return self._rng.choice(online) if online else ""

    def _pause_before(self, step: Step, person_id: str) -> timedelta:
        if step.sender == "agent":
            busy = len(self._desk.chats_of.get(person_id, ()))
            return self._lognormal(AGENT_TURN_S) * (1 + SLOWER_WITH_EACH_CHAT * max(0, busy - 1))
        return self._lognormal(CUSTOMER_TURN_S)

    def _lognormal(self, median_and_sigma: tuple[float, float]) -> timedelta:
        median, sigma = median_and_sigma
        return timedelta(seconds=median * self._rng.lognormvariate(0.0, sigma))

    def _client_id(self) -> str:
        return f"{self._rng.getrandbits(64):016x}"
