"""Pages of matching: best partners, catalogue, profiles, proposals, invitation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity, H, V
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.foundation.scoping import visible
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import operations, queries, states
from clusterxchange.phases.matching.catalogue import Asker
from clusterxchange.phases.matching.engine.participant import HOST, PHYSICAL, VISIT
from clusterxchange.phases.matching.forms import (
    CatalogueFilters,
    DeclineProposal,
    InvitePartner,
    SendProposal,
    SideForm,
    SuggestMatch,
)
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.matching.notices import listed
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.countries import marked_country_name
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import cases, obligations, pages, registry, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CONFLICT, FORBIDDEN, UNPROCESSABLE, CasePage, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal

EXCHANGE = "exchange"
PROPOSALS_OF_A_PAGE = 25
WHOLE = "sandbox; default-src 'none'"


@dataclass(frozen=True)
class Lookers:
    """Those for whom a person may look for partners: their own participations, and those that they guide."""

    own: list[Participation]
    guided: list[Participation]
    is_contact_point: bool

    @property
    def may_look(self) -> bool:
        """Whether the catalogue is open to this person at all."""
        return bool(self.own) or self.is_contact_point

    def chosen(self, reference: str, at: datetime) -> Asker | None:
        """Give the one with the reference; without one the first of their own.

        :raises Http404: the reference is nobody's of theirs.
        """
        if not reference:
            return shown.asker_of(self.own[0], is_guided=False, at=at) if self.own else None
        for rows, is_guided in ((self.own, False), (self.guided, True)):
            for row in rows:
                if row.reference == reference:
                    return shown.asker_of(row, is_guided=is_guided, at=at)
        raise Http404


def lookers(actor: Actor) -> Lookers:
    """Give those for whom the actor may look."""
    is_contact_point = bool(actor.partnerships_as(CASE_PEOPLE))
    guided = list(queries.guided_by(actor)) if is_contact_point else []
    return Lookers(list(queries.own_accepted(actor)), guided, is_contact_point)


def closed(request: HttpRequest) -> HttpResponse:
    """Answer somebody whose registration is not accepted: the page says how it opens."""
    return render(request, "matching/closed.html", status=FORBIDDEN)


def switch_between(own: list[Participation], asker: Asker | None) -> list[dict[str, Any]]:
    """Give the way from one own participation to the other, where a person has several."""
    if len(own) < 2:  # noqa: PLR2004 -- a switch needs two
        return []
    names = {VISIT: _("As a visiting organisation"), HOST: _("As a host organisation")}
    several = len({row.organisation_id for row in own}) > 1
    return [
        {
            "url": f"?{urlencode({'for': row.reference})}",
            "label": f"{names[row.role]}, {row.organisation.legal_name}" if several else names[row.role],
            "current": asker is not None and row.pk == asker.participation.pk,
        }
        for row in own
    ]


@require_safe
@signed_in
def best(request: HttpRequest) -> HttpResponse:
    """Show the list of best partners for one's own participation, or for one that a contact point guides."""
    at, who = clock.now(), lookers(actor_of(request))
    if not who.may_look:
        return closed(request)
    asker = who.chosen(request.GET.get("for", ""), at)
    if asker is None:
        return render(request, "matching/whom.html", {"people": _people_guided(who.guided, at)})
    rows = list(queries.candidates_for(asker.participation))
    ranked = queries.ranking_for(asker.participation, rows, asker.scheme)
    page = Paginator(ranked, shown.ROWS_OF_A_PAGE).get_page(request.GET.get("page"))
    matches = shown.cards(rows, page.object_list, asker, asker.scheme)
    context = {
        "asker": asker,
        "matches": matches,
        "possible": sum(one.excluded is None for one in ranked),
        "page": page,
        "query": urlencode({"for": asker.participation.reference}),
        "switch": switch_between(who.own, asker),
        "banner": _banner_of_best(asker, matches),
    }
    return render(request, "matching/best.html", context)


