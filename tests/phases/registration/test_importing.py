"""Many people from a list: nothing comes in before it is confirmed, and each fault names row, column and reason."""

import io
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clusterxchange.foundation.files import FileRefused
from clusterxchange.foundation.tables import read_table
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.registration import operations
from clusterxchange.phases.registration.models import Application, ImportedFile, Participation
from clusterxchange.workflow.engine import NotAllowed
from clusterxchange.workflow.models import Entry, Notice
from tests.cast import MONDAY, Cast, Person

SignIn = Callable[[Person], Client]
PLACE = "/registration/import/"
HEADER = "email;first_name;last_name;legal_name;country;organisation_type;role\n"
GOOD = (
    "ines@nowawic.example;Inês;Vidal;Nowawic, Lda.;PT;sme;visit\nodd@ljung.example;Odd;Ljung;Ljungdal AB;SE;sme;both\n"
)


def a_list(content: bytes | str, name: str = "people.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def upload(browser: Client, content: bytes | str, name: str = "people.csv", **more: str) -> ImportedFile:
    answer = browser.post(PLACE, {"list": a_list(content, name), **more})
    assert answer.status_code == 302, answer.content.decode()
    return ImportedFile.objects.latest("pk")


def workbook(*rows: tuple[str, ...], formula: str = "", sheet: bytes = b"", extra: str = "") -> bytes:
    """Write a workbook by hand, as a spreadsheet does that keeps its texts in the cells."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [
            f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for at, text in enumerate(row)
        ]
        if formula and number == len(rows):
            cells[-1] = f'<c r="{chr(64 + len(row))}{number}"><f>{formula}</f><v>1</v></c>'
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    body = f"<worksheet {names}><sheetData>{''.join(lines)}</sheetData></worksheet>".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/worksheets/sheet1.xml", sheet or body)
        if extra:
            file.writestr(extra, "x")
    return packed.getvalue()


def faults_on(page: str) -> list[str]:
    return [cell for cell in page.split("<tr>") if "<code>" in cell]


def test_nothing_comes_in_before_the_list_is_confirmed(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.chiara)
    kept = upload(browser, HEADER + GOOD)

    page = browser.get(f"{PLACE}{kept.pk}/").content.decode()
    assert "2 rows can be imported" in page
    assert "Read as CSV, UTF-8, divided by ;" in page
    assert (Application.objects.count(), Account.objects.filter(email="ines@nowawic.example").count()) == (0, 0)
    browser.post(f"{PLACE}{kept.pk}/confirm/")
    assert sorted(one.organisation.legal_name for one in Application.objects.all()) == ["Ljungdal AB", "Nowawic, Lda."]
    assert {one.state for one in Application.objects.all()} == {"DRAFT"}
    assert Notice.objects.filter(action="invite_applicant").count() == 2
    odd = Application.objects.get(organisation__legal_name="Ljungdal AB")
    assert (odd.asks_visit, odd.asks_host, odd.representative.based_in) == (True, True, "SE")


def test_confirming_twice_changes_nothing(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.chiara)
    kept = upload(browser, HEADER + GOOD)
    browser.post(f"{PLACE}{kept.pk}/confirm/")
    entries = Entry.objects.count()

    assert browser.post(f"{PLACE}{kept.pk}/confirm/").status_code == 302
    assert (Application.objects.count(), Entry.objects.count()) == (2, entries)
    again = upload(browser, HEADER + GOOD)
    page = browser.get(f"{PLACE}{again.pk}/").content.decode()
    assert "The same file was imported before" in page
    assert page.count("An organisation with this name is registered already.") == 2
    browser.post(f"{PLACE}{again.pk}/confirm/")
    assert Application.objects.count() == 2


def test_a_list_that_is_not_confirmed_is_discarded_by_whoever_brought_it(cast: Cast, sign_in: SignIn) -> None:
    kept = upload(sign_in(cast.chiara), HEADER + GOOD)
    place = f"{PLACE}{kept.pk}/discard/"

    refused = sign_in(cast.cosima).post(place)
    assert (refused.status_code, 'data-refusal="not_allowed"' in refused.content.decode()) == (403, True)
    assert "Discard the list" not in sign_in(cast.cosima).get(f"{PLACE}{kept.pk}/").content.decode()
    assert sign_in(cast.dov).post(place).status_code == 404
    browser = sign_in(cast.chiara)
    assert "people.csv is thrown away" in browser.get(place).content.decode()
    assert ImportedFile.objects.filter(pk=kept.pk).exists()
    assert browser.post(place).status_code == 302
    assert not ImportedFile.objects.exists()
    assert browser.post(place).status_code == 404


def test_an_imported_list_stays(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.chiara)
    kept = upload(browser, HEADER + GOOD)
    browser.post(f"{PLACE}{kept.pk}/confirm/")

    refused = browser.post(f"{PLACE}{kept.pk}/discard/")
    assert (refused.status_code, 'data-refusal="list_is_imported"' in refused.content.decode()) == (409, True)
    assert ImportedFile.objects.filter(pk=kept.pk).exists()


def test_each_fault_names_row_column_and_reason(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.chiara)
    rows = (
        "no address;Inês;Vidal;Nowawic, Lda.;PT;sme;visit\n"
        "\n"
        f"a@b.example;{'x' * 300};Vidal;{'Ł' * 300};PT;sme;visit\n"
        "b@b.example;Bo;Berg;Berg AB;US;sme;visit\n"
        "c@b.example;Bo;Berg;Kommun;SE;public_authority;visit\n"
        "d@b.example;=1+1;Berg;Ding AB;SE;sme;dance\n"
        "e@b.example;;Berg;Teixits ALMARGE, s.l.;ES;sme;visit\n"
        "f@b.example;Fo;Berg;Fin AB;SE;sme;visit\n"
        "F@b.example;Fo;Berg;Fin AB;SE;sme;visit\n"
    )

    kept = upload(browser, HEADER + rows)
    found = [(row["number"], column, code) for row in kept.rows for column, code, _typed in row["faults"]]
    assert found == [
        (2, "email", "cell_no_email"),
        (4, "first_name", "cell_too_long"),
        (4, "legal_name", "cell_too_long"),
        (5, "country", "cell_country_not_participating"),
        (6, "role", "role_not_open_to_type"),
        (7, "first_name", "cell_is_formula"),
        (7, "role", "cell_not_on_the_list"),
        (8, "first_name", "cell_missing"),
        (10, "email", "named_twice"),
        (10, "legal_name", "named_twice"),
    ]
    page = browser.get(f"{PLACE}{kept.pk}/").content.decode()
    assert len(faults_on(page)) == 10
    assert "1 row can be imported" in page
    file = b"".join(browser.get(f"{PLACE}{kept.pk}/faults.csv"))
    assert "4,legal_name,This is too long." in file.decode()
    assert "7,first_name,This is a formula. Write the value itself.,'=1+1" in file.decode()
    browser.post(f"{PLACE}{kept.pk}/confirm/")
    assert [one.organisation.legal_name for one in Application.objects.all()] == ["Fin AB"]


@pytest.mark.parametrize(
    ("content", "encoding", "separator"),
    [
        (("\ufeff" + HEADER + "ł@l.example;Łucja;Żak;Łódź sp. z o.o.;PL;sme;visit").encode(), "UTF-8", ";"),
        ((HEADER + "l@l.example;Łucja;Żak;Łódź sp. z o.o.;PL;sme;visit").encode("cp1250"), "Windows-1250", ";"),
        ((HEADER + "l@l.example;Łucja;Żak;Łódź sp. z o.o.;PL;sme;visit").encode("utf-16"), "UTF-16", ";"),
        ((HEADER.replace(";", ",") + 'l@l.example,Łucja,Żak,"Łódź, sp. z o.o.",PL,sme,visit').encode(), "UTF-8", ","),
        ((HEADER + "l@l.example;Łucja;Żak;Łódź;PL;sme;visit").replace(";", "\t").encode(), "UTF-8", "tab"),
    ],
)
def test_the_way_a_file_is_written_is_found_out_and_told(content: bytes, encoding: str, separator: str) -> None:
    table = read_table(content)

    assert (table.reading["encoding"], table.reading["separator"]) == (encoding, separator)
    assert table.rows[0][1][1] == "Łucja"


def test_names_of_every_script_come_in_as_they_are(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.chiara)
    names = ["Υφαντουργία Α.Ε.", "Ткацкая ООО", "شركة النسيج", "Weaver 🧵 GmbH", "Cafe\u0301 Tissages"]
    rows = "".join(f"p{at}@n.example;Zoë;Ó Sé;{name};PT;sme;visit\n" for at, name in enumerate(names))

    kept = upload(browser, HEADER + rows)
    browser.post(f"{PLACE}{kept.pk}/confirm/")
    assert [one.legal_name for one in Organisation.objects.order_by("-pk")[:5]] == names[::-1]


def test_a_workbook_is_read_like_a_list_and_its_formulas_are_refused(cast: Cast, sign_in: SignIn) -> None:
    header = tuple(HEADER.strip().split(";"))
    row = ("ines@nowawic.example", "Inês", "Vidal", "Nowawic, Lda.", "PT", "sme", "visit")
    browser = sign_in(cast.chiara)

    kept = upload(browser, workbook(header, row), "people.xlsx")
    assert (kept.reading, kept.rows[0]["number"], kept.rows[0]["faults"]) == ({"format": "xlsx"}, 2, [])
    bad = upload(browser, workbook(header, row, formula="1+1"), "people.xlsx")
    assert bad.rows[0]["faults"] == [["role", "cell_is_formula", "=formula"]]


BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xd0\xcf\x11\xe0 old", "file_is_no_table"),
        (b"PK\x03\x04 broken", "file_is_no_table"),
        (b"email\x00;x\n1;2", "file_is_no_table"),
        (HEADER.encode(), "table_has_no_rows"),
        (b"a;b\n" + b"1;2\n" * 501, "table_has_too_many_rows"),
        (b"x;" * 80 + b"x\n" + b"1;2", "table_is_too_wide"),
        (b"a" * (1024 * 1024 + 1), "file_too_large"),
        (workbook(("a",), ("b",), extra="xl/vbaProject.bin"), "file_is_no_table"),
        (workbook(sheet=BOMB), "file_is_no_table"),
        (workbook(sheet=b"<worksheet>" + b" " * (21 * 1024 * 1024) + b"</worksheet>"), "file_too_large"),
        (workbook(sheet=b"<worksheet"), "file_is_no_table"),
    ],
)
def test_hostile_and_broken_files_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_table(content)

    assert refused.value.code == code


def test_a_list_without_a_column_is_refused_at_the_field(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.chiara).post(PLACE, {"list": a_list("email;role\na@b.example;visit")})

    assert answer.status_code == 422
    assert 'id="id_list_error" data-error="column_missing"' in answer.content.decode()
    assert "first_name, last_name, legal_name, country, organisation_type" in answer.content.decode()


def test_the_template_comes_in_as_it_is_once_its_remarks_are_gone(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.chiara)
    content = b"".join(browser.get(f"{PLACE}template.csv")).decode()

    assert "E-mail address of the person" in content
    kept = upload(browser, content.replace("# ines", "ines"))
    assert [row["faults"] for row in kept.rows] == [[]]


PARTICIPANTS = (
    "email,first_name,last_name,legal_name,country,organisation_type,role,cluster_membership,ecosystems,offer,places,"
    "working_languages,format,days_wished,available_from,available_to,has_visited\n"
    'ines@nowawic.example,Inês,Vidal,"Nowawic, Lda.",PT,sme,both,yes,textiles,A day at the loom,2,"en pt",both,4,'
    "2026-05-04,2026-06-26,yes\n"
    "odd@ljung.example,Odd,Ljung,Ljungdal AB,SE,sme,visit,no,textiles,,,en,both,4,2026-06-26,2026-05-04,no\n"
)


def test_the_support_office_brings_in_the_participants_of_a_running_programme(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.edda)

    kept = upload(browser, PARTICIPANTS, partnership="loom")
    assert [row["faults"] for row in kept.rows] == [
        [],
        [["cluster_membership", "cluster_needed", "no"], ["available_to", "days_in_wrong_order", "2026-05-04"]],
    ]
    browser.post(f"{PLACE}{kept.pk}/confirm/")
    application = Application.objects.get()
    assert (application.state, application.partnership) == ("ACCEPTED", cast.loom)
    rows = {one.role: one for one in Participation.objects.all()}
    assert (rows["visit"].visit, rows["host"].visit, rows["host"].places) == ("USED", "FREE", 2)
    assert rows["visit"].windows.get().first_day.isoformat() == "2026-05-04"
    entry = Entry.objects.get(action="import_participant")
    assert (entry.capacity, entry.after) == ("SO", "ACCEPTED")
    told = Notice.objects.get(account__email="ines@nowawic.example")
    assert told.path.startswith("/registration/invitations/")


def test_each_office_imports_only_what_is_its_own(cast: Cast, sign_in: SignIn) -> None:
    kept = upload(sign_in(cast.chiara), HEADER + GOOD)

    assert sign_in(cast.dov).get(f"{PLACE}{kept.pk}/").status_code == 404
    assert sign_in(cast.edda).get(f"{PLACE}{kept.pk}/").status_code == 404
    assert sign_in(cast.ana).get(PLACE).status_code == 404
    assert sign_in(cast.aurel).get(PLACE).status_code == 404
    with pytest.raises(NotAllowed):
        operations.carry_out_import(kept, actor=cast.dov.actor, at=MONDAY)
    with pytest.raises(NotAllowed):
        operations.carry_out_import(kept, actor=cast.edda.actor, at=MONDAY)
