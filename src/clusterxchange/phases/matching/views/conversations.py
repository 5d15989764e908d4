"""What organisations write to each other: the list with unread counts, one conversation, and reports of abuse."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.foundation import clock
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import operations, queries, states
from clusterxchange.phases.matching.forms import CloseAbuseReport, ReportAbuse, StartConversation
from clusterxchange.phases.matching.models import AbuseReport, Conversation
from clusterxchange.phases.matching.views.catalogue import closed
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow import cases, pages, sentences, thread
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Message
from clusterxchange.workflow.pages import CONFLICT, FORBIDDEN, UNPROCESSABLE, CasePage, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal

CONVERSATIONS_OF_A_PAGE = 25
KIND = "conversation"


def author_shown(conversation: Conversation, message: Message, actor: Actor) -> str:
    """Give the name of whoever wrote: of the other organisation's people only once both have agreed."""
    side = {V: conversation.visitor_participation, H: conversation.host_participation}.get(Capacity(message.capacity))
    name: str = message.author.full_name or message.author.email
    if side is None or decide.may(actor, "participation", Action.SEE_PERSON, side):
        return name
    return states.CONVERSATION.describe(conversation)[f"name_{message.capacity}"]


def other_name(names: dict[str, str], held: frozenset[Capacity]) -> str:
    """Give with whom a conversation is, as its reader says it: the other side, or both to a contact point."""
    if V in held and H not in held:
        return names["host"]
    if H in held and V not in held:
        return names["visitor"]
    return _("%(visitor)s and %(host)s") % names


