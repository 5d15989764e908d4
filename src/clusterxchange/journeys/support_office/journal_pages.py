"""The pages on which the support office looks through the journal."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clusterxchange.access.table import PERMISSIONS
from clusterxchange.foundation import clock
from clusterxchange.foundation.scoping import visible
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.journeys.health import journal_sign
from clusterxchange.journeys.support_office import journal_search
from clusterxchange.journeys.support_office.journal_search import Asked, Line
from clusterxchange.phases.exchange_building.forms import DayField
from clusterxchange.workflow.journal import FIRST_PREVIOUS, is_whole
from clusterxchange.workflow.models import Entry
from clusterxchange.workflow.pages import UNPROCESSABLE, only_support_office, signed_in
from clusterxchange.workflow.sentences import ACTIONS, KINDS

PAGE = "/support/journal/"
DAY = {"invalid": gettext_lazy("Write a date, for example 2026-03-02")}
MOMENT = "%Y-%m-%d %H:%M:%S"


class JournalForm(forms.Form):
    """What is looked for; sent by the address."""

    case = forms.CharField(
        label=gettext_lazy("Reference of a case"),
        help_text=gettext_lazy("For example EXC-2026-000007"),
        max_length=40,
        required=False,
    )
    who = forms.CharField(
        label=gettext_lazy("Who"),
        help_text=gettext_lazy("A name, an e-mail address or the number of an account"),
        max_length=200,
        required=False,
    )
    action = forms.ChoiceField(
        label=gettext_lazy("What was done"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the list")},
    )
    first_day = DayField(label=gettext_lazy("First day"), required=False, error_messages=DAY)
    last_day = DayField(label=gettext_lazy("Last day"), required=False, error_messages=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Anything")), *_actions()]

    def clean(self) -> dict[str, Any]:
        """Ask for days in their order."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first one. Write a later last day."))
        return given

    def asked(self) -> Asked:
        """Give what is looked for, as far as it can be read."""
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        kind, _dot, action = given.pop("action", "").partition(".")
        return Asked(**given, kind=kind, action=action)


def _actions() -> list[tuple[str, list[tuple[str, str]]]]:
    """Give what can be done, grouped by what it is done to; what two buttons call alike bears its code as well."""
    groups = []
    for kind, rows in PERMISSIONS.items():
        named = {action: str(ACTIONS[action].button) for action in rows if action in ACTIONS}
        buttons = list(named.values())
        choices = [
            (f"{kind}.{action}", f"{button} ({action})" if buttons.count(button) > 1 else button)
            for action, button in named.items()
        ]
        if choices:
            groups.append((str(KINDS[kind]), sorted(choices, key=lambda one: one[1])))
    return groups


@require_safe
@signed_in
def journal(request: HttpRequest) -> HttpResponse:
    """Show the newest entries that fit what is asked, with what the last check of the whole journal found."""
    actor = only_support_office(request)
    form = JournalForm(request.GET)
    found = journal_search.entries_for(actor, form.asked())
    part = journal_search.part_of(found, before=_number(request.GET, "before"), after=_number(request.GET, "after"))
    query = _query(form)
    context = {
        "form": form,
        "is_narrowed": bool(query),
        "sign": journal_sign(clock.now()),
        "lines": journal_search.lines_of(part.entries),
        "newer": _address(query, after=part.newer) if part.newer else "",
        "older": _address(query, before=part.older) if part.older else "",
        "files": {kind: f"{PAGE}entries.{kind}?{urlencode(query)}" for kind in ("csv", "xlsx")},
    }
    return render(request, "support_office/journal.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_safe
@signed_in
def journal_as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give every entry that fits what is asked as a file."""
    actor = only_support_office(request)
    found = journal_search.entries_for(actor, JournalForm(request.GET).asked())
    header = [
        _("Entry"), _("When"), _("Who"), _("In which capacity"), _("What was done"), _("About what"), _("Reference"),
        _("State before"), _("State after"),
    ]  # fmt: skip
    rows = (_cells(one) for one in journal_search.all_lines_of(found))
    return list_response(f"journal-{timezone.localtime(clock.now()).date().isoformat()}", form, header, rows)


@require_safe
@signed_in
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """Show one entry with its place in the chain and, where the reader may see it, what was handed in."""
    actor = only_support_office(request)
    rows = visible(Entry.objects.select_related("payload"), "entry", actor)
    found = rows.filter(n=number).first()
    if found is None:
        raise Http404
    before = rows.filter(n=number - 1).first()
    payload = journal_search.payload_of(found, actor)
    context = {
        "entry": found,
        "line": journal_search.lines_of([found])[0],
        "fits": is_whole(found) and found.previous == (before.hash if before is not None else FIRST_PREVIOUS),
        "payload": payload,
        "may_read": payload is not None,
        "neighbours": [
            (title, f"{PAGE}{n}/")
            for title, n in ((_("The entry before"), number - 1), (_("The entry after"), number + 1))
            if rows.filter(n=n).exists()
        ],
    }
    return render(request, "support_office/entry.html", context)


def _cells(line: Line) -> tuple[object, ...]:
    moment = timezone.localtime(line.at).strftime(MOMENT)
    return (
        line.n, moment, line.who, line.capacity, line.what, line.kind, line.reference, line.before, line.after,
    )  # fmt: skip


def _query(form: JournalForm) -> dict[str, str]:
    """Give what is looked for as it stands in an address; what cannot be read is left out."""
    return {name: form.data[name] for name in form.fields if form.data.get(name) and name not in form.errors}


def _number(given: Mapping[str, str], name: str) -> int | None:
    written = given.get(name, "")
    return int(written) if written.isdecimal() and len(written) <= 18 else None  # noqa: PLR2004 -- the digits of a bigint


def _address(query: Mapping[str, str], **place: int) -> str:
    return f"{PAGE}?{urlencode({**query, **place})}"
