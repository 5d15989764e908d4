"""The sections of the form: shown, saved as a whole or field by field; what is chosen from long lists; files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock, scanner
from clusterxchange.foundation.models import StoredFile
from clusterxchange.parties.organisations import towns
from clusterxchange.phases.registration import operations, queries, rules
from clusterxchange.phases.registration.forms import SECTION_FORMS, SectionForm
from clusterxchange.phases.registration.models import Application, ApplicationState
from clusterxchange.phases.registration.notices import section_title
from clusterxchange.phases.registration.states import APPLICATION
from clusterxchange.phases.registration.views import known, on_behalf, papers
from clusterxchange.phases.registration.views.applications import page_for, title_of
from clusterxchange.scheme import code_lists, countries, economic_activities, regions
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import actor_of, load, signed_in
from clusterxchange.workflow.tables import Refusal

SIGNED_OUT = 401
FILE_ADDRESSES = {"curriculum_vitae": "curriculum-vitae", "permit_document": "permit-document"}
View = Callable[..., HttpResponseBase]


def stays_on_the_page(view: View) -> View:
    """Answer a save in the background with 401 where nobody is signed in any more, instead of leading it away."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 -- the view's own
        if request.headers.get("HX-Request") and not request.user.is_authenticated:
            return HttpResponse(status=SIGNED_OUT)
        return view(request, *args, **kwargs)

    guarded.__name__, guarded.__doc__, guarded.__module__ = view.__name__, view.__doc__, view.__module__
    return guarded


@dataclass(frozen=True)
class Desk:
    """What every request to a section needs: the application, its rules, and in which way its reader edits it."""

    request: HttpRequest
    application: Application
    scheme: Scheme
    at: datetime
    is_on_behalf: bool

    def refusal(self) -> HttpResponse | None:
        """Give the answer to whoever may not edit, or not any more."""
        action = Action.EDIT_ON_BEHALF if self.is_on_behalf else Action.EDIT_APPLICATION
        denial = decide.denial(actor_of(self.request), APPLICATION.name, action, self.application)
        if denial is not None:
            return self.refuse(denial, pages.FORBIDDEN)
        if self.application.state not in operations.EDITABLE:
            return self.refuse("wrong_state", pages.CONFLICT)
        return None

    def refuse(self, code: str, status: int) -> HttpResponse:
        """Answer with the application's page and the reason."""
        self.application.refresh_from_db()
        refusal = Refusal(code, {"state": self.application.state})
        page = page_for(self.application, actor_of(self.request))
        return pages.show(
            self.request, page, self.application, status=status, refused=(Action.EDIT_APPLICATION, refusal)
        )

    def save(self, form: SectionForm) -> HttpResponse | None:
        """Keep what is right and, as it was typed, what is not; give the answer where nothing can be kept any more."""
        edit = operations.edit_on_behalf if self.is_on_behalf else operations.edit_application
        try:
            edit(
                self.application,
                answers=form.answers(),
                typed=form.typed(),
                section=form.section,
                actor=actor_of(self.request),
                at=self.at,
            )
        except NotDone as reason:
            return self.refuse(reason.refusal.code, pages.CONFLICT)
        # Whoever writes is here: the session ends so long after the last answer, not after the sign-in.
        self.request.session.modified = True
        return None

    def form(self, kind: type[SectionForm], *data: Any, only: Sequence[str] | None = None) -> SectionForm:  # noqa: ANN401 -- Django's
        """Make a section's form."""
        return kind(*data, application=self.application, scheme=self.scheme, at=self.at, only=only)

    def address(self, *parts: str) -> str:
        """Give an address below the application's."""
        return "".join([APPLICATION.address(self.application), *(f"{part}/" for part in parts)])


def _desk(request: HttpRequest, reference: str) -> Desk:
    found: Application = load(request, queries.all_applications(), "application", reference=reference)
    at = clock.now()
    scheme = queries.scheme_of_edition(found.edition_id, at)
    return Desk(request, found, scheme, at, on_behalf.may_fill_in(found, actor_of(request)))