@require_safe
@signed_in
def conversations(request: HttpRequest) -> HttpResponse:
    """List the conversations that the reader may read, the one written in last first, with what is unread."""
    actor = actor_of(request)
    found = queries.conversations_for(actor)
    page = Paginator(found, CONVERSATIONS_OF_A_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    unread = thread.unread_by(actor, KIND, [row.pk for row in rows])
    known = queries.organisations_known(rows)
    groups: dict[str, list[dict[str, Any]]] = {"unread": [], "read": []}
    for row in rows:
        number = unread.get(row.pk, 0)
        groups["unread" if number else "read"].append(_row(row, actor, number, known))
    may_look = queries.own_accepted(actor).exists()
    context = {
        "title": _("Conversations"),
        "breadcrumb": [(_("Desk"), "/desk/")],
        "groups": [
            {"title": _("With something new"), "rows": groups["unread"]},
            {"title": _("Read"), "rows": groups["read"]},
        ],
        "count": page.paginator.count,
        "page": page,
        "banner": _banner_of_list(groups["unread"]),
        "empty_sentence": _("Nobody has written to you, and you have written to nobody."),
        "empty_url": "/matching/best/" if may_look else "/desk/",
        "empty_label": _("See the best partners") if may_look else _("Go to your desk"),
    }
    return render(request, "matching/conversations.html", context)


def _banner_of_list(unread: list[dict[str, Any]]) -> dict[str, str]:
    if not unread:
        return {"ball": "nobody", "sentence": _("Nothing for you to do")}
    sentence = ngettext(
        "Read %(count)d conversation with something new",
        "Read %(count)d conversations with something new",
        len(unread),
    )
    return {
        "ball": "yours",
        "sentence": sentence % {"count": len(unread)},
        "link": str(unread[0]["url"]),
        "link_label": _("Open the first"),
    }


def _row(row: Conversation, actor: Actor, number: int, known: set[tuple[int, int]]) -> dict[str, Any]:
    names = {
        role: side.organisation.legal_name if (row.pk, side.organisation_id) in known else queries.name_shown(side)
        for role, side in (("visitor", row.visitor_participation), ("host", row.host_participation))
    }
    when = ngettext("%(count)d new", "%(count)d new", number) % {"count": number} if number else ""
    return {
        "url": states.CONVERSATION.address(row),
        "title": other_name(names, decide.capacities_of(actor, KIND, row)),
        "kind": row.reference,
        "who": cases.date_in_words(row.last_at or row.created_at),  # type: ignore[attr-defined]  # -- annotated by the query
        "when": when or sentences.state_label(KIND, row.state),
        "state": "yours" if number else "later",
        "reference": row.reference,
    }


def _title(conversation: Conversation, actor: Actor) -> str:
    names = dict(states.CONVERSATION.describe(conversation))
    held = decide.capacities_of(actor, KIND, conversation)
    return _("Conversation with %(name)s") % {"name": other_name(names, held)}


def _sections(conversation: Conversation, actor: Actor, at: datetime) -> list[cases.Section]:
    scheme = states.CONVERSATION.scheme_of(conversation, at)
    names = states.CONVERSATION.describe(conversation)
    sides = [
        {
            "name": names[role],
            "role": label(scheme, "roles", side.role),
            "where": shown.where(side, scheme),
            "url": shown.profile_address(side),
            "partnership": side.partnership.acronym,
        }
        for role, side in (
            ("visitor", conversation.visitor_participation),
            ("host", conversation.host_participation),
        )
    ]
    proposals = queries.proposals_for(actor).filter(
        visitor_participation=conversation.visitor_participation, host_participation=conversation.host_participation
    )
    rows = [
        {
            "url": states.PROPOSAL.address(proposal),
            "title": proposal.reference,
            "state": "later",
            "when": sentences.state_label("proposal", proposal.state),
            "reference": proposal.reference,
        }
        for proposal in proposals
    ]
    found = [cases.Section(_("The two organisations"), template="matching/sides.html", context={"sides": sides})]
    if rows:
        found.append(cases.Section(_("Proposals"), template="matching/links.html", context={"items": rows}))
    return found


def _context(request: HttpRequest, conversation: Conversation, at: datetime) -> dict[str, Any]:
    """Give the way on: to a proposal for the two, to a suggestion for a contact point; and what is not shared yet."""
    del at
    actor = actor_of(request)
    held = decide.capacities_of(actor, KIND, conversation)
    sides = {V: conversation.host_participation, H: conversation.visitor_participation}
    partner = next((side for capacity, side in sides.items() if capacity in held), None)
    guided = {VP: conversation.host_participation, HP: conversation.visitor_participation}
    suggested = next((side for capacity, side in guided.items() if capacity in held), None)
    has_agreed = queries.has_been_agreed(conversation.visitor_participation, conversation.host_participation)
    return {
        "has_agreed": has_agreed,
        "proposal_url": f"{shown.profile_address(partner)}#send-proposal" if partner and not has_agreed else "",
        "suggestion_url": f"{shown.profile_address(suggested)}#suggest-match" if suggested and not has_agreed else "",
    }


PAGE = CasePage(
    machine=states.CONVERSATION,
    operations=operations,
    title=_title,
    sections=_sections,
    forms={Action.REPORT_ABUSE: ReportAbuse},
    danger=frozenset({Action.BLOCK_CONVERSATION, Action.REPORT_ABUSE}),
    template="matching/conversation.html",
    breadcrumb=lambda _conversation, _actor: [
        (_("Desk"), "/desk/"),
        (_("Conversations"), "/matching/conversations/"),
    ],
    context=_context,
    author=author_shown,
    write=operations.write_message,
)


def _load(request: HttpRequest, reference: str) -> Conversation:
    rows = queries.conversations_for(actor_of(request))
    found: Conversation = pages.load(request, rows, KIND, reference=reference)
    return found


@require_safe
@signed_in
def conversation(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one conversation."""
    return pages.show(request, PAGE, _load(request, reference))


@signed_in
def act(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Block, open again, or report a conversation."""
    return pages.act(request, PAGE, _load(request, reference), action)


@signed_in
def speak(request: HttpRequest, reference: str) -> HttpResponse:
    """Write in a conversation."""
    return pages.speak(request, PAGE, _load(request, reference))


@signed_in
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """Write to a participant without a proposal."""
    at, actor = clock.now(), actor_of(request)
    partner = queries.profiles_for(actor).filter(reference=reference).first()
    if partner is None:
        raise Http404
    fitting = queries.own_accepted(actor).filter(edition_id=partner.edition_id, role=queries.OTHER_ROLE[partner.role])
    sides = list(fitting.exclude(organisation_id=partner.organisation_id))
    if not sides:
        return closed(request)
    scheme = scheme_of_edition(partner.edition_id, at)
    if request.method != "POST":
        known = queries.own_conversations(actor).filter(**{_column(partner): partner}).first()
        if known is not None and len(sides) == 1:
            return redirect(f"{states.CONVERSATION.address(known)}#thread")
        return _show_start(request, partner, StartConversation(sides=sides, scheme=scheme))
    form = StartConversation(request.POST, request.FILES, sides=sides, scheme=scheme)
    if not form.is_valid():
        return _show_start(request, partner, form, status=UNPROCESSABLE)
    answers = form.cleaned_data
    try:
        made = operations.start_conversation(
            sender=answers["side"],
            partner=partner,
            text=answers["text"],
            attachment=answers["attachment"],
            actor=actor,
            at=at,
        )
    except NotDone as reason:
        return _refuse_start(request, partner, form, reason.refusal)
    messages.success(request, _("Your message is in the thread. The others have been told."))
    return redirect(states.CONVERSATION.address(made))


def _refuse_start(
    request: HttpRequest, partner: Participation, form: StartConversation, refusal: Refusal
) -> HttpResponse:
    if not pages.put_at_field(form, refusal):
        return _show_start(request, partner, form, status=CONFLICT, refused=refusal)
    return _show_start(request, partner, form, status=UNPROCESSABLE)


def _column(partner: Participation) -> str:
    return "host_participation" if partner.role == "host" else "visitor_participation"


def _show_start(
    request: HttpRequest,
    partner: Participation,
    form: StartConversation,
    *,
    status: int = 200,
    refused: Refusal | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "partner": partner,
        "name": queries.name_shown(partner),
        "refusal": pages.refusal_context(Action.START_CONVERSATION, refused) if refused else None,
    }
    return render(request, "matching/start_conversation.html", context, status=status)


@require_safe
@signed_in
def abuse_reports(request: HttpRequest) -> HttpResponse:
    """Show the support office what was reported and waits for an answer."""
    return _show_reports(request)


@signed_in
def close_abuse_report(request: HttpRequest, number: int) -> HttpResponse:
    """Answer whoever has reported something, and close it."""
    actor = pages.only_support_office(request)
    report = get_object_or_404(AbuseReport, pk=number)
    if request.method != "POST":
        return redirect("/matching/abuse-reports/")
    form = CloseAbuseReport(request.POST)
    if not form.is_valid():
        return _show_reports(request, (report.pk, form), status=UNPROCESSABLE)
    try:
        operations.close_abuse_report(report, answer=form.cleaned_data["answer"], actor=actor, at=clock.now())
    except NotDone as reason:
        return _show_reports(request, status=CONFLICT, refused=reason.refusal)
    messages.success(request, _("The report is closed. Your answer goes by mail to whoever has reported it."))
    return redirect("/matching/abuse-reports/")


def _show_reports(
    request: HttpRequest,
    bound: tuple[int, CloseAbuseReport] | None = None,
    *,
    status: int = 200,
    refused: Refusal | None = None,
) -> HttpResponse:
    if not actor_of(request).support_office:
        return render(request, "errors/403.html", status=FORBIDDEN)
    waiting = [
        {
            "report": report,
            "url": states.CONVERSATION.address(report.conversation),
            "action_url": f"/matching/abuse-reports/{report.pk}/close-abuse-report/",
            "names": states.CONVERSATION.describe(report.conversation),
            "form": bound[1] if bound and bound[0] == report.pk else CloseAbuseReport(auto_id=f"id_{report.pk}_%s"),
        }
        for report in queries.abuse_reports(still_open=True)
    ]
    context = {
        "waiting": waiting,
        "closed": queries.abuse_reports(still_open=False).order_by("-closed_at")[:CONVERSATIONS_OF_A_PAGE],
        "refusal": pages.refusal_context(Action.CLOSE_ABUSE_REPORT, refused) if refused else None,
        "has_errors": bound is not None,
        "error_form": bound[1] if bound else None,
    }
    return render(request, "matching/abuse_reports.html", context, status=status)
