"""The demo's simulated people, and how they make room for a human."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatserver.domain.organisation import Role
from chatserver.replay.customer import Customer
from chatserver.replay.demo import UNATTENDED, Demo, simulated_people
from chatserver.sample_data.company import load_company
from chatserver.wire.lines import Line
from chatserver.wire.visitor_frames import Start
from tests.replay.chat_process import ChatProcess, sample_chat_process

ALSO_TESTS = {"chatserver.replay.simulation": "a simulated chat needs the demo's agents and a server"}


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[ChatProcess]:
    async with await sample_chat_process(tmp_path) as running:
        yield running


def test_three_agents_and_all_managers_and_administrators_are_left_to_humans() -> None:
    company = load_company()
    left = {p.id for p in company.people} - {p.id for p in simulated_people(company)}

    assert set(UNATTENDED) <= left
    assert len(UNATTENDED) == 3
    assert {
        p.id for p in company.people if {Role.MANAGER, Role.ADMINISTRATOR} & {Role(role) for role in p.roles}
    } <= left


def test_every_department_keeps_a_simulated_agent_in_its_front_line() -> None:
    company = load_company()
    served = {m.group for p in simulated_people(company) for m in p.memberships if m.primary}

    assert {department.front_line_group for department in company.departments} <= served


@pytest.mark.slow
async def test_a_human_customer_is_answered_and_simulated_customers_come(chat: ChatProcess) -> None:
    demo = Demo(chat.url, load_company(), random.Random(3))
    playing = asyncio.create_task(demo.run())
    answered = asyncio.Event()

    def show(line: Line) -> None:
        if line.sender == "agent":
            answered.set()

    socket_url = "ws" + chat.url.removeprefix("http") + "/ws/visitor"
    human = Customer(socket_url, {}, show, random.Random(4))
    try:
        await asyncio.gather(*(agent.welcomed.wait() for agent in demo.agents))
        human.open()
        await human.welcomed.wait()
        await human.start(Start("a-human-1", "billing", "Ana", "Hello, is anybody there?"))
        await asyncio.wait_for(answered.wait(), 30)
        assert human.transcript.last > 3
    finally:
        await human.close()
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


async def test_whoever_types_as_a_simulated_agent_has_that_desk_for_themselves() -> None:
    demo = Demo("http://localhost:1", load_company(), random.Random(3))
    agent = demo.agents[0]
    at = datetime(2026, 3, 2, tzinfo=UTC)
    typed = Line(
        3, at, "message", "agent", text="Hi", client_id="typed-by-a-human", person=agent.person_id, chat=9
    )

    assert demo.may_speak(agent)
    demo.agent_shows(agent, 9, typed)

    assert not demo.may_speak(agent)
    assert demo.may_speak(demo.agents[1])
    for task in list(demo._tasks):
        task.cancel()
