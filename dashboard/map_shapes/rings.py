"""What is done to the outlines of countries when the map is built: simplify, cut at the map's edge, find a middle.

A ring is a list of points whose last one is its first. Coordinates are degrees: (from the map's centre, latitude).
"""

import itertools
import math
from collections.abc import Sequence

Point = tuple[float, float]


def simplify(line: Sequence[Point], tolerance: float) -> list[Point]:
    """Leaves out points that stray less than `tolerance` degrees from the line (Douglas-Peucker); keeps both ends."""
    if len(line) < 3:
        return list(line)
    if line[0] == line[-1]:
        far = max(range(len(line)), key=lambda at: math.dist(line[at], line[0]))
        return simplify(line[: far + 1], tolerance)[:-1] + simplify(line[far:], tolerance)
    width = math.cos(math.radians(line[0][1]))  # a degree of longitude is shorter near the poles
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        start, end = spans.pop()
        distances = [_distance(line[at], line[start], line[end], width) for at in range(start + 1, end)]
        if distances and max(distances) > tolerance:
            middle = start + 1 + distances.index(max(distances))
            keep.add(middle)
            spans += [(start, middle), (middle, end)]
    return [line[at] for at in sorted(keep)]


def unwrap(ring: Sequence[Point]) -> list[Point]:
    """The same ring without jumps from one edge of the map to the other; it may then reach beyond ±180."""
    flat = [ring[0]]
    for x, y in ring[1:]:
        before = flat[-1][0]
        flat.append((x + 360 * round((before - x) / 360), y))
    return flat


def cut_at_edges(ring: Sequence[Point]) -> list[list[Point]]:
    """The parts of an unwrapped ring inside each width of the map, moved to where they show, from -180 to 180."""
    lowest = math.floor((min(x for x, _ in ring) + 180) / 360)
    highest = math.floor((max(x for x, _ in ring) + 180) / 360)
    parts = []
    for turn in range(lowest, highest + 1):
        moved = [(x - 360 * turn, y) for x, y in ring]
        part = _keep_side(_keep_side(moved, -180.0, 1), 180.0, -1)
        if len(part) >= 4 and area(part) > 0:
            parts.append(part)
    return parts


def area(ring: Sequence[Point]) -> float:
    """Without sign, in square units of the coordinates."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))) / 2


def middle_of(ring: Sequence[Point], steps: int = 24) -> Point:
    """The point of a grid over the ring that is inside and farthest from its border; its corner's mean if none is."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    best, best_distance = (sum(xs) / len(xs), sum(ys) / len(ys)), 0.0
    for column in range(1, steps):
        for row in range(1, steps):
            point = (
                min(xs) + (max(xs) - min(xs)) * column / steps,
                min(ys) + (max(ys) - min(ys)) * row / steps,
            )
            if _is_inside(point, ring):
                distance = min(_distance(point, a, b, 1.0) for a, b in itertools.pairwise(ring))
                if distance > best_distance:
                    best, best_distance = point, distance
    return best


def _keep_side(ring: Sequence[Point], edge: float, sign: int) -> list[Point]:
    """The part of a ring to the right (sign 1) or left (-1) of a meridian, closed along it (Sutherland-Hodgman)."""
    kept: list[Point] = []
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        inside1, inside2 = sign * (x1 - edge) >= 0, sign * (x2 - edge) >= 0
        if inside1:
            kept.append((x1, y1))
        if inside1 != inside2:
            kept.append((edge, y1 + (y2 - y1) * (edge - x1) / (x2 - x1)))
    return [*kept, kept[0]] if kept else []


def _distance(point: Point, start: Point, end: Point, width: float) -> float:
    """From a point to a stretch of line, with x weighted by `width`."""
    px, py = (point[0] - start[0]) * width, point[1] - start[1]
    dx, dy = (end[0] - start[0]) * width, end[1] - start[1]
    length = dx * dx + dy * dy
    along = max(0.0, min(1.0, (px * dx + py * dy) / length)) if length else 0.0
    return math.hypot(px - along * dx, py - along * dy)


def _is_inside(point: Point, ring: Sequence[Point]) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        if (y1 > point[1]) != (y2 > point[1]) and point[0] < x1 + (point[1] - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside
