"""The gallery of components, outside production: each one with its hardest content, so that a change is seen at once.

Its texts are examples in several languages and are not translated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from clusterxchange.foundation.folding import fold

BRUSSELS = ZoneInfo("Europe/Brussels")
UNANSWERED = {"first_day": "2026-04-20", "last_day": "2026-04-17", "website": "nowawic", "format": "physical"}


def _at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """Name a moment of the example year."""
    return datetime(2026, month, day, hour, minute, tzinfo=BRUSSELS)


class EveryField(forms.Form):
    """A form with each kind of control, to be shown filled in wrongly."""

    legal_name = forms.CharField(
        label="Legal name", help_text="As in the register of companies", initial="Przędzalnia Nowa Wić sp. z o.o."
    )
    first_day = forms.DateField(label="First day at the host", widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(
        label="Last day at the host",
        help_text="At the latest 19 May 2026, one month after the first day",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    organisation_type = forms.ChoiceField(
        label="Type of organisation",
        choices=[("sme", "Small or medium-sized company"), ("cluster", "Cluster organisation")],
    )
    website = forms.URLField(
        label="Website",
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Write the website with its ending, for example nowawic.example"},
    )
    format = forms.ChoiceField(
        label="Format",
        choices=[("physical", "Physical, with a lump sum"), ("virtual", "Virtual, without payment")],
        widget=forms.RadioSelect,
    )
    type_fits = forms.ChoiceField(
        label="Type fits the role",
        choices=[("pass", "Bestanden"), ("ask", "Nachfragen"), ("fail", "Nicht bestanden")],
        widget=forms.RadioSelect,
    )
    ecosystems = forms.MultipleChoiceField(
        label="Industrial ecosystems",
        help_text="As many as fit",
        choices=[
            ("textiles", "Textiles"),
            ("digital", "Digital"),
            ("energy", "Renewable energy"),
            ("mobility", "Mobility, transport, automotive"),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    description = forms.CharField(
        label="What your organisation does",
        help_text="Two or three sentences for a reader who does not know your field",
        widget=forms.Textarea(attrs={"maxlength": 2000}),
        initial="We spin yarn from recovered cotton and linen for technical weavers.",
    )
    boarding_pass = forms.FileField(
        label="Boarding pass, outward", help_text="PDF or photo, at most 10 MB", required=False, widget=forms.FileInput
    )
    declared = forms.BooleanField(label="I have read version 4 and may sign for Silberbach Textilmaschinen GmbH")

    def clean(self) -> dict[str, Any]:
        """Find the order of the days wrong, as the example wants it."""
        answers = super().clean() or {}
        if "first_day" in answers and "last_day" in answers and answers["last_day"] < answers["first_day"]:
            self.add_error(
                "last_day", forms.ValidationError("The last day is before the first day", code="end_before_start")
            )
        return answers


class AccountForm(forms.Form):
    """Two fields, as a step of a case has them."""

    iban = forms.CharField(
        label="Account number (IBAN)", help_text="Three roles can see it: you, and two people who pay"
    )
    holder = forms.CharField(label="Holder of the account")


class MessageForm(forms.Form):
    """What is written in a conversation."""

    text = forms.CharField(
        label="Your message",
        help_text="The host and both contact points can read it.",
        widget=forms.Textarea(attrs={"maxlength": 2000}),
        error_messages={"required": "Write the message that you want to send"},
    )


@dataclass(frozen=True, slots=True)
class ExampleStep:
    """A step as a case page shows it."""

    action: str
    label: str
    id: str
    url: str = "/gallery/case/"
    form: forms.Form | None = None
    hidden: tuple[tuple[str, str], ...] = (("version", "4"),)
    primary: bool = False
    danger: bool = False
    hint: str = ""
    refusal: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class ExampleSection:
    """A part of a case page or of a desk."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    template: str = ""
    context: dict[str, object] = field(default_factory=dict)


