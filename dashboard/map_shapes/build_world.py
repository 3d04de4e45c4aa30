"""Makes `world.json.gz` from Natural Earth's countries: `python -m dashboard.map_shapes.build_world [TOPOJSON]`.

The source is `countries-50m.json` of the npm package world-atlas; without an argument it is fetched with npm.
Borders are simplified arc by arc, before rings are put together, so that neighbours still share them exactly.
"""

import argparse
import gzip
import itertools
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from babel import Locale
from babel.core import get_global

from dashboard.map_shapes.equal_earth import project, project_turned, turned
from dashboard.map_shapes.rings import Point, area, cut_at_edges, middle_of, simplify, unwrap
from dashboard.map_shapes.shapes import WORLD_FILE, StoredCountry, StoredWorld

PACKAGE = "world-atlas@2.0.2"
SOURCE = "package/countries-50m.json"
UNITS_PER_RADIUS = 4_000  # a map 1,600 pixels wide shows a pixel as 14 units
TOLERANCE_DEGREES = 0.06  # a third of a pixel there
MIN_AREA = 0.00002  # of an island, in square radii: smaller ones are left out unless they are all there is
ANTARCTICA = "AQ"
# Without a number in the source. Drawn with the country whose code addresses there have, so that no land is missing.
CODES_BY_NAME = {
    "Kosovo": "XK",
    "Somaliland": "SO",
    "N. Cyprus": "CY",
    "Indian Ocean Ter.": "CX",
    "Siachen Glacier": "IN",
}
# Territories with a code of their own that the source lacks or draws as part of another country: (longitude, latitude).
POINTS_ONLY = {
    "BQ": (-68.3, 12.2), "CC": (96.8, -12.2), "GF": (-53.1, 4.0), "GI": (-5.35, 36.14), "GP": (-61.5, 16.2),
    "MQ": (-61.0, 14.65), "RE": (55.5, -21.1), "SJ": (16.0, 78.2), "TK": (-171.8, -9.2), "TV": (179.2, -8.5),
    "YT": (45.15, -12.8),
}  # fmt: skip

Polygon = list[list[Point]]


def main() -> None:
    """Builds the file beside this one."""
    parser = argparse.ArgumentParser(description="Make the map's data file.")
    parser.add_argument("topojson", nargs="?", type=Path, help="countries-50m.json; fetched when not given")
    given = parser.parse_args().topojson
    world = build_world(msgspec.json.decode(given.read_bytes() if given else fetch_source()))
    # without a time in its head, the same source gives the same bytes
    WORLD_FILE.write_bytes(gzip.compress(msgspec.json.encode(world), 9, mtime=0))
    sys.stdout.write(
        f"{WORLD_FILE.name}: {len(world.countries)} countries, {WORLD_FILE.stat().st_size} bytes\n"
    )


def fetch_source() -> bytes:
    """The TopoJSON file out of the npm package. Raises CalledProcessError without npm's registry."""
    with tempfile.TemporaryDirectory() as scratch:
        command = ["npm", "pack", PACKAGE, "--ignore-scripts", "--silent"]
        subprocess.run(command, cwd=scratch, check=True, capture_output=True)  # noqa: S603
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as tar:
            member = tar.extractfile(SOURCE)
            if member is None:
                raise LookupError(f"{SOURCE} is not in {PACKAGE}")
            return member.read()


def build_world(topology: dict[str, Any]) -> StoredWorld:
    """Everything from the decoded TopoJSON to what is stored."""
    arcs = decode_arcs(topology)
    coarse = [simplify(unwrap(arc), TOLERANCE_DEGREES) for arc in arcs]
    polygons: dict[str, list[Polygon]] = defaultdict(list)
    full: dict[str, list[Polygon]] = defaultdict(list)
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = country_code(geometry)
        if code != ANTARCTICA:
            for rings in geometry_rings(geometry):
                polygons[code] += to_map([join_arcs(ring, coarse) for ring in rings])
                full[code] += to_map([join_arcs(ring, arcs) for ring in rings])
    countries = [_store(code, _worth_drawing(polygons[code], full[code])) for code in full]
    names = Locale("en").territories
    for code, place in POINTS_ONLY.items():
        x, y = project(*place)
        countries.append(StoredCountry(code, names[code], (_units(x), _units(y))))
    return StoredWorld(UNITS_PER_RADIUS, sorted(countries, key=lambda country: country.code))


def decode_arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """TopoJSON's arcs (differences of whole numbers) as degrees: (from the map's centre, latitude)."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for differences in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in differences:
            x, y = x + dx, y + dy
            arc.append((turned(x * scale_x + move_x), y * scale_y + move_y))
        arcs.append(arc)
    return arcs


def country_code(geometry: dict[str, Any]) -> str:
    """ISO alpha-2 of a geometry, whose id is the ISO number. Raises KeyError for one that nobody thought of."""
    number = geometry.get("id")
    return (
        CODES_BY_NAME[geometry["properties"]["name"]]
        if number is None
        else get_global("territory_aliases")[number][0]
    )


def geometry_rings(geometry: dict[str, Any]) -> list[list[list[int]]]:
    """The polygons of a geometry, each a list of rings, each a list of numbers of arcs."""
    return [geometry["arcs"]] if geometry["type"] == "Polygon" else list(geometry["arcs"])


def join_arcs(numbers: Iterable[int], arcs: Sequence[list[Point]]) -> list[Point]:
    """One ring; a negative number is the arc ~number, backwards."""
    ring: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring


def to_map(rings: list[list[Point]]) -> list[Polygon]:
    """A polygon in degrees as polygons on the map; more than one if the map's edge cuts it."""
    parts = [[[*map(_projected, part)] for part in cut_at_edges(unwrap(ring))] for ring in rings]
    borders = sorted(parts[0], key=area, reverse=True)
    holes = [ring for ring_parts in parts[1:] for ring in ring_parts]
    return [[border, *(holes if at == 0 else [])] for at, border in enumerate(borders)]


def _projected(point: Point) -> Point:
    return project_turned(*point)


def _worth_drawing(coarse: list[Polygon], full: list[Polygon]) -> list[Polygon]:
    """Without specks; the largest polygon in full detail where simplifying left nothing of the country."""
    drawn = [polygon for polygon in coarse if area(polygon[0]) >= MIN_AREA]
    return drawn or [max(full, key=lambda polygon: area(polygon[0]))]


def _store(code: str, polygons: list[Polygon]) -> StoredCountry:
    x, y = middle_of(max(polygons, key=lambda polygon: area(polygon[0]))[0])
    return StoredCountry(
        code=code,
        name=Locale("en").territories[code],
        label=(_units(x), _units(y)),
        xs=[[_differences([x for x, _ in ring]) for ring in polygon] for polygon in polygons],
        ys=[[_differences([y for _, y in ring]) for ring in polygon] for polygon in polygons],
    )


def _units(value: float) -> int:
    return round(value * UNITS_PER_RADIUS)


def _differences(values: list[float]) -> list[int]:
    whole = [_units(value) for value in values]
    return [whole[0], *(after - before for before, after in itertools.pairwise(whole))]


if __name__ == "__main__":
    main()
