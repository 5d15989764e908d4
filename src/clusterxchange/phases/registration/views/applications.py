"""The pages of an application: start, sections, check, assessment, decision."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import VP
from clusterxchange.foundation import clock
from clusterxchange.parties.memberships import actor_for
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.registration import known_answers, operations, queries, rules
from clusterxchange.phases.registration.forms import (
    APPLICATION_FORMS,
    StartForm,
)
from clusterxchange.phases.registration.models import (
    OPEN_APPLICATION_STATES,
    Application,
    ApplicationState,
)
from clusterxchange.phases.registration.notices import section_title
from clusterxchange.phases.registration.states import APPLICATION
from clusterxchange.phases.registration.views import assessing, on_behalf, papers, summaries
from clusterxchange.scheme import code_lists, terms
from clusterxchange.scheme.current import open_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import pages, sentences
from clusterxchange.workflow.cases import Section, date_in_words, last_day_of
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CasePage, actor_of, load, signed_in


def _scheme(application: Application, at: datetime) -> Scheme:
    return queries.scheme_of_edition(application.edition_id, at)


def title_of(application: Application, actor: Actor) -> str:
    """Name a registration: by its organisation, or as the reader's own."""
    if application.organisation_id in actor.organisations:
        return _("Your registration")
    return application.organisation.legal_name or _("Registration of %(person)s") % {
        "person": application.representative.account
    }


def _meta(application: Application, actor: Actor) -> list[str]:
    found = [summaries.roles_in_words(_scheme(application, clock.now()), application)]
    if application.organisation_id in actor.organisations and application.organisation.legal_name:
        found.insert(0, application.organisation.legal_name)
    if application.partnership is not None:
        found.append(application.partnership.acronym)
    return [one for one in found if one]


def _section_url(application: Application, section: str) -> str:
    return f"{APPLICATION.address(application)}sections/{section}/"


def _sections(application: Application, actor: Actor, at: datetime) -> list[Section]:
    scheme = _scheme(application, at)
    change = None
    if application.state == ApplicationState.ON_HOLD and application.organisation_id in actor.organisations:
        change = lambda section: _section_url(application, section)  # noqa: E731 -- a way to each section
    seen = papers.openings(application) if application.organisation_id in actor.organisations else []
    return [*_decision(application, scheme), *seen, *summaries.answers_of(scheme, application, change)]


def _decision(application: Application, scheme: Scheme) -> list[Section]:
    rows: list[tuple[Any, ...]] = []
    for role, decision in (
        ("visit", application.get_visit_decision_display()),
        ("host", application.get_host_decision_display()),
    ):
        if decision:
            rows.append((code_lists.label(scheme, "roles", role), decision))
    texts = (
        (
            _("Reason from the list"),
            code_lists.label(scheme, "application_refusal_reasons", application.decision_code)
            if application.decision_code
            else "",
        ),
        (_("Reason"), application.decision_reason),
        (_("Answer of the agency"), application.agency_reason),
        (_("Objection"), application.objection),
        (_("Answer to the objection"), application.objection_answer),
        (_("Reason for the move"), application.move_reason),
        (_("What the partnership wrote"), application.letter),
    )
    rows += [row for row in texts if row[1]]
    rows += [
        (one["question"], one["answer"] or _("Not answered yet"))
        for one in assessing.questions_and_answers(application)
    ]
    return [Section(_("Decision and questions"), rows)] if rows else []


def _files(application: Application, actor: Actor) -> list[dict[str, Any]]:
    person, address = application.representative, APPLICATION.address(application)
    kept = ((person.curriculum_vitae, "curriculum-vitae"), (person.permit_document, "permit-document"))
    if not decide.may(actor, APPLICATION.name, Action.OPEN_CURRICULUM_VITAE, application):
        return []
    return [papers.row_of(file, f"{address}{part}/") for file, part in kept if file is not None]


def _after(application: Application, action: Action) -> str:
    return "/desk/" if action is Action.MOVE_APPLICATION else APPLICATION.address(application)


DONE = 302
DANGER = frozenset(
    {
        Action.DISCARD_APPLICATION,
        Action.WITHDRAW_APPLICATION,
        Action.REFUSE_APPLICATION,
        Action.REFUSE_EXCEPTION,
        Action.DISMISS_OBJECTION,
    }
)
COMMON: Mapping[str, Any] = {
    "machine": APPLICATION,
    "operations": operations,
    "title": title_of,
    "sections": _sections,
    "forms": APPLICATION_FORMS,
    "danger": DANGER,
    "meta": _meta,
    "files": _files,
    "after": _after,
}