BANNER = {
    "ball": "yours",
    "turn": "VISITING_ORGANISATION",
    "due_date": "2026-03-30",
    "due": _at(3, 30),
    "due_in": "in 6 days",
    "sentence": "Sign for Silberbach Textilmaschinen GmbH",
    "why": "Two of four have signed. After you, only CLAMTEX is left.",
    "link": "#sign",
    "link_label": "Go to your signature",
}
WAITING = {
    "ball": "theirs",
    "turn": "HOST_ORGANISATION",
    "badge": "Waiting for the host organisation since 3 March 2026",
    "sentence": "Tecelagem Ribeira Alta fills in its responsibilities",
    "why": "A reminder goes on 10 March 2026.",
}
PHASES = [
    ("Registration", "Accepted on 14 January 2026", "done"),
    ("Matching", "Confirmed by both on 26 February 2026", "done"),
    ("Exchange building", "Version 4 waits for you", "current"),
    ("Exchange finalisation", "After 23 April 2026", ""),
]
TIMELINE = [
    {"at": _at(3, 23, 15, 5), "sentence": "Ivo Bellandi signed for EXTRATEX"},
    {"at": _at(3, 20, 10, 42), "sentence": "Duarte Sequeira signed for Tecelagem Ribeira Alta"},
    {"at": _at(2, 26), "sentence": "Both sides confirmed the match", "done": True},
]
SIGNATURES = [
    {
        "name": "Duarte Sequeira",
        "role": "Host organisation",
        "state": "done",
        "state_label": "Signed",
        "at": _at(3, 20, 10, 42),
    },
    {
        "name": "Ivo Bellandi",
        "role": "EXTRATEX, host’s partnership",
        "state": "done",
        "state_label": "Signed",
        "at": _at(3, 23, 15, 5),
    },
    {
        "name": "Jana Brückner, you",
        "role": "Visiting organisation",
        "state": "yours",
        "state_label": "Your turn",
        "due": _at(3, 30),
        "current": True,
    },
    {
        "name": "Mireia Calaf",
        "role": "CLAMTEX, visitor’s partnership",
        "state": "theirs",
        "state_label": "Asked",
        "due": _at(3, 30),
    },
]
MESSAGES = [
    {
        "author": "Duarte Sequeira",
        "organisation": "Tecelagem Ribeira Alta",
        "at": _at(3, 5, 16, 20),
        "text": "We can free loom 31 for a trial.",
    },
    {"own": True, "at": _at(3, 6, 9, 11), "text": "Good. Half speed is enough; I bring the drive as hand luggage."},
]
MATCHES = [
    {
        "reference": "APP-2026-000017",
        "url": "/gallery/",
        "name": "Tecelagem Ribeira Alta, Lda.",
        "description": "Small company, Guimarães, Portugal",
        "band": 3,
        "band_label": "Strong fit",
        "score": 0.8123,
        "dates": "20 April to 15 May 2026",
        "meta": ["Textiles"],
        "fits": [
            {
                "code": "sector",
                "term": 0.18,
                "sentence": "It runs 40 Jacquard looms with retrofitted drives, and you build such drives.",
            },
            {
                "code": "dates",
                "term": 0.11,
                "sentence": "You both work in English, and 19 working days of your windows overlap.",
            },
        ],
        "misfits": [{"code": "days", "term": 0.0, "sentence": "it prefers stays of 5 days, you wish 4."}],
    },
    {
        "reference": "APP-2026-000023",
        "name": "Weberei Hohenfels GmbH & Co. KG",
        "description": "Small company, Zwickau, Germany",
        "excluded": "same_country",
        "misfits": [{"sentence": "it is in Germany, as you are. An exchange needs two different countries."}],
    },
]
MUST_DO = [
    {
        "url": "/gallery/case/",
        "title": "Sign the Commitment to Quality",
        "when": "By 30 March, in 6 days",
        "state": "yours",
        "note": "Version 4, text frozen on 19 March 2026",
        "reference": "EXC-2026-000007",
    },
    {
        "url": "/gallery/",
        "title": "Mitgliedschaften in Clusterorganisationen",
        "when": "2 Antworten zu berichtigen",
        "state": "late",
        "note": "Mindestens eine, mit Verweis auf das Profil",
    },
    {"title": "Yhteistyökumppanuussopimuksen allekirjoittaminen", "when": "Ei voi vielä aloittaa", "state": "later"},
]
WAIT_FOR = [
    {
        "url": "/gallery/case/",
        "title": "CLAMTEX confirms the amount",
        "when": "Since 9 March, 1 day",
        "state": "theirs",
        "note": "A reminder goes on 16 March 2026.",
    }
]
QUEUE = [
    {
        "url": "/gallery/case/",
        "title": "Hilatures Montseny, S.L.",
        "kind": "Registration",
        "who": "Small company, Sabadell, Spain",
        "when": "Overdue by 3 working days",
        "state": "late",
        "reference": "APP-2026-000042",
    },
    {
        "url": "/gallery/case/",
        "title": "Institut für Faserverbundprüfung Vogtland e. V.",
        "kind": "Registration, asked again",
        "who": "Technology centre, Plauen, Germany",
        "when": "In 3 days",
        "state": "yours",
        "reference": "APP-2026-000043",
    },
]
FILTERS = [
    {"url": "/gallery/queue/", "label": "For me to do", "count": 2, "current": True},
    {"url": "/gallery/queue/", "label": "Waiting for others", "count": 0},
]
PARTS = [
    {
        "url": "/gallery/",
        "label": "Objectives",
        "note": "You: done. Host: done",
        "state": "done",
        "state_label": "Done",
    },
    {
        "url": "/gallery/",
        "label": "Action plan",
        "note": "Changed by the host, 1 open comment",
        "state": "yours",
        "state_label": "Your turn",
        "current": True,
    },
]
ANSWERS = (
    ("Legal name", "Przędzalnia Nowa Wić sp. z o.o.", "#answers"),
    ("VAT number", "PL 725 214 0832", "#answers"),
    ("Website", "", "#answers"),
)
PLACE = (
    ("Place", "Rua do Tear Velho 18, Guimarães"),
    ("First and last day", "20 April 2026 to 23 April 2026"),
    ("Working days", "4, travel days not counted"),
)
MONEY = [("Full amount for Portugal", "EUR 780"), ("Halved, once", "− EUR 390", "4 days are fewer than 5")]
STATS = [
    {"label": "of 50 exchanges completed", "value": "25", "url": "/gallery/queue/"},
    {"label": "EUR free of 38,000", "value": "13,450", "url": "/gallery/queue/"},
]
COLOURS = [
    "paper",
    "surface",
    "sunken",
    "line",
    "edge",
    "ink",
    "ink-2",
    "accent",
    "accent-2",
    "accent-soft",
    "deep",
    "deep-2",
    "good",
    "good-soft",
    "warn",
    "warn-soft",
    "bad",
    "bad-soft",
    "focus",
    "chart-2",
    "chart-3",
    "dots",
]
CHOICES = [
    {"value": "physical", "label": "Physical", "note": "With a lump sum", "chosen": True},
    {"value": "virtual", "label": "Virtual", "note": "Without payment; your one visit stays open"},
]
VERDICTS = [
    {"value": "pass", "label": "Bestanden"},
    {"value": "ask", "label": "Nachfragen", "chosen": True},
    {"value": "fail", "label": "Nicht bestanden"},
]
KEPT_FILES = [
    {
        "field": "example_clean", "name": "zyciorys_Michalina_Szczepanik-Grabowiecka_2026_wersja_ostateczna.pdf",
        "url": "#g-file", "note": "Checked for viruses", "state": "done", "label": "Kept", "remove_url": "#g-file",
    },
    {
        "field": "example_waiting", "name": "Βιογραφικό.docx",
        "note": "The scanner is not ready: the file is checked as soon as it is", "state": "half",
        "label": "Being checked", "remove_url": "#g-file",
    },
    {
        "field": "example_harmful", "name": "cv.pdf",
        "note": "The scanner has found something harmful: choose another file", "state": "no", "label": "Refused",
        "remove_url": "#g-file",
    },
]  # fmt: skip
REGIONS = (
    ("DED4", "Chemnitz"), ("EL51", "Ανατολική Μακεδονία, Θράκη"), ("PL71", "Łódzkie"), ("PT11", "Norte"),
)  # fmt: skip
SHA256 = "7c1e09b24fd8a36e51c088f72d4be91063aac5d7f2041b8e9e3740d6b8c25a1f"