def _people_guided(rows: list[Participation], at: datetime) -> list[dict[str, str]]:
    return [
        {
            "url": f"?{urlencode({'for': row.reference})}",
            "title": row.organisation.legal_name,
            "state": "later",
            "when": label(scheme_of_edition(row.edition_id, at), "roles", row.role),
            "reference": row.reference or "",
        }
        for row in rows
    ]


def _banner_of_best(asker: Asker, matches: list[dict[str, Any]]) -> dict[str, str]:
    """Say whether the visiting organisation should write to somebody now; nobody else has to."""
    nothing = {"ball": "nobody", "sentence": _("Nothing for you to do")}
    if asker.is_guided:
        return nothing | {
            "why": _("You can suggest a partner to %(name)s. Both sides then decide.") % {"name": asker.name}
        }
    if not asker.visits:
        return nothing | {
            "why": _("Visiting organisations find you in their lists. You can also write to one yourself.")
        }
    if queries.visit_is_taken(asker.participation):
        return nothing | {"why": _("Your one visit is taken. A virtual exchange is still possible.")}
    most, still_open = asker.scheme.proposals.open_per_visitor, queries.open_sent_by(asker.participation)
    first = next((match for match in matches if not match.get("excluded") and "proposal_url" not in match), None)
    if still_open or first is None:
        return nothing | {
            "why": ngettext(
                "You have %(open)d proposal open. You can keep %(most)d open at a time.",
                "You have %(open)d proposals open. You can keep %(most)d open at a time.",
                still_open,
            )
            % {"open": still_open, "most": most}
        }
    return {
        "ball": "yours",
        "turn": V.word,
        "sentence": _("Write to a host organisation that you would like to visit"),
        "why": _("You can keep %(most)d proposals open at a time. None is open now.") % {"most": most},
        "link": first["write_url"],
        "link_label": _("Write to %(name)s") % {"name": first["name"]},
    }


@require_safe
@signed_in
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show everybody who is listed, with filters that stand in the address."""
    at, actor = clock.now(), actor_of(request)
    who = lookers(actor)
    if not who.may_look:
        return closed(request)
    asker = who.chosen(request.GET.get("for", ""), at)
    everybody = queries.candidates_for(asker.participation) if asker is not None else queries.catalogue_for(actor)
    scheme = asker.scheme if asker is not None else _scheme_of_the_guided(actor, at)
    filters = CatalogueFilters(request.GET, scheme, shows_roles=asker is None)
    narrowed = shown.narrowed(everybody, filters)
    rows, following = shown.page_after(shown.sorted_by_name(narrowed), request.GET.get("after", ""))
    kept = _sent_without(request.GET, "after")
    context = {
        "asker": asker,
        "filters": _filters_in_words(filters, shown.counts_of(everybody)),
        "words": filters.words,
        "chips": [
            {"url": f"?{_without_value(kept, name, value)}", "label": text} for name, value, text in filters.in_use()
        ],
        "clear_url": f"?{urlencode({'for': asker.participation.reference})}" if asker is not None else "?",
        "matches": _cards_of_the_catalogue(rows, asker, scheme),
        "count": shown.count_in_words(shown.counted(narrowed), shown.counted(everybody)),
        "next_url": f"?{_with_value(kept, 'after', following)}" if following else "",
        "first_url": f"?{kept.urlencode()}" if request.GET.get("after") else "",
        "switch": switch_between(who.own, asker),
        "guided": who.guided if asker is None or asker.is_guided else [],
    }
    return render(request, "matching/catalogue.html", context)


def _scheme_of_the_guided(actor: Actor, at: datetime) -> Scheme:
    partnership = queries.partnerships_guided_by(actor)[0]
    return scheme_of_edition(partnership.edition_id, at)


def _cards_of_the_catalogue(rows: list[Participation], asker: Asker | None, scheme: Scheme) -> list[dict[str, Any]]:
    if asker is None:
        return [shown.card(row, scheme, asker=None, ranked=None, proposal=None) for row in rows]
    ranked = queries.ranking_for(asker.participation, rows, scheme)
    found = {match["reference"]: match for match in shown.cards(rows, ranked, asker, scheme)}
    return [shown.card_of_the_catalogue(found[row.reference]) for row in rows]


def _filters_in_words(
    filters: CatalogueFilters, counts: Mapping[str, Mapping[str, int]] | None
) -> list[dict[str, Any]]:
    legends = {
        "role": _("Role"),
        "country": _("Country"),
        "type": _("Type of organisation"),
        "ecosystem": _("Industrial ecosystem"),
        "format": _("Format"),
    }
    found = []
    for name, offered in filters.lists.items():
        options = [
            {
                "value": code,
                "label": text,
                "chosen": code in filters.values[name],
                "count": counts[name].get(code, 0) if counts is not None else "",
            }
            for code, text in offered
            if counts is None or counts[name].get(code, 0) or code in filters.values[name]
        ]
        if options:
            found.append(
                {"name": name, "legend": legends[name], "options": options, "open": bool(filters.values[name])}
            )
    return found


def _sent_without(sent: QueryDict, name: str) -> QueryDict:
    kept = sent.copy()
    kept.pop(name, None)
    return kept


def _without_value(sent: QueryDict, name: str, value: str) -> str:
    kept = sent.copy()
    kept.setlist(name, [one for one in kept.getlist(name) if one != value] if name != "q" else [])
    return kept.urlencode()


def _with_value(sent: QueryDict, name: str, value: str) -> str:
    kept = sent.copy()
    kept[name] = value
    return kept.urlencode()


def _profile(request: HttpRequest, reference: str) -> Participation:
    found = queries.profiles_for(actor_of(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def organisation(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the profile of a participant, what can be done with it, and what each side would see of the other."""
    return _show_profile(request, _profile(request, reference))


