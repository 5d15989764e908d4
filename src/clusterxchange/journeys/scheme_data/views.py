"""The pages of the scheme data: what holds, what is being written, who would be touched."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.foundation.scoping import visible
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.journeys.scheme_data import operations, touched
from clusterxchange.journeys.scheme_data.forms import (
    EditionFileForm,
    NewCountryForm,
    PartOfSchemeForm,
    ProposeVersionForm,
    ReturnVersionForm,
)
from clusterxchange.journeys.scheme_data.models import EditionDraft, EditionDraftState
from clusterxchange.journeys.scheme_data.parts import PARTS, SchemePart, part_named
from clusterxchange.journeys.scheme_data.places import Document, differences, value_at
from clusterxchange.journeys.scheme_data.states import EDITION_DRAFT
from clusterxchange.scheme.models import Edition, EditionVersion
from clusterxchange.scheme.reading import InvalidDocument, read_document
from clusterxchange.workflow import cases, pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import FORBIDDEN, UNPROCESSABLE, CasePage, actor_of, only_offices, signed_in

SCHEME = "/support/scheme/"
MOST_DIFFERENCES = 200


def _refused(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/403.html", {"refusal": "not_allowed"}, status=FORBIDDEN)


@require_safe
@signed_in
def editions(request: HttpRequest) -> HttpResponse:
    """List the editions, the versions that are being written, and take a file."""
    return _list(request, only_offices(request), EditionFileForm())


def _list(request: HttpRequest, actor: Actor, form: EditionFileForm, *, status: int = 200) -> HttpResponse:
    open_drafts = visible(EditionDraft.objects.all(), EDITION_DRAFT.name, actor).filter(
        state__in=(EditionDraftState.DRAFT, EditionDraftState.PROPOSED)
    )
    context = {
        "editions": [
            {
                "url": reverse("scheme_data:edition", args=[one.code]),
                "title": one.name,
                "note": _("%(first)s to %(last)s") % {"first": one.valid_from, "last": one.valid_to},
                "when": _("Open") if one.is_open else _("Closed"),
                "state": "done" if one.is_open else "later",
            }
            for one in Edition.objects.all()
        ],
        "drafts": [_draft_row(one) for one in open_drafts.order_by("-pk")],
        "form": form,
        "may_change": actor.support_office,
    }
    return render(request, "scheme_data/editions.html", context, status=status)


def _draft_row(draft: EditionDraft) -> dict[str, str]:
    return {
        "url": EDITION_DRAFT.address(draft),
        "title": f"{draft.names['name']}: {draft.reference}",
        "reference": draft.reference or "",
        "note": draft.why,
        "when": sentences.state_label(EDITION_DRAFT.name, draft.state),
        "state": "theirs" if draft.state == EditionDraftState.PROPOSED else "later",
    }


@require_http_methods(["GET", "POST"])
@signed_in
def import_version(request: HttpRequest) -> HttpResponse:
    """Take an edition from a file as a version to be written on."""
    actor = only_offices(request)
    if request.method != "POST":
        return redirect(SCHEME)
    if not actor.support_office:
        return _refused(request)
    form = EditionFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            document: Any = read_document(form.cleaned_data["file"])
            made = operations.import_version(document, actor=actor, at=clock.now())
        except InvalidDocument as error:
            form.refuse(error)
        else:
            messages.success(request, _("The file was read: %(reference)s.") % {"reference": made.reference})
            return redirect(EDITION_DRAFT.address(made))
    return _list(request, actor, form, status=UNPROCESSABLE)


@require_safe
@signed_in
def edition(request: HttpRequest, code: str) -> HttpResponse:
    """Show the versions of an edition, the one that holds now among them."""
    actor, at = only_offices(request), clock.now()
    found = get_object_or_404(Edition, code=code)
    versions = list(found.versions.defer("document").select_related("drafted_by", "approved_by").order_by("-number"))
    holding = next((one.pk for one in versions if one.effective_from <= at), None)
    drafts = visible(EditionDraft.objects.filter(edition=found), EDITION_DRAFT.name, actor).order_by("-pk")
    context = {
        "edition": found,
        "versions": [_version_row(one, is_holding=one.pk == holding, at=at) for one in versions],
        "drafts": [_draft_row(one) for one in drafts],
        "may_change": actor.support_office,
    }
    return render(request, "scheme_data/edition.html", context)


def _version_row(version: EditionVersion, *, is_holding: bool, at: datetime) -> dict[str, Any]:
    ahead = version.effective_from > at
    return {
        "url": reverse("scheme_data:version", args=[version.edition.code, version.number]),
        "title": _("Version %(number)d") % {"number": version.number},
        "note": _("Holds from %(day)s.") % {"day": cases.date_in_words(version.effective_from)} + _who(version),
        "when": _("Holds now") if is_holding else _("Not yet") if ahead else _("Over"),
        "state": "done" if is_holding else "theirs" if ahead else "later",
    }


def _who(version: EditionVersion) -> str:
    if version.drafted_by is None or version.approved_by is None:
        return ""
    return " " + _("Written by %(drafted)s, approved by %(approved)s.") % {
        "drafted": version.drafted_by,
        "approved": version.approved_by,
    }


@require_http_methods(["GET", "POST"])
@signed_in
def start_version(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a new version of an edition."""
    actor, found = only_offices(request), get_object_or_404(Edition, code=code)
    if request.method != "POST":
        return redirect("scheme_data:edition", code)
    if not actor.support_office:
        return _refused(request)
    made = operations.start_version(found, actor=actor, at=clock.now())
    return redirect(EDITION_DRAFT.address(made))


