"""Two entries of one organisation: found, compared, made one, and made two again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import ForeignKey, Model
from django.test.utils import CaptureQueriesContext

from clusterxchange.foundation import clock
from clusterxchange.foundation.files import PDF, store
from clusterxchange.journeys.models import OrganisationMerge
from clusterxchange.journeys.people import operations as people
from clusterxchange.journeys.support_office import merging, operations
from clusterxchange.journeys.support_office.merging import Pair
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.matching.models import CatalogueEntry
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.workflow import journal, obligations
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.models import Entry, Notice, Obligation
from tests.bring import bring_application_to, bring_exchange_to, bring_participation
from tests.cast import ALCOI, CURRICULUM_VITAE, MONDAY, Cast, Person, make_speaker, signed_in

LATER = MONDAY + timedelta(days=1)
LIST = "/support/duplicates/"


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:  # noqa: ARG001 -- asks for the database
    clock.set_clock(MONDAY)


def entry_of(person: Person) -> Organisation:
    assert person.organisation is not None
    return Organisation.objects.get(pk=person.organisation.pk)


def second_entry(cast: Cast, role: str = "host", step: str = "accepted") -> Person:
    """Let Olga register Ana's organisation a second time, under the same name and from the same town."""
    olga = make_speaker("olga", "Olga Sorribes", "TEIXITS ALMARGE, S.L.", ALCOI, cluster="Fils de Llevant")
    bring_application_to(cast, olga, step, partnership=cast.loom, officer=cast.chiara.actor, role=role)
    return olga


def merge(cast: Cast, kept: Person, merged: Person) -> OrganisationMerge:
    return operations.merge_organisation(entry_of(kept), merged=entry_of(merged), actor=cast.edda.actor, at=LATER)


def codes(kept: Person, merged: Person) -> list[str]:
    return [one.code for one in Pair(entry_of(kept), entry_of(merged)).refusals()]


def held() -> dict[str, list[tuple[object, ...]]]:
    """Give who belongs to which organisation in every table that says so."""
    columns: list[tuple[type[Model], str]] = [*merging.COLUMNS, (Representative, "organisation_id")]
    return {
        f"{model._meta.label_lower}.{column}": list(model._default_manager.order_by("pk").values_list("pk", column))
        for model, column in columns
    }


def test_every_column_that_names_an_organisation_moves_or_is_known_not_to() -> None:
    named = {
        (relation.related_model._meta.label, relation.field.attname)  # type: ignore[union-attr]  # -- always a model
        for relation in Organisation._meta.get_fields(include_hidden=True)
        if relation.auto_created and isinstance(getattr(relation, "field", None), ForeignKey)
    }
    moved = {(model._meta.label, column) for model, column in merging.COLUMNS}
    apart = {
        ("organisations.Representative", "organisation_id"),
        ("organisations.Organisation", "merged_into_id"),
        ("journeys.OrganisationMerge", "kept_id"),
        ("journeys.OrganisationMerge", "merged_id"),
        # The database writes it after the participation.
        ("matching.CatalogueEntry", "organisation_id"),
    }

    assert named == moved | apart