@dataclass
class Offer:
    """One of the two things that can be done on a profile: the form, or why it is closed."""

    action: Action
    sides: list[Participation]
    form: SideForm | None = None
    refusal: Refusal | None = None

    def as_shown(self, address: str) -> dict[str, Any]:
        """Give what the template shows."""
        texts = sentences.ACTIONS[self.action]
        closed_sentence = sentences.refusal_sentence(self.refusal.code, self.refusal.params) if self.refusal else ""
        return {
            "action": str(self.action),
            "id": self.action.hyphenated,
            "url": f"{address}{self.action.hyphenated}/",
            "label": str(texts.button),
            "form": self.form,
            "refusal": self.refusal.code if self.refusal else "",
            "sentence": closed_sentence,
        }


FORMS: Mapping[Action, type[SideForm]] = {Action.SEND_PROPOSAL: SendProposal, Action.SUGGEST_MATCH: SuggestMatch}


def _sides_for(action: Action, actor: Actor, partner: Participation) -> list[Participation]:
    """Give those on whose side the actor may do this with the partner."""
    rows = queries.own_accepted(actor) if action is Action.SEND_PROPOSAL else queries.guided_by(actor)
    fitting = rows.filter(edition_id=partner.edition_id, role=queries.OTHER_ROLE[partner.role])
    return list(fitting.exclude(organisation_id=partner.organisation_id))


def _offer(
    request: HttpRequest, action: Action, partner: Participation, bound: SideForm | None, at: datetime
) -> Offer | None:
    actor = actor_of(request)
    sides = _sides_for(action, actor, partner)
    if not sides:
        return None
    if bound is not None:
        return Offer(action, sides, form=bound)
    wanted = request.GET.get("for", "")
    first = next((side for side in sides if side.reference == wanted), sides[0])
    scheme = scheme_of_edition(partner.edition_id, at)
    against: dict[str, Refusal | None] = {}
    for code in scheme.code_lists["formats"]:
        against[code] = operations.refusal_against(action, own=first, partner=partner, format=code, actor=actor, at=at)
    possible = [code for code, refusal in against.items() if refusal is None]
    if not possible and len(sides) == 1:
        return Offer(action, sides, refusal=against[PHYSICAL])
    initial = {"side": first.reference, "format": possible[0] if len(possible) == 1 else None}
    if PHYSICAL in possible and partner.format != "virtual":
        initial["format"] = PHYSICAL
    return Offer(action, sides, form=FORMS[action](sides=sides, scheme=scheme, initial=initial))