def _version_of(code: str, number: int) -> EditionVersion:
    return get_object_or_404(EditionVersion.objects.select_related("edition"), edition__code=code, number=number)


@require_safe
@signed_in
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show what a version says, part by part, and what it changed."""
    only_offices(request)
    found = _version_of(code, number)
    before = EditionVersion.objects.filter(edition=found.edition, number=number - 1).first()
    context = {
        "edition": found.edition,
        "version": found,
        "meta": [
            _("Holds from %(day)s") % {"day": cases.date_in_words(found.effective_from)},
            *([_who(found).strip()] if _who(found) else []),
        ],
        "parts": [(part.title, part.hint, _part_url("version_part", found, part)) for part in PARTS],
        "changes": cases.Section(
            _("What it changed"), context={"differences": _in_words(before.document, found.document)}
        )
        if before is not None
        else None,
    }
    return render(request, "scheme_data/version.html", context)


def _changes(before: EditionVersion, found: EditionVersion) -> cases.Section:
    return cases.Section(
        _("What it changed"), context={"differences": _in_words(before.document, found.document)[:MOST_DIFFERENCES]}
    )


def _part_url(name: str, found: EditionVersion, part: SchemePart) -> str:
    return reverse(f"scheme_data:{name}", args=[found.edition.code, found.number, part.name])


@require_safe
@signed_in
def version_part(request: HttpRequest, code: str, number: int, name: str) -> HttpResponse:
    """Show one part of what a version says."""
    only_offices(request)
    found, part = _version_of(code, number), part_named(name)
    if part is None:
        raise Http404
    context = {"edition": found.edition, "version": found, "part": part, "groups": _shown(part, found.document)}
    return render(request, "scheme_data/version_part.html", context)


def _shown(part: SchemePart, document: Document) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            group.title,
            [(place.label, place.kind.show(place.kind.read(document, place.path))) for place in group.places],
        )
        for group in part.groups(document)
    ]


@require_safe
@signed_in
def version_file(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Hand out a version as the file that can be taken in again."""
    only_offices(request)
    found = _version_of(code, number)
    return _file(f"edition-{code}-{number}.json", found.document)


def _file(name: str, document: Document) -> HttpResponse:
    content = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/json; charset=utf-8", headers=headers)


