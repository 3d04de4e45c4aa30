"""The demo's simulation: customers who come all day long, and most of the sample company's agents.

Who tries the demo can be anybody, and meets life on every screen:
- as a customer in the demo shop they are answered by a simulated agent (hosting.py), or by whoever signed in;
- as one of UNATTENDED, whom nobody simulates, they get simulated customers by the rules, and nobody speaks for them;
- as a simulated agent they take over that agent's desk with their first message, until quiet for DESK_IS_HUMAN_S.
The managers and the administrator are never simulated.
"""

import asyncio
import random
import time
from collections.abc import Coroutine
from typing import Any

import structlog

from chatserver.replay.agent import Agent
from chatserver.replay.hosting import Host, reading_time_s
from chatserver.replay.outbox import NotTaken
from chatserver.replay.simulation import SimulatedChat, new_id
from chatserver.sample_data.casting import cast, transfer_targets
from chatserver.sample_data.company import Company, SamplePerson, load_company
from chatserver.sample_data.dialogues import load_dialogues
from chatserver.sample_data.rhythm import SHARES
from chatserver.wire.lines import Line
from chatserver.wire.staff_frames import SetAvailable

UNATTENDED = (
    "giulia",
    "agnieszka",
    "clara",
)  # their departments keep a simulated colleague (a test sees to it)
MEAN_GAP_S = 11.0  # between two new chats
MAX_CHATS = 22
EAGER_BELOW = 8  # so few chats at the start: come faster
DESK_IS_HUMAN_S = 600.0
MEAN_BREAK_GAP_S = 150.0
BREAK_S = (25.0, 60.0)
ID_PREFIX = "demo-"  # of client ids; a message without it was typed by a human

log = structlog.get_logger()


def simulated_people(company: Company) -> list[SamplePerson]:
    """Whom the demo plays: the agents without another role, but for UNATTENDED."""
    return [p for p in company.people if set(p.roles) == {"agent"} and p.id not in UNATTENDED]


async def run_demo(url: str) -> None:
    """Plays until cancelled. Lost connections and restarted servers heal by themselves."""
    await Demo(url, load_company(), random.Random()).run()  # noqa: S311 -- a simulation


