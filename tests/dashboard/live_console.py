"""A real chat server and a real console in this process, with customers that come and go.

`python -m tests.dashboard.live_console` prints where it is, to look at it by hand.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from chatserver import app, supervisor
from chatserver.domain import commands as c
from chatserver.domain.chat import Customer
from chatserver.domain.errors import ChatError
from chatserver.domain.organisation import Department, Group, Membership, Person, Role
from chatserver.settings import Settings
from chatserver.store import accounts
from chatserver.web.base import utc_now
from chatserver.web.site import Site
from dashboard import server
from dashboard.console_page import build_page

PEOPLE = (
    Person("ada", "Ada Abel", "Ada", (Role.ADMINISTRATOR, Role.AGENT), ("en", "de")),
    Person("mia", "Mia Moor", "Maria", (Role.MANAGER, Role.AGENT), ("en", "fr")),
    Person("bob", "Bob Bauer", "Bobby", (Role.AGENT,), ("en", "de")),
    Person("eve", "Eve Ende", "Evi", (Role.AGENT,), ("es", "en")),
    Person("yuki", "Yuki Ono", "Yuki", (Role.AGENT,), ("ja", "en")),
)
DEPARTMENTS = (("sales", "Sales"), ("support", "Support"), ("billing", "Billing & Orders"))
PLACES = (
    ("Berlin", "Berlin", "DE", "de"), ("Lyon", "Auvergne-Rhône-Alpes", "FR", "fr"), ("Austin", "Texas", "US", "en"),
    ("São Paulo", "São Paulo", "BR", "pt"), ("Osaka", "Osaka", "JP", "ja"), ("Leeds", "England", "GB", "en"),
    ("Madrid", "Madrid", "ES", "es"), ("Pune", "Maharashtra", "IN", "en"), ("", "", "", ""),
    ("Cairo", "Cairo", "EG", "ar"),
)  # fmt: skip
NAMES = (
    "Grace Hopper",
    "Linus",
    "Amélie Poulain",
    "José",
    "Kenji Sato",
    "Nadia",
    "Tom Sawyer",
    "Zoë Kravitz",
    "Omar",
    "Ida B.",
)
BROWSERS = (
    ("Chrome", "Windows"),
    ("Safari", "iOS"),
    ("Firefox", "Linux"),
    ("Edge", "Windows"),
    ("Chrome Mobile", "Android"),
)
QUESTIONS = (
    "Hi, my battery does not charge any more. What can I do?",
    "Hello! How do I return an order that arrived damaged?",
    "Can I change the delivery address of my order?",
    "I was charged twice for the same invoice.",
    "Do you deliver bicycles on Saturdays?",
)  # fmt: skip


@dataclass
class LiveConsole:
    """What a test needs: addresses, the chat server's parts, sign-in cookies."""

    site: Site
    console: server.Console
    chat_url: str
    console_url: str

    async def cookie(self, person_id: str) -> str:
        """A sign-in of the person."""
        now = utc_now()
        return await self.site.store.run(lambda cursor: accounts.open_sign_in(cursor, person_id, now))

    async def do(self, command: c.Command) -> object:
        """Has the hub carry it out."""
        return await self.site.hub.request(command)

    async def start_chat(self, number: int, department: str = "", **facts: str) -> int:
        """A customer comes; the chat's id."""
        city, region, country, language = PLACES[number % len(PLACES)]
        browser, system = BROWSERS[number % len(BROWSERS)]
        known = {"name": NAMES[number % len(NAMES)], "city": city, "region": region,
                 "country": country, "language": language, "browser": browser, "os": system,
                 "page": "https://shop.example/bikes/42", "referrer": "https://search.example/",
                 "email": "customer@mail.example"}  # fmt: skip
        customer = Customer(**{**known, **facts})
        department = department or DEPARTMENTS[number % len(DEPARTMENTS)][0]
        question = QUESTIONS[number % len(QUESTIONS)]
        reply = await self.do(
            c.StartChat(f"visitor-{number}", f"start-{number:08}", department, customer, question)
        )
        return int(getattr(reply, "chat_id", 0))


