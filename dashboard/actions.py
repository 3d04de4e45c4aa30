"""Transfer, Take, Get From Queue and End, for one chat or many, as the person who is signed in."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chatserver.domain.chat import Chat
from chatserver.domain.organisation import Permission, permissions_of
from dashboard.auth import Seat, Seats
from dashboard.client import Client, Refused
from dashboard.dialogs import Dialogs
from dashboard.model import Model
from dashboard.outcomes import outcome_of

Say = Callable[[str, bool], None]  # (what to tell the person, whether something went wrong)


class Actions:
    """Gives the commands of one session, and reports what became of each chat."""

    def __init__(
        self, seat: Seat, seats: Seats, client: Client, model: Model, dialogs: Dialogs, say: Say
    ) -> None:
        self._seat = seat
        self._seats = seats
        self._client = client
        self._model = model
        self._dialogs = dialogs
        self._say = say
        self.opened: Callable[[int], None] = lambda _chat_id: None

    def allowed(self) -> dict[str, bool]:
        """Which actions the person's roles give (R3)."""
        person = self._model.desk.organisation.people.get(self._seat.person_id)
        permissions = permissions_of(person.roles) if person else frozenset()
        serves = Permission.SERVE_CHATS in permissions
        return {"get": serves, "take": serves, "end": serves, "transfer": Permission.TRANSFER in permissions}

    def transfer(self, chat_ids: Iterable[int]) -> None:
        """Asks where to, then transfers (R21)."""
        chats = self._chats(chat_ids)
        if not chats:
            return

        async def act() -> None:
            await self._give(
                {
                    "t": "transfer",
                    "chats": [chat.id for chat in chats],
                    "group": self._dialogs.group.value,
                    "person": self._dialogs.agent.value or "",
                    "comment": self._dialogs.comment.value_input or self._dialogs.comment.value or "",
                }
            )

        self._dialogs.ask_transfer(self._model.desk, chats, act)

    def end(self, chat_ids: Iterable[int]) -> None:
        """Asks, saying what will happen to how many (R25), then ends."""
        chats = self._chats(chat_ids)
        if not chats:
            return

        async def act() -> None:
            await self._give({"t": "end", "chats": [chat.id for chat in chats]})

        self._dialogs.ask_end(chats, act)

    async def take(self, chat_ids: Iterable[int]) -> None:
        """Takes chats as they are seen now (R22); asks first when that is from others, or above one's limit (R16)."""
        chats = [chat for chat in self._chats(chat_ids) if chat.person_id != self._seat.person_id]
        if not chats:
            self._say("These chats are yours already." if chat_ids else "Nothing is selected.", False)
            return
        seen = [{"chat_id": chat.id, "person_id": chat.person_id} for chat in chats]

        async def act() -> None:
            if await self._give({"t": "take", "chats": seen}) and len(seen) == 1:
                self.opened(chats[0].id)

        warnings = self._warnings(chats)
        if warnings:
            self._dialogs.ask_take(chats, warnings, act)
        else:
            await act()

    async def get_from_queue(self) -> None:
        """The chat that was started longest ago (R13), opened at once."""
        results = await self._give({"t": "get_from_queue"})
        for result in results:
            if result.get("code") == "assigned":
                self.opened(int(result["chat_id"]))

    def _chats(self, chat_ids: Iterable[int]) -> list[Chat]:
        chats = self._model.desk.chats
        return [chats[chat_id] for chat_id in chat_ids if chat_id in chats]

    def _warnings(self, chats: list[Chat]) -> list[str]:
        desk, me = self._model.desk, self._seat.person_id
        warnings = []
        others = [chat for chat in chats if chat.person_id]
        if others:
            warnings.append(
                f"{len(others)} of them {'is' if len(others) == 1 else 'are'} with another agent now."
            )
        wanted: dict[str, int] = {}
        for chat in chats:
            wanted[chat.group_id] = wanted.get(chat.group_id, 0) + 1
        for group_id, count in wanted.items():
            place = desk.organisation.find_membership(me, group_id)
            if place and desk.load_in.get((me, group_id), 0) + count > place.max_active_chats:
                name = desk.organisation.groups[group_id].name
                warnings.append(f"This exceeds your limit of {place.max_active_chats} chats in {name}.")
        return warnings

    async def _give(self, frame: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            token = await self._seats.token(self._seat)
            results = await self._client.command(token, frame)
        except Refused as error:
            self._say(error.message, True)
            return []
        text, refused = outcome_of(results, self._model.desk.organisation)
        self._say(text[0].upper() + text[1:], refused)
        return results
