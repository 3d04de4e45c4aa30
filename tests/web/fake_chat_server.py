"""A chat server of a few lines that speaks docs/protocol.md and can be told to misbehave.

It runs in a thread with a loop of its own, so that browser tests can stay plain functions.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from chatserver import web
from chatserver.web.static_files import PublicFile
from tests.web.fake_sockets import ConsoleEnd, HostPage, VisitorEnd

if TYPE_CHECKING:
    from collections.abc import Callable

DEPARTMENTS = [
    {"id": "sales", "name": "Sales & Advice", "open": True},
    {"id": "technical", "name": "Technical Support", "open": True},
    {"id": "billing", "name": "Billing & Leasing", "open": False},
]


@dataclass
class Faults:
    """What goes wrong. Counters count down as it happens; delays are seconds."""

    close_before_storing: int = 0  # says that are lost with their connection
    close_before_ack: int = 0  # says that are stored, but whose ack is lost with the connection
    close_before_started: int = 0  # the same for starts
    swallow_lines: int = 0  # pushed lines that are never sent: a gap
    cut_frames: int = 0  # frames that arrive cut in half
    duplicate_lines: bool = False
    ack_delay_s: float = 0.0
    refuse_says: list[tuple[str, str]] = field(default_factory=list)  # code and message, one for each say
    unreachable: bool = False  # new sockets are refused


@dataclass
class FakeChat:
    """One chat: its lines, as customers see them with what staff see besides."""

    number: int
    department: str
    name: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    acks: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: str = "queued"
    agent: str = ""
    avatar: str = ""
    ahead: int = 0


class FakeChatServer:
    """`with FakeChatServer() as server:` serves at `server.url`, with host pages at /, /other and /rtl."""

    def __init__(self, script: str = "", pages: dict[str, str] | None = None) -> None:
        self.script = script
        self.pages = pages or {}
        self.faults = Faults()
        self.departments = [dict(department) for department in DEPARTMENTS]
        self.chat: FakeChat | None = None
        self.chats: list[FakeChat] = []
        self.epoch = "e1"
        self.url = ""
        self.person = "marit"
        self.received: list[dict[str, Any]] = []  # all frames of pages, as they came
        self.bad_frames: list[str] = []
        self.visitors: set[VisitorEnd] = set()
        self.consoles: set[ConsoleEnd] = set()
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        static = {"path": str(self._static())}
        shared = {"fake": self}
        server = HTTPServer(
            Application(
                [
                    (r"/ws/visitor", VisitorEnd, shared),
                    (r"/ws/agent", ConsoleEnd, shared),
                    (r"/(widget\.js|chat\.js)", PublicFile, static),
                    (r"/static/(.*)", PublicFile, static),
                    (r"/(.*)", HostPage, shared),
                ]
            )
        )
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        self.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()
        server.stop()
        for end in [*self.visitors, *self.consoles]:
            end.close()
        await asyncio.sleep(0.05)
        await server.close_all_connections()

    @staticmethod
    def _static() -> str:
        return str(Path(web.__file__).parent / "static")

    # --- what a test does, from its own thread ---

    def do(self, work: Callable[[], object]) -> None:
        """Runs work in the server's loop and waits for it."""
        done = threading.Event()

        def run() -> None:
            work()
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(5)

    def assign(self, name: str = "Marit", avatar: str = "MK #2f6f4f") -> None:
        """An agent takes the chat."""

        def work() -> None:
            chat = self.live()
            chat.status, chat.agent, chat.avatar = "active", name, avatar
            self.add({"kind": "assigned", "name": name, "avatar": avatar, "person": self.person})

        self.do(work)

    def agent_says(self, *texts: str) -> None:
        """The agent writes."""

        def work() -> None:
            chat = self.live()
            for text in texts:
                said = {
                    "kind": "message",
                    "sender": "agent",
                    "name": chat.agent,
                    "avatar": chat.avatar,
                    "text": text,
                }
                self.add({**said, "person": self.person})

        self.do(work)

    def customer_says(self, text: str) -> None:
        """The customer writes, from nowhere: for tests of the console."""
        self.do(lambda: self.add({"kind": "message", "sender": "customer", "text": text}))

    def line(self, **fields: Any) -> None:
        """Any other line."""
        self.do(lambda: self.add(fields))

    def push(self, **frame: Any) -> None:
        """A frame outside the numbering, to the customer's pages."""
        self.do(lambda: self.send_all(self.visitors, frame))

    def end(self, reason: str = "ended_by_agent") -> None:
        """The chat ends."""
        self.do(lambda: self.finish(reason))

    def cut_connections(self) -> None:
        """All sockets are closed, without a bye."""

        def work() -> None:
            for end in [*self.visitors, *self.consoles]:
                end.abort()

        self.do(work)

    def texts(self, sender: str = "customer") -> list[str]:
        """What is stored of the sender's messages, in order."""
        return [line["text"] for line in self.chats[-1].lines if line.get("sender") == sender]

    # --- the desk, in the loop ---

    def live(self) -> FakeChat:
        """The open chat."""
        assert self.chat is not None, "no chat"
        return self.chat

    def begin(self, name: str, department: str, question: str, client_id: str) -> FakeChat:
        """A new chat with its question."""
        title = next(d["name"] for d in self.departments if d["id"] == department)
        self.chat = FakeChat(len(self.chats) + 1, str(title), name)
        self.chats.append(self.chat)
        self.add({"kind": "started", "name": title})
        self.add({"kind": "message", "sender": "customer", "text": question, "client_id": client_id})
        return self.chat

    def finish(self, reason: str) -> None:
        """The end."""
        self.live().status = "ended"
        self.add({"kind": "ended", "reason": reason})

    def add(self, line: dict[str, Any], own: object = None) -> dict[str, Any]:
        """Numbers a line, keeps it, and sends it to all but its sender."""
        chat = self.live()
        at = datetime.now(UTC) + timedelta(microseconds=len(chat.lines))
        line = {"n": len(chat.lines) + 1, "at": at.isoformat(), **line}
        chat.lines.append(line)
        if self.faults.swallow_lines > 0:
            self.faults.swallow_lines -= 1
            return line
        for _ in range(2 if self.faults.duplicate_lines else 1):
            self.send_all(self.visitors - {own}, {"t": "line", **line})
            self.send_all(self.consoles - {own}, {"t": "line", **self.for_staff(line)})
        return line

    def for_staff(self, line: dict[str, Any]) -> dict[str, Any]:
        """The line with what staff see."""
        named = {"name": self.live().name} if line["kind"] == "started" else {}
        return {**line, **named, "chat": self.live().number}

    def send_all(self, ends: set[Any], frame: dict[str, Any]) -> None:
        """Sends a frame."""
        for end in list(ends):
            end.say(frame)