def _theme(request: HttpRequest) -> str:
    """Read the theme that the address asks for."""
    theme = request.GET.get("theme", "")
    return theme if theme in {"light", "dark"} else ""


def components(request: HttpRequest) -> HttpResponse:
    """Show every component once."""
    context = {
        "theme": _theme(request),
        "waiting": WAITING,
        "turn": {**BANNER, "link": "#buttons"},
        "phases": PHASES,
        "timeline": TIMELINE,
        "signatures": SIGNATURES,
        "matches": MATCHES,
        "must_do": MUST_DO,
        "work": QUEUE,
        "filters": FILTERS,
        "parts": PARTS,
        "answers": ANSWERS,
        "money": MONEY,
        "stats": STATS,
        "colours": COLOURS,
        "choices": CHOICES,
        "verdicts": VERDICTS,
        "written_at": _at(3, 5, 16, 20),
        "sha256": SHA256,
        "kept_files": KEPT_FILES,
        "every_field": EveryField(UNANSWERED),
    }
    return render(request, "gallery.html", context)


def suggestions(request: HttpRequest) -> HttpResponse:
    """Give what the example of a combobox suggests."""
    typed = fold(request.GET.get("q", ""))
    found = [{"value": name, "note": code} for code, name in REGIONS if typed in fold(name)]
    return render(request, "registration/found.html", {"found": found})


