"""The live desk as this process sees it, mirrored by applying the same events. Only the client changes it."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from chatserver.articles.search import Turn
from chatserver.domain.desk import Desk
from chatserver.domain.events import ChatEnded, ChatEvent, MessageSaid, Recorded
from chatserver.domain.load import Board, count_load

MAX_TURNS = 12  # kept of each open chat: suggestions look at the last few
MAX_TURN_CHARS = 1_000
BOARD_HOLDS = timedelta(seconds=5)  # the last hour moves on also while nothing happens
MAX_CHANGES = 20_000  # a session that is further behind reads everything anew


class Connection(StrEnum):
    """How the model stands to the chat server."""

    CONNECTING = "connecting"  # nothing was received yet
    LIVE = "live"
    LOST = "lost"  # what is shown may be old


class Model:
    """A desk with a version. Sessions register to be woken, without data, and then read what changed."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.epoch = ""
        self.connection = Connection.CONNECTING
        self.connection_since = datetime.now(UTC)
        self.version = 0
        self.everything_changed_at = 0  # version at which more than single chats changed
        self._changes: deque[tuple[int, int]] = deque(maxlen=MAX_CHANGES)  # (version, chat id)
        self._turns: dict[int, deque[Turn]] = {}
        self._wakers: set[Callable[[], None]] = set()
        self._boards: dict[tuple[str, ...], tuple[int, datetime, Board]] = {}

    # --- written by the client ---

    def replace(self, desk: Desk, epoch: str) -> None:
        """Begins anew with a snapshot."""
        self.desk, self.epoch = desk, epoch
        self._turns = {chat_id: turns for chat_id, turns in self._turns.items() if chat_id in desk.chats}
        self._all_changed()
        self._wake()

    def apply(self, events: Iterable[Recorded]) -> None:
        """Makes events true, in their order. Repeats of what is known are passed over."""
        for recorded in events:
            if recorded.seq <= self.desk.last_seq:
                continue
            self.desk.apply(recorded)
            # The server drains its queues itself and sends what came of it; the marks for that are not ours to keep.
            self.desk.unplaced.clear()
            self.desk.unsettled.clear()
            self.desk.next_deadline()  # drops deadlines that are over
            self._note(recorded)
        self._wake()

    def set_connection(self, connection: Connection) -> None:
        """Says how the connection stands."""
        if connection is not self.connection:
            self.connection, self.connection_since = connection, datetime.now(UTC)
            self.version += 1
            self._wake()

    def _note(self, recorded: Recorded) -> None:
        self.version += 1
        event = recorded.event
        if not isinstance(event, ChatEvent):
            self._all_changed()
            return
        self._changes.append((self.version, event.chat_id))
        if isinstance(event, MessageSaid):
            turns = self._turns.setdefault(event.chat_id, deque(maxlen=MAX_TURNS))
            turns.append(Turn(event.sender.value, event.text[:MAX_TURN_CHARS]))
        elif isinstance(event, ChatEnded):
            self._turns.pop(event.chat_id, None)

    def _all_changed(self) -> None:
        self.version += 1
        self.everything_changed_at = self.version
        self._changes.clear()

    def _wake(self) -> None:
        for wake in list(self._wakers):
            wake()

    # --- read by sessions ---

    def changed_since(self, version: int) -> set[int] | None:
        """Ids of chats that changed after the version; None: everything may have."""
        if version < self.everything_changed_at:
            return None
        if len(self._changes) == MAX_CHANGES and version < self._changes[0][0]:
            return None
        changed: set[int] = set()
        for at, chat_id in reversed(self._changes):
            if at <= version:
                break
            changed.add(chat_id)
        return changed

    def turns(self, chat_id: int) -> list[Turn]:
        """The last messages of an open chat, oldest first; those from before this process started are not known."""
        return list(self._turns.get(chat_id, ()))

    def board(self, departments: tuple[str, ...]) -> Board:
        """The live board of these departments now; counted once for all sessions that look at the same moment."""
        now = datetime.now(UTC)
        known = self._boards.get(departments)
        if known is not None and known[0] == self.version and now - known[1] < BOARD_HOLDS:
            return known[2]
        board = count_load(self.desk, now, departments)
        self._boards[departments] = (self.version, now, board)
        return board

    def register(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Has `wake` called after each change until the function that is returned is called."""
        self._wakers.add(wake)
        return lambda: self._wakers.discard(wake)

    @property
    def watchers(self) -> int:
        """How many are registered."""
        return len(self._wakers)
