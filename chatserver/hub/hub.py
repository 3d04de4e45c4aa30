"""The one place where live state changes: inbox, decide, apply, append, deliver.

A batch is whatever came in while the loop was busy. It is decided at once and handed to the store; the next one is
decided while the disk works. Nothing of a batch, not even a refusal or a snapshot, is told to anybody before its
transaction is on disk.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import structlog

from chatserver.domain.chat import Chat
from chatserver.domain.commands import Command, Tick
from chatserver.domain.desk import Desk
from chatserver.domain.errors import Busy, ChatError
from chatserver.domain.events import ChatAssigned, ChatEvent, ChatTransferred, Recorded
from chatserver.domain.organisation import Organisation
from chatserver.domain.replies import Reply

MAX_BATCH = 500  # bounds how long one batch holds the loop
MAX_INBOX = 20_000  # beyond it we are seconds behind, and more would only wait longer
MAX_UNWRITTEN_BATCHES = 8  # decided, but not on disk yet

log = structlog.get_logger()


class Log(Protocol):
    """What the hub needs of the store: the seam for another engine."""

    def append(self, events: Sequence[Recorded]) -> Any:
        """Hands events to the disk; the future is done when they are there."""


class Delivery(NamedTuple):
    """An event on its way, and whom it concerned when it was decided.

    `persons`: the agent who has the chat and the one who had it. `origin`: the outlet that sent it, which gets a reply
    instead.
    """

    recorded: Recorded
    visitor_id: str
    persons: tuple[str, ...]
    chat: Chat | None
    origin: object | None


ReplyTo = Callable[[Reply | ChatError], None]
_Told = Callable[[], None]


class Hub:
    """Owns the desk. `submit` changes it, `ask` reads it; both answer when all that they saw is on disk."""

    def __init__(self, desk: Desk, store: Log, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._store = store
        self._clock = clock
        self._latest = clock()
        self._inbox: deque[tuple[Command | Callable[[Desk], Any], Callable[[Any], None], object | None]] = (
            deque()
        )
        self._wake = asyncio.Event()
        self._unwritten: asyncio.Queue[tuple[asyncio.Future[None] | None, list[Delivery | _Told]]] = (
            asyncio.Queue(MAX_UNWRITTEN_BATCHES)
        )
        self._timer: asyncio.TimerHandle | None = None
        self._stopping = False
        self.durable_seq = desk.last_seq
        self._drain_first = True  # whoever was free before a restart is free now
        self.on_event: list[Callable[[Delivery], None]] = []
        self.on_batch: list[Callable[[], None]] = []

    @property
    def organisation(self) -> Organisation:
        """For the names of people and departments in lines that are being delivered."""
        return self._desk.organisation

    # --- asking ---

    def submit(self, command: Command, reply_to: ReplyTo, origin: object | None = None) -> None:
        """Queues a command. `reply_to` gets its reply or refusal once that is durable."""
        if self._stopping or len(self._inbox) >= MAX_INBOX:
            reply_to(Busy("The server is busy. Please try again in a moment.", retry_after_s=2.0))
            return
        self._inbox.append((command, reply_to, origin))
        self._wake.set()

    def tell(self, command: Command) -> None:
        """Queues a command of the server itself; a refusal is only logged."""
        self._inbox.append((command, _log_refusal, None))
        self._wake.set()

    async def request(self, command: Command) -> Reply:
        """As `submit`, for those who can wait. Raises ChatError."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

        def done(answer: Reply | ChatError) -> None:
            if future.cancelled():
                return
            if isinstance(answer, ChatError):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        self.submit(command, done)
        return await future

    def ask(self, question: Callable[[Desk], Any], answer_to: Callable[[Any], None]) -> None:
        """Reads the desk in order with the commands. The answer shows nothing that is not durable.

        `answer_to` runs in the order of delivery: events delivered after it are those that `question` did not see.
        """
        self._inbox.append((question, answer_to, None))
        self._wake.set()

    # --- the loop ---

    async def run(self) -> None:
        """Runs until cancelled or the store fails, which it raises: the process must then end."""
        self.ask(lambda _desk: None, lambda _: None)  # a first pass drains the queues and sets the timer
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._decide_all())
            tasks.create_task(self._deliver_all())

    async def _decide_all(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._inbox:
                events, deliveries = self._decide_batch()
                written = asyncio.wrap_future(self._store.append(events)) if events else None
                await self._unwritten.put((written, deliveries))
                await asyncio.sleep(0)  # let what the sockets hold come in: it makes the next batch
            self._set_timer()

    def _decide_batch(self) -> tuple[list[Recorded], list[Delivery | _Told]]:
        now = self.now()
        events: list[Recorded] = []
        deliveries: list[Delivery | _Told] = []
        if self._drain_first:
            self._drain_first = False
            self._add(self._desk.drain(now), None, events, deliveries)
        for _ in range(min(MAX_BATCH, len(self._inbox))):
            work, answer_to, origin = self._inbox.popleft()
            if not isinstance(work, Command):
                deliveries.append(_bind(answer_to, work(self._desk)))
                continue
            try:
                outcome = self._desk.handle(work, now)
            except ChatError as error:
                deliveries.append(_bind(answer_to, error))
                continue
            # The reply goes first: a page that gets its own events before its ack would show them as another's.
            deliveries.append(_bind(answer_to, outcome.reply))
            self._add(outcome.recorded, origin, events, deliveries)
        return events, deliveries

    def _add(
        self,
        recorded: Iterable[Recorded],
        origin: object | None,
        events: list[Recorded],
        deliveries: list[Delivery | _Told],
    ) -> None:
        for item in recorded:
            events.append(item)
            event = item.event
            chat = self._desk.find_chat(event.chat_id) if isinstance(event, ChatEvent) else None
            if chat is None:
                deliveries.append(Delivery(item, "", (), None, origin))
                continue
            persons: tuple[str, ...] = (chat.person_id,) if chat.person_id else ()
            if isinstance(event, ChatAssigned) and event.previous_person_id:
                persons = (event.person_id, event.previous_person_id)
            elif isinstance(event, ChatTransferred) and event.from_person_id:
                persons = (*persons, event.from_person_id)
            deliveries.append(Delivery(item, chat.visitor_id, persons, chat, origin))

    async def _deliver_all(self) -> None:
        while True:
            written, deliveries = await self._unwritten.get()
            if written is not None:
                await written  # raises when the disk failed: nobody has seen these events
            for delivery in deliveries:
                if isinstance(delivery, Delivery):
                    self.durable_seq = delivery.recorded.seq
                    for deliver in self.on_event:
                        deliver(delivery)
                else:
                    delivery()
            for flush in self.on_batch:
                flush()

    # --- time ---

    def now(self) -> datetime:
        """The clock, but never backwards: the log's order is also its time order."""
        self._latest = max(self._latest, self._clock())
        return self._latest

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._desk.next_deadline()
        if due is not None:
            delay = max(0.0, (due - self.now()).total_seconds()) + 0.001
            self._timer = asyncio.get_running_loop().call_later(delay, self.tell, Tick())

    # --- the end ---

    async def drain(self) -> None:
        """Takes no more commands, and returns when all that were taken are on disk and told."""
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()
        done = asyncio.Event()
        self.ask(lambda _desk: None, lambda _: done.set())
        await done.wait()


def _bind(answer_to: Callable[[Any], None], answer: Any) -> _Told:
    return lambda: answer_to(answer)


def _log_refusal(answer: Reply | ChatError) -> None:
    if isinstance(answer, ChatError):
        log.warning("server command refused", code=answer.code)
