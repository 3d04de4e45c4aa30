"""The sample company's shop: a site that carries the widget by one script tag, as a customer's own site would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.web import URLSpec, url

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
        "harbour-city",
        "Harbour",
        "City",
        "€ 2,490",
        "Step in, sit up, arrive unhurried.",
        "A low frame, a belt instead of a chain, and a motor that you feel rather than hear. Harbour is made for the "
        "ride to work in a coat that should stay clean.",
        (("Range", "45–110 km"), ("Weight", "19.8 kg"), ("Motor", "55 Nm, mid-drive"), ("Drive", "Carbon belt")),
        "city",
        "#2f6f4f",
        "#dfeee6",
    ),
    Bicycle(
        "freight-cargo",
        "Freight",
        "Cargo",
        "€ 5,190",
        "Two children, a week of groceries, one hill.",
        "A long-john with a low box, a steering cable that does not wander and brakes for 200 kilograms. The bench takes "
        "two child seats or folds away for everything else.",
        (("Range", "35–80 km"), ("Load", "200 kg"), ("Motor", "85 Nm, mid-drive"), ("Box", "240 litres")),
        "cargo",
        "#b4532a",
        "#f7e6db",
    ),
    Bicycle(
        "pocket-folding",
        "Pocket",
        "Folding",
        "€ 1,890",
        "Under the desk in nine seconds.",
        "Sixteen-inch wheels, a hinge that locks with a sound you trust, and a battery that comes out like a drawer. It "
        "goes where trains and lifts go.",
        (("Range", "25–50 km"), ("Weight", "14.2 kg"), ("Folded", "64 × 59 × 31 cm"), ("Motor", "Hub, 30 Nm")),
        "folding",
        "#34508f",
        "#e1e8f6",
    ),
)

# Addresses under /demo, with what their page says in a few words.
INFORMATION = {
    "delivery": (
        "Delivery and returns",
        "We build each bicycle after you order it, and bring it ready to ride.",
        (
            ("How long it takes", "Bicycles in stock leave our workshop within three working days."),
            ("What it costs", "Delivery is free in the EU from € 1,000. Carriers call a day ahead."),
            ("If it is not right", "You have 30 days and 100 kilometres. We collect it, you pay nothing."),
        ),
    ),
    "service": (
        "Service and warranty",
        "Five years on frames, two on motors and batteries, and people who answer.",
        (
            ("First service", "Free within 1,000 km or six months, at any of our partner workshops."),
            ("Battery promise", "At least 70 % of its capacity after 800 charges, or a new one."),
            ("Leasing", "From € 62 a month, with insurance and yearly service included."),
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
    """GET /demo/NAME: a bicycle, or information. Each is a page of its own, so that the chat has to survive the change."""

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