def _draft_context(request: HttpRequest, application: Application, at: datetime) -> dict[str, Any]:
    scheme = _scheme(application, at)
    items, complete = [], 0
    for section in rules.SECTIONS:
        progress = rules.progress_of(scheme, application, section)
        complete += progress.is_complete
        items.append(_task(application, section, progress))
    following = next(
        (section for section in rules.SECTIONS if not rules.progress_of(scheme, application, section).is_complete), None
    )
    checking = f"{APPLICATION.address(application)}check/"
    submit = {"title": _("Check your answers and submit"), "url": checking, "when": _("Not begun"), "state": "yours"}
    if following is not None:
        submit = {
            "title": submit["title"],
            "when": _("Cannot start yet"),
            "state": "later",
            "note": _("Opens when all sections are complete."),
        }
    return {
        "tasks": [*items, submit],
        "complete": complete,
        "total": len(rules.SECTIONS),
        "next_url": _section_url(application, following) if following else checking,
        "next_label": _("Go on with “%(section)s”") % {"section": section_title(following)}
        if following
        else _("Check your answers"),
        **on_behalf.context_of(application, actor_of(request)),
    }


def _task(application: Application, section: str, progress: rules.Progress) -> dict[str, str]:
    task = {"url": _section_url(application, section), "title": section_title(section)}
    if progress.is_complete:
        return {**task, "when": _("Completed"), "state": "done"}
    if progress.wrong:
        count = ngettext("%(count)d answer needs a second look", "%(count)d answers need a second look", progress.wrong)
        return {**task, "when": count % {"count": progress.wrong}, "state": "held"}
    if progress.is_begun:
        given = {"given": progress.required - progress.missing, "required": progress.required}
        return {**task, "when": _("Begun, %(given)d of %(required)d answers") % given, "state": "half"}
    return {**task, "when": _("Not begun"), "state": "yours"}


def _submitted_context(request: HttpRequest, application: Application, at: datetime) -> dict[str, Any]:
    own = application.organisation_id in actor_of(request).organisations
    context: dict[str, Any] = {"is_own": own, "participations": list(application.participations.order_by("role"))}
    if own and application.state == ApplicationState.SUBMITTED and application.submitted_at is not None:
        country = application.partnership.coordinating_country if application.partnership else None
        due = terms.due_at(_scheme(application, at), "assessment", application.submitted_at, country)
        context["assessed_by"] = date_in_words(last_day_of(due))
        if application.assignment:
            texts = sentences.ACTIONS[Action.ASSIGN_PARTNERSHIP]
            context["assigned_because"] = sentences.filled(texts.happened, APPLICATION.describe(application))
    if own and application.state == ApplicationState.ON_HOLD:
        context["tasks"] = assessing.tasks_of_applicant(application)
        context["questions"] = assessing.questions_and_answers(application)
    context |= on_behalf.context_of(application, actor_of(request))
    if VP in decide.capacities_of(actor_of(request), APPLICATION.name, application) and not own:
        context["place"] = assessing.place_in_queue(application, actor_of(request))
    return context


def _shown_file(application: Application, actor: Actor) -> str:
    """Give where the curriculum vitae is shown beside the checklist, empty where it stays closed."""
    file = application.representative.curriculum_vitae
    may = decide.may(actor, APPLICATION.name, Action.OPEN_CURRICULUM_VITAE, application)
    return f"{APPLICATION.address(application)}curriculum-vitae/show/" if may and file and file.may_be_opened else ""


def _assessment_context(request: HttpRequest, application: Application, at: datetime) -> dict[str, Any]:
    return {
        **assessing.context_of(application, actor_of(request), application.checklist_saved_at),
        **on_behalf.context_of(application, actor_of(request)),
        "shown_file": _shown_file(application, actor_of(request)),
        "findings": summaries.findings_of(_scheme(application, at), application),
        "case_address": APPLICATION.address(application),
    }


DRAFT_PAGE = CasePage(
    **COMMON,
    # A draft is deleted; withdrawing is for what somebody else has seen.
    elsewhere=frozenset({Action.SUBMIT_APPLICATION, Action.WITHDRAW_APPLICATION}),
    template="registration/draft.html",
    context=_draft_context,
)
APPLICATION_PAGE = CasePage(**COMMON, template="registration/application.html", context=_submitted_context)
ASSESSMENT_PAGE = CasePage(
    **COMMON,
    elsewhere=frozenset({Action.ACCEPT_APPLICATION}),
    template="registration/assessment.html",
    context=_assessment_context,
    sent_along=assessing.checklist_as_typed,
)


def _checked_sections(application: Application, actor: Actor, at: datetime) -> list[Section]:
    del actor
    return summaries.answers_of(
        _scheme(application, at), application, lambda section: f"{_section_url(application, section)}?back=check"
    )


CHECK_PAGE = CasePage(
    **{**COMMON, "sections": _checked_sections},
    elsewhere=frozenset({Action.SUBMIT_APPLICATION}),
    breadcrumb=lambda application, _actor: [
        (_("Desk"), "/desk/"),
        (_("Your registration"), APPLICATION.address(application)),
    ],
    template="registration/check.html",
)


def page_for(application: Application, actor: Actor, action: Action | None = None) -> CasePage:
    """Choose how an application is shown: as a form to fill in, as something to assess, or as it stands."""
    speaks = application.organisation_id in actor.organisations
    if speaks and application.state == ApplicationState.DRAFT:
        return CHECK_PAGE if action is Action.SUBMIT_APPLICATION else DRAFT_PAGE
    held = decide.capacities_of(actor, APPLICATION.name, application)
    if application.state == ApplicationState.DRAFT and on_behalf.may_fill_in(application, actor):
        return DRAFT_PAGE
    if VP in held and not speaks and application.state == ApplicationState.UNDER_ASSESSMENT:
        return ASSESSMENT_PAGE
    return APPLICATION_PAGE


