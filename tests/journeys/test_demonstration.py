"""The demonstration that comes with the tool."""

import pytest

from clusterxchange.journeys.demonstration.install import DatabaseIsNotEmpty, install
from clusterxchange.journeys.demonstration.people import accounts_file
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.registration.models import Application
from clusterxchange.workflow import journal
from clusterxchange.workflow.models import Notice


@pytest.mark.django_db
@pytest.mark.timeout(120)
def test_the_demonstration_has_cases_in_every_phase_and_the_nine_accounts() -> None:
    install()

    assert Partnership.objects.count() == 21
    assert set(Application.objects.values_list("state", flat=True)) == {
        "DRAFT", "SUBMITTED", "UNDER_ASSESSMENT", "ON_HOLD", "AWAITING_AGENCY", "REFUSED", "OBJECTED", "ACCEPTED",
    }  # fmt: skip
    assert set(Exchange.objects.values_list("state", flat=True)) == {
        "PREPARING", "AGREED", "READY", "RUNNING", "ENDED", "CLOSED",
    }  # fmt: skip
    addresses = [one["email"] for one in accounts_file()]
    assert len(addresses) == 9
    assert Account.objects.filter(email__in=addresses).count() == 9
    assert not Notice.objects.exists()
    assert journal.check().ok
    with pytest.raises(DatabaseIsNotEmpty):
        install()
