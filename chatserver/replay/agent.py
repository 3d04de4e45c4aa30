"""An agent's console, without the page: signs in like a browser, shows its chats' lines, answers, resumes."""

import asyncio
import random
import time
from http.cookies import SimpleCookie
from typing import Protocol
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from chatserver.replay.connection import Connection
from chatserver.replay.conversation import ReplayError
from chatserver.replay.outbox import Answer, ClientOutbox
from chatserver.replay.transcript import Transcript
from chatserver.wire import staff_frames as f
from chatserver.wire.errors import ErrorFrame
from chatserver.wire.limits import PROTOCOL_VERSION
from chatserver.wire.lines import Line
from chatserver.wire.visitor_frames import Ack, Bye, Lines, TypingShown

COOKIE = "switchboard_session"
TOKEN_USED_FOR_S = 300.0  # half a console token's life: a reconnect never comes with one that is about to end

encode = msgspec.json.Encoder().encode
_FROM_SERVER: msgspec.json.Decoder[
    f.StaffWelcome | f.DoneFrame | Ack | Lines | Line | TypingShown | Bye | ErrorFrame
] = msgspec.json.Decoder(f.StaffWelcome | f.DoneFrame | Ack | Lines | Line | TypingShown | Bye | ErrorFrame)


class _ConsoleToken(Struct):
    token: str


class SignInRefused(ReplayError):
    """The name and password do not belong together."""


class Listener(Protocol):
    """Who is told what an agent's console shows."""

    def agent_shows(self, agent: "Agent", chat: int, line: Line) -> None:
        """A line of a chat, in order, once."""

    def agent_has(self, agent: "Agent", chat: int) -> None:
        """The chat is this agent's now."""

    def agent_lost(self, agent: "Agent", chat: int) -> None:
        """The chat is no longer this agent's."""


