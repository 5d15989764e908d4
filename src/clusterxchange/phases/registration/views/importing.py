"""Bringing many in by a list: read, shown row by row, imported once it is confirmed."""

import hashlib
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.foundation.spreadsheets import csv_response
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration import operations
from clusterxchange.phases.registration.assistance import imported_rows
from clusterxchange.phases.registration.assistance.forms import ListForm
from clusterxchange.phases.registration.models import ImportedFile
from clusterxchange.workflow import pages
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import actor_of, signed_in
from clusterxchange.workflow.sentences import refusal_sentence

MOST_SHOWN = 20


def kind_for(actor: Actor) -> str:
    """Give what the actor may import.

    :raises Http404: the actor may import nothing.
    """
    if actor.support_office:
        return ImportedFile.Kind.PARTICIPANTS
    if actor.partnerships_as(CASE_PEOPLE):
        return ImportedFile.Kind.INVITATIONS
    raise Http404


def _partnerships(actor: Actor) -> list[Partnership]:
    found = Partnership.objects.filter(edition__is_open=True).order_by("acronym")
    return list(found if actor.support_office else found.filter(pk__in=actor.partnerships_as(CASE_PEOPLE)))


def _lists(actor: Actor) -> Any:  # noqa: ANN401 -- a queryset
    own = Q(partnership_id__in=actor.partnerships_as(CASE_PEOPLE), kind=ImportedFile.Kind.INVITATIONS)
    if actor.support_office:
        own |= Q(kind=ImportedFile.Kind.PARTICIPANTS)
    return ImportedFile.objects.filter(own).select_related("partnership", "uploaded_by").order_by("-pk")


@require_http_methods(["GET", "POST"])
@signed_in
def upload(request: HttpRequest) -> HttpResponse:
    """Take a list, and show what would be imported of it."""
    actor, at = actor_of(request), clock.now()
    kind = kind_for(actor)
    own = _partnerships(actor)
    if request.method != "POST":
        return _upload_page(request, ListForm(kind=kind, partnerships=own))
    form = ListForm(request.POST, request.FILES, kind=kind, partnerships=own)
    partnership = form.chosen() if form.is_valid() else None
    if partnership is None or form.table is None:
        return _upload_page(request, form, status=pages.UNPROCESSABLE)
    digest = hashlib.sha256(form.content).hexdigest()
    name = str(form.cleaned_data["list"].name)
    try:
        kept = operations.keep_import(
            kind=kind, partnership=partnership, table=form.table, name=name, sha256=digest, actor=actor, at=at
        )
    except NotDone as reason:
        return _upload_page(request, form, status=pages.FORBIDDEN, refusal=reason)
    return redirect("registration:imported_list", number=kept.pk)


def _upload_page(
    request: HttpRequest, form: ListForm, *, status: int = 200, refusal: NotDone | None = None
) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "form": form,
        "columns": imported_rows.COLUMNS[form.kind],
        "brings_participants": form.kind == ImportedFile.Kind.PARTICIPANTS,
        "lists": [_task(one) for one in _lists(actor)[:MOST_SHOWN]],
        "has_errors": bool(form.is_bound and form.errors),
        "refusal": pages.refusal_context(Action.INVITE_APPLICANT, refusal.refusal) if refusal else None,
    }
    return render(request, "registration/import.html", context, status=status)


def _task(kept: ImportedFile) -> dict[str, str]:
    done = kept.confirmed_at is not None
    return {
        "url": f"/registration/import/{kept.pk}/",
        "title": kept.name,
        "when": _("Imported") if done else _("Not confirmed"),
        "state": "done" if done else "half",
        "note": f"{kept.partnership.acronym}, {kept.uploaded_by}",
    }


@require_GET
@signed_in
def imported_list(request: HttpRequest, number: int) -> HttpResponse:
    """Show a list row by row: what would be imported, or what was."""
    return _list_page(request, _kept(request, number))


