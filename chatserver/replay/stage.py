"""Which conversation each chat belongs to, who has it, and how it is played."""

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import Callable
from functools import partial

from chatserver.replay.agent import Agent
from chatserver.replay.conversation import Conversation, Turn
from chatserver.replay.customer import Customer
from chatserver.replay.ledger import ChatLedger, Findings, Message, examine
from chatserver.replay.outbox import Answer, NotTaken
from chatserver.sample_data.origins import visitor_for
from chatserver.wire.lines import Line
from chatserver.wire.staff_frames import End
from chatserver.wire.visitor_frames import Start

ASK_AGAIN_S = 2.0  # an agent's End has no acknowledgement that outlives the connection


class NotPlayed(Exception):
    """A chat could not be played to its end; the message says why."""


class Stage:
    """All chats of a replay and all consoles. Listens to what consoles show."""

    def __init__(self) -> None:
        self.agents: list[Agent] = []
        self._by_question: dict[str, PlayedChat] = {}
        self._by_number: dict[int, PlayedChat] = {}
        self._owners: dict[int, Agent] = {}

    def expect(self, client_id: str, played: "PlayedChat") -> None:
        """A chat that begins with this client id is ours."""
        self._by_question[client_id] = played

    def forget(self, client_id: str, chat: int) -> None:
        """The chat is over: close its windows."""
        self._by_question.pop(client_id, None)
        self._by_number.pop(chat, None)
        self._owners.pop(chat, None)
        for agent in self.agents:
            agent.forget(chat)

    # --- Listener ---

    def agent_shows(self, agent: Agent, chat: int, line: Line) -> None:  # noqa: ARG002 -- a Listener
        """Finds the conversation by its question, then passes lines on."""
        played = self._by_number.get(chat)
        if played is None and (played := self._by_question.get(line.client_id)) is not None:
            self._by_number[chat] = played
            played.chat = chat
            played.agent = self._owners.get(chat)
        if played is not None:
            played.agent_shows(line)

    def agent_has(self, agent: Agent, chat: int) -> None:
        """Whoever has the chat answers from now on."""
        self._owners[chat] = agent
        self._changed(chat)

    def agent_lost(self, agent: Agent, chat: int) -> None:
        """Nobody of ours has it, until one has."""
        if self._owners.get(chat) is agent:
            del self._owners[chat]
            self._changed(chat)

    def _changed(self, chat: int) -> None:
        played = self._by_number.get(chat)
        if played is not None:
            played.agent = self._owners.get(chat)
            played.changed.set()


