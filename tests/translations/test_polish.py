"""Polish is whole where people meet it: on pages, in mails, in refusals and in documents."""

import html.parser
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from clusterxchange.access.capacities import V
from clusterxchange.documents.typesetting import typeset
from clusterxchange.foundation import clock
from clusterxchange.foundation.money import format_cents
from clusterxchange.management.translations import OWN_CATALOGUES, kept
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.scheme.clauses import clauses_of
from clusterxchange.scheme.editions import built_in
from clusterxchange.workflow import sentences
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import Notice
from tests.bring import begin_story, bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast, Person
from tests.documents.examples import commitment
from tests.translations.reading import english_in, words_of

PUBLIC = (
    "/",
    "/how-to-take-part/",
    "/eligibility/",
    "/amount/",
    "/amount/?from_country=ES&to_country=PT&days=3&km=600&format=physical",
    "/partnerships/",
    "/help/",
    "/privacy/",
    "/accessibility/",
    "/demo/",
    "/demo/mails/",
    "/sign-in/",
    "/sign-up/",
    "/there-is-no-such-page/",
)
MOST_PAGES = 40
# One page of each kind is enough: the second organisation of a catalogue says nothing new.
NAMES = re.compile(r"[A-Z]{3}-\d{4}-\d+|\d+|(?<=/partnerships/)[\w-]+")
DOCUMENTS = "documents"
POLISH = {"accept-language": "pl"}
NOT_FOLLOWED = re.compile(
    r"^/(static|sign-out|demo|language)|\.(csv|xlsx|json|ics)$|/(document|file|cv|logo)/$|/files/"
)


