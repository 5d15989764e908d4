"""The form field by field: what is kept, what comes back as it was typed, and what is filled in for whom."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from clusterxchange.foundation.models import StoredFile
from clusterxchange.parties.organisations import towns
from clusterxchange.phases.registration import operations, queries, rules
from clusterxchange.phases.registration.forms import SECTION_FORMS
from clusterxchange.phases.registration.models import Application
from clusterxchange.phases.registration.operations import edit_application
from clusterxchange.scheme import economic_activities, regions
from tests.cast import CURRICULUM_VITAE, MONDAY, Cast, Person
from tests.phases.registration.conftest import start, submit

SignIn = Callable[[Person], Client]
IN_THE_BACKGROUND = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterxchange.foundation.clock.now", lambda: MONDAY)


def address(application: Application, *parts: str) -> str:
    return "".join([f"/registration/applications/{application.reference}/", *(f"{part}/" for part in parts)])


def leave(browser: Client, application: Application, section: str, **typed: Any) -> Any:  # noqa: ANN401 -- an answer of the test client
    """Leave the first of the fields named, as the page sends it."""
    given = {"autosave": next(iter(typed)), **typed}
    return browser.post(address(application, "sections", section), given, headers=IN_THE_BACKGROUND)


def open_draft(browser: Client) -> Application:
    browser.post("/registration/start-application/")
    return Application.objects.get()


def page_of(browser: Client, application: Application, section: str) -> str:
    return browser.get(address(application, "sections", section)).content.decode()


# Saved field by field


def test_a_field_that_was_left_is_saved_alone_and_the_time_is_told(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    answer = leave(browser, application, "you", position="Head of looms")
    application.representative.refresh_from_db()
    assert (answer.status_code, application.representative.position) == (200, "Head of looms")
    assert "Saved 09:00" in answer.content.decode()
    assert application.representative.phone == "+34 000 000 000"
    assert application.representative.languages == {"en": "B2"}


def test_each_field_of_each_section_can_be_left_by_itself_without_touching_another(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana, host=True)
    scheme = queries.scheme_of_edition(application.edition_id, MONDAY)

    for section, kind in SECTION_FORMS.items():
        form = kind(application=application, scheme=scheme, at=MONDAY)
        before = {name: form[name].value() for name in form.fields if name not in form.files_kept}
        data = form._as_typed({})
        for name in before:
            group = {one: data.getlist(one) for one in form.group_of(name) if one in data}
            answer = leave(browser, application, section, **{name: data.getlist(name), **group})
            assert answer.status_code == 200, name
            assert 'class="error"' not in answer.content.decode(), (name, answer.content.decode())
        fresh = Application.objects.get(pk=application.pk)
        again = kind(application=fresh, scheme=scheme, at=MONDAY)
        assert {name: again[name].value() for name in before} == before


def test_fields_side_by_side_are_saved_together(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    for section in rules.SECTIONS:
        page = page_of(browser, application, section)
        for row in browser.get(address(application, "sections", section)).context["form"].main:
            assert f'"autosave": "{row.names}"' in page
    answers = {"people": "30", "turnover_eur": "3000001", "balance_eur": "2000001"}
    leave(browser, application, "cluster-and-size", autosave="people,turnover_eur,balance_eur", **answers)
    application.organisation.refresh_from_db()
    own = application.organisation
    assert (own.people, own.turnover_eur, own.balance_eur) == (30, 3_000_001, 2_000_001)


def test_a_wrong_value_is_kept_as_typed_and_the_good_one_behind_it_stays(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    answer = leave(browser, application, "you", phone="call me").content.decode()
    assert 'data-error="phone_invalid"' in answer
    assert "Kept as typed, “Telephone”:" in answer
    page = page_of(browser, application, "you")
    assert 'value="call me"' in page
    assert 'id="id_phone_error" data-error="phone_invalid"' in page
    application.representative.refresh_from_db()
    assert application.representative.phone == "+34 000 000 000"
    assert "1 answer needs a second look" in browser.get(address(application)).content.decode()


@pytest.mark.parametrize(
    ("section", "typed", "code"),
    [
        ("you", {"based_in": "GB"}, "country_not_participating"),
        ("organisation", {"organisation_type": "public_authority"}, "type_may_not_visit"),
        ("cluster-and-size", {"cluster_membership": "no"}, "not_member_of_a_cluster"),
        ("cluster-and-size", {"cluster_membership": "business-network"}, "business_network_is_not_enough"),
        ("cluster-and-size", {"people": "300"}, "figures_of_a_large_company"),
    ],
)
def test_what_stands_against_taking_part_is_told_when_the_field_is_left(
    cast: Cast, sign_in: SignIn, section: str, typed: dict[str, str], code: str
) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)
    assert "data-told" not in page_of(browser, application, section)

    answer = leave(browser, application, section, **typed).content.decode()

    assert f'data-told="{code}"' in answer
    assert f'data-told="{code}"' in page_of(browser, application, "motivation")


def test_nobody_is_told_of_what_they_were_not_asked_yet(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.nuno)
    application = open_draft(browser)

    for section in rules.SECTIONS:
        assert "data-told" not in page_of(browser, application, section)
    answer = leave(browser, application, "organisation", organisation_type="sme", role="visit", country="PT")
    assert "data-told" not in answer.content.decode()


def test_nothing_is_submitted_while_an_answer_needs_a_second_look(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)
    declared = dict.fromkeys(rules.DECLARATIONS, "on")

    leave(browser, application, "profile", website="no address")
    refused = browser.post(address(application, "submit-application"), declared)
    assert (refused.status_code, 'data-refusal="answers_missing"' in refused.content.decode()) == (409, True)
    leave(browser, application, "profile", website="almarge.example")
    assert browser.post(address(application, "submit-application"), declared).status_code == 302


def test_half_of_a_pair_is_kept_and_not_told_until_somebody_comes_back(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    typed = {"language_2": "pt", "level_2": "", "language_1": "en", "level_1": "B2"}
    answer = leave(browser, application, "you", **typed).content.decode()
    assert 'class="error"' not in answer
    page = page_of(browser, application, "you")
    assert '<option value="pt" selected>' in page
    assert 'id="id_level_2_error" data-error="level_missing"' in page
    leave(browser, application, "you", **{**typed, "level_2": "A2"})
    application.representative.refresh_from_db()
    assert application.representative.languages == {"en": "B2", "pt": "A2"}
    application.refresh_from_db()
    assert application.as_typed == {}


def test_whoever_is_signed_out_meanwhile_hears_so_and_stays_on_the_page(client: Client, cast: Cast) -> None:
    application = start(cast.ana)

    assert leave(client, application, "you", position="x").status_code == 401
    found = client.get(address(application, "find", "nace"), headers=IN_THE_BACKGROUND)
    assert found.status_code == 401


def test_a_field_of_another_section_is_no_field_here(cast: Cast, sign_in: SignIn) -> None:
    assert leave(sign_in(cast.ana), start(cast.ana), "you", people="3").status_code == 404


# Nothing typed once is asked again without being filled in


# What a person types, by what it means, where it is typed first, and where it stands filled in later.
TYPED_ONCE = [
    ("the person's first name", "you", "first_name", "Nuno", ["you"]),
    ("the person's last name", "you", "last_name", "Valadim", ["you"]),
    ("the person's position", "you", "position", "Director", ["you", "check"]),
    ("the person's telephone", "you", "phone", "+351 000 000 000", ["you", "check"]),
    ("the organisation's name", "organisation", "legal_name", "Fiação do Outeirinho, Lda.", ["organisation", "check"]),
    ("its registration number", "organisation", "registration_number", "500 100", ["organisation", "check"]),
    ("its street", "organisation", "street", "Rua do Tear 4", ["organisation", "check"]),
    ("its postcode", "organisation", "postcode", "4800-000", ["organisation", "check"]),
    ("its town", "organisation", "city", "Guimarães", ["organisation", "check"]),
    ("its website", "profile", "website", "https://outeirinho.example", ["profile", "check"]),
    ("what it does", "profile", "description", "We spin cotton waste.", ["profile", "check"]),
    ("its own words for its field", "profile", "keywords", "cotton, waste", ["profile", "check"]),
    ("the motivation", "motivation", "motivation", "To sort fibre by length.", ["motivation", "check"]),
    ("the partner agreed", "preferences", "partner_name", "Tecelagem Orvalhinho", ["preferences", "check"]),
]


def test_nothing_typed_once_is_asked_again_without_being_filled_in(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.nuno)
    application = open_draft(browser)

    # Every line that can be typed has a meaning of its own: no two sections ask for the same column.
    asked = [
        name
        for kind in SECTION_FORMS.values()
        for name in kind(
            application=application, scheme=queries.scheme_of_edition(application.edition_id, MONDAY), at=MONDAY
        ).fields
    ]
    assert len(asked) == len(set(asked))
    for meaning, section, name, typed, places in TYPED_ONCE:
        assert leave(browser, application, section, **{name: typed}).status_code == 200
        for place in places:
            parts = ("check",) if place == "check" else ("sections", place)
            page = browser.get(address(application, *parts)).content.decode()
            assert typed.replace("&", "&amp;") in page, (meaning, place)


def test_what_account_and_organisation_know_stands_in_the_next_registration(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    for section, known in (
        ("you", ["Ana", "Sorribes", "Head of development", "+34 000 000 000", "cv.pdf"]),
        ("organisation", ["Teixits Almarge, S.L.", "ES 4711", "Mill Lane 3", "1000", "Alcoi", "Comunitat Valenciana"]),
        ("profile", ["https://ana.example", "Weaves and spins.", "13 Manufacture of textiles", "recycled yarn"]),
        ("cluster-and-size", ["24", "3000000", "2000000", "Fils de Llevant", "2015"]),
    ):
        page = page_of(browser, application, section)
        assert [one for one in known if one not in page] == [], section


# How much is asked


ONE_QUESTION = (
    {"first_name", "last_name"},
    {"people", "turnover_eur", "balance_eur"},
    {"street", "postcode", "city", "region", "country"},
    {"members_total", "members_smes", "members_research"},
    {"window_1_from", "window_1_to"},
    {"language_1", "level_1"},
    {"ecosystems", "nace", "keywords"},
    {"offer", "places"},
    {"cluster_membership", "cluster_name"},
)


@pytest.mark.parametrize("asks", [{"visit": True}, {"visit": False, "host": True}])
@pytest.mark.parametrize(
    "kind",
    ["sme", "cluster_organisation", "business_network", "scaling_up_support", "large_company", "public_authority"],
)
def test_the_pages_ask_at_most_28_questions_and_3_to_7_in_a_section(
    cast: Cast, sign_in: SignIn, kind: str, asks: dict[str, bool]
) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana, organisation_type=kind, **asks)

    by_section = {}
    for section in rules.SECTIONS:
        form = browser.get(address(application, "sections", section)).context["form"]
        asked = {name for name, field in form.fields.items() if getattr(field, "asked", False)}
        joined = [group for group in ONE_QUESTION if asked & group]
        by_section[section] = len(asked - set().union(*joined)) + len(joined)
        # What is shown before "later, if you like" counts as fields do: by what belongs together.
        shown = {row.first.name for row in form.main}
        groups = [group for group in ONE_QUESTION if shown & group]
        rows = len({name for name in shown if not name.startswith(("language_", "window_"))} - set().union(*groups))
        rows += len(groups)
        assert rows <= 7, (section, shown)
    # The declarations are one question more, together with "I work for this organisation".
    assert sum(by_section.values()) <= 28, by_section


# Chosen from long lists


@pytest.mark.parametrize(
    ("name", "typed", "country", "first"),
    [
        ("nace", "spinning", "PT", "13.10 Preparation and spinning of textile fibres"),
        ("nace", "13", "PT", "13 Manufacture of textiles"),
        ("region", "valencia", "ES", "Comunitat Valenciana"),
        ("region", "es52", "ES", "Comunitat Valenciana"),
        ("region", "αττικη", "GR", "Αττική"),
        ("city", "guimaraes", "PT", "Guimarães"),
        ("city", "lodz", "PL", "Łódź"),
        ("city", "софия", "BG", "София"),
        ("city", "münch", "DE", "München"),
    ],
)  # fmt: skip
def test_a_list_is_searched_without_accents_and_in_the_local_script(
    cast: Cast, sign_in: SignIn, name: str, typed: str, country: str, first: str
) -> None:
    answer = sign_in(cast.ana).get(
        address(start(cast.ana), "find", name), {"q": typed, "country": country}, headers=IN_THE_BACKGROUND
    )

    assert f'data-value="{first}"' in answer.content.decode().split("</li>")[0]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("13", "13"), ("13.10", "1310"), ("13 Manufacture of textiles", "13"), ("manufacture of TEXTILES", "13")],
)
def test_an_activity_is_known_by_digits_by_title_and_by_both(
    cast: Cast, sign_in: SignIn, typed: str, kept: str
) -> None:
    application = start(cast.ana)

    leave(sign_in(cast.ana), application, "profile", nace=typed)
    application.organisation.refresh_from_db()
    assert application.organisation.nace == kept


def test_a_region_is_kept_by_its_code_and_shown_by_its_name(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    leave(browser, application, "organisation", region="galicia", country="ES", organisation_type="sme")
    application.organisation.refresh_from_db()
    assert application.organisation.region == "ES11"
    assert "Galicia" in browser.get(address(application, "check")).content.decode()
    wrong = leave(browser, application, "organisation", region="Atlantis", country="ES", organisation_type="sme")
    assert 'data-error="region_unknown"' in wrong.content.decode()


def test_a_country_without_listed_regions_takes_a_region_as_it_is_written(cast: Cast, sign_in: SignIn) -> None:
    application = start(cast.ana)

    leave(sign_in(cast.ana), application, "organisation", region="Shirak", country="AM", organisation_type="sme")
    application.organisation.refresh_from_db()
    assert application.organisation.region == "Shirak"


def test_the_position_follows_the_town_until_somebody_corrects_it(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.nuno)
    application = open_draft(browser)
    place = {"organisation_type": "sme", "country": "PT"}

    leave(browser, application, "organisation", country="PT", organisation_type="sme")
    answer = leave(browser, application, "organisation", city="Guimaraes").content.decode()
    assert 'data-latitude="41.4444" data-longitude="-8.2962"' in answer
    leave(browser, application, "organisation", city="Braga")
    application.organisation.refresh_from_db()
    assert application.organisation.position == (41.5514, -8.4231)
    leave(browser, application, "organisation", latitude="41.5000", longitude="-8.4000")
    leave(browser, application, "organisation", city="Porto")
    application.organisation.refresh_from_db()
    assert application.organisation.position == (41.5, -8.4)
    assert place["country"] == application.organisation.country


def test_without_javascript_an_entry_is_chosen_on_a_page_of_its_own(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    page = browser.get(address(application, "find", "nace"), {"q": "weaving"}).content.decode()
    assert 'value="13.20 Weaving of textiles"' in page
    chosen = browser.post(address(application, "find", "nace"), {"nace": "13.20 Weaving of textiles"})
    assert chosen["Location"] == f"{address(application, 'sections', 'profile')}#id_nace"
    application.organisation.refresh_from_db()
    assert application.organisation.nace == "1320"
    wrong = browser.post(address(application, "find", "nace"), {"nace": "magic"})
    assert (wrong.status_code, 'data-error="nace_unknown"' in wrong.content.decode()) == (422, True)
    browser.post(address(application, "sections", "profile"), {"nace": "magic"})
    again = browser.get(address(application, "find", "nace"), {"q": "weaving"}).content.decode()
    assert "13.20 Weaving of textiles" in again
    assert "data-error" not in again


def test_every_region_and_town_has_what_it_needs() -> None:
    assert regions.code_of("Wien", "AT") == "AT13"
    assert regions.code_of("centro", "PT") == "PT19", "the statistics write Centro (PT), people do not"
    assert regions.written("ES52") == "Comunitat Valenciana"
    assert regions.written("Shirak") == "Shirak"
    assert economic_activities.written("13") == "13 Manufacture of textiles"
    assert economic_activities.written("9999") == "9999"
    tirana = towns.find("Tirana", "AL")
    assert tirana is not None
    assert (round(tirana.latitude, 1), round(tirana.longitude, 1)) == (41.3, 19.8)
    assert towns.find("Nowhere at all", "AL") is None
    assert towns.find("Paris", "US") is None


def test_activities_and_regions_are_found_in_the_language_of_the_reader() -> None:
    assert economic_activities.search("tekstylnych", "pl")[0] == ("13", "Produkcja wyrobów tekstylnych")
    assert economic_activities.search("textiles", "pl")[0] == ("13", "Produkcja wyrobów tekstylnych")
    assert economic_activities.search("tekstylnych") == []
    assert economic_activities.code_of("13 Produkcja wyrobów tekstylnych") == "13"
    assert economic_activities.code_of("produkcja WYROBOW tekstylnych") == "13"
    assert economic_activities.written("1320", "pl") == "13.20 Tkanie wyrobów tekstylnych"
    assert economic_activities.written("4771", "pl") == "47.71 Sprzedaż detaliczna odzieży"
    assert [economic_activities.language_of("4771", language) for language in ("pl", "fi")] == ["pl", "en"]
    known = economic_activities.titles()
    assert {code for code in known if economic_activities.language_of(code, "pl") != "pl"} == set()
    assert economic_activities.titles("pl").keys() == economic_activities.titles().keys()
    assert regions.search("dolna austria", "AT")[0] == ("AT12", "Niederösterreich")
    assert regions.code_of("Dolna Austria", "AT") == "AT12"
    assert (regions.name_in("AT12", "pl"), regions.name_in("AT12", "en")) == ("Dolna Austria", "")


def test_the_list_of_activities_names_its_revision_and_speaks_polish(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    assert "NACE Rev. 2.1" in page_of(browser, application, "profile")
    cast.ana.account.language = "pl"
    cast.ana.account.save()
    found = browser.get(
        address(application, "find", "nace"), {"q": "tekstyl"}, headers={**IN_THE_BACKGROUND, "Accept-Language": "pl"}
    ).content.decode()
    assert 'data-value="13 Produkcja wyrobów tekstylnych" lang="pl"' in found


# Numbers of the register


@pytest.mark.parametrize(
    ("country", "kind", "typed", "code"),
    [
        ("FI", "sme", "2077474-0", ""),
        ("FI", "sme", "2077474-1", "registration_number_invalid"),
        ("FI", "public_authority", "2077474-1", ""),
        ("AT", "sme", "FN 122119m", ""),
        ("DE", "sme", "HRB 19974", ""),
        ("ES", "sme", "Hoja 109407", ""),
        ("UA", "sme", "69408840", ""),
        ("ES", "sme", "<script>", "registration_number_invalid"),
        ("ES", "sme", "-", "registration_number_invalid"),
    ],
)
def test_a_registration_number_is_held_against_the_register_where_its_rule_is_known(
    cast: Cast, sign_in: SignIn, country: str, kind: str, typed: str, code: str
) -> None:
    answer = leave(
        sign_in(cast.ana), start(cast.ana), "organisation",
        registration_number=typed, country=country, organisation_type=kind,
    ).content.decode()  # fmt: skip

    assert (f'data-error="{code}"' in answer) if code else ('data-error="registration' not in answer)


# Odd text


@pytest.mark.parametrize(
    "name",
    [
        "Ελληνικά Υφαντά Α.Ε.", "Софийска тъкачница ЕООД", "שלום חברה בע״מ", "\u202eevil\u202c", "Weaver 🧵 GmbH",
        "O'Neill & Sons <b>", "Caf\u00e9 S.L.", "Cafe\u0301 S.L.", "n" * 200, "ﬁlature", "= 1 + 1",
    ],
)  # fmt: skip
def test_a_name_of_any_script_is_kept_letter_by_letter(cast: Cast, sign_in: SignIn, name: str) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    answer = leave(browser, application, "organisation", legal_name=name)
    application.organisation.refresh_from_db()
    assert answer.status_code == 200
    assert unicodedata.normalize("NFC", application.organisation.legal_name) == unicodedata.normalize("NFC", name)
    page = page_of(browser, application, "organisation")
    assert "<b>" not in page.partition("<main")[2].partition("</main>")[0]


def test_a_name_of_300_letters_is_kept_as_typed_and_told(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    answer = leave(browser, application, "organisation", legal_name="n" * 300).content.decode()
    assert 'data-error="max_length"' in answer
    assert "n" * 300 in page_of(browser, application, "organisation")
    application.organisation.refresh_from_db()
    assert application.organisation.legal_name == "Teixits Almarge, S.L."


@pytest.mark.parametrize("text", ["a\0b", "\ud83e"])
def test_what_no_text_may_hold_is_no_failure_of_the_server(cast: Cast, sign_in: SignIn, text: str) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    answer = leave(browser, application, "organisation", legal_name=text.encode("utf-8", "surrogatepass"))
    assert answer.status_code == 200
    assert browser.get(address(application, "sections", "organisation")).status_code == 200


# The curriculum vitae


def cv(content: bytes = CURRICULUM_VITAE, name: str = "cv.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_file_is_kept_by_itself_replaced_and_the_old_one_is_gone(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)
    first = application.representative.curriculum_vitae
    assert first is not None

    answer = leave(browser, application, "you", curriculum_vitae=cv(CURRICULUM_VITAE + b"%2", "new.pdf"))
    assert "new.pdf" in answer.content.decode()
    assert "not checked for viruses" in answer.content.decode()
    application.representative.refresh_from_db()
    assert application.representative.curriculum_vitae is not None
    assert application.representative.curriculum_vitae.name == "new.pdf"
    assert not StoredFile.objects.filter(pk=first.pk).exists()


def test_a_file_is_removed_after_a_question(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)

    asked = browser.get(address(application, "remove", "curriculum_vitae")).content.decode()
    assert "cv.pdf is removed for good" in asked
    assert browser.post(address(application, "remove", "curriculum_vitae")).status_code == 302
    application.representative.refresh_from_db()
    assert application.representative.curriculum_vitae is None
    assert browser.get(address(application, "remove", "phone")).status_code == 404


def test_the_owner_reads_who_opened_the_curriculum_vitae_and_when(cast: Cast, sign_in: SignIn) -> None:
    application = submit(cast.ana)
    assert "Nobody but you" in sign_in(cast.ana).get(address(application)).content.decode()

    sign_in(cast.ana).get(address(application, "curriculum-vitae"))
    sign_in(cast.chiara).get(address(application, "curriculum-vitae"))
    page = sign_in(cast.ana).get(address(application)).content.decode()
    assert "Who opened your curriculum vitae" in page
    assert "2 March 2026, 09:00" in page
    assert "Chiara Bellandi, LOOM" in page
    assert "Nobody but you" not in page
    assert "Who opened your curriculum vitae" not in sign_in(cast.chiara).get(address(application)).content.decode()


def test_a_curriculum_vitae_that_waits_for_the_scanner_is_told_and_stays_closed(
    cast: Cast, sign_in: SignIn, settings: Settings
) -> None:
    settings.SCANNER_ADDRESS = "127.0.0.1:9"
    browser, application = sign_in(cast.ana), start(cast.ana)

    answer = leave(browser, application, "you", curriculum_vitae=cv()).content.decode()
    assert "The scanner is not ready" in answer
    assert "curriculum-vitae/" not in answer
    closed = browser.get(address(application, "curriculum-vitae"))
    assert (closed.status_code, 'data-refusal="file_waits_for_the_scanner"' in closed.content.decode()) == (409, True)


def test_whoever_has_submitted_cannot_remove_a_file(cast: Cast, sign_in: SignIn) -> None:
    application = submit(cast.ana)

    assert sign_in(cast.ana).post(address(application, "remove", "curriculum_vitae")).status_code == 409


def test_a_draft_keeps_what_is_typed_beside_what_somebody_else_saves(cast: Cast) -> None:
    application = start(cast.ana)

    for field, text in (("phone", "call me"), ("profile_link", "none")):
        edit_application(
            Application.objects.get(pk=application.pk),
            answers={}, section="you", typed={field: [text]}, actor=cast.ana.actor, at=MONDAY,
        )  # fmt: skip
    application.refresh_from_db()
    assert application.as_typed == {"you": {"phone": ["call me"], "profile_link": ["none"]}}
    operations.edit_application(
        application, answers={}, section="you", typed={"phone": []}, actor=cast.ana.actor, at=MONDAY
    )
    assert application.as_typed == {"you": {"profile_link": ["none"]}}