def case(request: HttpRequest) -> HttpResponse:
    """Show a case page; `?refused` and `?errors` show it after an attempt that failed."""
    account = AccountForm({"iban": "PT50 0002"} if "errors" in request.GET else None)
    steps = [
        ExampleStep(
            "sign_commitment",
            "Sign as Jana Brückner",
            "sign",
            primary=True,
            hint="You sign version 4. The text cannot change any more.",
        ),
        ExampleStep("enter_account", "Save the account", "account", form=account),
        ExampleStep(
            "decline_to_sign", "Decline to sign", "decline", danger=True, hint="You give a reason on the next page."
        ),
    ]
    if "report" in request.GET:
        steps = [ExampleStep("submit_report", "Send the report", "report", form=EveryField(), primary=True)]
    context = {
        "theme": _theme(request),
        "refusal": {
            "code": "text_has_changed",
            "action": "sign_commitment",
            "sentence": "The text has changed since you opened this page. Read it again.",
        }
        if "refused" in request.GET
        else None,
        "case": {
            "machine": "commitment",
            "reference": "EXC-2026-000007",
            "state": "SIGNING",
            "state_label": "Being signed",
            "version": 4,
            "title": "Sign the Commitment to Quality",
            "meta": [
                "Version 4, text frozen on 19 March 2026",
                "Silberbach Textilmaschinen GmbH visits Tecelagem Ribeira Alta, Lda.",
            ],
            "breadcrumb": [("Desk", "/gallery/desk/"), ("Exchange EXC-2026-000007", "/gallery/case/")],
            "banner": {**BANNER, "link": f"#{steps[0].id}"},
            "phase_steps": PHASES,
            "sections": [
                ExampleSection("Place and dates", PLACE),
                ExampleSection(
                    "Objectives",
                    (("Visiting organisation", "Learns how energy meters behave on Jacquard looms in daily use."),),
                ),
            ],
            "steps": steps,
            "closed_steps": [
                ExampleStep(
                    "confirm_start",
                    "Confirm the start",
                    "start",
                    refusal="commitment_not_signed",
                    sentence="Opens once all four have signed.",
                )
            ],
            "timeline": TIMELINE,
            "thread": {"messages": MESSAGES, "form": MessageForm(), "url": "/gallery/case/", "action": "write_message"},
            "contact_card": {
                "title": "Contact at the host",
                "sentence": "Each opening is shown to its owner.",
                "rows": (
                    ("Person", "Duarte Sequeira"),
                    ("E-mail address", "duarte.sequeira@tecelagem-ribeira-alta.example"),
                ),
            },
            "files": [
                {
                    "name": "Commitment to Quality, version 4",
                    "url": "/gallery/case/",
                    "note": "PDF, 6 pages, 184 kB",
                    "state": "half",
                    "state_label": "Signed by 2 of 4",
                    "sha256": SHA256,
                }
            ],
        },
    }
    return render(request, "workflow/case.html", context)


