"""Where a place stands on the dotted map, a country at its capital, in the projection in which the dots were drawn."""

from math import cos, radians, sin, sqrt

from clusterxchange.parties.organisations.capitals import capital_of

# Lambert azimuthal equal-area around 52 N 10 E, 78 km to a dot, ten units between dots.
CENTRE_LATITUDE, CENTRE_LONGITUDE = radians(52), radians(10)
KILOMETRES_PER_UNIT, EARTH_RADIUS_KM = 7.8, 6371.0
ORIGIN_X, ORIGIN_Y = 314, 276
WIDTH, HEIGHT, MARGIN = 690, 520, 20
SMALLEST_DOT, LARGEST_DOT, GROWTH = 11, 20, 1.5


def place_of(country: str) -> tuple[int, int] | None:
    """Give the point of a country's capital in the units of the map, None where it is unknown or outside."""
    position = capital_of(country)
    return point_at(position) if position is not None else None


def point_at(position: tuple[float, float]) -> tuple[int, int] | None:
    """Give the point of a latitude and longitude in the units of the map, None where it is outside."""
    latitude, longitude = radians(position[0]), radians(position[1]) - CENTRE_LONGITUDE
    scale = sqrt(2 / (1 + sin(CENTRE_LATITUDE) * sin(latitude) + cos(CENTRE_LATITUDE) * cos(latitude) * cos(longitude)))
    east = scale * cos(latitude) * sin(longitude)
    north = scale * (cos(CENTRE_LATITUDE) * sin(latitude) - sin(CENTRE_LATITUDE) * cos(latitude) * cos(longitude))
    unit = EARTH_RADIUS_KM / KILOMETRES_PER_UNIT
    x, y = round(ORIGIN_X + east * unit), round(ORIGIN_Y - north * unit)
    inside = MARGIN <= x <= WIDTH - MARGIN and MARGIN <= y <= HEIGHT - MARGIN
    return (x, y) if inside else None


def circle_at(country: str, count: int) -> dict[str, int | None]:
    """Give how a country is drawn with a number in it; nowhere where its place is unknown or outside the map."""
    point = place_of(country)
    return {
        "x": point[0] if point else None,
        "y": point[1] if point else None,
        "text_y": point[1] + 5 if point else None,
        "r": round(min(SMALLEST_DOT + GROWTH * (count - 1), LARGEST_DOT)),
    }
