"""One simulated customer with something to say: who they are, where from, and which dialogue they bring."""

import random
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from msgspec import Struct

from chatserver.domain.chat import Customer
from chatserver.facts.browser import browser_and_os
from chatserver.sample_data.company import Company
from chatserver.sample_data.dialogues import CustomerPool, DialogueLine, Topic, fill, load_customers
from chatserver.sample_data.origins import Visitor, choose_visitor

OWN_LANGUAGE = (
    0.7  # of customers write in their own language where a dialogue exists in it, the others in English
)
SITE = "https://pedalmere.example"
_PAGES = ("", "bikes", "bikes/cargo", "help", "account/orders", "service", "checkout")
_REFERRERS = ("", "", "", "https://www.google.com/", "https://duckduckgo.com/", f"{SITE}/")
COMMENTS = (
    "Customer waits in the chat, order {order}. Please take over, this is yours.",
    "I checked the basics for {order}; needs somebody who can decide.",
    "Wrong desk, customer is from {city} and friendly. Order {order}.",
)


class Step(NamedTuple):
    """One message to come."""

    sender: Literal["customer", "agent"]
    text: str


class Part(Struct):
    """A customer and their dialogue. `values` fill its texts; an agent's name is put in by whoever says the line."""

    department: str
    visitor: Visitor
    name: str
    email: str
    page: str
    referrer: str
    opening: str
    steps: list[Step]
    values: dict[str, str]

    def text_of(self, step: Step, agent: str) -> str:
        """What is said, when this agent (by chat name) has the chat."""
        return fill(step.text, {**self.values, "agent": agent})

    def comment(self, rng: random.Random) -> str:
        """What an agent writes for colleagues when they transfer this chat."""
        return fill(rng.choice(COMMENTS), self.values)

    def customer(self) -> Customer:
        """What the server would learn of this customer."""
        browser, system = browser_and_os(self.visitor.user_agent)
        place = self.visitor.place
        return Customer(
            name=self.name,
            email=self.email,
            page=self.page,
            referrer=self.referrer,
            city=place.city,
            region=place.region,
            country=self.visitor.country,
            language=self.visitor.language,
            browser=browser,
            os=system,
        )


def cast(topics: Sequence[Topic], department: str, rng: random.Random) -> Part:
    """A customer of the department, with one of its topics. Raises ValueError when it has none."""
    visitor = choose_visitor(rng)
    own = [topic for topic in topics if topic.department == department]
    if not own:
        raise ValueError(f"no dialogue for the department {department!r}")
    speaking = [t for t in own if any(s.language == visitor.language != "en" for s in t.scripts)]
    in_own_language = bool(speaking) and rng.random() < OWN_LANGUAGE
    topic = rng.choice(speaking if in_own_language else own)
    language = visitor.language if in_own_language else "en"
    script = next(s for s in topic.scripts if s.language == language)
    pool = _pool_of(visitor)
    first = rng.choice(pool.first_names)
    last = rng.choice(pool.last_names)
    values = {"customer": first, "order": f"PM-{rng.randrange(100_000, 999_999)}", "city": visitor.place.city}
    return Part(
        department,
        visitor,
        first if rng.random() < 0.35 else f"{first} {last}",
        f"{_plain(first)}.{_plain(last)}@example.org" if rng.random() < 0.7 else "",
        f"{SITE}/{rng.choice(_PAGES)}",
        rng.choice(_REFERRERS),
        fill(rng.choice(script.openings), {**values, "agent": ""}),
        [_step(line, rng) for line in script.lines],
        values,
    )


def transfer_targets(company: Company) -> Mapping[str, tuple[str, ...]]:
    """By department: the groups to which its chats are transferred, own further ones and others' front lines."""
    fronts = {department.front_line_group for department in company.departments}
    targets = {}
    for department in company.departments:
        own = [g.id for g in company.groups if g.department == department.id and g.id not in fronts]
        others = [d.front_line_group for d in company.departments if d.id != department.id]
        targets[department.id] = (
            *own,
            *own,
            *others,
        )  # twice: an expert of the own house is the likelier one
    return targets


def _step(line: DialogueLine, rng: random.Random) -> Step:
    return Step(line.sender, rng.choice(line.variants))


@cache
def _pools() -> list[CustomerPool]:
    return load_customers()


def _pool_of(visitor: Visitor) -> CustomerPool:
    """Names of the visitor's country, else of its language, else any."""
    pools = _pools()
    by_country = [pool for pool in pools if pool.country == visitor.country]
    by_language = [pool for pool in pools if pool.language == visitor.language]
    return (by_country or by_language or pools)[0]


def _plain(name: str) -> str:
    """'Élodie' -> 'elodie', fit for an address."""
    decomposed = unicodedata.normalize("NFD", name.lower())
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum()) or "customer"
