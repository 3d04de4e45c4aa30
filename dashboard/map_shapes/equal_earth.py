"""The Equal Earth projection: areas are true, shapes look right, and it is a short formula (Šavrič and others, 2018).

A map of where customers are colours countries, so areas must not lie as they do in Web-Mercator. The map is centred
on 11° E: its edge then runs through the Bering Strait, and neither Russia nor Fiji is cut in two.
"""

import math

CENTRE_LONGITUDE = 11.0
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = math.sqrt(3) / 2
MAX_X = math.pi / (_M * _A1)  # of the equator's end: the map reaches from -MAX_X to MAX_X
MAX_Y = 1.3173627591574133  # of the poles


def turned(longitude: float) -> float:
    """Degrees east of the map's centre, from -180 up to 180."""
    return (longitude - CENTRE_LONGITUDE + 180.0) % 360.0 - 180.0


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """(x, y) on the map of a place in degrees; in units of the globe's radius."""
    return project_turned(turned(longitude), latitude)


def project_turned(from_centre: float, latitude: float) -> tuple[float, float]:
    """As `project`, with degrees from the map's centre, where -180 and 180 are its two edges."""
    angle = math.asin(_M * math.sin(math.radians(latitude)))
    square = angle * angle
    sixth = square**3
    slope = _A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)
    x = math.radians(from_centre) * math.cos(angle) / (_M * slope)
    y = angle * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
    return x, y
