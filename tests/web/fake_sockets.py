"""The sockets and pages of the fake chat server: what a page sends is parsed by the product's own parsers."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tornado.web import RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from chatserver.domain.errors import ChatError
from chatserver.wire import staff_frames, visitor_frames

if TYPE_CHECKING:
    from tests.web.fake_chat_server import FakeChat, FakeChatServer


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
            code, message = (
                faults.refuse_says.pop(0) if faults.refuse_says else ("conflict", "This chat has ended.")
            )
            self.say({"t": "error", "code": code, "message": message, "client_id": client_id})
            return
        if client_id not in chat.acks:
            line = fake.add(
                {"kind": "message", "sender": sender, "text": text, "client_id": client_id}, own=self
            )
            chat.acks[client_id] = {
                "t": "ack",
                "client_id": client_id,
                "n": line["n"],
                "at": line["at"],
                **address,
            }
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
        welcome = {
            "t": "welcome",
            "epoch": fake.epoch,
            "token": "visitor-token",
            "departments": fake.departments,
        }
        self.say(
            {**welcome, **({"chat": self.view(known)} if known else {}), **({"reset": True} if reset else {})}
        )
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
        welcome = {
            "t": "welcome",
            "epoch": fake.epoch,
            "person": fake.person,
            "chat_name": "Marit",
            "mine": mine,
        }
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
        if path.endswith(".js"):
            self.set_header("Content-Type", "text/javascript")
        self.set_header(
            "Content-Security-Policy", "default-src 'self'; connect-src 'self' ws:; object-src 'none'"
        )
        self.write(
            page
            or f"<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>{path}</title>"
            f"<body><h1>A page</h1><a href=/other>Other page</a><p>{'Some text. ' * 200}</p>"
            f"<script src={self.fake.url}/widget.js async {self.fake.script}></script></body></html>"
        )
