"""Loads the world's countries from `world.json.gz`, which `build_world.py` made.

The shapes are Natural Earth's (public domain, 1:50m). Coordinates are Equal Earth, in units of the globe's radius:
draw them with equal scales, and put places of your own on the map with `equal_earth.project`.
"""

import gzip
from itertools import accumulate
from pathlib import Path

import msgspec
from msgspec import Struct

WORLD_FILE = Path(__file__).with_name("world.json.gz")
MAP_CREDIT = "Made with Natural Earth"

Ring = list[float]


class CountryShape(Struct, frozen=True):
    """One country or territory.

    `code` is its ISO 3166 alpha-2 code (XK for Kosovo). `xs` and `ys` go into Bokeh's MultiPolygons as they are:
    polygons, each a list of rings, the first its border and the others holes. Territories too small for the map
    have none. `label_x`, `label_y` is a point inside the largest polygon, for a dot or a number.
    """

    code: str
    name: str
    xs: list[list[Ring]]
    ys: list[list[Ring]]
    label_x: float
    label_y: float


class StoredCountry(Struct):
    """A country as it stands in the file: whole units, each coordinate as the difference from the one before."""

    code: str
    name: str
    label: tuple[int, int]
    xs: list[list[list[int]]] = []
    ys: list[list[list[int]]] = []


class StoredWorld(Struct):
    """The file: how many units make one radius, and the countries in order of code."""

    units_per_radius: int
    countries: list[StoredCountry]


def load_world(path: Path = WORLD_FILE) -> list[CountryShape]:
    """All countries in order of code; takes about 50 ms. Raises OSError or msgspec.DecodeError for a bad file."""
    world = msgspec.json.decode(gzip.decompress(path.read_bytes()), type=StoredWorld)
    scale = 1 / world.units_per_radius
    return [
        CountryShape(
            code=country.code,
            name=country.name,
            xs=[[_undo(ring, scale) for ring in polygon] for polygon in country.xs],
            ys=[[_undo(ring, scale) for ring in polygon] for polygon in country.ys],
            label_x=country.label[0] * scale,
            label_y=country.label[1] * scale,
        )
        for country in world.countries
    ]


def _undo(differences: list[int], scale: float) -> Ring:
    return [total * scale for total in accumulate(differences)]
