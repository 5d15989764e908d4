"""The distance rule: scheme.md, section 6, "great circle between the two registered places"."""

import pytest

from clusterxchange.scheme.distances import great_circle_km


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return great_circle_km(from_latitude=one[0], from_longitude=one[1], to_latitude=other[0], to_longitude=other[1])


# A quarter of the meridian is a quarter of the circle with the mean radius of 6,371.0088 km; a degree of it is
# 111.195 km. Vienna and Bratislava: the 55 km of the vectors of section 6.
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0.0, 0.0), (90.0, 0.0), 10_007.557),
        ((0.0, 0.0), (0.0, 180.0), 20_015.115),
        ((45.0, 10.0), (46.0, 10.0), 111.195),
        ((50.0, 4.0), (50.0, 4.0), 0.0),
    ],
)
def test_the_distance_follows_the_great_circle(
    one: tuple[float, float], other: tuple[float, float], expected: float
) -> None:
    assert kilometres(one, other) == pytest.approx(expected, abs=0.001)


def test_the_way_back_is_as_long() -> None:
    assert kilometres((48.2082, 16.3738), (48.1486, 17.1077)) == kilometres((48.1486, 17.1077), (48.2082, 16.3738))


def test_vienna_and_bratislava_are_55_kilometres_apart() -> None:
    assert round(kilometres((48.2082, 16.3738), (48.1486, 17.1077))) == 55