class Links(html.parser.HTMLParser):
    """Collects where the links of a page lead within the tool."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = (dict(attrs).get("href") or "").partition("#")[0]
        if tag == "a" and address.startswith("/") and not NOT_FOLLOWED.search(address.partition("?")[0]):
            self.found.append(address)


def pages_of(client: Client, *first: str) -> Iterator[tuple[str, str]]:
    """Follow the links from some pages, each kind of page once."""
    waiting, seen = list(first), {NAMES.sub("*", address) for address in first}
    for _number in range(MOST_PAGES):
        if not waiting:
            return
        address = waiting.pop(0)
        answer = client.get(address, follow=True)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        assert answer.status_code < 500, (address, answer.status_code)
        page = answer.content.decode()
        yield address, page
        links = Links()
        links.feed(page)
        for link in links.found:
            kind = NAMES.sub("*", link.partition("?")[0])
            if kind not in seen:
                seen.add(kind)
                waiting.append(link)


def client_of(person: Person) -> Client:
    client = Client(headers=POLISH)
    client.force_login(person.account)
    return client


def text_of(pdf: bytes, folder: Path) -> str:
    program = shutil.which("pdftotext")
    assert program, "pdftotext of poppler-utils is missing"
    path = folder / "document.pdf"
    path.write_bytes(pdf)
    words = subprocess.run([program, "-raw", path, "-"], capture_output=True, check=True, text=True, timeout=30).stdout
    return re.sub(r"\s+", " ", words)


@pytest.mark.django_db
@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_speaks_polish_and_nothing_else(address: str) -> None:
    page = Client(headers=POLISH).get(address, follow=True).content.decode()

    assert '<html lang="pl"' in page
    assert english_in(words_of(page)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "names"),
    [("matched", ("ana", "dov")), ("commitment_signed", ("chiara",)), ("due", ("ana", "cosima", "edda"))],
)
def test_every_page_that_the_parties_reach_speaks_polish(cast: Cast, step: str, names: tuple[str, ...]) -> None:
    story = bring_exchange_to(cast, step, at_once=False)
    clock.set_clock(story.at + timedelta(hours=1))
    base = f"/exchanges/{story.exchange.reference}/"

    left = {
        (name, address): english
        for name in names
        for address, page in pages_of(client_of(getattr(cast, name)), "/desk/", base)
        if (english := english_in(words_of(page)))
    }

    assert left == {}


@pytest.mark.django_db
def test_every_page_of_a_registration_speaks_polish(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    bring_application_to(cast, cast.bram, "opened", partnership=cast.selvedge, officer=cast.dov.actor, role="host")
    clock.set_clock(MONDAY + timedelta(hours=3))

    left = {
        (person.account.first_name, address): english
        for person in (cast.ana, cast.bram, cast.dov, cast.nuno)
        for address, page in pages_of(client_of(person), "/desk/", "/registration/")
        if (english := english_in(words_of(page)))
    }

    assert application.pk
    assert left == {}


@pytest.mark.django_db
def test_dates_amounts_and_counts_of_a_page_are_written_as_in_poland() -> None:
    query = {"from_country": "ES", "to_country": "PT", "days": "3", "km": "600", "format": "physical"}
    text = words_of(Client(headers=POLISH).get("/amount/", query).content.decode())

    assert "390,00 EUR" in text
    assert "780,00 EUR" in text
    assert "3 dni robocze to mniej niż 5" in text
    assert "Portugalia" in text


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["physical", "virtual"])
def test_every_mail_of_an_exchange_speaks_polish_to_a_polish_reader(cast: Cast, form: str) -> None:
    Account.objects.update(language="pl")
    bring_exchange_to(cast, "closed", format=form, at_once=False)

    mails = [mail_of(notice) for notice in Notice.objects.all()]
    left = {one.subject: english for one in mails if (english := english_in(f"{one.subject}\n{one.body}"))}

    assert len(mails) > 20
    assert left == {}
    assert all(one.extra_headers["Content-Language"] == "pl" for one in mails)
    assert all("dzień dobry," in one.body for one in mails)
    assert any(one.subject.startswith("Twoja kolej: Podpisz Zobowiązanie do jakości") for one in mails)


@pytest.mark.django_db
def test_whoever_chooses_polish_for_the_pages_is_written_to_in_polish(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.bram.account)

    for code, kept_code in (("pl", "pl"), ("no such language", "pl"), ("en", "en"), ("pl", "pl")):
        client.post("/language/", {"language": code, "next": "/desk/"})
        assert Account.objects.get(pk=cast.bram.account.pk).language == kept_code

    assert '<html lang="pl"' in client.get("/desk/").content.decode()
    assert Account.objects.get(pk=cast.ana.account.pk).language == "en"


@pytest.mark.django_db
def test_the_mails_of_an_account_are_polish_as_well() -> None:
    client = Client(headers=POLISH)
    client.post("/sign-up/", {"email": "new@cast.example", "password1": "a long enough password 26"})
    client.post("/account/password/reset/", {"email": "new@cast.example"})

    assert [message.to for message in mail.outbox] == [["new@cast.example"], ["new@cast.example"]]
    assert [message.subject for message in mail.outbox] == ["Potwierdź swój adres e-mail", "Wybierz nowe hasło"]
    assert "Otwarto konto z tym adresem: new@cast.example" in mail.outbox[0].body
    for message in mail.outbox:
        assert "testserver" not in re.sub(r"http://\S+", "", str(message.body))
        assert english_in(f"{message.subject}\n{message.body}") == []


@pytest.mark.django_db
def test_a_mail_names_its_last_day_in_polish(cast: Cast) -> None:
    Account.objects.update(language="pl")
    bring_exchange_to(cast, "proposed", at_once=False)

    message = mail_of(Notice.objects.get(account=cast.bram.account, action="accept_proposal"))

    assert message.subject.startswith(
        "Twoja kolej: Odpowiedz na propozycję wymiany (Teixits Almarge, S.L. i Tecelagem Orvalhinho, Lda.)"
    )
    assert "Ostatni dzień na to: 17 marca 2026." in message.body


@pytest.mark.parametrize("code", sorted(sentences.REFUSALS))
def test_every_refusal_is_said_in_polish(code: str) -> None:
    with translation.override("en"):
        original = str(sentences.REFUSALS[code])
    with translation.override("pl"):
        said = str(sentences.REFUSALS[code])
    assert said != original
    assert english_in(said) == []
    assert said.endswith((".", ":", ")s"))


@pytest.mark.django_db
def test_a_refused_step_says_why_in_polish(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted", at_once=False)
    clock.set_clock(story.at + timedelta(hours=1))

    answer = client_of(cast.ana).post(f"/exchanges/{story.exchange.reference}/confirm-start/")
    text = words_of(answer.content.decode())

    assert answer.status_code == 409
    assert "Ten krok nie został wykonany" in text
    assert english_in(text) == []


@pytest.mark.django_db
def test_a_wrong_answer_gets_a_polish_sentence_at_the_field() -> None:
    text = words_of(Client(headers=POLISH).get("/amount/", {"days": "few", "km": "far"}).content.decode())

    assert "Błąd:" in text
    assert "Wpisz liczbę całkowitą" in text
    assert english_in(text) == []


@pytest.mark.django_db
def test_the_packages_speak_polish_by_their_own_catalogues() -> None:
    client = Client(headers=POLISH)
    wrong = client.post("/sign-in/", {"login": "nobody@cast.example", "password": "not the password at all"})
    weak = client.post("/sign-up/", {"email": "new@cast.example", "password1": "12345678"})

    # allauth and Django: neither sentence stands in our own catalogues.
    for page, original in (
        (wrong, "The email address and/or password you specified are not correct."),
        (weak, "This password is entirely numeric."),
    ):
        text = words_of(page.content.decode())
        with translation.override("pl"):
            assert gettext(original) != original
            assert gettext(original) in text
        assert original not in text


def test_a_document_speaks_polish(tmp_path: Path) -> None:
    scheme = built_in("demonstration")
    clauses = [
        {"code": clause.code, "title": clause.title, "text": clause.text}
        for clause in clauses_of(scheme, "commitment_to_quality", "pl")
    ]
    data = commitment(language="pl", clauses=clauses)
    pdf = typeset(
        "commitment_to_quality", data, language="pl", title="Zobowiązanie", dated=date(2026, 3, 19), draft=True
    )
    words = text_of(pdf, tmp_path)

    for piece in ("Zobowiązanie do jakości", "Wersja 2", "20 kwietnia 2026", "3 dni robocze", "To jest projekt."):
        assert piece in words
    assert "Wymiana nie jest stażem, praktyką zawodową ani zatrudnieniem" in words
    assert english_in(words, DOCUMENTS) == []


@pytest.mark.django_db
def test_a_commitment_written_in_polish_is_a_polish_document(cast: Cast, tmp_path: Path) -> None:
    story = begin_story(cast).tell("drafted")
    own = {**story.commitment.responsibilities, "H": "We show our looms."}
    exchange_building.edit_commitment(
        story.commitment,
        values={"working_language": "pl", "responsibilities": own},
        actor=story.visitor,
        at=story.at + timedelta(hours=1),
        capacity=V,
    )
    clock.set_clock(story.at + timedelta(hours=2))

    answer = Client(headers={"accept-language": "en"})
    answer.force_login(cast.ana.account)
    page = answer.get(f"/exchanges/{story.exchange.reference}/commitment/document/")
    words = text_of(page.content, tmp_path)

    for piece in (
        "Zobowiązanie do jakości",
        "14 kwietnia 2026",
        "16 kwietnia 2026",
        "Organizacja goszcząca",
        "Projekt",
    ):
        assert piece in words
    assert english_in(words) == []
    # The clauses that nobody had touched, and what one party had written itself.
    assert "Partnerstwo organizacji wizytującej doradza jej przed pobytem" in words
    assert "We show our looms." in words
    assert "The visiting organisation prepares its stay" not in words


PLURALS: dict[tuple[str, str, str], tuple[str, str, str, str]] = {
    ("%(count)d working day", "%(count)d working days", "count"): (
        "1 dzień roboczy", "2 dni robocze", "5 dni roboczych", "22 dni robocze",
    ),
    ("in %(count)d day", "in %(count)d days", "count"): ("za 1 dzień", "za 2 dni", "za 5 dni", "za 22 dni"),
    ("%(counter)s thing", "%(counter)s things", "counter"): ("1 sprawa", "2 sprawy", "5 spraw", "22 sprawy"),
    ("%(counter)s partnership", "%(counter)s partnerships", "counter"): (
        "1 partnerstwo", "2 partnerstwa", "5 partnerstw", "22 partnerstwa",
    ),
    ("%(counter)s proposal", "%(counter)s proposals", "counter"): (
        "1 propozycja", "2 propozycje", "5 propozycji", "22 propozycje",
    ),
}  # fmt: skip


@pytest.mark.parametrize("sentence", PLURALS)
def test_plural_forms_of_one_two_five_and_twenty_two(sentence: tuple[str, str, str]) -> None:
    one, many, name = sentence
    with translation.override("pl"):
        said = tuple(ngettext(one, many, number) % {name: number} for number in (1, 2, 5, 22))
    assert said == PLURALS[sentence]


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda: date_format(date(2026, 3, 3), gettext("j E Y")), "3 marca 2026"),
        (lambda: date_format(date(2026, 5, 31), gettext("j E Y")), "31 maja 2026"),
        (lambda: format_cents(39_000, "pl"), "390,00 EUR"),
        (lambda: format_cents(110_000, "pl"), "1 100,00 EUR"),
        (lambda: format_cents(0, "pl"), "0,00 EUR"),
    ],
)
def test_dates_and_amounts_are_written_as_in_poland(write: Callable[[], str], expected: str) -> None:
    with translation.override("pl"):
        assert write().replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize("section", OWN_CATALOGUES)
def test_pages_and_documents_use_the_same_words(section: str) -> None:
    pages, documents = kept("", "pl"), kept(section, "pl")
    different = {
        message.id: (message.string, page.string)
        for message in documents
        if message.id and (page := pages.get(message.id)) is not None and page.string != message.string
    }
    assert different == {}


def test_no_translation_praises_or_shouts() -> None:
    texts = [
        text
        for section in ("", *OWN_CATALOGUES)
        for message in kept(section, "pl")
        if message.id
        for text in (message.string if isinstance(message.string, list | tuple) else (message.string,))
    ]
    assert [text for text in texts if re.search(r"!|pomyślnie|proszę|niestety|ups\b", text or "", re.IGNORECASE)] == []
