"""Where an organisation lies, so that a distance can always be computed."""

import pytest

from clusterxchange.parties.organisations.capitals import capital_of
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.scheme.editions import built_in


def test_its_own_position_comes_first() -> None:
    organisation = Organisation(country="ES", latitude=38.7, longitude=-0.47)

    assert organisation.position == (38.7, -0.47)
    assert organisation.has_own_position


def test_without_one_it_is_the_capital_of_the_country() -> None:
    organisation = Organisation(country="ES")

    assert organisation.position == (40.4168, -3.7038)
    assert not organisation.has_own_position


def test_without_a_country_there_is_none() -> None:
    assert Organisation().position is None


@pytest.mark.parametrize("country", sorted(built_in("demonstration").countries))
def test_every_country_of_the_edition_has_a_capital(country: str) -> None:
    assert capital_of(country) is not None