def desk(request: HttpRequest) -> HttpResponse:
    """Show a desk; `?empty` shows one without anything to do."""
    is_empty = "empty" in request.GET
    context = {
        "theme": _theme(request),
        "title": "Your exchange with Tecelagem Ribeira Alta",
        "meta": ["EXC-2026-000007", "Silberbach Textilmaschinen GmbH, visiting organisation", "Tuesday 24 March 2026"],
        "banner": WAITING if is_empty else {**BANNER, "link": "/gallery/case/", "link_label": "Read and sign"},
        "stepper": PHASES,
        "must_do": [] if is_empty else MUST_DO,
        "wait_for": WAIT_FOR,
        "timeline": TIMELINE,
        "glance": [ExampleSection("At a glance", PLACE)],
    }
    return render(request, "workflow/desk.html", context)


def queue(request: HttpRequest) -> HttpResponse:
    """Show a work queue; `?empty` shows an empty one."""
    is_empty = "empty" in request.GET
    context = {
        "theme": _theme(request),
        "title": "Work queue",
        "meta": ["CLAMTEX", "Oldest deadline first"],
        "banner": {"ball": "nobody", "sentence": "Nothing for you to do", "turn": ""}
        if is_empty
        else {
            **BANNER,
            "sentence": "1 thing is overdue; begin with Hilatures Montseny",
            "why": "Its registration was due on 19 March 2026.",
            "link": "/gallery/case/",
            "link_label": "Open the registration",
        },
        "filters": FILTERS,
        "count": 0 if is_empty else len(QUEUE),
        "groups": []
        if is_empty
        else [{"title": "Overdue", "rows": QUEUE[:1]}, {"title": "This week", "rows": QUEUE[1:]}],
        "csv_url": "?format=csv",
        "xlsx_url": "?format=xlsx",
    }
    return render(request, "workflow/queue.html", context)


def confirm(request: HttpRequest) -> HttpResponse:
    """Show the page of its own that a destructive step has."""
    context = {
        "theme": _theme(request),
        "step": ExampleStep("cancel_exchange", "Cancel the exchange", "cancel", form=MessageForm(), danger=True),
        "consequences": ["Tecelagem Ribeira Alta is told at once.", "The place and the amount become free again."],
        "back_url": "/gallery/case/",
        "breadcrumb": [("Desk", "/gallery/desk/"), ("Exchange EXC-2026-000007", "/gallery/case/")],
    }
    return render(request, "workflow/confirm.html", context)


urlpatterns = [
    path("", components, name="gallery"),
    path("suggestions/", suggestions, name="gallery_suggestions"),
    path("case/", case, name="gallery_case"),
    path("desk/", desk, name="gallery_desk"),
    path("queue/", queue, name="gallery_queue"),
    path("confirm/", confirm, name="gallery_confirm"),
]
