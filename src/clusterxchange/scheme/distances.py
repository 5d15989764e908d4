"""How far two places are apart."""

from math import asin, cos, radians, sin, sqrt

# Mean radius of the Earth by the International Union of Geodesy and Geophysics.
EARTH_RADIUS_KM = 6371.0088


def great_circle_km(*, from_latitude: float, from_longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Give the kilometres along the great circle between two places in degrees."""
    latitude, other_latitude = radians(from_latitude), radians(to_latitude)
    half_north = (other_latitude - latitude) / 2
    half_east = radians(to_longitude - from_longitude) / 2
    chord = sin(half_north) ** 2 + cos(latitude) * cos(other_latitude) * sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))
