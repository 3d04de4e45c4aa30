"""The world as one drawing for the live board: each country a path that carries its code."""

from functools import cached_property
from html import escape

from dashboard.map_shapes import equal_earth
from dashboard.map_shapes.shapes import CountryShape, load_world

SCALE = 200  # units of the drawing for one radius of the globe
SOUTH = -1.12  # the drawing ends above Antarctica, where nobody chats
NORTH = 1.32


class WorldMap:
    """The drawing, made at first need and kept."""

    @cached_property
    def svg(self) -> str:
        """An SVG text; about 300 kB. Countries too small for a shape are dots."""
        left, top = -equal_earth.MAX_X * SCALE, -NORTH * SCALE
        width, height = 2 * equal_earth.MAX_X * SCALE, (NORTH - SOUTH) * SCALE
        countries = "".join(_drawn(country) for country in load_world() if country.code != "AQ")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}" '
            f'role="img" aria-label="World map">{countries}</svg>'
        )


def _drawn(country: CountryShape) -> str:
    code, name = escape(country.code), escape(country.name)
    x, y = round(country.label_x * SCALE), round(-country.label_y * SCALE)
    data = f'data-code="{code}" data-name="{name}" data-x="{x}" data-y="{y}"'
    if not country.xs:
        return f'<circle {data} cx="{x}" cy="{y}" r="1.6"/>'
    rings = []
    for polygon_xs, polygon_ys in zip(country.xs, country.ys, strict=True):
        for xs, ys in zip(polygon_xs, polygon_ys, strict=True):
            points = [f"{x * SCALE:.1f} {-y * SCALE:.1f}" for x, y in zip(xs, ys, strict=True)]
            distinct = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
            if len(distinct) > 2:
                rings.append("M" + "L".join(distinct) + "Z")
    return f'<path {data} d="{"".join(rings)}"/>'
