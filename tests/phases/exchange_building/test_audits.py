"""Claims about auditors: they read one partnership's exchanges of a span of days, with the packs, and nothing else."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.models import Audit
from clusterxchange.workflow.engine import NotAllowed, NotDone
from clusterxchange.workflow.models import Entry
from tests.bring import begin_story
from tests.cast import MONDAY, Cast, Person, give_second_factor, make_account
from tests.phases.exchange_building.browsing import Browser
from tests.phases.exchange_building.test_verification_pack import all_signed, files_of

pytestmark = pytest.mark.django_db
Moment = Callable[[Story], str]
LATER = MONDAY + timedelta(days=20)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def petra(db: None) -> Person:  # noqa: ARG001 -- asks for the database
    """An auditor: an account with a second factor, and nothing else."""
    account = make_account("petra", "Petra", "Ruzickova")
    give_second_factor(account)
    return Person(account)


def audit(cast: Cast, person: Person, partnership: Partnership, span: tuple[date, date] = MARCH) -> Audit:
    first, last = span
    return operations.open_audit(
        partnership, email=person.account.email, first_day=first, last_day=last, actor=cast.edda.actor, at=LATER
    )


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(NotDone) as caught:
        call()
    return caught.value.refusal.code


def test_an_auditor_reads_documents_money_and_packs_of_the_partnership_and_changes_nothing(
    cast: Cast, petra: Person, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = all_signed(cast)
    story.at = LATER
    base = at_the_moment_of(story)
    assert browser.get(petra, base).status == 404
    audit(cast, petra, cast.loom)

    for path in ("", "commitment/", "commitment/document/", "financial-agreement/", "financial-agreement/document/"):
        assert browser.get(petra, f"{base}{path}").status == 200, path
    assert base in browser.get(petra, "/exchanges/").text
    pack = browser.get(petra, f"{base}verification-pack/")
    assert any("financial-agreement" in name for name in files_of(pack.response.content))
    for path in ("cancel-exchange/", "thread/", "commitment/amend-commitment/", "commitment/remind-signers/"):
        assert browser.post(petra, f"{base}{path}").status == 403, path
    assert "<form" not in browser.get(petra, f"{base}commitment/").text.split("<main")[1].split("</main>")[0]
    assert browser.get(petra, f"{base}financial-agreement/bank-details/").status == 403
    opened = Entry.objects.filter(action__in=("open_document", "open_verification_pack"), actor=str(petra.account.pk))
    assert list(opened.values_list("capacity", flat=True)) == ["AG"] * 3


def test_an_auditor_sees_no_other_partnership_and_no_other_span(
    cast: Cast, petra: Person, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = all_signed(cast)
    story.at = LATER
    base = at_the_moment_of(story)

    # The exchange counts for the visitor's partnership (scheme.md section 9), not for the host's.
    audit(cast, petra, cast.selvedge)
    # It was begun on 4 March, when the proposal was accepted: a day after and a day before it are other spans.
    audit(cast, petra, cast.loom, (date(2026, 3, 5), date(2026, 3, 31)))
    audit(cast, petra, cast.loom, (date(2026, 2, 1), date(2026, 3, 3)))
    assert browser.get(petra, base).status == 404

    audit(cast, petra, cast.loom, (date(2026, 3, 4), date(2026, 3, 4)))
    assert browser.get(petra, base).status == 200


def test_an_exchange_that_begins_later_in_the_span_is_put_to_the_audit(cast: Cast, petra: Person) -> None:
    story = begin_story(cast)
    standing = audit(cast, petra, cast.loom)
    assert not standing.exchanges.exists()

    story.tell("matched")

    assert list(standing.exchanges.all()) == [story.exchange]


def test_an_audit_that_has_ended_opens_nothing_any_more(
    cast: Cast, petra: Person, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = all_signed(cast)
    story.at = LATER
    base = at_the_moment_of(story)
    standing = audit(cast, petra, cast.loom)
    petra.account.refresh_from_db()
    assert petra.actor.auditor
    assert browser.get(petra, base).status == 200

    operations.end_audit(standing, actor=cast.edda.actor, at=LATER)

    petra.account.refresh_from_db()
    assert not petra.actor.auditor
    assert browser.get(petra, base).status == 404


def test_only_the_support_office_opens_audits_and_nobody_audits_their_own_exchanges(cast: Cast, petra: Person) -> None:
    all_signed(cast)
    for person in (cast.cosima, cast.chiara, cast.ana, cast.aurel, petra):
        with pytest.raises(NotAllowed):
            operations.open_audit(
                cast.loom,
                email=petra.account.email,
                first_day=MARCH[0],
                last_day=MARCH[1],
                actor=person.actor,
                at=LATER,
            )
    for party in (cast.ana, cast.bram, cast.chiara, cast.edda):
        assert code_of(lambda party=party: audit(cast, party, cast.loom)) == "auditor_is_a_party"  # type: ignore[misc]  # -- bound at once
    assert code_of(
        lambda: operations.open_audit(
            cast.loom, email="no@cast.example", first_day=MARCH[0], last_day=MARCH[1], actor=cast.edda.actor, at=LATER
        )
    ) == "account_unknown"  # fmt: skip


def test_the_support_office_opens_and_ends_audits_on_its_page(cast: Cast, petra: Person, browser: Browser) -> None:
    asked = {"partnership": str(cast.loom.pk), "email": petra.account.email}
    wrong = browser.send(
        cast.edda, "/exchanges/audits/", "open_audit", **asked, first_day="2026-03-31", last_day="2026-03-01"
    )
    assert (wrong.status, "end_before_start" in wrong.marks("data-error")) == (422, True)

    right = browser.send(
        cast.edda, "/exchanges/audits/", "open_audit", **asked, first_day="2026-03-01", last_day="2026-03-31"
    )
    assert right.status == 302
    assert "Petra Ruzickova, LOOM" in browser.get(cast.edda, "/exchanges/audits/").text
    assert browser.send(cast.edda, "/exchanges/audits/", "end_audit").status == 302
    assert "Petra Ruzickova, LOOM" not in browser.get(cast.edda, "/exchanges/audits/").text
    assert browser.get(cast.chiara, "/exchanges/audits/").status == 404