class HumanChat:
    """A chat of a person who tries the demo, with one of our agents: what waits for an answer."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.unanswered: list[str] = []
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None


class Demo:
    """All simulated people. Listens to what their consoles show."""

    def __init__(self, url: str, company: Company, rng: random.Random) -> None:
        self._url = url
        self._company = company
        self._rng = rng
        self._topics = load_dialogues()
        self._targets = transfer_targets(company)
        self.agents = [Agent(url, p.id, p.password, self, self._rng) for p in simulated_people(company)]
        self._simulated: dict[str, SimulatedChat] = {}  # by the question's client id
        self._by_number: dict[int, SimulatedChat] = {}
        self._owners: dict[int, Agent] = {}
        self._humans: dict[int, HumanChat] = {}
        self._human_until_s: dict[str, float] = {}  # person -> until when a human works as them
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Plays until cancelled."""
        try:
            for agent in self.agents:
                self._spawn(self._begin(agent))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._let_customers_come())
                tasks.create_task(self._take_breaks())
        finally:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(
                *self._tasks, *(agent.close() for agent in self.agents), return_exceptions=True
            )

    async def _begin(self, agent: Agent) -> None:
        """Signs in, and comes back from a break in which an earlier simulation ended."""
        agent.open()
        await agent.welcomed.wait()
        agent.command(SetAvailable(available=True))

    async def _let_customers_come(self) -> None:
        departments = list(SHARES)
        while True:
            if len(self._simulated) < MAX_CHATS:
                department = self._rng.choices(departments, list(SHARES.values()))[0]
                self._spawn(self._play(department))
            hurry = 4.0 if len(self._simulated) < EAGER_BELOW else 1.0
            await asyncio.sleep(self._rng.expovariate(hurry / MEAN_GAP_S))

    async def _play(self, department: str) -> None:
        part = cast(self._topics, department, self._rng)
        targets = self._targets[department]
        chat = SimulatedChat(self._url, part, targets, self.may_speak, lambda: new_id(ID_PREFIX), self._rng)
        self._simulated[chat.question_id] = chat
        try:
            await chat.run()
        finally:
            del self._simulated[chat.question_id]
            self._by_number.pop(chat.chat, None)
            for agent in self.agents:
                agent.forget(chat.chat)

    async def _take_breaks(self) -> None:
        """One at a time, so that a department is seldom without anybody."""
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / MEAN_BREAK_GAP_S))
            agent = self._rng.choice(self.agents)
            if self.may_speak(agent):
                agent.command(SetAvailable(available=False))
                await asyncio.sleep(self._rng.uniform(*BREAK_S))
                await self._come_back(agent)

    async def _come_back(self, agent: Agent) -> None:
        """Available again, as soon as there is a connection to say so."""
        while not agent.command(SetAvailable(available=True)):  # noqa: ASYNC110 -- seldom, and never urgent
            await asyncio.sleep(1.0)

    def may_speak(self, agent: Agent) -> bool:
        """False while a human works as this agent."""
        return time.monotonic() > self._human_until_s.get(agent.person_id, 0.0)

    # --- Listener ---

    def agent_shows(self, agent: Agent, chat: int, line: Line) -> None:
        """Finds the simulated chat by its question; another chat is a human's."""
        if (
            line.sender == "agent"
            and line.person == agent.person_id
            and not line.client_id.startswith(ID_PREFIX)
        ):
            self._human_until_s[agent.person_id] = time.monotonic() + DESK_IS_HUMAN_S
        found = self._by_number.get(chat)
        if found is None and (found := self._simulated.get(line.client_id)) is not None:
            self._by_number[chat] = found
            found.chat, found.agent = chat, self._owners.get(chat)
        if found is not None:
            found.changed.set()
        elif line.kind == "message" and not line.client_id.startswith(ID_PREFIX):
            self._hear(chat, agent, line)
        elif line.kind == "message" and line.sender == "agent" and chat in self._humans:
            self._humans[chat].unanswered.clear()

    def agent_has(self, agent: Agent, chat: int) -> None:
        """Whoever has the chat answers from now on."""
        self._owners[chat] = agent
        self._changed(chat)

    def agent_lost(self, agent: Agent, chat: int) -> None:
        """It ended, or went to somebody else."""
        if self._owners.get(chat) is agent:
            del self._owners[chat]
            self._changed(chat)
            human = self._humans.pop(chat, None)
            if human is not None and human.task is not None:
                human.task.cancel()
        if chat not in self._by_number:
            agent.forget(chat)

    def _changed(self, chat: int) -> None:
        found = self._by_number.get(chat)
        if found is not None:
            found.agent = self._owners.get(chat)
            found.changed.set()

    # --- humans who try the demo as customers ---

    def _hear(self, chat: int, agent: Agent, line: Line) -> None:
        human = self._humans.get(chat)
        if human is None:
            human = self._humans[chat] = HumanChat(Host(self._url, agent.chat_name, self._rng))
            human.task = self._spawn(self._attend(chat, human))
        if line.sender == "customer":
            human.unanswered.append(line.text)
            human.changed.set()
        else:
            human.unanswered.clear()

    async def _attend(self, chat: int, human: HumanChat) -> None:
        """Answers what the person says, after a moment of reading; cancelled when the chat is over."""
        while True:
            await human.changed.wait()
            human.changed.clear()
            agent = self._owners.get(chat)
            if agent is None or not human.unanswered or not self.may_speak(agent):
                continue
            question = " ".join(human.unanswered)
            human.unanswered.clear()
            await asyncio.sleep(reading_time_s(question, self._rng) / 2)
            answers = await human.host.answers(question)
            for text in answers:
                agent.typing(chat, on=True)
                await asyncio.sleep(reading_time_s(text, self._rng) / 2)
                agent.typing(chat, on=False)
                if not self.may_speak(agent):
                    break
                try:
                    await agent.say(chat, new_id(ID_PREFIX), text)
                except NotTaken:
                    break
            if human.unanswered:  # said meanwhile
                human.changed.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a simulated chat failed", error=repr(error))
