"""Signing in and out, and the first administrator. Sessions live on the server and can be ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatserver.domain.commands import SetUpSite
from chatserver.domain.errors import ChatError, Invalid, TooFast, Unauthenticated
from chatserver.domain.organisation import Department, Group, Person, Role
from chatserver.sample_data.company import load_company
from chatserver.store import accounts
from chatserver.web.base import Handler, PageHandler, monotonic_s, utc_now
from chatserver.wire.cleaning import parse_name
from chatserver.wire.tokens import CONSOLE_LIFETIME, Kind

if TYPE_CHECKING:
    from chatserver.web.site import Site

COOKIE = "switchboard_session"
MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 200

log = structlog.get_logger()


class SignIn(PageHandler):
    """GET shows the form, POST signs in."""

    async def get(self) -> None:
        """The form; an empty site begins with its set-up."""
        if not self.site.organisation.people:
            self.redirect("/setup")
            return
        self._form("")

    async def post(self) -> None:
        """Checks the password, as slowly for a wrong name as for a wrong password."""
        check_same_site(self)
        name = self.get_body_argument("username", "").strip().lower()[:80]
        password = self.get_body_argument("password", "")[:MAX_PASSWORD_CHARS]
        try:
            if not self.is_relaxed:
                self.site.sign_ins.take(self.throttled_as(), monotonic_s())
                self.site.account_sign_ins.take(name, monotonic_s())
            session = await sign_in(self.site, name, password)
        except (Unauthenticated, TooFast) as error:
            self.set_status(429 if isinstance(error, TooFast) else 401)
            log.info("sign-in refused", code=error.code)
            self._form(error.message, name)
            return
        log.info("signed in", person=name)
        set_session_cookie(self, session)
        self.redirect(self._next())

    def _form(self, error: str, username: str = "") -> None:
        sample = load_company().people if self.site.settings.sample else ()
        self.render(
            "login.html",
            error=error,
            username=username,
            next=self.get_argument("next", ""),
            sample_people=[(p.id, p.password, p.name, ", ".join(p.roles)) for p in sample],
        )

    def _next(self) -> str:
        """Where to go: a page of the console, never a stranger's address."""
        wanted = self.get_argument("next", "")
        console = self.site.settings.console_url
        ours = wanted == console or wanted.startswith(console + "/")
        return wanted if ours and wanted.isprintable() else console + "/"


class SignOut(PageHandler):
    """POST ends the session, here and in open consoles."""

    async def post(self) -> None:
        """Ends it and shows the form again."""
        check_same_site(self)
        session, now = self.get_cookie(COOKIE, "") or "", utc_now()
        found = await self.site.store.read(accounts.find_sign_in, session, now) if session else None
        if found is not None:
            await self.site.store.run(accounts.end_sign_in, session)
            ended = accounts.session_hash(session)
            self.site.tokens.end_session(ended, now)
            for consoles in list(self.site.deliveries.persons.values()):
                for outlet, of_session in list(consoles.items()):
                    if of_session == ended:
                        outlet.close(1008, "unauthenticated")
        self.clear_cookie(COOKIE)
        self.redirect("/login")


class SetUp(PageHandler):
    """The first administrator, department and group of an empty site."""

    async def get(self) -> None:
        """The form, while there is nobody yet."""
        if self.site.organisation.people:
            self.redirect("/login")
            return
        self.render("setup.html", error="", values={})

    async def post(self) -> None:
        """Makes them, and signs the administrator in."""
        check_same_site(self)
        fields = ("name", "username", "chat_name", "department", "group")
        values = {field: self.get_body_argument(field, "") for field in fields}
        try:
            password = parse_password(self.get_body_argument("password", ""))
            command = _set_up_command(values)
            if self.site.organisation.people:
                raise Invalid("This site is already set up. Sign in instead.")
            hashed = await hash_password(password)
            await self.site.hub.request(command)
            person_id, now = command.person.id, utc_now()
            await self.site.store.run(accounts.save_password_hash, person_id, hashed, now)
        except ChatError as error:
            self.set_status(400)
            self.render("setup.html", error=error.message, values=values)
            return
        log.info("site set up", person=person_id)
        set_session_cookie(self, await sign_in(self.site, person_id, password))
        self.redirect(self.site.settings.console_url + "/")


