"""The profile of a participant, and what can be begun with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.foundation.files import hand_out, show_picture
from clusterxchange.foundation.models import StoredFile
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import operations, queries, ranking, states
from clusterxchange.phases.matching.catalogue import Asker
from clusterxchange.phases.matching.engine.participant import PHYSICAL, VISIT
from clusterxchange.phases.matching.forms import SendProposal, SideForm, SuggestMatch
from clusterxchange.phases.matching.models import PartnerMark
from clusterxchange.phases.matching.notices import listed
from clusterxchange.phases.matching.views.proposals import (
    PROPOSALS_OF_A_PAGE,
    person_of,
    row_of_list,
    say_what_happened,
)
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.countries import marked_country_name
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import cases, pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CONFLICT, FORBIDDEN, UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal


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
        "logo_url": _logo_url(participation),
        "name": queries.name_shown(participation),
        "where": shown.where(participation, scheme),
        "role": label(scheme, "roles", participation.role),
        "availability": shown.availability_of(participation),
        "sections": _sections_of_profile(participation, scheme),
        "person": person_of(participation, actor),
        "send": send,
        "suggest": suggest,
        "is_own": participation.organisation_id in actor.organisations,
        "refusal": pages.refusal_context(*refused) if refused else None,
        "has_errors": bound is not None and bool(bound[1].errors),
        "proposals": _proposals_on_profile(participation, actor),
        **_own_ways(participation, offers[Action.SEND_PROPOSAL]),
        "banner": _banner_of_profile(send),
        **_reasons_on_profile(participation, asker),
    }
    return render(request, "matching/organisation.html", context, status=status)


def _own_ways(participation: Participation, offer: Offer | None) -> dict[str, Any]:
    """Give what somebody of the other role can do besides a proposal: ask first, and save the profile."""
    if offer is None:
        return {}
    own = offer.sides[0]
    address = f"/matching/organisations/{participation.reference}/"
    match = {
        "reference": participation.reference,
        "name": queries.name_shown(participation),
        "is_saved": participation.reference in queries.marks_by(own)[PartnerMark.Mark.SAVED],
    }
    return {
        "question_url": f"{address}start-conversation/",
        "match": match,
        "own_side": {"participation": own},
        "here": address,
    }


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
    (ranked,) = ranking.ranking_for(asker.participation, [participation], asker.scheme)
    if ranked.excluded is not None:
        return {}
    return {"asker": asker, "score": ranked.score, "band": ranked.band, **shown.reasons_in_words(asker, ranked)}


def _sections_of_profile(participation: Participation, scheme: Scheme) -> list[cases.Section]:
    firm, own_words = participation.organisation, partial(queries.text_shown, participation)

    def labels(code_list: str, codes: list[str]) -> str:
        return listed([label(scheme, code_list, code) for code in codes])

    about: list[tuple[Any, ...]] = [
        (_("What the organisation does"), own_words(firm.description)),
        (_("Industrial ecosystems"), labels("ecosystems", firm.ecosystems)),
        (_("Keywords"), own_words(firm.keywords)),
        (_("What it offers"), own_words(firm.offers)),
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
        wishes.insert(0, (_("What it wants to learn"), own_words(participation.learn)))
    else:
        wishes[:0] = [
            (_("What it offers to a visitor"), own_words(participation.offer)),
            (_("Visitors at a time"), participation.places),
        ]
    return [cases.Section(_("The organisation"), about), cases.Section(_("The exchange it wishes"), wishes)]


def _proposals_on_profile(participation: Participation, actor: Actor) -> list[dict[str, Any]]:
    side = "visitor_participation" if participation.role == VISIT else "host_participation"
    rows = queries.proposals_for(actor).filter(**{side: participation})[:PROPOSALS_OF_A_PAGE]
    return [row_of_list(proposal, None) for proposal in rows]


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
    say_what_happened(
        request, proposal, action, operations.side_of(answers["side"], is_partnership=own_side == "participant")
    )
    return redirect(states.PROPOSAL.address(proposal))


def _refuse_on_profile(
    request: HttpRequest, partner: Participation, action: Action, refusal: Refusal, form: SideForm
) -> HttpResponse:
    if pages.put_at_field(form, refusal):
        return _show_profile(request, partner, status=UNPROCESSABLE, bound=(action, form))
    status = pages.status_of_refusal(refusal)
    return _show_profile(request, partner, status=status, refused=(action, refusal), bound=(action, form))


@require_safe
@signed_in
def curriculum_vitae(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Hand out the CV of a person who is disclosed to the reader, and note it in the journal."""
    participation = _profile(request, reference)
    if not decide.may(actor_of(request), "participation", Action.OPEN_CURRICULUM_VITAE, participation):
        refusal = (Action.OPEN_CURRICULUM_VITAE, Refusal("not_allowed"))
        return _show_profile(request, participation, status=FORBIDDEN, refused=refusal)
    file = participation.application.representative.curriculum_vitae
    if file is None:
        raise Http404
    if not file.may_be_opened:
        waiting = (Action.OPEN_CURRICULUM_VITAE, Refusal(file.reason_against_opening))
        return _show_profile(request, participation, status=CONFLICT, refused=waiting)
    operations.open_curriculum_vitae(participation, actor=actor_of(request), at=clock.now())
    return hand_out(file)


@require_safe
@signed_in
def logo(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Show the logo of an organisation that is shown by its name."""
    file = _shown_logo(_profile(request, reference))
    if file is None:
        raise Http404
    return show_picture(file)


def _shown_logo(participation: Participation) -> StoredFile | None:
    file = participation.organisation.logo
    return file if participation.shown_by_name and file is not None and file.may_be_opened else None


def _logo_url(participation: Participation) -> str:
    return f"/matching/organisations/{participation.reference}/logo/" if _shown_logo(participation) else ""