@require_http_methods(["GET", "POST"])
@stays_on_the_page
@signed_in
def section(request: HttpRequest, reference: str, name: str) -> HttpResponse:  # noqa: PLR0911 -- one for each way out
    """Show and save one section of the form, or save the field that was just left."""
    desk = _desk(request, reference)
    kind = SECTION_FORMS.get(name)
    if kind is None:
        raise Http404
    refused = desk.refusal()
    if refused is not None:
        return refused
    if request.method != "POST":
        request.session.modified = True
        return _section_page(desk, desk.form(kind))
    if request.headers.get("HX-Request") and request.POST.get("autosave"):
        return _save_what_was_left(desk, kind, request.POST["autosave"].split(","))
    marks = known.marks_of(desk.application)
    form = desk.form(kind, request.POST, request.FILES)
    is_valid = form.is_valid()
    refused = desk.save(form)
    if refused is not None:
        return refused
    if not is_valid:
        return _section_page(desk, form, status=pages.UNPROCESSABLE)
    if rules.missing_questions(desk.scheme, desk.application, name):
        kept = _("Your answers in “%(section)s” are saved. Some that are needed are still missing there.")
        messages.warning(request, kept % {"section": section_title(name)})
    else:
        messages.success(request, _("Your answers in “%(section)s” are saved.") % {"section": section_title(name)})
    way_on = _way_on(desk, name)
    is_new = known.marks_of(desk.application) != marks and not desk.is_on_behalf
    if is_new and known.known_by_answers(request, desk.application) is not None:
        return redirect(f"/organisations/known/{desk.application.reference}/?{urlencode({'then': way_on})}")
    return redirect(way_on)


def _save_what_was_left(desk: Desk, kind: type[SectionForm], names: Sequence[str]) -> HttpResponse:
    whole = desk.form(kind)
    if not whole.fields.keys() >= set(names):
        raise Http404
    only = [one for name in names for one in whole.group_of(name)]
    form = desk.form(kind, desk.request.POST, desk.request.FILES, only=only)
    form.is_valid()
    refused = desk.save(form)
    if refused is not None:
        return HttpResponse(status=refused.status_code)
    form.silence_half_typed()
    wrong = [form[one] for one in form.fields if one in form.errors]
    context = {
        "at": desk.at,
        "wrong": [{"field": field.label, "sentence": field.errors.as_data()[0].messages[0]} for field in wrong],
        "fields": [form[one] for one in form.fields],
        "kept": [_kept_file(desk, one) for one in form.files_kept if one in form.fields],
        "moved": _moved(desk, form),
        "told": _told_at_once(desk),
        "size": _size(desk) if kind.section == rules.SIZE else None,
        "seconds": settings.SESSION_COOKIE_AGE,
    }
    return render(desk.request, "registration/saved.html", context)


def _moved(desk: Desk, form: SectionForm) -> dict[str, str]:
    """Give the fields outside the form that the answers have filled in: the position follows the town."""
    if form.section != rules.ORGANISATION or "latitude" in form.fields or not {"city", "country"} & form.fields.keys():
        return {}
    own = desk.application.organisation
    return {name: str(getattr(own, name) if own.has_own_position else "") for name in ("latitude", "longitude")}


def _way_on(desk: Desk, name: str) -> str:
    request = desk.request
    if request.POST.get("then") == "stop" or desk.application.state != ApplicationState.DRAFT:
        return desk.address()
    if request.POST.get("back") == "check":
        return desk.address("check")
    place = rules.SECTIONS.index(name) + 1
    return desk.address("sections", rules.SECTIONS[place]) if place < len(rules.SECTIONS) else desk.address("check")


