"""The sample company's shop: a site that carries the widget by one script tag, as a customer's own site would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.routing import URLSpec
from tornado.web import url

from chatserver.domain.errors import NotFound
from chatserver.web.base import PageHandler

if TYPE_CHECKING:
    from chatserver.web.site import Site


class Bicycle(NamedTuple):
    """Something to buy. `frame` and `sky` are colours of its picture; `shape` chooses the drawing."""

    slug: str
    name: str
    kind: str
    price: str
    line: str
    story: str
    facts: tuple[tuple[str, str], ...]
    shape: str
    frame: str
    sky: str


BICYCLES = (
    Bicycle(
        "heron",
        "Heron",
        "City",
        "€ 2,690",
        "Step in, sit up, arrive unhurried.",
        "A low frame, a belt instead of a chain, and a motor that you feel rather than hear. Heron is made for the "
        "ride to work in a coat that should stay clean. It takes a child seat and two panniers.",
        (("Range", "55–130 km"), ("Weight", "21 kg"), ("Battery", "500 or 750 Wh"), ("Drive", "Carbon belt")),
        "city",
        "#2f6f4f",
        "#dfeee6",
    ),
    Bicycle(
        "otter",
        "Otter",
        "Cargo",
        "€ 5,190",
        "Two children, a week of groceries, one hill.",
        "A long-john with a low box, steering that does not wander and brakes for all that you take along. From two "
        "children on, nothing rides calmer.",
        (
            ("Range", "50–110 km"),
            ("Box", "up to 80 kg"),
            ("Weight", "38 kg"),
            ("Needs", "2.2 × 0.7 m to sleep"),
        ),
        "cargo",
        "#b4532a",
        "#f7e6db",
    ),
    Bicycle(
        "swift",
        "Swift",
        "Folding",
        "€ 2,190",
        "Under the desk in fifteen seconds.",
        "Small wheels, a hinge that locks with a sound you trust, and a battery that comes out like a drawer. It goes "
        "where trains and small flats go.",
        (("Range", "40–70 km"), ("Weight", "17 kg"), ("Carries", "a front bag"), ("Folds in", "15 s")),
        "folding",
        "#34508f",
        "#e1e8f6",
    ),
    Bicycle(
        "marten",
        "Marten",
        "Touring",
        "€ 3,490",
        "Gravel, hills, and four panniers.",
        "The motor of a Heron in a frame that does not mind where the road ends. Wide tyres, low gears, mounts for "
        "everything that a fortnight needs.",
        (("Range", "55–130 km"), ("Weight", "23 kg"), ("Carries", "four panniers"), ("Tyres", "50 mm")),
        "touring",
        "#7a3f63",
        "#f2e4ec",
    ),
)

# Addresses under /demo, with what their page says in a few words.
INFORMATION = {
    "delivery": (
        "Delivery and returns",
        "We build each bicycle after you order it, and bring it ready to ride.",
        (
            (
                "How long it takes",
                "Two to four working days in Germany and the Benelux countries, up to nine in the EU.",
            ),
            ("What it costs", "Free in Germany and the Benelux countries, € 49 or € 79 elsewhere in the EU."),
            ("If it is not right", "You have 30 days and 50 kilometres. We send the carrier to collect it."),
        ),
    ),
    "service": (
        "Service and warranty",
        "Ten years on registered frames, three on motors, two on batteries, and people who answer.",
        (
            ("Claims", "Start a chat with Returns & Warranty. You get an answer within one working day."),
            ("Battery promise", "At least 70 % of its capacity after two years or 700 cycles."),
            ("Leasing", "A Heron from € 79 a month, with insurance and yearly service included."),
        ),
    ),
}


def routes(site: Site) -> list[URLSpec]:
    """The shop's addresses."""
    shared: dict[str, Any] = {"site": site}
    return [url(r"/demo/?", Front, shared), url(r"/demo/([a-z-]{1,40})", Page, shared)]


class Front(PageHandler):
    """GET /demo: the shop's window."""

    def get(self) -> None:
        """The page."""
        self.render("demo_shop.html", bicycles=BICYCLES, here="")


class Page(PageHandler):
    """GET /demo/NAME: a bicycle, or information. Each is a page of its own: the chat has to survive the change."""

    def get(self, name: str) -> None:
        """The page. Raises NotFound."""
        bicycle = next((one for one in BICYCLES if one.slug == name), None)
        if bicycle is not None:
            others = [one for one in BICYCLES if one is not bicycle]
            self.render("demo_bicycle.html", bicycle=bicycle, others=others, here=name)
        elif name in INFORMATION:
            title, intro, points = INFORMATION[name]
            self.render("demo_information.html", title=title, intro=intro, points=points, here=name)
        else:
            self.set_status(404)
            self.refuse(NotFound("The shop has no such page."))
