"""The world's shapes: complete, true in area, and without bands across the map."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.map_shapes.equal_earth import CENTRE_LONGITUDE, MAX_X, MAX_Y, project, project_turned
from dashboard.map_shapes.rings import area, cut_at_edges, middle_of, simplify, unwrap
from dashboard.map_shapes.shapes import WORLD_FILE, CountryShape, load_world

ALSO_TESTS = {
    "dashboard.map_shapes.equal_earth": "where a place is on the map is seen on the map",
    "dashboard.map_shapes.rings": "the whole world's rings are the better test, with a few of its own",
    "dashboard.map_shapes.shapes": "what it loads is the map",
}
MAX_FILE_BYTES = 250_000


@pytest.fixture(scope="module")
def world() -> dict[str, CountryShape]:
    return {country.code: country for country in load_world()}


def area_of(country: CountryShape) -> float:
    return sum(
        area(list(zip(xs[0], ys[0], strict=True)))
        - sum(area(list(zip(x, y, strict=True))) for x, y in zip(xs[1:], ys[1:], strict=True))
        for xs, ys in zip(country.xs, country.ys, strict=True)
    )


def test_the_file_is_small() -> None:
    assert WORLD_FILE.stat().st_size < MAX_FILE_BYTES


def test_every_country_has_a_code_a_name_and_a_point_on_the_map(world: dict[str, CountryShape]) -> None:
    assert len(world) > 240
    for country in world.values():
        assert len(country.code) == 2
        assert country.name
        assert abs(country.label_x) <= MAX_X
        assert abs(country.label_y) <= MAX_Y


def test_small_states_are_there_and_antarctica_is_not(world: dict[str, CountryShape]) -> None:
    assert {"SG", "MT", "HK", "BH", "VA", "MC", "TV", "GF", "XK"} <= set(world)
    assert "AQ" not in world


def test_rings_are_closed_and_have_as_many_xs_as_ys(world: dict[str, CountryShape]) -> None:
    for country in world.values():
        for xs, ys in zip(country.xs, country.ys, strict=True):
            for ring_x, ring_y in zip(xs, ys, strict=True):
                assert len(ring_x) == len(ring_y) >= 4
                assert (ring_x[0], ring_y[0]) == pytest.approx((ring_x[-1], ring_y[-1]))


def test_no_ring_draws_a_band_across_the_map(world: dict[str, CountryShape]) -> None:
    """A ring that jumps over the map's edge would have a line nearly as long as the map is wide."""
    for country in world.values():
        for xs in country.xs:
            for ring in xs:
                assert max(abs(b - a) for a, b in itertools.pairwise(ring)) < MAX_X / 4, country.name


@pytest.mark.parametrize(
    ("larger", "smaller", "ratio"), [("BR", "GL", 3.92), ("AU", "IN", 2.4), ("CD", "DE", 6.56)]
)
def test_areas_are_true(world: dict[str, CountryShape], larger: str, smaller: str, ratio: float) -> None:
    assert area_of(world[larger]) / area_of(world[smaller]) == pytest.approx(ratio, rel=0.06)


def test_lesotho_is_a_hole_in_south_africa(world: dict[str, CountryShape]) -> None:
    assert sum(len(rings) - 1 for rings in world["ZA"].xs) == 1


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"), [("DE", 10, 51), ("BR", -52, -10), ("JP", 138, 36)]
)
def test_labels_are_near_the_middle(
    world: dict[str, CountryShape], code: str, longitude: float, latitude: float
) -> None:
    x, y = project(longitude, latitude)
    assert (world[code].label_x, world[code].label_y) == pytest.approx((x, y), abs=0.12)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_place_is_on_the_map(longitude: float, latitude: float) -> None:
    x, y = project(longitude, latitude)
    assert abs(x) <= MAX_X + 1e-9
    assert abs(y) <= MAX_Y + 1e-9


def test_the_map_is_centred_and_symmetric() -> None:
    assert project(CENTRE_LONGITUDE, 0) == pytest.approx((0, 0))
    assert project_turned(180, 0)[0] == pytest.approx(MAX_X)
    assert project_turned(0, 90)[1] == pytest.approx(MAX_Y)


def test_a_ring_over_the_edge_becomes_one_part_on_each_side() -> None:
    ring = [(170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0), (170.0, 0.0)]

    parts = cut_at_edges(unwrap(ring))

    assert sorted((min(x for x, _ in part), max(x for x, _ in part)) for part in parts) == [
        (-180, -170),
        (170, 180),
    ]
    assert sum(area(part) for part in parts) == pytest.approx(200)


def test_simplifying_keeps_ends_and_corners_only() -> None:
    assert simplify([(0, 0), (1, 0.001), (2, 0), (2, 2)], 0.05) == [(0, 0), (2, 0), (2, 2)]


def test_the_middle_of_a_hook_is_inside_it() -> None:
    hook = [(0.0, 0.0), (10.0, 0.0), (10.0, 1.0), (1.0, 1.0), (1.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
    x, y = middle_of(hook)
    assert x < 1 or y < 1
