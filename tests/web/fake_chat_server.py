"""A chat server of a few lines that speaks docs/protocol.md and can be told to misbehave.

It runs in a thread with a loop of its own, so that browser tests can stay plain functions. Frames of the page are parsed
by the product's own parsers: a page that sends something else than the protocol fails the test.
"""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from chatserver import web
from chatserver.domain.errors import ChatError
from chatserver.web.static_files import PublicFile
from chatserver.wire import staff_frames, visitor_frames

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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

    def __init__(self, script: str = "", pages: dict[str, str] | None = None, templates: Path | None = None) -> None:
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
        self._templates = templates
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
        from pathlib import Path

        return str(Path(web.__file__).parent / "static")

    # --- what a test does, from its own thread ---

    def do(self, work: Callable[[], None]) -> None:
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
                said = {"kind": "message", "sender": "agent", "name": chat.agent, "avatar": chat.avatar, "text": text}
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
        self.do(lambda: [end.abort() for end in [*self.visitors, *self.consoles]] and None)

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


class End(WebSocketHandler):
    """What both sockets share."""

    fake: FakeChatServer

    def initialize(self, fake: FakeChatServer) -> None:
        self.fake = fake
        self.ready = False

    def prepare(self) -> None:
        if self.fake.faults.unreachable:
            self.set_status(503)
            self.finish()

    def check_origin(self, origin: str) -> bool:
        return True

    def say(self, frame: dict[str, Any]) -> None:
        """Sends a frame, whole or cut."""
        raw = json.dumps(frame)
        if self.fake.faults.cut_frames > 0:
            self.fake.faults.cut_frames -= 1
            raw = raw[: len(raw) // 2]
        try:
            self.write_message(raw)
        except WebSocketClosedError:
            self.on_close()

    def abort(self) -> None:
        """Cuts the connection as a lost network does."""
        self.on_close()
        if self.ws_connection is not None:
            self.ws_connection._abort()

    def on_message(self, message: str | bytes) -> None:
        frame = json.loads(message)
        self.fake.received.append(frame)
        try:
            self.check(message)
        except ChatError as error:
            self.fake.bad_frames.append(f"{error}: {message!r}")
            return
        getattr(self, f"on_{frame.pop('t')}")(**frame)

    def check(self, message: str | bytes) -> None:
        """Raises ChatError when the product's parser refuses the frame."""
        raise NotImplementedError

    def store(self, sender: str, client_id: str, text: str) -> None:
        """A say: once, however often it comes; with the faults that are set."""
        fake, chat = self.fake, self.fake.live()
        faults = fake.faults
        address = {"chat": chat.number} if sender == "agent" else {}
        if faults.close_before_storing > 0:
            faults.close_before_storing -= 1
            self.abort()
            return
        if client_id not in chat.acks and (faults.refuse_says or chat.status == "ended"):
            code, message = faults.refuse_says.pop(0) if faults.refuse_says else ("conflict", "This chat has ended.")
            self.say({"t": "error", "code": code, "message": message, "client_id": client_id})
            return
        if client_id not in chat.acks:
            line = fake.add({"kind": "message", "sender": sender, "text": text, "client_id": client_id}, own=self)
            chat.acks[client_id] = {"t": "ack", "client_id": client_id, "n": line["n"], "at": line["at"], **address}
        if faults.close_before_ack > 0:
            faults.close_before_ack -= 1
            self.abort()
            return
        ack = chat.acks[client_id]
        asyncio.get_running_loop().call_later(faults.ack_delay_s, lambda: self.say(ack))


class VisitorEnd(End):
    """/ws/visitor."""

    def check(self, message: str | bytes) -> None:
        visitor_frames.parse_visitor_frame(message)

    def view(self, chat: FakeChat) -> dict[str, Any]:
        """The chat as a welcome tells it."""
        view: dict[str, Any] = {"status": chat.status, "n": len(chat.lines), "name": chat.name}
        view["department"] = chat.department
        if chat.agent:
            view.update(agent=chat.agent, avatar=chat.avatar)
        return view | ({"ahead": chat.ahead} if chat.status == "queued" else {})

    def on_hello(self, v: int, token: str = "", after: int = 0, epoch: str = "") -> None:
        fake = self.fake
        reset = bool(epoch) and epoch != fake.epoch
        known = fake.chat if token == "visitor-token" else None
        reset = reset or (after > 0 and (known is None or after > len(known.lines)))
        welcome = {"t": "welcome", "epoch": fake.epoch, "token": "visitor-token", "departments": fake.departments}
        self.say({**welcome, **({"chat": self.view(known)} if known else {}), **({"reset": True} if reset else {})})
        fake.visitors.add(self)
        if known:
            self.on_resume(0 if reset else after)

    def on_resume(self, after: int) -> None:
        lines = self.fake.live().lines[after:]
        if lines:
            self.say({"t": "lines", "lines": lines})

    def on_start(self, client_id: str, department: str, name: str, question: str, **_: str) -> None:
        fake = self.fake
        if not next(d for d in fake.departments if d["id"] == department)["open"]:
            self.say({"t": "error", "code": "offline", "message": "Nobody is here.", "client_id": client_id})
            return
        known = fake.chat and any(line.get("client_id") == client_id for line in fake.chat.lines)
        chat = fake.chat if known and fake.chat else fake.begin(name, department, question, client_id)
        if fake.faults.close_before_started > 0:
            fake.faults.close_before_started -= 1
            self.abort()
            return
        self.say({"t": "started", "client_id": client_id, "at": chat.lines[0]["at"], "chat": self.view(chat)})

    def on_say(self, client_id: str, text: str) -> None:
        self.store("customer", client_id, text)

    def on_typing(self, *, on: bool) -> None:
        self.fake.send_all(self.fake.consoles, {"t": "typing", "chat": 1, "on": on})

    def on_end(self) -> None:
        self.fake.finish("ended_by_customer")

    def on_close(self) -> None:
        self.fake.visitors.discard(self)


class ConsoleEnd(End):
    """/ws/agent."""

    def check(self, message: str | bytes) -> None:
        staff_frames.parse_staff_frame(message)

    def on_hello(self, v: int, token: str, epoch: str = "") -> None:
        fake, chat = self.fake, self.fake.chat
        if token == "expired":
            self.say({"t": "error", "code": "unauthenticated", "message": "Sign in again."})
            self.say({"t": "bye", "reason": "unauthenticated", "retry_ms": 50})
            self.close()
            return
        mine = [{"chat": chat.number, "n": len(chat.lines), "name": chat.name}] if chat and chat.agent else []
        welcome = {"t": "welcome", "epoch": fake.epoch, "person": fake.person, "chat_name": "Marit", "mine": mine}
        self.say({**welcome, "available": True})
        fake.consoles.add(self)

    def on_open(self, chat: int, after: int = 0) -> None:
        if not self.fake.chat or self.fake.chat.number != chat:
            self.say({"t": "error", "code": "not_found", "message": "No such chat.", "id": str(chat)})
            return
        lines = [self.fake.for_staff(line) for line in self.fake.live().lines[after:]]
        self.say({"t": "lines", "chat": chat, "lines": lines})

    on_resume = on_open

    def on_close(self, chat: int = 0) -> None:  # a `close` frame names a chat; the socket's end does not
        if not chat:
            self.fake.consoles.discard(self)

    def on_say(self, chat: int, client_id: str, text: str) -> None:
        self.store("agent", client_id, text)

    def on_typing(self, chat: int, *, on: bool) -> None:
        self.fake.send_all(self.fake.visitors, {"t": "typing", "on": on, "name": "Marit"})

    def on_end(self, chats: list[int], id: str = "") -> None:  # noqa: A002 -- the frame's own name
        self.fake.finish("ended_by_agent")
        self.say({"t": "done", "id": id, "results": [{"chat_id": chat, "code": "ended"} for chat in chats]})


class HostPage(RequestHandler):
    """Somebody's page with the widget on it."""

    def initialize(self, fake: FakeChatServer) -> None:
        self.fake = fake

    def get(self, path: str) -> None:
        page = self.fake.pages.get(path)
        self.set_header("Content-Security-Policy", "default-src 'self'; connect-src 'self' ws:; object-src 'none'")
        self.write(
            page
            or f"<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>{path}</title>"
            f"<body><h1>A page</h1><a href=/other>Other page</a><p>{'Some text. ' * 200}</p>"
            f"<script src={self.fake.url}/widget.js async {self.fake.script}></script></body></html>"
        )
