"""The map's data file, made from a world of three countries."""

import gzip
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboard.map_shapes.build_world import ANTARCTICA, POINTS_ONLY, build_world, country_code
from dashboard.map_shapes.equal_earth import project
from dashboard.map_shapes.shapes import CountryShape, load_world

# Two squares of ten degrees, the border between them being the first arc, and a third one far south.
BORDER, WEST, EAST, SOUTH = range(4)
TINY_WORLD: dict[str, Any] = {
    "transform": {"scale": [1, 1], "translate": [0, 40]},
    "arcs": [
        [[10, 0], [0, 10]],
        [[10, 10], [-10, 0], [0, -10], [10, 0]],
        [[10, 0], [10, 0], [0, 10], [-10, 0]],
        [[0, -120], [10, 0], [0, 5], [-10, 0], [0, -5]],
    ],
    "objects": {
        "countries": {
            "geometries": [
                {"id": "250", "type": "Polygon", "arcs": [[BORDER, WEST]]},
                {"id": "276", "type": "MultiPolygon", "arcs": [[[~BORDER, EAST]]]},
                {"id": "010", "type": "Polygon", "arcs": [[SOUTH]]},
            ]
        }
    },
}


@pytest.fixture
def built(tmp_path: Path) -> dict[str, CountryShape]:
    """What a page would load."""
    path = tmp_path / "world.json.gz"
    path.write_bytes(gzip.compress(msgspec.json.encode(build_world(TINY_WORLD))))
    return {country.code: country for country in load_world(path)}


def corners(country: CountryShape) -> set[tuple[float, float]]:
    return {
        point
        for xs, ys in zip(country.xs[0], country.ys[0], strict=True)
        for point in zip(xs, ys, strict=True)
    }


def test_neighbours_share_their_border_exactly(built: dict[str, CountryShape]) -> None:
    """Else a map shows slits between countries."""
    shared = corners(built["FR"]) & corners(built["DE"])

    assert sorted(y for _, y in shared) == pytest.approx([project(10, 40)[1], project(10, 50)[1]], abs=0.001)


def test_codes_come_from_numbers_and_names_from_codes(built: dict[str, CountryShape]) -> None:
    assert (built["FR"].name, built["DE"].name) == ("France", "Germany")
    assert country_code({"properties": {"name": "Kosovo"}}) == "XK"


def test_a_country_without_a_number_that_nobody_thought_of_is_an_error() -> None:
    with pytest.raises(KeyError):
        country_code({"properties": {"name": "Atlantis"}})


def test_antarctica_is_left_out_and_territories_without_a_shape_have_a_place(
    built: dict[str, CountryShape],
) -> None:
    assert ANTARCTICA not in built
    for code, place in POINTS_ONLY.items():
        assert (built[code].label_x, built[code].label_y) == pytest.approx(project(*place), abs=0.001)
        assert built[code].xs == []