@contextlib.asynccontextmanager
async def live_console(folder: Path, *, articles: str = "") -> AsyncIterator[LiveConsole]:
    """Both servers on free ports, with a company of five in three departments."""
    chat, own = supervisor.listen(0), supervisor.listen(0)
    chat_url, console_url = (f"http://localhost:{listener.getsockname()[1]}" for listener in (chat, own))
    for listener in (chat, own):
        listener.setblocking(False)
    settings = settings_for(folder, chat_url, console_url, articles)
    running = await app.start(settings, chat)
    try:
        await found_company(running.site)
        console = await server.start(settings, own, build_page)
        try:
            yield LiveConsole(running.site, console.console, chat_url, console_url)
        finally:
            await console.stop()
    finally:
        await running.stop()


def settings_for(folder: Path, chat_url: str, console_url: str, articles: str = "") -> Settings:
    """Settings without a reader."""
    return Settings(
        str(folder), chat_url, console_url, "http://localhost:9", relaxed_loopback=True, articles=articles
    )


async def found_company(site: Site) -> None:
    """Five people; everybody may have four chats in a group."""
    hub = site.hub
    if site.organisation.people:
        return
    first, *others = PEOPLE
    (sales, name), *more = DEPARTMENTS
    await hub.request(
        c.SetUpSite(first, Department(sales, name, "sales-1"), Group("sales-1", "Sales desk", sales), 4)
    )
    for department_id, title in more:
        group = Group(f"{department_id}-1", f"{title} desk", department_id)
        await hub.request(c.SaveDepartment("ada", Department(department_id, title, group.id), group))
    for person in others:
        await hub.request(c.SavePerson("ada", person))
    for person_id, group_id in (
        ("mia", "sales-1"), ("mia", "support-1"), ("bob", "sales-1"), ("bob", "support-1"),
        ("eve", "billing-1"), ("eve", "support-1"),
        ("yuki", "support-1"), ("yuki", "billing-1"),
    ):  # fmt: skip
        await hub.request(c.SaveMembership("ada", Membership(person_id, group_id, 4)))


async def bustle(live: LiveConsole, *, chats: int = 40, pause_s: float = 0.15) -> None:
    """Customers and agents who chat on for ever."""
    dice = random.Random(7)
    number = 0
    for person in ("bob", "eve", "yuki"):
        await live.do(c.SetPresence(person, online=True))
    while True:
        desk = live.console.model.desk
        with contextlib.suppress(ChatError):
            if len(desk.chats) < chats:
                number += 1
                await live.start_chat(number)
            chat = dice.choice(list(desk.chats.values())) if desk.chats else None
            roll = dice.random()
            if chat is None:
                pass
            elif chat.person_id in {"bob", "eve", "yuki"} and roll < 0.5:
                await live.do(
                    c.AgentSay(
                        chat.person_id,
                        chat.id,
                        f"agent-{dice.random()}".replace(".", "-"),
                        "Let me look into that for you.",
                    )
                )
            elif roll < 0.93:
                await live.do(
                    c.CustomerSay(
                        chat.visitor_id,
                        f"cust-{dice.random()}".replace(".", "-"),
                        "Thank you, and how long does it take?",
                    )
                )
            elif chat.person_id in {"bob", "eve", "yuki"}:
                await live.do(c.EndChats(chat.person_id, (chat.id,)))
        await asyncio.sleep(pause_s)


async def _main(folder: Path) -> None:
    async with live_console(folder, articles="chatserver/sample_data/articles") as live:
        where = {"console": live.console_url, **{p.id: await live.cookie(p.id) for p in PEOPLE}}
        print(msgspec.json.encode(where).decode(), flush=True)  # noqa: T201 -- for whoever looks at it by hand
        await bustle(live)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(Path(temporary)))