def _load(request: HttpRequest, reference: str) -> Application:
    found: Application = load(request, queries.all_applications(), "application", reference=reference)
    return found


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Say what a registration needs, and offer to start one or to go on."""
    return _start_page(request)


def _start_page(
    request: HttpRequest, *, status: int = 200, form: StartForm | None = None, refusal: Mapping[str, str] | None = None
) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    own = list(queries.own_applications(actor)) if actor.is_signed_in else []
    unfinished = [one for one in own if one.state in OPEN_APPLICATION_STATES]
    organisations = list(
        Organisation.objects.filter(pk__in=actor.organisations).exclude(legal_name="").order_by("sort_name")
    )
    context = {
        "form": form or (StartForm(organisations=organisations) if organisations else None),
        "unfinished": [_own_task(one) for one in unfinished],
        "refusal": refusal,
        "edition": open_edition(at),
        "has_errors": bool(form and form.errors),
        "organisations": organisations,
    }
    return render(request, "registration/start.html", context, status=status)


def _own_task(application: Application) -> dict[str, str]:
    return {
        "url": APPLICATION.address(application),
        "title": application.organisation.legal_name or _("An organisation without a name yet"),
        "when": str(ApplicationState(application.state).label),
        "state": "half",
        "note": application.reference or "",
    }


@signed_in
def start_application(request: HttpRequest) -> HttpResponse:
    """Start a registration for the organisation chosen, or a new one."""
    if request.method != "POST":
        # Whoever had to sign in first comes back by the address alone.
        return redirect("registration:start")
    actor, at = actor_of(request), clock.now()
    organisations = {
        str(row.pk): row for row in Organisation.objects.filter(pk__in=actor.organisations).exclude(legal_name="")
    }
    organisation = None
    if organisations:
        form = StartForm(request.POST, organisations=organisations.values())
        if not form.is_valid():
            return _start_page(request, status=pages.UNPROCESSABLE, form=form)
        organisation = organisations.get(form.cleaned_data["organisation"])
    try:
        application = operations.start_application(actor=actor, at=at, organisation=organisation)
    except NotDone as reason:
        refusal = pages.refusal_context(Action.START_APPLICATION, reason.refusal)
        status = pages.status_of_refusal(reason.refusal)
        return _start_page(request, status=status, refusal=refusal)
    # Since the registration was started the person may speak for an organisation more than before.
    known_answers.take_in(
        request.session,
        application,
        _scheme(application, at),
        actor=actor_for(application.representative.account),
        at=at,
    )
    return redirect(APPLICATION.address(application))


@require_GET
@signed_in
def application(request: HttpRequest, reference: str) -> HttpResponse:
    """Show an application as its reader needs it."""
    found = _load(request, reference)
    return pages.show(request, page_for(found, actor_of(request)), found)


@require_GET
@signed_in
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Show all answers before they are submitted."""
    found = _load(request, reference)
    return pages.show(request, page_for(found, actor_of(request), Action.SUBMIT_APPLICATION), found)


@require_http_methods(["GET", "POST"])
@signed_in
def act(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Take a step on an application."""
    found = _load(request, reference)
    actor = actor_of(request)
    answer = pages.act(request, page_for(found, actor, action), found, action)
    if request.method == "POST" and answer.status_code == DONE and action in assessing.DECIDING:
        return redirect(assessing.way_on(found, actor))
    return answer


@require_POST
@signed_in
def save_checklist(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the checklist and show the mails, without a decision."""
    found = _load(request, reference)
    return assessing.save(request, page_for(found, actor_of(request)), found)


@require_POST
@signed_in
def pass_to_second_reader(request: HttpRequest, reference: str) -> HttpResponse:
    """Pass a registration on to another contact point."""
    found = _load(request, reference)
    return assessing.pass_on(request, page_for(found, actor_of(request)), found)


@signed_in
def speak(request: HttpRequest, reference: str) -> HttpResponse:
    """Write into the thread of an application."""
    found = _load(request, reference)
    return pages.speak(request, page_for(found, actor_of(request)), found)


@require_GET
@signed_in
def curriculum_vitae(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the curriculum vitae to whoever the table lets, and note it."""
    found = _load(request, reference)
    return papers.hand_out(request, page_for(found, actor_of(request)), found, found.representative.curriculum_vitae)


@require_GET
@signed_in
def show_curriculum_vitae(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the curriculum vitae inside a page to whoever the table lets, and note it as any other opening."""
    found = _load(request, reference)
    file = found.representative.curriculum_vitae
    return papers.hand_out(request, page_for(found, actor_of(request)), found, file, inside=True)


@require_GET
@signed_in
def permit_document(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the residence permit as the curriculum vitae is handed out."""
    found = _load(request, reference)
    return papers.hand_out(request, page_for(found, actor_of(request)), found, found.representative.permit_document)
