"""Who is here: a reload is no departure, a closed console is one within 20 s (R20)."""

import asyncio

import pytest

from chatserver.domain.commands import Command, SetCustomerPresence, SetPresence
from chatserver.domain.desk import Desk
from chatserver.hub import presence as presence_module
from chatserver.hub.presence import CONSOLE_GRACE_S, Presence

PING_AND_PONG_S = 10.0  # two intervals of app.PING_INTERVAL_S: the longest until a dead socket is closed


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    for name in ("CONSOLE_GRACE_S", "CUSTOMER_GRACE_S", "RESTART_GRACE_S"):
        monkeypatch.setattr(presence_module, name, 0.05)
    return []


async def test_the_last_console_to_go_is_told_after_its_grace(told: list[Command]) -> None:
    """R20."""
    presence = Presence(told.append)
    presence.console_opened("ana")
    presence.console_opened("ana")
    presence.console_closed("ana")
    await asyncio.sleep(0.1)
    assert SetPresence("ana", online=False) not in told

    presence.console_closed("ana")
    await asyncio.sleep(0.1)

    assert told[-1] == SetPresence("ana", online=False)


async def test_a_reload_is_no_departure(told: list[Command]) -> None:
    presence = Presence(told.append)
    presence.page_opened("v1")
    presence.page_closed("v1")
    presence.page_opened("v1")
    await asyncio.sleep(0.1)

    assert told == [SetCustomerPresence("v1", present=True)] * 2


async def test_after_a_restart_who_does_not_come_back_is_gone(told: list[Command]) -> None:
    presence, desk = Presence(told.append), Desk()
    desk.duty_of("ana").online = True
    desk.duty_of("ben").online = True

    presence.expect_back(desk)
    presence.console_opened("ana")
    await asyncio.sleep(0.1)

    assert SetPresence("ben", online=False) in told
    assert SetPresence("ana", online=False) not in told


def test_a_dead_console_is_noticed_within_20_seconds() -> None:
    """R20: pings and grace together stay below."""
    from chatserver.app import PING_INTERVAL_S

    assert PING_INTERVAL_S * 2 == PING_AND_PONG_S
    assert PING_AND_PONG_S + CONSOLE_GRACE_S < 20