def _section_page(desk: Desk, form: SectionForm, *, status: int = 200) -> HttpResponse:
    found, request = desk.application, desk.request
    back = request.POST.get("back") or request.GET.get("back", "")
    context = {
        "application": found,
        "form": form,
        "title": section_title(form.section),
        "breadcrumb": [(_("Desk"), "/desk/"), (title_of(desk.application, actor_of(desk.request)), desk.address())],
        "meta": [
            _("Section %(place)d of %(total)d")
            % {"place": rules.SECTIONS.index(form.section) + 1, "total": len(rules.SECTIONS)},
            _("All answers are needed unless marked optional"),
        ],
        "is_on_behalf": desk.is_on_behalf,
        "left": len(rules.missing_sections(desk.scheme, found)),
        "back": back,
        "address": desk.address(),
        "case": {"machine": APPLICATION.name, "reference": found.reference, "state": found.state, "version": ""},
        "size": _size(desk) if form.section == rules.SIZE else None,
        "kept": {one: _kept_file(desk, one) for one in form.files_kept},
        "lists": {one: desk.address("find", one) for one in FINDERS if one in form.fields},
        "type_is_missing": form.section == rules.SIZE and not found.organisation.organisation_type,
        "organisation_url": desk.address("sections", rules.ORGANISATION),
        "told": _told_at_once(desk),
        "is_scanned": scanner.is_configured(),
        "seconds": settings.SESSION_COOKIE_AGE,
        "position": _position(desk) if form.section == rules.ORGANISATION else "",
    }
    return render(request, "registration/section.html", context, status=status)


def _told_at_once(desk: Desk) -> list[tuple[str, str]]:
    """Say what already stands against taking part, long before anybody submits."""
    found = rules.standing_refusals(desk.scheme, desk.application)
    return [(code, sentences.refusal_sentence(code, {})) for code in found]


def _size(desk: Desk) -> str:
    if desk.application.organisation.people is None:
        return ""
    return code_lists.label(desk.scheme, "size_classes", rules.size_of(desk.scheme, desk.application.organisation))


def _position(desk: Desk) -> str:
    own = desk.application.organisation
    if not own.has_own_position:
        return ""
    town = towns.find(own.city, own.country)
    if town is not None and (town.latitude, town.longitude) == (own.latitude, own.longitude):
        return _("Distances are measured from %(town)s, by its position in %(source)s.") % {
            "town": own.city,
            "source": towns.SOURCE,
        }
    return _("Distances are measured from the position that you gave.")


# Files


def _kept_file(desk: Desk, name: str) -> dict[str, Any]:
    file: StoredFile | None = rules.answer_of(desk.application, name)
    if file is None:
        return {"field": name, "name": ""}
    notes = {
        StoredFile.State.CLEAN: _("Checked for viruses") if file.scanned_at else _("Kept; not checked for viruses"),
        StoredFile.State.QUARANTINED: _("The scanner is not ready: the file is checked as soon as it is"),
        StoredFile.State.REJECTED: _("The scanner has found something harmful: choose another file"),
    }
    labels = {
        StoredFile.State.CLEAN: _("Kept"),
        StoredFile.State.QUARANTINED: _("Being checked"),
        StoredFile.State.REJECTED: _("Refused"),
    }
    state = StoredFile.State(file.state)
    opens = name in FILE_ADDRESSES and file.may_be_opened
    return {
        "field": name,
        "name": file.name,
        "url": desk.address(FILE_ADDRESSES[name]) if opens else "",
        "note": notes[state],
        "state": papers.FILE_BADGES[state],
        "label": labels[state],
        "remove_url": desk.address("remove", name),
    }


