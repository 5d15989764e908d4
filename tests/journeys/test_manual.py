"""The manual says in each language the same, and only what is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve

from clusterxchange.journeys.manual.figures import figures_of
from clusterxchange.journeys.manual.reading import FIGURE, MANUALS, PICTURES, Block, Manual, Words, read, text_of
from clusterxchange.management.translations import SECTIONS, kept
from clusterxchange.scheme.editions import DEFAULT_EDITION, built_in
from tests.bring import bring_application_to
from tests.browser.test_pictures_of_the_manual import MOST_BYTES
from tests.browser.test_pictures_of_the_manual import PICTURES as TAKEN
from tests.cast import Cast
from tests.documents.test_typesetting import judged_by
from tests.documents.test_typesetting import text_of as words_of_file
from tests.translations.test_sentences import MOST_WORDS, SHARE_OF_SHORT, SHORT, sentences_of, words_in

LANGUAGES = [code for code, _name in settings.LANGUAGES]
OTHERS = [code for code in LANGUAGES if code != "en"]
STEPS = {"taking-part", "registration", "decision", "partners", "questions"}
OF_AN_EXCHANGE = {"proposals", "group-exchanges", "commitment", "signing", "stay", "report"}
ASKED_MOST = 7


class AsWritten(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def as_written(name: str, language: str) -> Manual:
    return read(name, language, AsWritten())


def lines_of(block: Block) -> tuple[Words, ...]:
    return block.items or ((block.words,) if block.words else ())


def blocks_of(manual: Manual) -> Iterator[Block]:
    for section in manual.sections:
        yield from section.blocks


def shape_of(manual: Manual) -> list[tuple[str, list[tuple[bool, int, bool, str, list[str]]]]]:
    return [
        (
            section.name,
            [
                (
                    bool(one.heading),
                    len(one.items),
                    one.is_numbered,
                    one.picture,
                    sorted(
                        piece.url or "**" for words in lines_of(one) for piece in words if piece.url or piece.is_strong
                    ),
                )
                for one in section.blocks
            ],
        )
        for section in manual.sections
    ]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", MANUALS)
def test_a_translation_has_the_same_sections_steps_links_and_pictures(name: str, language: str) -> None:
    assert shape_of(as_written(name, language)) == shape_of(as_written(name, "en"))
    assert sorted(FIGURE.findall(text_of(name, language))) == sorted(FIGURE.findall(text_of(name, "en")))


@pytest.mark.parametrize("name", MANUALS)
def test_each_manual_has_a_section_for_each_step_and_answers_what_people_ask_most(name: str) -> None:
    manual = as_written(name, "en")
    names = [one.name for one in manual.sections]

    assert len(set(names)) == len(names)
    assert set(names) >= STEPS
    assert name == "support-office" or set(names) >= OF_AN_EXCHANGE
    assert sum(bool(one.heading) for one in manual.sections[-1].blocks) >= ASKED_MOST


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MANUALS)
def test_the_words_of_the_tool_are_those_that_it_shows(name: str, language: str) -> None:
    shown: set[str] = set()
    for section in SECTIONS:
        for message in kept(section, "pl"):
            said = message.id if language == "en" else message.string
            shown.update(filter(None, said if isinstance(said, list | tuple) else (said,)))
    named = {
        piece.text
        for block in blocks_of(as_written(name, language))
        for words in lines_of(block)
        for piece in words
        if piece.is_strong
    }

    assert named
    assert named - shown == set()


@pytest.mark.parametrize("name", MANUALS)
def test_each_link_leads_to_a_page(name: str) -> None:
    links = {piece.url for block in blocks_of(as_written(name, "en")) for words in lines_of(block) for piece in words}

    for link in links - {""}:
        assert resolve(link).view_name, link


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_picture_is_taken_by_a_browser_and_shown_once_or_more_and_is_small(language: str) -> None:
    shown = {block.picture for name in MANUALS for block in blocks_of(as_written(name, language))} - {""}
    files = {path.stem: path for path in (PICTURES / language).iterdir()}

    assert shown == set(TAKEN) == set(files)
    assert [name for name, path in files.items() if path.stat().st_size > MOST_BYTES] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_of_the_manual_are_short(language: str) -> None:
    scheme = built_in(DEFAULT_EDITION)
    lengths: dict[str, int] = {}
    for name in MANUALS:
        manual = read(name, language, figures_of(scheme, language))
        for block in blocks_of(manual):
            texts = ["".join(piece.text for piece in words) for words in lines_of(block)]
            for text in [manual.lead, block.heading, block.alt, *texts]:
                lengths |= {sentence: words_in(sentence) for sentence in sentences_of(text)}

    assert {sentence: length for sentence, length in lengths.items() if length > MOST_WORDS} == {}
    assert sum(length <= SHORT for length in lengths.values()) >= SHARE_OF_SHORT * len(lengths)


def test_the_figures_are_those_of_the_scheme() -> None:
    figures = figures_of(built_in(DEFAULT_EDITION), "en")

    assert figures["assessment"] == "15 working days"
    assert figures["proposal"] == "14 days"
    assert figures["no_sign_in"] == "6 months"
    assert figures["highest_amount"] == "EUR 1,100.00"
    assert (figures["shortest_stay"], figures["halved_under_days"], figures["halved_under_km"]) == (
        "3 working days", "5 working days", "200 km",
    )  # fmt: skip
    # 1,100 euros for Denmark, halved for three days
    assert (figures["example_from"], figures["example_to"]) == ("Ireland", "Denmark")
    assert (figures["example_of_a_week"], figures["example_of_few_days"]) == ("EUR 1,100.00", "EUR 550.00")
    assert (figures["open_proposals"], figures["residence_days"]) == ("5", "183")


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MANUALS)
def test_each_section_is_a_page_for_everybody(name: str, language: str) -> None:
    client = Client(headers={"accept-language": language})

    for section in as_written(name, language).sections:
        page = client.get(f"/manual/{name}/{section.name}/")
        assert page.status_code == 200
        assert section.title in page.content.decode()
        assert not FIGURE.search(re.sub(r"<meta.*?>", "", page.content.decode()))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/manual/nobody/",
        "/manual/contact-point/nothing/",
        "/manual/help-for/nothing/",
        "/manual/nobody/en.pdf",
        "/manual/contact-point/xx.pdf",
    ],
)
def test_what_is_not_in_the_manual_is_not_found(address: str) -> None:
    assert Client().get(address).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("person", "route", "section"),
    [
        ("ana", "exchange_building:commitment", "visiting-organisation/commitment"),
        ("bram", "exchange_building:commitment", "host-organisation/commitment"),
        ("chiara", "exchange_building:commitment", "contact-point/commitment"),
        ("edda", "journeys:desk", "support-office/desk"),
        # Whoever's own manual has no such section is led to the one that has.
        ("edda", "finalisation:evidence", "visiting-organisation/evidence"),
        ("nuno", "registration:start", "visiting-organisation/registration"),
    ],
)
def test_help_opens_the_section_in_the_readers_own_manual(cast: Cast, person: str, route: str, section: str) -> None:
    bring_application_to(cast, cast.ana, "accepted", partnership=cast.loom, officer=cast.chiara.actor)
    bring_application_to(cast, cast.bram, "accepted", partnership=cast.selvedge, officer=cast.dov.actor, role="host")
    client = Client()
    client.force_login(getattr(cast, person).account)

    assert client.get(f"/manual/help-for/{route}/").headers["Location"] == f"/manual/{section}/"


@pytest.mark.django_db
def test_each_page_has_help_about_itself() -> None:
    assert 'href="/manual/help-for/journeys:eligibility/"' in Client().get("/eligibility/").content.decode()
    assert 'href="/manual/"' in Client().get("/there-is-no-such-page/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_holds_the_whole_manual_and_can_be_read_aloud(tmp_path: Path, language: str) -> None:
    answer = Client().get(f"/manual/visiting-organisation/{language}.pdf")
    assert (answer.status_code, answer["content-type"]) == (200, "application/pdf")
    file = bytes(answer.content)

    facts = judged_by("pdfinfo", file, tmp_path)
    assert re.search(r"Tagged:\s+yes", facts)
    words = words_of_file(file, tmp_path)
    for section in as_written("visiting-organisation", language).sections:
        assert section.title in words