def _show_profile(
    request: HttpRequest,
    participation: Participation,
    *,
    status: int = 200,
    refused: tuple[Action, Refusal] | None = None,
    bound: tuple[Action, SideForm] | None = None,
) -> HttpResponse:
    at, actor = clock.now(), actor_of(request)
    scheme = scheme_of_edition(participation.edition_id, at)
    offers = {
        action: _offer(request, action, participation, bound[1] if bound and bound[0] is action else None, at)
        for action in FORMS
    }
    asker = _asker_on_profile(request, offers, at)
    send, suggest = (
        offer.as_shown(f"/matching/organisations/{participation.reference}/") if offer is not None else None
        for offer in offers.values()
    )
    context = {
        "participation": participation,
        "name": queries.name_shown(participation),
        "where": shown.where(participation, scheme),
        "role": label(scheme, "roles", participation.role),
        "availability": shown.availability_of(participation),
        "sections": _sections_of_profile(participation, scheme),
        "person": _person(participation, actor),
        "send": send,
        "suggest": suggest,
        "is_own": participation.organisation_id in actor.organisations,
        "refusal": pages.refusal_context(*refused) if refused else None,
        "has_errors": bound is not None and bool(bound[1].errors),
        "proposals": _proposals_on_profile(participation, actor),
        "banner": _banner_of_profile(send),
        **_reasons_on_profile(participation, asker),
    }
    return render(request, "matching/organisation.html", context, status=status)


def _banner_of_profile(send: Mapping[str, Any] | None) -> dict[str, str]:
    sentence = _("Nothing for you to do")
    if send is not None and send["form"] is not None:
        return {"ball": "nobody", "sentence": sentence, "why": _("You can send this organisation a proposal below.")}
    return {"ball": "nobody", "sentence": sentence}


def _asker_on_profile(request: HttpRequest, offers: Mapping[Action, Offer | None], at: datetime) -> Asker | None:
    wanted = request.GET.get("for", "")
    for action, offer in offers.items():
        for side in offer.sides if offer is not None else ():
            is_guided = action is Action.SUGGEST_MATCH
            if side.reference == wanted or (not wanted and not is_guided):
                return shown.asker_of(side, is_guided=is_guided, at=at)
    return None


def _reasons_on_profile(participation: Participation, asker: Asker | None) -> dict[str, Any]:
    if asker is None:
        return {}
    (ranked,) = queries.ranking_for(asker.participation, [participation], asker.scheme)
    if ranked.excluded is not None:
        return {}
    return {"asker": asker, "score": ranked.score, "band": ranked.band, **shown.reasons_in_words(asker, ranked)}


def _sections_of_profile(participation: Participation, scheme: Scheme) -> list[cases.Section]:
    firm = participation.organisation

    def labels(code_list: str, codes: list[str]) -> str:
        return listed([label(scheme, code_list, code) for code in codes])

    about: list[tuple[Any, ...]] = [
        (_("What the organisation does"), firm.description),
        (_("Industrial ecosystems"), labels("ecosystems", firm.ecosystems)),
        (_("Keywords"), firm.keywords),
        (_("What it offers"), firm.offers),
        (_("Cluster"), firm.cluster_name if participation.shown_by_name else ""),
        (_("Website"), firm.website if participation.shown_by_name else ""),
        (_("Partnership"), participation.partnership.acronym),
    ]
    wishes: list[tuple[Any, ...]] = [
        (_("Purposes"), labels("purposes", participation.purposes)),
        (_("Types of activity"), labels("activity_types", participation.activities)),
        (_("Working languages"), labels("languages", participation.working_languages)),
        (_("When it is available"), "\n".join(shown.windows_in_words(participation))),
        (_("Working days wished"), participation.days_wished),
        (_("Format"), label(scheme, "format_preferences", participation.format)),
        (
            _("Wished countries"),
            listed(
                [marked_country_name(scheme, code, get_language() or "en") for code in participation.wished_countries]
            ),
        ),
        (_("Wished types of partner"), labels("organisation_types", participation.wished_types)),
    ]
    if participation.role == VISIT:
        wishes.insert(0, (_("What it wants to learn"), participation.learn))
    else:
        wishes[:0] = [
            (_("What it offers to a visitor"), participation.offer),
            (_("Visitors at a time"), participation.places),
        ]
    return [cases.Section(_("The organisation"), about), cases.Section(_("The exchange it wishes"), wishes)]