# A version that is being written


def _before(draft: EditionDraft) -> Document | None:
    return draft.base.document if draft.base is not None else None


def _touched(draft: EditionDraft) -> list[touched.Touched]:
    before = _before(draft)
    if before is None:
        return []
    return touched.who_is_touched(draft.edition, before, draft.document, get_language() or "en")


def _in_words(before: Document, after: Document) -> list[tuple[str, str, str]]:
    """Give each difference with its words, those of one place once."""
    labels = {
        place.path: (group.title, place)
        for part in PARTS
        for document in (before, after)
        for group in part.groups(document)
        for place in group.places
    }
    found: dict[str, tuple[str, str, str]] = {}
    for path, old, new in differences(before, after):
        numbered = _numbered(path, after)
        held = [known for known in labels if numbered == known or numbered.startswith((f"{known}.", f"{known}["))]
        if not held:
            found[path] = (path, _said(old), _said(new))
            continue
        title, place = labels[max(held, key=len)]
        found[place.path] = (
            f"{title}: {place.label}",
            _read_or_none(place.kind, before, place.path),
            _read_or_none(place.kind, after, place.path),
        )
    return list(found.values())


def _numbered(path: str, document: Document) -> str:
    """Give a path in which a row is named by its code with the number of that row, as places have it."""
    for name in ("countries", "clauses.commitment_to_quality", "clauses.financial_agreement"):
        if path.startswith(f"{name}["):
            code, _bracket, rest = path[len(name) + 1 :].partition("]")
            codes = [row["code"] for row in value_at(document, name)]
            return f"{name}[{codes.index(code)}]{rest}" if code in codes else path
    return path


def _read_or_none(kind: Any, document: Document, path: str) -> str:  # noqa: ANN401 -- any kind of answer
    try:
        return str(kind.show(kind.read(document, path)))
    except LookupError:
        return ""


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _sections(draft: EditionDraft, actor: Actor, at: datetime) -> list[cases.Section]:
    del at
    may_edit = draft.state == EditionDraftState.DRAFT and decide.may(
        actor, EDITION_DRAFT.name, Action.EDIT_VERSION, draft
    )
    before = _before(draft)
    found = _in_words(before, draft.document) if before is not None else []
    held = _touched(draft)
    return [
        cases.Section(_("What is proposed"), _facts(draft)),
        cases.Section(
            _("What changes"),
            template="scheme_data/differences.html",
            context={"differences": found[:MOST_DIFFERENCES], "is_new": before is None},
        ),
        cases.Section(
            _("Who is touched"),
            template="scheme_data/touched.html",
            context={
                "touched": [(one, list(one.cases(touched.SHOWN)), one.count) for one in held],
                "address": EDITION_DRAFT.address(draft),
            },
        ),
        cases.Section(
            _("Parts"),
            template="scheme_data/parts.html",
            context={
                "parts": [
                    (part.title, part.hint, f"{EDITION_DRAFT.address(draft)}parts/{part.name}/") for part in PARTS
                ],
                "may_edit": may_edit,
                "address": EDITION_DRAFT.address(draft),
            },
        ),
    ]


def _facts(draft: EditionDraft) -> list[tuple[str, str]]:
    rows = [
        (_("Edition"), draft.names["name"]),
        (_("Written by"), str(draft.drafted_by)),
        (_("Begun from"), _("Version %(number)d") % {"number": draft.base.number} if draft.base else _("A file")),
    ]
    if draft.effective_on is not None:
        rows.append((_("Holds from"), _day(draft)))
    if draft.why:
        rows.append((_("Why it changes"), draft.why))
    if draft.returned_why:
        rows.append((_("Why it came back"), draft.returned_why))
    return rows


def _day(draft: EditionDraft) -> str:
    return date_format(draft.effective_on, _("j E Y")) if draft.effective_on else ""


