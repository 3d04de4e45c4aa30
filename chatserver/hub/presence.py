"""Who is here, from sockets: agents' consoles and customers' pages, with grace for a reload."""

import asyncio
from collections.abc import Callable

from chatserver.domain.chat import Status
from chatserver.domain.commands import Command, SetCustomerPresence, SetPresence
from chatserver.domain.desk import Desk

CONSOLE_GRACE_S = (
    5.0  # a reload takes less; with the sockets' pings a dead console is noticed well within 20 s (R20)
)
CUSTOMER_GRACE_S = 15.0  # a page change on a slow line takes less
RESTART_GRACE_S = 15.0  # after our own restart everybody has to reconnect first


class Presence:
    """Counts sockets by owner and tells the hub when the first came or the last has gone for good."""

    def __init__(self, tell: Callable[[Command], None]) -> None:
        self._tell = tell
        self._sockets: dict[tuple[str, str], int] = {}
        self._leaving: dict[tuple[str, str], asyncio.TimerHandle] = {}

    def console_opened(self, person_id: str) -> None:
        """A console of the person connected."""
        self._came(("console", person_id), SetPresence(person_id, online=True))

    def console_closed(self, person_id: str) -> None:
        """A console of the person is gone."""
        self._went(("console", person_id), SetPresence(person_id, online=False), CONSOLE_GRACE_S)

    def page_opened(self, visitor_id: str) -> None:
        """A page of the customer connected."""
        self._came(("page", visitor_id), SetCustomerPresence(visitor_id, present=True))

    def page_closed(self, visitor_id: str) -> None:
        """A page of the customer is gone."""
        self._went(("page", visitor_id), SetCustomerPresence(visitor_id, present=False), CUSTOMER_GRACE_S)

    def expect_back(self, desk: Desk) -> None:
        """After a restart: all who were here must come back within the grace, or are gone."""
        for person_id, duty in desk.duties.items():
            if duty.online:
                self._leave(("console", person_id), SetPresence(person_id, online=False), RESTART_GRACE_S)
        for chat in desk.chats.values():
            if chat.status is not Status.ENDED and chat.absent_since is None:
                gone = SetCustomerPresence(chat.visitor_id, present=False)
                self._leave(("page", chat.visitor_id), gone, RESTART_GRACE_S + CUSTOMER_GRACE_S)

    def close(self) -> None:
        """Stops all timers."""
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()

    def _came(self, owner: tuple[str, str], command: Command) -> None:
        timer = self._leaving.pop(owner, None)
        if timer is not None:
            timer.cancel()
        self._sockets[owner] = self._sockets.get(owner, 0) + 1
        self._tell(command)

    def _went(self, owner: tuple[str, str], command: Command, grace_s: float) -> None:
        left = self._sockets.get(owner, 0) - 1
        if left > 0:
            self._sockets[owner] = left
        else:
            self._sockets.pop(owner, None)
            self._leave(owner, command, grace_s)

    def _leave(self, owner: tuple[str, str], command: Command, grace_s: float) -> None:
        def gone() -> None:
            self._leaving.pop(owner, None)
            self._tell(command)

        if owner not in self._leaving:
            self._leaving[owner] = asyncio.get_running_loop().call_later(grace_s, gone)
