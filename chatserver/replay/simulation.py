"""One simulated chat of the demo: a customer who talks with whoever has the chat, simulated or human."""

import asyncio
import contextlib
import random
import uuid
from collections.abc import Awaitable, Callable

from chatserver.replay.agent import Agent
from chatserver.replay.customer import Customer
from chatserver.replay.outbox import Answer, NotTaken
from chatserver.sample_data.casting import Part, Step
from chatserver.wire.lines import Line
from chatserver.wire.staff_frames import End, Transfer
from chatserver.wire.visitor_frames import Start

QUEUE_PATIENCE_S = (150.0, 0.7)  # median and sigma of log-normal times, as all of these
CUSTOMER_PAUSE_S = (13.0, 0.6)
AGENT_PAUSE_S = (11.0, 0.5)
TYPING_S = 3.0
ANSWER_PATIENCE_S = (
    240.0  # for one answer of a human agent: a visitor of the demo may need time to find their way
)
TRANSFERRED = 0.08
WELCOME_WITHIN_S = 120.0  # also when the server restarts just then
ENDED_WITHIN_S = 20.0


class SimulatedChat:
    """`run` plays it; the demo says which of its agents has it (`agent`) and whether a human works at that desk."""

    def __init__(
        self,
        url: str,
        part: Part,
        targets: tuple[str, ...],
        may_speak: Callable[[Agent], bool],
        new_id: Callable[[], str],
        rng: random.Random,
    ) -> None:
        """`targets`: groups to transfer to. `may_speak(agent)`: False while a human works as them."""
        self.part = part
        self.question_id = new_id()
        self.agent: Agent | None = None
        self.chat = 0
        self.changed = asyncio.Event()
        self._targets = targets
        self._may_speak = may_speak
        self._new_id = new_id
        self._rng = rng
        self._agent_messages = 0
        self._answered_from = 0  # agent messages there were when the customer last spoke
        headers = {
            "X-Forwarded-For": part.visitor.place.address,
            "Accept-Language": part.visitor.accept_language,
            "User-Agent": part.visitor.user_agent,
        }
        self._customer = Customer("ws" + url.removeprefix("http") + "/ws/visitor", headers, self._shown, rng)

    async def run(self) -> None:
        """Plays it until it ends or somebody's patience does."""
        try:
            with contextlib.suppress(NotTaken, TimeoutError):
                await self._talk()
            if not self._customer.ended.is_set():
                self._customer.end()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._customer.ended.wait(), ENDED_WITHIN_S)
        finally:
            await self._customer.close()

    async def _talk(self) -> None:
        customer, part = self._customer, self.part
        customer.open()
        await asyncio.wait_for(customer.welcomed.wait(), WELCOME_WITHIN_S)
        question = Start(
            self.question_id, part.department, part.name, part.opening, part.email, part.page, part.referrer
        )
        await customer.start(question)
        patience_s = self._lognormal(QUEUE_PATIENCE_S)
        await self._until(lambda: self.agent is not None or self._agent_messages > 0, patience_s)
        transfer_at = self._rng.randrange(1, 6) if self._rng.random() < TRANSFERRED else -1
        for number, step in enumerate(part.steps):
            if customer.ended.is_set():
                return
            if step.sender == "customer":
                await self._customer_says(step)
            else:
                if number == transfer_at and self.agent is not None and self._may_speak(self.agent):
                    comment = part.comment(self._rng)
                    self.agent.command(
                        Transfer((self.chat,), self._rng.choice(self._targets), comment=comment)
                    )
                    await asyncio.sleep(1.0)
                await self._agent_says(step)
        await asyncio.sleep(self._lognormal(CUSTOMER_PAUSE_S))
        if self.agent is not None and self._may_speak(self.agent) and self._rng.random() < 0.5:
            self.agent.command(End((self.chat,)))
            await asyncio.wait_for(customer.ended.wait(), ENDED_WITHIN_S)

    async def _customer_says(self, step: Step) -> None:
        await self._compose(CUSTOMER_PAUSE_S, lambda on: self._customer.typing(on=on))
        self._answered_from = self._agent_messages
        await self._customer.say(self._new_id(), self.part.text_of(step, ""))

    async def _agent_says(self, step: Step) -> None:
        """A simulated agent says it; a human is waited for, who says something of their own."""
        while True:
            agent = self.agent
            if agent is not None and self._may_speak(agent):
                await self._compose(AGENT_PAUSE_S, lambda on, agent=agent: agent.typing(self.chat, on=on))  # type: ignore[misc]
                if self.agent is not agent or not self._may_speak(agent):
                    continue
                try:
                    await self._say_as(agent, self.part.text_of(step, agent.chat_name))
                except NotTaken:
                    await asyncio.sleep(1.0)
                    if self._customer.ended.is_set():
                        raise
                    continue
                return
            if self._agent_messages > self._answered_from:
                return  # the human has answered since the customer last spoke
            await self._until(
                lambda: self._agent_messages > self._answered_from or self._simulated(), ANSWER_PATIENCE_S
            )

    def _say_as(self, agent: Agent, text: str) -> Awaitable[Answer]:
        return agent.say(self.chat, self._new_id(), text)

    def _simulated(self) -> bool:
        return self.agent is not None and self._may_speak(self.agent)

    async def _compose(self, pause_s: tuple[float, float], typing: Callable[[bool], None]) -> None:
        await asyncio.sleep(self._lognormal(pause_s))
        typing(True)
        await asyncio.sleep(self._rng.uniform(0.4, 1.0) * TYPING_S)
        typing(False)

    async def _until(self, is_true: Callable[[], bool], within_s: float) -> None:
        async with asyncio.timeout(within_s):
            while not is_true() and not self._customer.ended.is_set():
                self.changed.clear()
                await self.changed.wait()

    def _shown(self, line: Line) -> None:
        if line.kind == "message" and line.sender == "agent":
            self._agent_messages += 1
        self.changed.set()

    def _lognormal(self, median_and_sigma: tuple[float, float]) -> float:
        median, sigma = median_and_sigma
        return median * self._rng.lognormvariate(0.0, sigma)


def new_id(prefix: str) -> str:
    """A client id by which its maker knows its own messages again."""
    return prefix + uuid.uuid4().hex
