"""The list of proposals, and one proposal with its conversation."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity, H
from clusterxchange.foundation import clock
from clusterxchange.foundation.scoping import visible
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import operations, queries, ranking, states
from clusterxchange.phases.matching.catalogue import Asker
from clusterxchange.phases.matching.engine.participant import HOST, PHYSICAL, VISIT
from clusterxchange.phases.matching.forms import DeclineProposal
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.matching.views.conversations import author_shown
from clusterxchange.phases.matching.views.dates import agreed_days_of, section_of_dates
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import cases, obligations, pages, registry, sentences
from clusterxchange.workflow.pages import CasePage, actor_of, signed_in

EXCHANGE = "exchange"
PROPOSALS_OF_A_PAGE = 25


@require_safe
@signed_in
def proposals(request: HttpRequest) -> HttpResponse:
    """List the proposals that the reader may see: those that wait for the reader first, then by state."""
    actor, at = actor_of(request), clock.now()
    page = Paginator(queries.proposals_for(actor), PROPOSALS_OF_A_PAGE).get_page(request.GET.get("page"))
    shown_ones = list(page.object_list)
    waiting = {
        one.subject_id: one
        for one in obligations.mine(actor).filter(kind="proposal", subject_id__in=[row.pk for row in shown_ones])
    }
    groups: dict[str, list[dict[str, Any]]] = {"yours": [], "open": [], "accepted": [], "over": []}
    for proposal in shown_ones:
        group = "yours" if proposal.pk in waiting else GROUP_OF_STATE.get(proposal.state, "over")
        groups[group].append(row_of_list(proposal, waiting.get(proposal.pk), at))
    titles = {
        "yours": _("Waiting for your answer"),
        "open": _("Waiting for an answer"),
        "accepted": _("Accepted"),
        "over": _("Over"),
    }
    first = next(iter(groups["yours"]), None)
    banner: dict[str, str] = {"ball": "nobody", "sentence": _("Nothing for you to do")}
    if first is not None:
        banner = {
            "ball": "yours",
            "sentence": ngettext(
                "Answer %(count)d proposal", "Answer %(count)d proposals", len(groups["yours"])
            ) % {"count": len(groups["yours"])},
            "link": str(first["url"]),
            "link_label": _("Open the first"),
        }  # fmt: skip
    may_look = queries.own_accepted(actor).exists()
    context = {
        "title": _("Proposals"),
        "breadcrumb": [(_("Desk"), "/desk/")],
        "groups": [{"title": titles[name], "rows": rows} for name, rows in groups.items()],
        "count": page.paginator.count,
        "page": page,
        "banner": banner,
        "may_invite": may_look,
        "empty_sentence": _("You have neither sent nor received a proposal."),
        "empty_url": "/matching/best/" if may_look else "/desk/",
        "empty_label": _("See the best partners") if may_look else _("Go to your desk"),
    }
    return render(request, "matching/proposals.html", context)


GROUP_OF_STATE = {"SENT": "open", "SUGGESTED": "open", "INVITED": "open", "ACCEPTED": "accepted"}
TONE_OF_STATE = {"SENT": "theirs", "SUGGESTED": "theirs", "INVITED": "theirs", "ACCEPTED": "done"}


def row_of_list(proposal: Proposal, own: Any, at: datetime | None = None) -> dict[str, Any]:  # noqa: ANN401 -- an obligation
    """Give a proposal as one row; with the obligation of the reader, until when it waits."""
    names = states.PROPOSAL.describe(proposal)
    when = sentences.state_label("proposal", proposal.state)
    if own is not None and own.due_at is not None and at is not None:
        when = cases.due_in_words(own.due_at, at)
    return {
        "url": states.PROPOSAL.address(proposal),
        "title": _("%(visitor)s visits %(host)s") % names,
        "kind": proposal.reference,
        "who": cases.date_in_words(proposal.created_at),
        "when": when,
        "state": "yours" if own is not None else TONE_OF_STATE.get(proposal.state, "later"),
        "reference": proposal.reference,
    }


def say_what_happened(request: HttpRequest, proposal: Proposal, action: Action, capacity: Capacity) -> None:
    """Tell the sender on the next page."""
    names = cases.names_of(proposal, capacity, states.PROPOSAL)
    messages.success(request, str(sentences.ACTIONS[action].happened) % names)


def person_of(participation: Participation, actor: Actor) -> dict[str, Any] | None:
    """Give the person, once disclosed to the reader; before that nothing of them leaves this place."""
    if not decide.may(actor, "participation", Action.SEE_PERSON, participation):
        return None
    representative = participation.application.representative
    may_open = decide.may(actor, "participation", Action.OPEN_CURRICULUM_VITAE, participation)
    return {
        "name": representative.account.full_name,
        "rows": [
            (_("Name"), representative.account.full_name),
            (_("Position"), representative.position),
            (_("E-mail address"), representative.account.email),
            (_("Telephone"), representative.phone),
        ],
        "cv_url": f"/matching/organisations/{participation.reference}/curriculum-vitae/"
        if may_open and representative.curriculum_vitae_id
        else "",
    }


def _title(proposal: Proposal, actor: Actor) -> str:
    del actor
    return _("Proposal: %(visitor)s visits %(host)s") % states.PROPOSAL.describe(proposal)


def _sections(proposal: Proposal, actor: Actor, at: datetime) -> list[cases.Section]:
    scheme = states.PROPOSAL.scheme_of(proposal, at)
    names = states.PROPOSAL.describe(proposal)
    rows: list[tuple[Any, ...]] = [(_("Format"), label(scheme, "formats", proposal.format))]
    if proposal.suggested_by is not None:
        rows.append((_("Suggested by"), proposal.suggested_by.acronym))
    elif proposal.sender_organisation is None:
        rows.append((_("Suggested by"), _("The support office")))
    else:
        rows.append((_("Sent by"), proposal.sender_organisation.legal_name))
    rows.append((_("Sent on"), cases.date_in_words(proposal.created_at)))
    if proposal.is_prior_agreement:
        rows.append((_("Agreed before"), _("Yes, outside this tool")))
    rows.append((_("Message"), proposal.message))
    if proposal.decline_reason:
        rows.append((_("Declined because"), label(scheme, "proposal_decline_reasons", proposal.decline_reason)))
    if proposal.decline_text:
        rows.append((_("In their words"), proposal.decline_text))
    sides = [
        _side(side, name, role, actor, scheme)
        for side, name, role in (
            (proposal.visitor_participation, names["visitor"], VISIT),
            (proposal.host_participation, names["host"], HOST),
        )
    ]
    found = [
        cases.Section(_("The proposal"), rows),
        cases.Section(_("The two organisations"), template="matching/sides.html", context={"sides": sides}),
    ]
    return found + section_of_dates(proposal) + _section_of_reasons(proposal, actor, scheme)


def _side(side: Participation | None, name: str, role: str, actor: Actor, scheme: Scheme) -> dict[str, Any]:
    if side is None:
        return {
            "name": name,
            "role": label(scheme, "roles", role),
            "where": _("Invited, not registered yet"),
            "url": "",
        }
    return {
        "name": name,
        "role": label(scheme, "roles", role),
        "where": shown.where(side, scheme),
        "url": shown.profile_address(side),
        "partnership": side.partnership.acronym,
        "person": None if side.organisation_id in actor.organisations else person_of(side, actor),
    }


def _section_of_reasons(proposal: Proposal, actor: Actor, scheme: Scheme) -> list[cases.Section]:
    visitor, host = proposal.visitor_participation, proposal.host_participation
    if visitor is None or host is None or proposal.state not in GROUP_OF_STATE:
        return []
    is_host = H in decide.capacities_of(actor, "proposal", proposal)
    own, other = (host, visitor) if is_host else (visitor, host)
    asker = Asker(own, is_guided=False, scheme=scheme)
    (ranked,) = ranking.ranking_for(own, [other], scheme)
    if ranked.excluded is not None:
        return []
    reasons = shown.reasons_in_words(asker, ranked)
    return [cases.Section(_("Why the two fit"), template="matching/reasons.html", context=reasons)]


def _context(request: HttpRequest, proposal: Proposal, at: datetime) -> dict[str, Any]:
    """Give the way to the exchange that came of the proposal, once a later phase has made it."""
    del at
    if proposal.state != "ACCEPTED" or EXCHANGE not in {machine.name for machine in registry.machines()}:
        return {}
    machine = registry.machine_named(EXCHANGE)
    rows = visible(machine.model._default_manager.filter(proposal_id=proposal.pk), EXCHANGE, actor_of(request))
    exchange = rows.first()
    return {"exchange_url": machine.address(exchange)} if exchange is not None else {}


def _consequences(proposal: Proposal, action: Action) -> list[str]:
    """Say before a match is confirmed what comes of it: days, what is shared, what is taken, what closes."""
    visitor = proposal.visitor_participation
    if action not in (Action.ACCEPT_PROPOSAL, Action.ACCEPT_SUGGESTION) or visitor is None:
        return []
    found = []
    if days := agreed_days_of(proposal):
        found.append(_("The stay is planned for %(days)s.") % {"days": days})
    else:
        found.append(_("No days are agreed yet: you agree on them in the Commitment to Quality."))
    found.append(_("Each side sees the other's contact person, e-mail address, telephone and CV from then on."))
    names = states.PROPOSAL.describe(proposal)
    if proposal.format == PHYSICAL:
        taken = _("The one visit of %(visitor)s is taken by this exchange, and a place of %(host)s.")
        found.append(sentences.filled(taken, names))
        number = queries.other_open_physical_proposals(proposal).count()
        if number:
            found.append(
                ngettext(
                    "%(count)d other open proposal of the visiting organisation closes.",
                    "%(count)d other open proposals of the visiting organisation close.",
                    number,
                )
                % {"count": number}
            )
    found.append(_("Next, both of you write the Commitment to Quality."))
    return found


PAGE = CasePage(
    machine=states.PROPOSAL,
    operations=operations,
    title=_title,
    sections=_sections,
    forms={Action.DECLINE_PROPOSAL: DeclineProposal},
    danger=frozenset({Action.DECLINE_PROPOSAL, Action.WITHDRAW_PROPOSAL}),
    template="matching/proposal.html",
    breadcrumb=lambda _proposal, _actor: [(_("Desk"), "/desk/"), (_("Proposals"), "/matching/proposals/")],
    context=_context,
    consequences=_consequences,
    thread_of=lambda proposal: queries.conversation_of(proposal.visitor_participation, proposal.host_participation),
    author=author_shown,
    write=operations.write_message,
)


def _load(request: HttpRequest, reference: str) -> Proposal:
    found: Proposal = pages.load(request, queries.proposals_for(actor_of(request)), "proposal", reference=reference)
    return found


@require_safe
@signed_in
def proposal(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one proposal with its conversation."""
    return pages.show(request, PAGE, _load(request, reference))


@signed_in
def act(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Take a step on a proposal."""
    return pages.act(request, PAGE, _load(request, reference), action)


@signed_in
def speak(request: HttpRequest, reference: str) -> HttpResponse:
    """Write in the conversation of a proposal."""
    return pages.speak(request, PAGE, _load(request, reference))