class Agent:
    """One signed-in console."""

    def __init__(
        self, url: str, person_id: str, password: str, listener: Listener, rng: random.Random
    ) -> None:
        self.person_id = person_id
        self.chat_name = person_id  # until the server says what customers see
        self.mine: set[int] = set()
        self.welcomed = asyncio.Event()
        self._url = url
        self._password = password
        self._listener = listener
        self._transcripts: dict[int, Transcript] = {}
        self._own: dict[str, tuple[int, str]] = {}  # client id -> (chat, text), until the line is shown
        self._asked: dict[int, int] = {}  # chat -> after which line, on this connection
        self._closed_at: dict[int, int] = {}  # last line of a chat whose window was closed
        self._cookie = ""
        self._token = ""
        self._token_made_s = 0.0
        self._epoch = ""
        socket_url = "ws" + url.removeprefix("http") + "/ws/agent"
        self.connection = Connection(socket_url, {}, self._hello, self._frame, rng)
        self.outbox = ClientOutbox(self.connection.send)

    async def sign_in(self) -> None:
        """As a browser does: the form, then the cookie. Raises SignInRefused; OSError when the server is not there."""
        body = urlencode({"username": self.person_id, "password": self._password})
        try:
            response = await AsyncHTTPClient().fetch(
                f"{self._url}/login", method="POST", body=body, follow_redirects=False, raise_error=False
            )
        except HTTPClientError as error:  # the connection broke
            raise OSError(str(error)) from None
        cookie = SimpleCookie()
        for header in response.headers.get_list("Set-Cookie"):
            cookie.load(header)
        if response.code == 302 and COOKIE in cookie:
            self._cookie = cookie[COOKIE].value
            return
        if response.code == 401:
            raise SignInRefused(
                f"{self.person_id!r} cannot sign in at {self._url}: the name or password is wrong."
            )
        if response.code in {302, 404, 405}:
            raise ReplayError(
                f"{self._url} has no sign-in page of a Switchboard that is set up. Is the address right?"
            )
        raise OSError(f"{self._url}/login answers {response.code}")

    def open(self) -> None:
        """Opens the console."""
        self.connection.start()

    async def close(self) -> None:
        """Closes the console."""
        await self.connection.close()

    # --- doing ---

    def say(self, chat: int, client_id: str, text: str) -> "asyncio.Future[Answer]":
        """Says something; the future gives the line's number once it is on disk. Raises NotTaken."""
        self._own[client_id] = (chat, text)
        return self.outbox.put(client_id, encode(f.Say(chat, client_id, text)))

    def typing(self, chat: int, *, on: bool) -> None:
        """Shows that the agent is typing. May be lost."""
        self.command(f.Typing(chat, on))

    def command(self, frame: f.Typing | f.Close | f.CommandFrame) -> bool:
        """Gives a command that nobody waits for; False when there is no connection."""
        return self.outbox.ready and self.connection.send(encode(frame))

    def transcript(self, chat: int) -> Transcript:
        """What the console shows of a chat."""
        return self._transcripts.setdefault(chat, Transcript())

    def forget(self, chat: int) -> None:
        """Closes a chat's window. Lines of it that are still under way do not open it again."""
        self.mine.discard(chat)
        transcript = self._transcripts.pop(chat, None)
        if transcript is not None:
            self._closed_at[chat] = transcript.last
            self._asked.pop(chat, None)
            self.command(f.Close(chat))

    # --- the socket ---

    async def _hello(self) -> bytes:
        self.outbox.ready = False
        if not self._token or time.monotonic() - self._token_made_s > TOKEN_USED_FOR_S:
            await self._renew_token()
        return encode(f.Hello(PROTOCOL_VERSION, self._token, self._epoch))

    async def _renew_token(self) -> None:
        try:
            if not self._cookie:
                await self.sign_in()
            cookie = {"Cookie": f"{COOKIE}={self._cookie}"}
            response = await AsyncHTTPClient().fetch(
                f"{self._url}/api/v1/console-token", method="POST", body=b"", headers=cookie
            )
        except HTTPClientError as error:
            if error.code == 401:  # the shift is over for this sign-in
                self._cookie = ""
            raise OSError(str(error)) from None
        self._token = msgspec.json.decode(response.body, type=_ConsoleToken).token
        self._token_made_s = time.monotonic()

    def _frame(self, raw: bytes | str) -> None:
        frame = _FROM_SERVER.decode(raw)
        match frame:
            case Line():
                self._take(frame)
            case Ack():
                chat, text = self._own.pop(frame.client_id, (0, ""))
                self.outbox.answered(frame.client_id, frame.n)
                if chat:
                    line = Line(
                        frame.n,
                        frame.at,
                        "message",
                        "agent",
                        text=text,
                        client_id=frame.client_id,
                        chat=chat,
                        person=self.person_id,
                    )
                    self._take(line)
            case Lines():
                for line in frame.lines:
                    self._take(line)
                if frame.more:
                    self.command_resume(frame.chat)
            case f.StaffWelcome():
                self._welcome(frame)
            case Bye():
                self._token = "" if frame.reason == "unauthenticated" else self._token
                if frame.retry_ms:
                    self.connection.come_back_in(frame.retry_ms / 1000)
            case ErrorFrame():
                self._token = "" if frame.code == "unauthenticated" else self._token
                self.outbox.refused(frame)
            case _:
                pass  # typing, and answers to commands that nobody waits for

    def command_resume(self, chat: int) -> None:
        """Asks for a chat's lines after those held, and from then on for each new one."""
        after = self.transcript(chat).last
        if self.outbox.ready and self._asked.get(chat) != after:
            self._asked[chat] = after
            self.connection.send(encode(f.Open(chat, after)))

    def _welcome(self, welcome: f.StaffWelcome) -> None:
        if welcome.reset:
            self._transcripts.clear()
            self._closed_at.clear()
        self._asked.clear()
        self._epoch, self.chat_name = welcome.epoch, welcome.chat_name
        self.connection.welcomed()
        self.outbox.welcomed()
        known = {chat.chat for chat in welcome.mine}
        for chat in self.mine - known:  # ended or went elsewhere meanwhile: its last lines tell
            self.command_resume(chat)
        for chat in known:
            self._has(chat)
        self.welcomed.set()

    def _has(self, chat: int) -> None:
        self.command_resume(chat)
        if chat not in self.mine:
            self.mine.add(chat)
            self._listener.agent_has(self, chat)

    def _take(self, line: Line) -> None:
        chat = line.chat
        if line.n <= self._closed_at.get(chat, 0):
            return
        self._closed_at.pop(chat, None)  # it goes on: the window opens again, from its first line
        known = chat in self._transcripts
        transcript = self.transcript(chat)
        for shown in transcript.take(line):
            self._own.pop(shown.client_id, None)
            self._listener.agent_shows(self, chat, shown)
            self._note_owner(chat, shown)
        if not transcript.has_gap:
            return
        if line.kind == "assigned" and line.person == self.person_id and chat not in self.mine:
            self._has(chat)
        elif known or line.kind != "assigned":
            self.command_resume(chat)

    def _note_owner(self, chat: int, line: Line) -> None:
        if line.kind == "assigned" and line.person == self.person_id:
            if chat not in self.mine:
                self.mine.add(chat)
                self._listener.agent_has(self, chat)
        elif chat in self.mine and line.kind in {"assigned", "transferred", "ended"}:
            self.mine.discard(chat)
            self._listener.agent_lost(self, chat)