def _kept(request: HttpRequest, number: int) -> ImportedFile:
    kind_for(actor_of(request))
    found: ImportedFile | None = _lists(actor_of(request)).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def fault_rows(kept: ImportedFile) -> list[tuple[int, str, str, str]]:
    """Give row, column, reason and what was typed, one for each fault."""
    return [
        (row["number"], column, _sentence(code, typed), typed)
        for row in kept.rows
        for column, code, typed in row["faults"]
    ]


def _sentence(code: str, typed: str) -> str:
    if code in imported_rows.FAULTS:
        return str(imported_rows.FAULTS[code])
    return refusal_sentence(code, {"organisation": typed})


def _list_page(
    request: HttpRequest, kept: ImportedFile, *, status: int = 200, refused: NotDone | None = None
) -> HttpResponse:
    good = [row for row in kept.rows if not row["faults"]]
    same = (
        ImportedFile.objects.filter(partnership=kept.partnership, sha256=kept.sha256, confirmed_at__isnull=False)
        .exclude(pk=kept.pk)
        .exists()
    )
    context = {
        "kept": kept,
        "good": [
            {**row, "url": f"/registration/applications/{row['reference']}/" if row.get("reference") else ""}
            for row in good
        ],
        "faults": fault_rows(kept),
        "left_out": len(kept.rows) - len(good),
        "reading": kept.reading,
        "is_done": kept.confirmed_at is not None,
        "may_discard": kept.confirmed_at is None and kept.uploaded_by_id == actor_of(request).account_id,
        "was_imported_before": same,
        "brings_participants": kept.kind == ImportedFile.Kind.PARTICIPANTS,
        "refusal": pages.refusal_context(Action.INVITE_APPLICANT, refused.refusal) if refused else None,
    }
    return render(request, "registration/imported_list.html", context, status=status)


@require_POST
@signed_in
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Import the rows without a fault; a second press changes nothing."""
    kept = _kept(request, number)
    was_done = kept.confirmed_at is not None
    try:
        done = operations.carry_out_import(kept, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return _list_page(request, kept, status=pages.CONFLICT, refused=reason)
    count = sum(bool(row.get("reference")) for row in done.rows)
    if not was_done:
        sentence = ngettext("%(count)d row is imported.", "%(count)d rows are imported.", count)
        messages.success(request, sentence % {"count": count})
    return redirect("registration:imported_list", number=kept.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a list is to be thrown away, and do so."""
    kept, actor = _kept(request, number), actor_of(request)
    if request.method != "POST" and kept.confirmed_at is None and kept.uploaded_by_id == actor.account_id:
        return render(request, "registration/discard_list.html", {"kept": kept})
    if request.method != "POST":
        return redirect("registration:imported_list", number=kept.pk)
    try:
        operations.discard_import(kept, actor=actor, at=clock.now())
    except NotDone as reason:
        status = pages.status_of_refusal(reason.refusal)
        return _list_page(request, kept, status=status, refused=reason)
    messages.success(request, _("The list is discarded. Nothing of it was imported."))
    return redirect("registration:import")


@require_GET
@signed_in
def faults(request: HttpRequest, number: int) -> HttpResponseBase:
    """Give the faults as a file: row, column, reason."""
    header = [_("Row"), _("Column"), _("Reason"), _("What stands there")]
    return csv_response("rows-to-correct.csv", header, fault_rows(_kept(request, number)))


@require_GET
@signed_in
def template(request: HttpRequest) -> HttpResponseBase:
    """Give an empty list with its header, an example and what each column is for."""
    columns = imported_rows.COLUMNS[kind_for(actor_of(request))]
    explained = [f"# {columns[0].label}", *(str(column.label) for column in columns[1:])]
    example = [f"# {columns[0].example}", *(column.example for column in columns[1:])]
    return csv_response("template.csv", [column.name for column in columns], [explained, example])