def test_people_cases_and_files_of_the_second_entry_come_to_the_first(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    olga = second_entry(cast)
    # Bram's partner is the second entry of Ana's organisation; the first one is Olga's.
    found = merge(cast, olga, cast.ana)

    kept, merged = entry_of(olga), entry_of(cast.ana)
    exchange = Exchange.objects.get(pk=story.exchange.pk)
    assert (exchange.visiting_organisation, exchange.host_organisation) == (kept, entry_of(cast.bram))
    assert sorted(Participation.objects.filter(organisation=kept).values_list("role", flat=True)) == ["host", "visit"]
    assert cast.ana.actor.organisations == {kept.pk}
    assert Representative.objects.get(account=cast.ana.account).curriculum_vitae is not None
    assert set(CatalogueEntry.objects.filter(participation__organisation=kept).values_list("organisation")) == {
        (kept.pk,)
    }
    assert merged.merged_into == kept
    assert [rows for rows in held().values() if merged.pk in {row[1] for row in rows if rows}] == []
    assert obligations.differences(LATER) == []
    assert {"EXC", "PRO", "PAR", "APP"} <= {reference[:3] for reference in found.references}


def test_the_merge_is_in_the_journal_of_both_entries_and_their_people_are_told(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    olga = second_entry(cast)

    merge(cast, cast.ana, olga)

    kept, merged = entry_of(cast.ana).reference, entry_of(olga).reference
    entries = Entry.objects.filter(action="merge_organisation").order_by("n")
    assert [(one.subject, one.actor) for one in entries] == [
        (merged, str(cast.edda.account.pk)),
        (kept, str(cast.edda.account.pk)),
    ]
    told = Notice.objects.filter(action="merge_organisation").order_by("account")
    assert [one.account for one in told] == [cast.ana.account, olga.account]


def test_the_second_entry_is_found_by_nothing_and_its_address_leads_to_the_first(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    olga = second_entry(cast)
    old = f"/organisations/{entry_of(olga).reference}/"

    merge(cast, cast.ana, olga)

    merged = entry_of(olga)
    assert (merged.sort_name, merged.folded_vat_number, merged.web_domain, merged.search_text) == ("", "", "", "")
    page = signed_in(olga).get(old)
    assert page.status_code == 200
    assert "Ana Sorribes" in page.content.decode()
    assert signed_in(cast.zoe).get(old).status_code == 404
    with pytest.raises(NotAllowed):
        registration.start_application(organisation=merged, actor=olga.actor, at=LATER)


def test_somebody_in_both_entries_keeps_one_place_that_speaks_for_everything(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    olga = second_entry(cast)
    own = Representative.objects.create(
        account=olga.account, organisation=entry_of(cast.ana), position="Owner", since=MONDAY
    )
    spoken_for = Application.objects.get(organisation=entry_of(olga))
    before = held()

    found = merge(cast, cast.ana, olga)

    own.refresh_from_db()
    spoken_for.refresh_from_db()
    assert (spoken_for.representative, own.position, own.phone) == (own, "Owner", "+34 000 000 000")
    assert own.curriculum_vitae is not None
    assert olga.actor.organisations == {entry_of(cast.ana).pk}

    operations.undo_merge(found, actor=cast.edda.actor, at=LATER)

    own.refresh_from_db()
    assert own.phone == ""
    assert own.curriculum_vitae_id is None
    assert held() == before
    assert olga.actor.organisations == {entry_of(cast.ana).pk, entry_of(olga).pk}


def test_a_place_that_had_ended_here_is_taken_up_again_by_whoever_is_still_there(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    olga = second_entry(cast)
    own = Representative.objects.create(
        account=olga.account, organisation=entry_of(cast.ana), since=MONDAY, ended_at=MONDAY
    )

    found = merge(cast, cast.ana, olga)

    own.refresh_from_db()
    assert own.ended_at is None
    operations.undo_merge(found, actor=cast.edda.actor, at=LATER)
    own.refresh_from_db()
    assert own.ended_at == MONDAY


def test_a_participation_whose_organisation_now_says_otherwise_is_looked_at_again(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    olga = second_entry(cast)
    other = entry_of(olga)
    other.people = 300
    other.save()

    merge(cast, cast.ana, olga)

    assert Participation.objects.get(role="host").state == "UNDER_REVIEW"


def test_two_who_take_part_in_the_same_role_stay_two(cast: Cast) -> None:
    visit = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    olga = second_entry(cast, "visit")
    other = Participation.objects.get(organisation=entry_of(olga))

    with pytest.raises(Refused) as refused:
        merge(cast, cast.ana, olga)

    assert refused.value.refusal.code == "both_hold_role"
    assert refused.value.refusal.params == {"first": visit.reference, "second": other.reference}
    assert codes(cast.ana, olga) == ["both_hold_role"]
    assert Participation.objects.get(pk=other.pk).organisation == entry_of(olga)


def test_two_who_have_both_visited_stay_two(cast: Cast) -> None:
    bring_exchange_to(cast, "matched")
    olga = second_entry(cast, "visit")
    other = Participation.objects.get(organisation=entry_of(olga))
    registration.claim_visit(other, LATER)

    assert codes(cast.ana, olga) == ["both_have_visited", "both_hold_role"]


def test_two_open_registrations_stay_two(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    olga = second_entry(cast, step="draft")

    assert codes(cast.ana, olga) == ["both_registering"]


def test_two_sides_of_one_match_and_two_countries_stay_two(cast: Cast) -> None:
    bring_exchange_to(cast, "matched")

    # The exchange, the proposal that made it, and their conversation.
    assert codes(cast.ana, cast.bram) == ["countries_differ", *["stands_between_them"] * 3]


def test_one_address_invited_by_both_stays_a_question(cast: Cast) -> None:
    olga = second_entry(cast)
    for person in (cast.ana, olga):
        people.invite_person(entry_of(person), email="nuno@cast.example", actor=person.actor, at=MONDAY)

    assert codes(cast.ana, olga) == ["both_have_invited"]


def test_a_request_to_join_the_first_entry_is_answered_before(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    olga = second_entry(cast)
    own = Application.objects.get(organisation=entry_of(olga))
    people.ask_to_join(own, organisation=entry_of(cast.ana), matched="name", actor=olga.actor, at=MONDAY)

    assert codes(cast.ana, olga) == ["join_request_waits"]


def test_an_entry_is_not_merged_into_itself_nor_twice(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    olga = second_entry(cast)
    assert codes(olga, olga) == ["same_entry"]

    merge(cast, cast.ana, olga)

    assert codes(cast.ana, olga) == codes(olga, cast.ana) == ["same_entry"]


def test_only_the_support_office_merges(cast: Cast) -> None:
    olga = second_entry(cast)
    for person in (cast.ana, cast.chiara, cast.aurel, cast.zoe):
        with pytest.raises(NotAllowed):
            operations.merge_organisation(entry_of(cast.ana), merged=entry_of(olga), actor=person.actor, at=LATER)
        assert signed_in(person).get(LIST).status_code == 404
        own = f"/support/organisations/{entry_of(cast.ana).reference}/merge-organisation/"
        assert signed_in(person).post(own, {"merged": entry_of(olga).reference}).status_code == 404
    assert entry_of(olga).merged_into is None


def test_undone_everything_is_as_it_was(cast: Cast) -> None:
    bring_exchange_to(cast, "matched")
    olga = second_entry(cast)
    logo = entry_of(cast.ana)
    logo.logo = store(CURRICULUM_VITAE, "logo.pdf", PDF, MONDAY)
    logo.save()
    before = held()
    asked = list(Obligation.objects.filter(closed_at=None).order_by("pk").values())

    found = merge(cast, olga, cast.ana)
    assert entry_of(olga).logo == logo.logo
    operations.undo_merge(found, actor=cast.edda.actor, at=LATER)

    assert held() == before
    assert list(Obligation.objects.filter(closed_at=None).order_by("pk").values()) == asked
    assert entry_of(olga).logo is None
    assert (entry_of(cast.ana).merged_into, entry_of(cast.ana).sort_name) == (None, "teixits almarge, s.l.")
    assert Entry.objects.filter(action="undo_merge").count() == 2
    with pytest.raises(Refused, match="merge_is_undone"):
        operations.undo_merge(found, actor=cast.edda.actor, at=LATER)


def test_after_fourteen_days_a_merge_stays(cast: Cast) -> None:
    olga = second_entry(cast)
    found = merge(cast, cast.ana, olga)
    end = LATER + timedelta(days=14)

    with pytest.raises(Refused, match="merge_is_final"):
        operations.undo_merge(found, actor=cast.edda.actor, at=end)

    operations.undo_merge(found, actor=cast.edda.actor, at=end - timedelta(seconds=1))
    assert entry_of(olga).merged_into is None


def test_a_merge_stays_once_something_of_it_has_changed_but_not_because_somebody_looked(cast: Cast) -> None:
    olga = second_entry(cast)
    found = merge(cast, cast.ana, olga)
    operations.view_as(olga.account, actor=cast.edda.actor, at=LATER)
    assert merging.changed_since(found) == []
    moved = Participation.objects.get(role="host")
    registration.reserve_participation(moved, reason="For May", actor=cast.chiara.actor, at=LATER)

    with pytest.raises(Refused) as refused:
        operations.undo_merge(found, actor=cast.edda.actor, at=LATER)

    assert (refused.value.refusal.code, refused.value.refusal.params) == (
        "changed_since_merge",
        {"references": moved.reference},
    )
    assert entry_of(olga).merged_into == entry_of(cast.ana)


def test_a_merge_happens_whole_or_not_at_all(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_exchange_to(cast, "matched")
    olga = second_entry(cast)
    before = held()

    def fails(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError

    # The journal is the last that is written.
    monkeypatch.setattr(journal, "write", fails)
    with pytest.raises(ZeroDivisionError):
        merge(cast, olga, cast.ana)

    assert held() == before
    assert entry_of(cast.ana).merged_into is None
    assert not OrganisationMerge.objects.exists()


def test_the_list_leads_to_the_comparison_to_the_merge_and_back(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    olga = second_entry(cast)
    edda, kept, merged = signed_in(cast.edda), entry_of(cast.ana).reference, entry_of(olga).reference
    listed = edda.get(LIST)
    assert [row["title"] for row in listed.context["groups"][0]["rows"]] == [
        "Teixits Almarge, S.L.",
        "TEIXITS ALMARGE, S.L.",
    ]

    compared = edda.get(f"{LIST}compare/?kept={kept}&merged={merged}")
    numbers = {str(one["title"]): one["number"] for one in compared.context["moving"]}
    assert numbers == {
        "People": 1,
        "Registrations": 1,
        "Participations": 1,
        "Proposals": 0,
        "Conversations": 0,
        "Exchanges": 0,
        "Group exchanges": 0,
        "Files": 1,
    }
    done = edda.post(f"/support/organisations/{kept}/merge-organisation/", {"merged": merged})
    assert done["location"] == LIST
    listed = edda.get(LIST)
    assert listed.context["groups"] == []
    (row,) = listed.context["merges"]
    undo = f"/support/merges/{row['number']}/undo-merge/"
    # Fourteen days from Monday, 2 March 2026.
    assert "until 16 March 2026" in edda.get(undo).content.decode()
    assert edda.post(undo)["location"] == LIST
    assert entry_of(olga).merged_into is None


def test_what_stands_against_a_merge_is_said_before_and_after_the_click(cast: Cast) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    olga = second_entry(cast, "visit")
    edda, kept, merged = signed_in(cast.edda), entry_of(cast.ana).reference, entry_of(olga).reference

    compared = edda.get(f"{LIST}compare/?kept={kept}&merged={merged}").content.decode()
    tried = edda.post(f"/support/organisations/{kept}/merge-organisation/", {"merged": merged})

    assert 'data-action="merge_organisation" data-refusal="both_hold_role"' in compared
    assert '<form method="post" action="/support/organisations' not in compared
    assert tried.status_code == 409
    assert 'data-refusal="both_hold_role" data-action="merge_organisation"' in tried.content.decode()
    assert edda.get(f"{LIST}compare/?kept={kept}&merged=ORG-2026-999999").status_code == 404
    assert edda.post("/support/merges/999999/undo-merge/").status_code == 404


def test_a_list_of_three_groups_asks_the_database_no_more_than_one_of_one(cast: Cast) -> None:
    edda = signed_in(cast.edda)

    def queries_of(number: int) -> int:
        for count in range(number):
            for letter in "ab":
                make_speaker(f"{letter}{number}{count}", "Eva Roca", f"Same {number}{count}", ALCOI, cluster="X")
        edda.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            assert edda.get(LIST).status_code == 200
        return len(asked)

    assert queries_of(1) == queries_of(3)
