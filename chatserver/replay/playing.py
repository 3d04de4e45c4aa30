"""A whole replay: signs the agents in, plays some conversations at a time, adds up what was seen."""

import asyncio
import random
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from msgspec import Struct
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from chatserver.replay.agent import Agent
from chatserver.replay.connection import FIRST_PAUSE_S
from chatserver.replay.conversation import Conversation, ReplayError
from chatserver.replay.ledger import Totals
from chatserver.replay.stage import NotPlayed, PlayedChat, Stage
from chatserver.sample_data.company import load_company

DEFAULT_AT_ONCE = 40  # about what the sample company's agents can hold; more wait in the queues
DEFAULT_PATIENCE_S = 120.0


class ReplaySettings(Struct, frozen=True):
    """How to play. `speed` divides recorded pauses (0: as fast as the protocol allows); `agents`: (name, password)."""

    url: str
    speed: float = 1.0
    at_once: int = DEFAULT_AT_ONCE
    patience_s: float = DEFAULT_PATIENCE_S
    department: str = ""
    agents: tuple[tuple[str, str], ...] = ()


def sample_agents() -> tuple[tuple[str, str], ...]:
    """Names and passwords of the sample company's people who answer chats."""
    return tuple((person.id, person.password) for person in load_company().people if "agent" in person.roles)


def parse_agent(text: str) -> tuple[str, str]:
    """'NAME:PASSWORD'. Raises ReplayError."""
    name, colon, password = text.partition(":")
    if not (name and colon and password):
        raise ReplayError(f"--agent {name}…: give a sign-in name, a colon and the password: NAME:PASSWORD.")
    return name, password


def parse_url(text: str) -> str:
    """The chat server's base address. Raises ReplayError."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ReplayError(f"--url {text}: give the chat server's address, like http://localhost:8450.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


async def check_server(url: str) -> None:
    """Raises ReplayError unless something answers at the address."""
    try:
        await AsyncHTTPClient().fetch(f"{url}/healthz", connect_timeout=10, request_timeout=15)
    except HTTPClientError as error:
        raise ReplayError(
            f"{url}/healthz answers {error.code}. Is this a chat server's address? See --url."
        ) from None
    except OSError:
        raise ReplayError(
            f"No server answers at {url}. Start one with “switchboard serve”, or give its --url."
        ) from None


async def sign_in_all(url: str, people: Sequence[tuple[str, str]], stage: Stage, patience_s: float) -> None:
    """Signs everybody in and opens their consoles. Raises ReplayError."""
    agents = [
        Agent(url, name, password, stage, random.Random(name))  # noqa: S311 -- jitter
        for name, password in people
    ]
    try:
        async with asyncio.timeout(patience_s):
            await asyncio.gather(*(_sign_in(agent) for agent in agents))
    except TimeoutError:
        raise ReplayError(f"Signing in at {url} did not succeed within {patience_s:.0f} s.") from None
    stage.agents.extend(agents)
    for agent in agents:
        agent.open()
    try:
        async with asyncio.timeout(patience_s):
            for agent in agents:
                await agent.welcomed.wait()
    except TimeoutError:
        raise ReplayError(
            f"The consoles' sockets at {url}/ws/agent did not open within {patience_s:.0f} s."
        ) from None


async def _sign_in(agent: Agent) -> None:
    """Signs in, again and again while the server is away: it was there a moment ago. Raises ReplayError."""
    while True:
        try:
            await agent.sign_in()
        except OSError:
            await asyncio.sleep(FIRST_PAUSE_S)
        else:
            return


async def replay(
    conversations: Sequence[Conversation], settings: ReplaySettings, progress: Callable[[Totals], None]
) -> Totals:
    """Plays all conversations; `progress` is called after each. Raises ReplayError when it cannot begin."""
    await check_server(settings.url)
    stage = Stage()
    totals = Totals(len(conversations))
    waiting = iter(conversations)

    async def work() -> None:
        for conversation in waiting:
            played = PlayedChat(conversation, settings.url, stage, settings.speed, settings.patience_s)
            try:
                totals.add(await played.play(settings.department))
                totals.chats += 1
            except NotPlayed as error:
                totals.problems.append(str(error))
            totals.messages.extend(played.ledger.messages)
            totals.losses += played.customer.connection.losses
            progress(totals)

    try:
        await sign_in_all(settings.url, settings.agents or sample_agents(), stage, settings.patience_s)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(settings.at_once, len(conversations))):
                tasks.create_task(work())
    finally:
        totals.losses += sum(agent.connection.losses for agent in stage.agents)
        await asyncio.gather(*(agent.close() for agent in stage.agents))
    return totals