@require_http_methods(["GET", "POST"])
@signed_in
def remove_file(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Ask whether a file is to be removed, and remove it."""
    desk = _desk(request, reference)
    section_of_file = next((one.section for one in SECTION_FORMS.values() if name in one.files_kept), None)
    if section_of_file is None:
        raise Http404
    refused = desk.refusal()
    if refused is not None:
        return refused
    way_back = f"{desk.address('sections', section_of_file)}#id_{name}"
    file = rules.answer_of(desk.application, name)
    if file is None:
        return redirect(way_back)
    if request.method != "POST":
        context = {"file": file, "way_back": way_back, "address": desk.address(), "application": desk.application}
        return render(request, "registration/remove_file.html", context)
    edit = operations.edit_on_behalf if desk.is_on_behalf else operations.edit_application
    try:
        edit(desk.application, answers={name: None}, section=section_of_file, actor=actor_of(request), at=desk.at)
    except NotDone as reason:
        return desk.refuse(reason.refusal.code, pages.CONFLICT)
    messages.success(request, _("The file is removed."))
    return redirect(way_back)


# What is chosen from a long list


@dataclass(frozen=True)
class Found:
    """One entry of a list: what is written into the field, what stands beside it, and what else it fills in."""

    value: str
    note: str = ""
    language: str = ""
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Finder:
    """How one field is chosen by typing."""

    section: str
    search: Callable[[str, str], list[Found]]
    depends_on_country: bool = False
    also_sets: tuple[str, ...] = ()


def _activities(typed: str, country: str) -> list[Found]:
    del country
    own = get_language() or economic_activities.ENGLISH
    return [
        Found(economic_activities.written(code, own), language=economic_activities.language_of(code, own))
        for code, _title in economic_activities.search(typed, own)
    ]


def _regions(typed: str, country: str) -> list[Found]:
    own = get_language() or ""
    return [
        Found(name, ", ".join(part for part in (regions.name_in(code, own), code) if part))
        for code, name in regions.search(typed, country)
    ]


def _towns(typed: str, country: str) -> list[Found]:
    return [
        Found(
            town.name,
            ngettext("%(people)s person", "%(people)s people", town.people) % {"people": f"{town.people:,}"},
            more=(("latitude", str(town.latitude)), ("longitude", str(town.longitude))),
        )
        for town in towns.search(typed, country)
    ]


FINDERS = {
    "nace": Finder(rules.PROFILE, _activities),
    "region": Finder(rules.ORGANISATION, _regions, depends_on_country=True),
    "city": Finder(rules.ORGANISATION, _towns, depends_on_country=True, also_sets=("latitude", "longitude")),
}


@require_http_methods(["GET", "POST"])
@stays_on_the_page
@signed_in
def find(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Search a long list for a field: entries alone for the field itself, a page of its own without JavaScript."""
    desk, finder = _desk(request, reference), FINDERS.get(name)
    if finder is None:
        raise Http404
    refused = desk.refusal()
    if refused is not None:
        return refused
    kind = SECTION_FORMS[finder.section]
    form = desk.form(kind, request.POST if request.method == "POST" else None, only=(name, *finder.also_sets))
    if request.method == "POST":
        if form.is_valid():
            refused = desk.save(form)
            return refused or redirect(f"{desk.address('sections', finder.section)}#id_{name}")
        return _find_page(desk, name, form, [], status=pages.UNPROCESSABLE)
    typed = request.GET.get("q", "")[:120]
    country = request.GET.get("country") or desk.application.organisation.country
    found = finder.search(typed, country)
    if request.headers.get("HX-Request"):
        return render(request, "registration/found.html", {"found": found})
    return _find_page(desk, name, form, found)


def _find_page(desk: Desk, name: str, form: SectionForm, found: list[Found], *, status: int = 200) -> HttpResponse:
    finder, country = FINDERS[name], desk.application.organisation.country
    typed = desk.request.GET.get("q", "")[:120]
    # What was typed wrongly before says nothing of a new search.
    tells = form.is_bound and not typed
    context = {
        "application": desk.application,
        "name": name,
        "label": form[name].label,
        "field": form[name],
        "typed": typed,
        "found": found,
        "form": form if tells else None,
        "has_errors": tells and bool(form.errors),
        "section_address": desk.address("sections", finder.section),
        "section_title": section_title(finder.section),
        "address": desk.address(),
        "country": countries.country_name(country, get_language() or "en")
        if country and finder.depends_on_country
        else "",
        "needs_country": finder.depends_on_country and not country,
        "source": towns.SOURCE if name == "city" else "",
        "source_address": towns.SOURCE_ADDRESS,
    }
    return render(desk.request, "registration/find.html", context, status=status)