class ConsoleToken(Handler):
    """A short-lived token for the console's page, from its sign-in cookie."""

    def prepare(self) -> None:
        """Only the console's own pages may ask with the cookie."""
        super().prepare()
        origin = self.request.headers.get("Origin", "")
        if origin and urlsplit(origin).netloc.lower() in self.site.hosts:
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Access-Control-Allow-Credentials", "true")
            self.set_header("Access-Control-Allow-Headers", "Content-Type")
            self.set_header("Vary", "Origin")
        elif origin:
            raise Unauthenticated("This page may not use your sign-in.")

    def options(self) -> None:
        """The browser's question before it asks."""
        self.set_status(204)

    async def post(self) -> None:
        """The token."""
        self.send_json(await console_token(self.site, self.get_cookie(COOKIE, "") or ""))


class SessionCheck(Handler):
    """For our own processes: whose session is this?"""

    async def post(self) -> None:
        """The person and a console token, or 401."""
        self.claim(Kind.SERVICE)
        body = self.request.body.decode("utf-8", "replace")
        self.send_json(await console_token(self.site, _session_of(body)))


async def sign_in(site: Site, name: str, password: str) -> str:
    """A new session for the person. Raises Unauthenticated, the same for an unknown name as for a wrong password."""
    stored = await site.store.read(accounts.find_password_hash, name)
    good = await asyncio.to_thread(verify, stored or _DUMMY_HASH, password)
    if not good or stored is None or name not in site.organisation.people:
        raise Unauthenticated("That name and password do not belong together. Please try again.")
    now = utc_now()
    return await site.store.run(accounts.open_sign_in, name, now)


async def console_token(site: Site, session: str) -> dict[str, object]:
    """A console token tied to the session. Raises Unauthenticated."""
    now = utc_now()
    found = await site.store.read(accounts.find_sign_in, session, now) if session else None
    if found is None or found.person_id not in site.organisation.people:
        raise Unauthenticated("You are signed out. Please sign in again.")
    token = site.tokens.mint(
        Kind.CONSOLE, found.person_id, now, CONSOLE_LIFETIME, accounts.session_hash(session)
    )
    return {
        "token": token,
        "person": found.person_id,
        "person_id": found.person_id,
        "expires_in_s": int(CONSOLE_LIFETIME.total_seconds()),
    }


async def hash_password(password: str) -> str:
    """argon2id, off the loop: it takes a quarter of a second on purpose."""
    return await asyncio.to_thread(PasswordHasher().hash, password)


def verify(stored: str, password: str) -> bool:
    """Does the password belong to the hash?"""
    try:
        return PasswordHasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def parse_password(password: str) -> str:
    """A password that may be set. Raises Invalid."""
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        raise Invalid(f"A password has {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} characters.")
    return password


def check_same_site(handler: PageHandler) -> None:
    """Refuses a form that another site's page sent. Raises Unauthenticated."""
    fetch = handler.request.headers.get("Sec-Fetch-Site", "")
    origin = handler.request.headers.get("Origin", "")
    from_us = not origin or urlsplit(origin).netloc.lower() in handler.site.hosts
    if fetch == "cross-site" or not from_us:
        raise Unauthenticated("This form must be sent from our own page. Open it there and try again.")


def set_session_cookie(handler: PageHandler, session: str) -> None:
    """The session for the browser: unreadable for scripts, not sent along from other sites."""
    secure = handler.site.settings.chat_url.startswith("https:")
    handler.set_cookie(COOKIE, session, httponly=True, samesite="Lax", secure=secure, path="/")


def _set_up_command(values: dict[str, str]) -> SetUpSite:
    department_id = "department-1"
    group_id = "front-line"
    name = parse_name(values["name"], "Your name")
    return SetUpSite(
        Person(
            values["username"].strip().lower(),
            name,
            parse_name(values["chat_name"] or name.split()[0], "The name that customers see"),
            (Role.ADMINISTRATOR, Role.MANAGER, Role.AGENT),
        ),
        Department(department_id, parse_name(values["department"], "The department"), group_id),
        Group(group_id, parse_name(values["group"], "The group"), department_id),
    )


def _session_of(body: str) -> str:
    try:
        return str(msgspec.json.decode(body, type=dict[str, str]).get("session", ""))
    except msgspec.DecodeError:
        raise Invalid('The body must be {"session": "…"}.') from None


# A hash of nothing: checking it takes as long as checking a real one, so that names cannot be guessed by time.
_DUMMY_HASH = PasswordHasher().hash("")