def _person(participation: Participation, actor: Actor) -> dict[str, Any] | None:
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


def _proposals_on_profile(participation: Participation, actor: Actor) -> list[dict[str, Any]]:
    side = "visitor_participation" if participation.role == VISIT else "host_participation"
    rows = queries.proposals_for(actor).filter(**{side: participation})[:PROPOSALS_OF_A_PAGE]
    return [_row_of_list(proposal, None) for proposal in rows]


@signed_in
def propose(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Send a proposal to a participant, or suggest it to one's own participant."""
    at, actor = clock.now(), actor_of(request)
    partner = _profile(request, reference)
    if request.method != "POST":
        return redirect(f"/matching/organisations/{reference}/#{action.hyphenated}")
    sides = _sides_for(action, actor, partner)
    if not sides:
        return _show_profile(request, partner, status=FORBIDDEN, refused=(action, Refusal("not_allowed")))
    form = FORMS[action](request.POST, sides=sides, scheme=scheme_of_edition(partner.edition_id, at))
    if not form.is_valid():
        return _show_profile(request, partner, status=UNPROCESSABLE, bound=(action, form))
    answers = form.cleaned_data
    own_side = "sender" if action is Action.SEND_PROPOSAL else "participant"
    operation = getattr(operations, action.value)
    try:
        proposal = operation(
            **{own_side: answers["side"]},
            partner=partner,
            message=answers["message"],
            format=answers["format"],
            actor=actor,
            at=at,
        )
    except NotDone as reason:
        return _refuse_on_profile(request, partner, action, reason.refusal, form)
    _say_what_happened(
        request, proposal, action, operations.side_of(answers["side"], is_partnership=own_side == "participant")
    )
    return redirect(states.PROPOSAL.address(proposal))


def _refuse_on_profile(
    request: HttpRequest, partner: Participation, action: Action, refusal: Refusal, form: SideForm
) -> HttpResponse:
    if refusal.field in form.fields:
        sentence = sentences.refusal_sentence(refusal.code, refusal.params)
        form.add_error(refusal.field, ValidationError(sentence, code=refusal.code))
        return _show_profile(request, partner, status=UNPROCESSABLE, bound=(action, form))
    status = FORBIDDEN if refusal.code == "not_allowed" else CONFLICT
    return _show_profile(request, partner, status=status, refused=(action, refusal), bound=(action, form))


def _say_what_happened(request: HttpRequest, proposal: Proposal, action: Action, capacity: Capacity) -> None:
    names = cases.names_of(proposal, capacity, states.PROPOSAL)
    messages.success(request, str(sentences.ACTIONS[action].happened) % names)


@require_safe
@signed_in
def curriculum_vitae(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Hand out the CV of a person who is disclosed to the reader, and note it in the journal."""
    participation = _profile(request, reference)
    if not decide.may(actor_of(request), "participation", Action.OPEN_CURRICULUM_VITAE, participation):
        refusal = (Action.OPEN_CURRICULUM_VITAE, Refusal("not_allowed"))
        return _show_profile(request, participation, status=FORBIDDEN, refused=refusal)
    file = participation.application.representative.curriculum_vitae
    if file is None or file.state != file.State.CLEAN:
        raise Http404
    operations.open_curriculum_vitae(participation, actor=actor_of(request), at=clock.now())
    response = FileResponse(
        file.content.open("rb"), as_attachment=True, filename=file.name, content_type=file.content_type
    )
    response["Content-Security-Policy"] = WHOLE
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@signed_in
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a partner with whom an exchange is agreed already and who is not registered yet."""
    at, actor = clock.now(), actor_of(request)
    sides = list(queries.own_accepted(actor))
    if not sides:
        return closed(request)
    scheme = scheme_of_edition(sides[0].edition_id, at)
    if request.method != "POST":
        application = sides[0].application
        initial = {"name": application.partner_name, "email": application.partner_email, "format": PHYSICAL}
        return _show_invitation(request, InvitePartner(sides=sides, scheme=scheme, initial=initial))
    form = InvitePartner(request.POST, sides=sides, scheme=scheme)
    if not form.is_valid():
        return _show_invitation(request, form, status=UNPROCESSABLE)
    answers = form.cleaned_data
    try:
        proposal = operations.invite_partner(
            sender=answers["side"],
            name=answers["name"],
            email=answers["email"],
            message=answers["message"],
            format=answers["format"],
            actor=actor,
            at=at,
        )
    except NotDone as reason:
        return _refuse_invitation(request, form, reason.refusal)
    _say_what_happened(request, proposal, Action.INVITE_PARTNER, operations.side_of(answers["side"]))
    return redirect(states.PROPOSAL.address(proposal))


def _refuse_invitation(request: HttpRequest, form: InvitePartner, refusal: Refusal) -> HttpResponse:
    if refusal.field in form.fields:
        sentence = sentences.refusal_sentence(refusal.code, refusal.params)
        form.add_error(refusal.field, ValidationError(sentence, code=refusal.code))
        return _show_invitation(request, form, status=UNPROCESSABLE)
    status = FORBIDDEN if refusal.code == "not_allowed" else CONFLICT
    return _show_invitation(request, form, status=status, refused=refusal)


def _show_invitation(
    request: HttpRequest, form: InvitePartner, *, status: int = 200, refused: Refusal | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "refusal": pages.refusal_context(Action.INVITE_PARTNER, refused) if refused else None,
        "label": str(sentences.ACTIONS[Action.INVITE_PARTNER].button),
    }
    return render(request, "matching/invite.html", context, status=status)


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
        groups[group].append(_row_of_list(proposal, waiting.get(proposal.pk), at))
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
    context = {
        "title": _("Proposals"),
        "breadcrumb": [(_("Desk"), "/desk/")],
        "groups": [{"title": titles[name], "rows": rows} for name, rows in groups.items()],
        "count": page.paginator.count,
        "page": page,
        "banner": banner,
        "may_invite": queries.own_accepted(actor).exists(),
        "empty_sentence": _("You have neither sent nor received a proposal."),
        "empty_url": "/matching/best/",
        "empty_label": _("See the best partners"),
    }
    return render(request, "matching/proposals.html", context)


GROUP_OF_STATE = {"SENT": "open", "SUGGESTED": "open", "INVITED": "open", "ACCEPTED": "accepted"}
TONE_OF_STATE = {"SENT": "theirs", "SUGGESTED": "theirs", "INVITED": "theirs", "ACCEPTED": "done"}


def _row_of_list(proposal: Proposal, own: Any, at: datetime | None = None) -> dict[str, Any]:  # noqa: ANN401 -- an obligation
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


def _title(proposal: Proposal, actor: Actor) -> str:
    del actor
    return _("Proposal: %(visitor)s visits %(host)s") % states.PROPOSAL.describe(proposal)


def _sections(proposal: Proposal, actor: Actor, at: datetime) -> list[cases.Section]:
    scheme = states.PROPOSAL.scheme_of(proposal, at)
    names = states.PROPOSAL.describe(proposal)
    rows: list[tuple[Any, ...]] = [(_("Format"), label(scheme, "formats", proposal.format))]
    if proposal.suggested_by is not None:
        rows.append((_("Suggested by"), proposal.suggested_by.acronym))
    elif proposal.sender_organisation is not None:
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
    return found + _section_of_reasons(proposal, actor, scheme)


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
        "person": None if side.organisation_id in actor.organisations else _person(side, actor),
    }


def _section_of_reasons(proposal: Proposal, actor: Actor, scheme: Scheme) -> list[cases.Section]:
    visitor, host = proposal.visitor_participation, proposal.host_participation
    if visitor is None or host is None or proposal.state not in GROUP_OF_STATE:
        return []
    is_host = H in decide.capacities_of(actor, "proposal", proposal)
    own, other = (host, visitor) if is_host else (visitor, host)
    asker = Asker(own, is_guided=False, scheme=scheme)
    (ranked,) = queries.ranking_for(own, [other], scheme)
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
