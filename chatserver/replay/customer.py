"""A customer's page, without the page: says hello, starts a chat, talks, resumes, and ends."""

import asyncio
import random
from collections.abc import Callable

import msgspec

from chatserver.replay.connection import Connection
from chatserver.replay.outbox import Answer, ClientOutbox
from chatserver.replay.transcript import Transcript
from chatserver.wire import visitor_frames as f
from chatserver.wire.errors import ErrorFrame
from chatserver.wire.limits import PROTOCOL_VERSION
from chatserver.wire.lines import Line

encode = msgspec.json.Encoder().encode
_FROM_SERVER: msgspec.json.Decoder[
    f.Welcome | f.Started | f.Ack | f.Lines | Line | f.QueuePosition | f.TypingShown | f.Bye | ErrorFrame
] = msgspec.json.Decoder(
    f.Welcome | f.Started | f.Ack | f.Lines | Line | f.QueuePosition | f.TypingShown | f.Bye | ErrorFrame
)


class Customer:
    """One visitor with one page. `on_line` is called for each line as the page shows it."""

    def __init__(
        self, url: str, headers: dict[str, str], on_line: Callable[[Line], None], rng: random.Random
    ) -> None:
        self.transcript = Transcript()
        self.departments: tuple[f.Choice, ...] = ()
        self.token = ""
        self.ended = asyncio.Event()
        self.welcomed = asyncio.Event()
        self.caught_up = asyncio.Event()
        self._epoch = ""
        self._on_line = on_line
        self._own: dict[str, str] = {}  # client id -> text, until the line is shown
        self._expected = 0  # the newest line at the hello
        self._asked = -1  # after which line, on this connection
        self._ending = False
        self.connection = Connection(url, headers, self._hello, self._frame, rng)
        self.outbox = ClientOutbox(self.connection.send)

    def open(self, token: str = "") -> None:
        """Opens the page; `token` of an earlier page makes it the same visitor."""
        self.token = token
        self.connection.start()

    def start(self, frame: f.Start) -> "asyncio.Future[Answer]":
        """Starts the chat; the future is done when it has begun. Raises NotTaken."""
        return self.outbox.put(frame.client_id, encode(frame))

    def say(self, client_id: str, text: str) -> "asyncio.Future[Answer]":
        """Says something; the future gives the line's number once it is on disk. Raises NotTaken."""
        self._own[client_id] = text
        return self.outbox.put(client_id, encode(f.Say(client_id, text)))

    def typing(self, *, on: bool) -> None:
        """Shows that the customer is typing. May be lost."""
        if self.outbox.ready:
            self.connection.send(encode(f.Typing(on)))

    def end(self) -> None:
        """Ends the chat; `ended` is set when the server says so."""
        self._ending = True
        if self.outbox.ready:
            self.connection.send(encode(f.End()))

    async def close(self) -> None:
        """Closes the page."""
        await self.connection.close()

    async def _hello(self) -> bytes:
        self.outbox.ready = False
        return encode(f.Hello(PROTOCOL_VERSION, self.token, self.transcript.last, self._epoch))

    def _frame(self, raw: bytes | str) -> None:
        frame = _FROM_SERVER.decode(raw)
        match frame:
            case Line():
                self._take(frame)
            case f.Ack():
                text = self._own.pop(frame.client_id, None)
                self.outbox.answered(frame.client_id, frame.n)
                if text is not None:
                    own = Line(frame.n, frame.at, "message", "customer", text=text, client_id=frame.client_id)
                    self._take(own)
            case f.Lines():
                for line in frame.lines:
                    self._take(line)
                if frame.more:
                    self.connection.send(encode(f.Resume(self.transcript.last)))
            case f.Welcome():
                self._welcome(frame)
            case f.Started():
                self.outbox.answered(frame.client_id, 2)  # the question is line 2
            case f.Bye():
                if frame.retry_ms:
                    self.connection.come_back_in(frame.retry_ms / 1000)
            case ErrorFrame():
                self.outbox.refused(frame)
            case _:
                pass  # typing and places in the queue are for a page to show

    def _welcome(self, welcome: f.Welcome) -> None:
        if welcome.reset:
            self.transcript.forget()
        self.token, self._epoch, self.departments = welcome.token, welcome.epoch, welcome.departments
        self._asked = -1
        self._expected = welcome.chat.n if welcome.chat else 0
        self.connection.welcomed()
        self.outbox.welcomed()
        if self._ending and not self.ended.is_set():
            self.connection.send(encode(f.End()))
        self.welcomed.set()
        self._note_progress()

    def _take(self, line: Line) -> None:
        for shown in self.transcript.take(line):
            if shown.client_id:  # also when it came by a resume before its acknowledgement
                self._own.pop(shown.client_id, None)
            if shown.kind == "ended":
                self.ended.set()
            self._on_line(shown)
        if self.transcript.has_gap and self._asked != self.transcript.last:
            self._asked = self.transcript.last
            self.connection.send(encode(f.Resume(self.transcript.last)))
        self._note_progress()

    def _note_progress(self) -> None:
        if self.transcript.last >= self._expected:
            self.caught_up.set()