PAGE = CasePage(
    machine=EDITION_DRAFT,
    operations=operations,
    title=lambda draft, _actor: _("New version: %(edition)s") % {"edition": draft.names["name"]},
    sections=_sections,
    forms={Action.PROPOSE_VERSION: ProposeVersionForm, Action.RETURN_VERSION: ReturnVersionForm},
    danger=frozenset({Action.WITHDRAW_VERSION}),
    breadcrumb=lambda _draft, _actor: [(_("Work queue"), "/desk/"), (_("Scheme data"), SCHEME)],
    thread_of=lambda _draft: None,
)


def _load(request: HttpRequest, reference: str) -> EditionDraft:
    rows = EditionDraft.objects.select_related("edition", "base", "drafted_by")
    found: EditionDraft = pages.load(request, rows, EDITION_DRAFT.name, reference=reference)
    return found


@require_safe
@signed_in
def draft(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a version that is being written or decided on."""
    return pages.show(request, PAGE, _load(request, reference))


@require_http_methods(["GET", "POST"])
@signed_in
def act(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Take a step with it."""
    return pages.act(request, PAGE, _load(request, reference), action)


@require_safe
@signed_in
def draft_file(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out what is written as a file that can be taken in again."""
    found = _load(request, reference)
    return _file(f"edition-{found.names['code']}-{found.reference}.json", found.document)


@require_safe
@signed_in
def touched_as_file(request: HttpRequest, reference: str, form: str) -> HttpResponseBase:
    """Give everybody who is touched as a list to be kept."""
    found = _load(request, reference)
    header = [_("What"), _("Reference"), _("Case"), _("State"), _("What changes")]
    rows = (
        (one.title, case.reference, case.title, case.state, case.what)
        for one in _touched(found)
        for case in one.cases()
    )
    return list_response(f"touched-{found.reference}", form, header, rows)


def _not_to_be_edited(request: HttpRequest, found: EditionDraft) -> HttpResponse | None:
    if not decide.may(actor_of(request), EDITION_DRAFT.name, Action.EDIT_VERSION, found):
        return _refused(request)
    if found.state != EditionDraftState.DRAFT:
        return redirect(EDITION_DRAFT.address(found))
    return None


@require_http_methods(["GET", "POST"])
@signed_in
def draft_part(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Show and save one part of a version that is being written."""
    found, part = _load(request, reference), part_named(name)
    if part is None:
        raise Http404
    answer = _not_to_be_edited(request, found)
    if answer is not None:
        return answer
    form = PartOfSchemeForm(request.POST if request.method == "POST" else None, part=part, document=found.document)
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_version(
                found,
                document=form.changed_document(),
                changed=form.changed_data,
                actor=actor_of(request),
                at=clock.now(),
            )
        except InvalidDocument as error:
            form.refuse(error)
        except NotDone as reason:
            form.add_error(None, sentences.refusal_sentence(reason.refusal.code, reason.refusal.params))
        else:
            messages.success(request, _("“%(part)s” is saved.") % {"part": part.title})
            return redirect(EDITION_DRAFT.address(found))
    context = {"draft": found, "part": part, "form": form, "address": EDITION_DRAFT.address(found)}
    return render(request, "scheme_data/part.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def new_country(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a country to a version that is being written."""
    found = _load(request, reference)
    answer = _not_to_be_edited(request, found)
    if answer is not None:
        return answer
    form = NewCountryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            operations.edit_version(
                found,
                document=form.added_to(found.document),
                changed=[f"countries[{code}]"],
                actor=actor_of(request),
                at=clock.now(),
            )
        except InvalidDocument as error:
            form.refuse(error)
        else:
            messages.success(request, _("The country is added. Its amount stands in the part “Amounts”."))
            return redirect(EDITION_DRAFT.address(found))
    context = {"draft": found, "form": form, "address": EDITION_DRAFT.address(found)}
    return render(request, "scheme_data/new_country.html", context, status=UNPROCESSABLE if form.errors else 200)