class PlayedChat:
    """One conversation: its customer's page, and the consoles that come to have it."""

    def __init__(
        self, conversation: Conversation, url: str, stage: Stage, speed: float, patience_s: float
    ) -> None:
        """`speed` divides recorded pauses; 0 makes none. `patience_s` bounds each wait for an agent or a delivery."""
        self.conversation = conversation
        self.ledger = ChatLedger()
        self.agent: Agent | None = None
        self.chat = 0
        self.changed = asyncio.Event()
        self._agent_view: dict[int, Line] = {}
        self._ended_for_agent = False
        self._stage = stage
        self._speed = speed
        self._patience_s = patience_s
        self._spoke_s = 0.0
        self._spoke_at_s = 0.0
        self._rng = random.Random(conversation.id)  # noqa: S311 -- jitter, no secret
        visitor = visitor_for(conversation.id, conversation.country)
        self._headers = {
            "X-Forwarded-For": conversation.address or visitor.place.address,
            "Accept-Language": conversation.language or visitor.accept_language,
            "User-Agent": conversation.user_agent or visitor.user_agent,
        }
        self._socket_url = "ws" + url.removeprefix("http") + "/ws/visitor"
        self.customer = Customer(self._socket_url, self._headers, self._customer_shows, self._rng)

    # --- what the two sides show ---

    def agent_shows(self, line: Line) -> None:
        """A console shows a line."""
        self._agent_view.setdefault(line.n, line)
        self._ended_for_agent = self._ended_for_agent or line.kind == "ended"
        self.ledger.shown("agent", line, time.monotonic())
        self.changed.set()

    def _customer_shows(self, line: Line) -> None:
        self.ledger.shown("customer", line, time.monotonic())
        self.changed.set()

    # --- playing ---

    async def play(self, department: str) -> Findings:
        """Plays it to its end and compares the views. Raises NotPlayed.

        `department` is an id or a name, '' for that of the record.
        """
        question_id = uuid.uuid4().hex
        self._stage.expect(question_id, self)
        try:
            await self._talk(question_id, department)
            fresh = await self._fetch_afresh()
        except NotTaken as error:
            raise NotPlayed(f"{self.conversation.id}: {error}") from None
        except TimeoutError:
            raise NotPlayed(
                f"{self.conversation.id}: nothing moved for {self._patience_s:.0f} s"
                + ("." if self.agent else ", and no agent of this replay has it.")
            ) from None
        finally:
            if not self.customer.ended.is_set():
                self.customer.end()
                await asyncio.sleep(0)
            await self.customer.close()
            self._stage.forget(question_id, self.chat)
        return examine(self.ledger, self._agent_view.values(), fresh)

    async def _talk(self, question_id: str, department: str) -> None:
        customer, turns = self.customer, self.conversation.turns
        customer.open()
        await asyncio.wait_for(customer.welcomed.wait(), self._patience_s)
        name = self.conversation.name or f"Customer {self.conversation.id}"[:80]
        place = self._department(department)
        await self._deliver(
            Message("customer", question_id, turns[0].text, time.monotonic()),
            lambda message: customer.start(Start(question_id, place, name, message.text)),
        )
        self._spoke_at_s = turns[0].at_s
        for turn in turns[1:]:
            await self._pause_before(turn)
            await self._say(turn)
        await self._end()

    async def _say(self, turn: Turn) -> None:
        message = Message(turn.sender, uuid.uuid4().hex, turn.text, time.monotonic())
        if turn.sender == "customer":
            await self._deliver(message, lambda message: self.customer.say(message.client_id, message.text))
            return
        while True:
            await self._until(lambda: self.agent is not None)
            agent = self.agent
            assert agent is not None  # noqa: S101 -- waited for
            message.sent_s = time.monotonic()
            try:
                await self._deliver(message, partial(self._agent_says, agent))
            except NotTaken as error:
                if error.code not in {"conflict", "not_found"} or self.customer.ended.is_set():
                    raise
                self.ledger.messages.remove(
                    message
                )  # it went to somebody else meanwhile: whoever has it says it
                message = Message(turn.sender, uuid.uuid4().hex, turn.text, time.monotonic())
                await self._until(partial(self._is_with_another, agent))
            else:
                return

    def _agent_says(self, agent: Agent, message: Message) -> "asyncio.Future[Answer]":
        return agent.say(self.chat, message.client_id, message.text)

    def _is_with_another(self, agent: Agent) -> bool:
        return self.agent is not agent

    async def _deliver(self, message: Message, send: Callable[[Message], "asyncio.Future[Answer]"]) -> None:
        """Sends it, and waits until the server has it and the other side shows it."""
        self.ledger.sent(message)
        answer = await asyncio.wait_for(send(message), self._patience_s)
        self.ledger.acked(message, answer.n, answer.at_s)
        await self._until(lambda: message.delivered_s is not None)
        self._spoke_s = time.monotonic()

    async def _pause_before(self, turn: Turn) -> None:
        if self._speed > 0:
            pause_s = (turn.at_s - self._spoke_at_s) / self._speed - (time.monotonic() - self._spoke_s)
            if pause_s > 0:
                await asyncio.sleep(pause_s)
        self._spoke_at_s = turn.at_s

    async def _end(self) -> None:
        if self.conversation.ended_by == "customer":
            self.customer.end()
            await self._until(lambda: self.customer.ended.is_set() and self._ended_for_agent)
            return
        deadline_s = time.monotonic() + self._patience_s
        while not (self.customer.ended.is_set() and self._ended_for_agent):
            if self.agent is not None:
                self.agent.command(End((self.chat,)))
            elif self.chat:  # its console was away when it ended: look at what came of it
                for agent in self._stage.agents:
                    if self.chat in agent.mine:
                        agent.command_resume(self.chat)
            with contextlib.suppress(TimeoutError):
                await self._until(lambda: self.customer.ended.is_set() and self._ended_for_agent, ASK_AGAIN_S)
            if time.monotonic() > deadline_s:
                raise TimeoutError

    async def _fetch_afresh(self) -> list[Line]:
        """The transcript as the same visitor's next page gets it, from a hello that holds nothing."""
        page = Customer(self._socket_url, self._headers, lambda _line: None, self._rng)
        page.open(self.customer.token)
        try:
            await asyncio.wait_for(page.caught_up.wait(), self._patience_s)
        finally:
            await page.close()
        return page.transcript.lines

    async def _until(self, is_true: Callable[[], bool], within_s: float | None = None) -> None:
        """Waits for something that a line or an owner changes. Raises TimeoutError."""
        async with asyncio.timeout(within_s or self._patience_s):
            while not is_true():
                self.changed.clear()
                await self.changed.wait()

    def _department(self, wanted: str) -> str:
        """The id of the department: as asked for, as recorded, else one by the conversation's id. Raises NotPlayed."""
        choices = self.customer.departments
        wanted = (wanted or self.conversation.department).casefold()
        for choice in choices:
            if wanted in {choice.id.casefold(), choice.name.casefold()}:
                return choice.id
        open_now = [choice.id for choice in choices if choice.open]
        if not open_now:
            raise NotPlayed(f"{self.conversation.id}: no department is open for chats.")
        return random.Random(self.conversation.id).choice(open_now)  # noqa: S311 -- spreads chats
