"""Plans for the whole programme: what one would bring, whom it leaves out, and its pairs to confirm."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock
from clusterxchange.foundation.money import format_cents
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.phases.matching import notices, operations, queries, states
from clusterxchange.phases.matching.engine import Reason
from clusterxchange.phases.matching.forms import ConfirmPlannedPair
from clusterxchange.phases.matching.models import MatchPlan, MatchPlanState, PlannedPair
from clusterxchange.phases.matching.views.catalogue import FORMS_OF_A_FILE
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.countries import country_name
from clusterxchange.scheme.current import open_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import FORBIDDEN, UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal

PAIRS_OF_A_PAGE = 25
OF_A_PAIR = ("visitor_participation__organisation", "host_participation__organisation", "proposal")
REASONS_OF_A_PAIR = 3
LIST = "/matching/plans/"


@require_safe
@signed_in
def plans(request: HttpRequest) -> HttpResponse:
    """List the plans that were asked for, and offer to have a new one worked out."""
    return _show_list(request)


def _show_list(request: HttpRequest, *, status: int = 200, refused: Refusal | None = None) -> HttpResponse:
    actor = actor_of(request)
    if not (actor.support_office or actor.agency):
        return render(request, "errors/403.html", status=FORBIDDEN)
    rows = [
        {
            "url": states.MATCH_PLAN.address(one),
            "title": one.reference,
            "reference": one.reference,
            "state": {"MADE": "done", "ASKED": "theirs"}.get(one.state, "later"),
            "when": sentences.state_label("match_plan", one.state),
        }
        for one in queries.plans_for(actor)[:PAIRS_OF_A_PAGE]
    ]
    context = {
        "rows": rows,
        "may_ask": actor.support_office,
        "refusal": pages.refusal_context(Action.ASK_FOR_PLAN, refused) if refused else None,
    }
    return render(request, "matching/plans.html", context, status=status)


@signed_in
def ask_for_plan(request: HttpRequest) -> HttpResponse:
    """Have a plan worked out by a job."""
    at, actor = clock.now(), actor_of(request)
    if request.method != "POST":
        return redirect(LIST)
    edition = open_edition(at)
    if edition is None:
        raise Http404
    try:
        found = operations.ask_for_plan(edition, actor=actor, at=at)
    except NotDone as reason:
        return _show_list(request, status=FORBIDDEN, refused=reason.refusal)
    messages.success(request, _("The plan is being worked out. A mail tells you when it is there."))
    return redirect(states.MATCH_PLAN.address(found))


def _load(request: HttpRequest, reference: str) -> MatchPlan:
    found = queries.plans_for(actor_of(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def match_plan(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Show a plan: its figures, and its pairs with their reasons; or give pairs or figures as a file."""
    found = _load(request, reference)
    if "as" not in request.GET:
        return _show(request, found)
    form = request.GET["as"]
    if form not in FORMS_OF_A_FILE or found.state != MatchPlanState.MADE:
        raise Http404
    if request.GET.get("rows") == "left-out":
        header = [_("What is counted"), _("Name"), _("Without a partner"), _("All")]
        return list_response(f"{found.reference}-left-out", form, header, _left_out(found))
    header = [_("Visiting organisation"), _("Host organisation"), _("How well they fit"), _("Reasons"), _("Proposal")]
    return list_response(f"{found.reference}-pairs", form, header, _pairs_of_a_file(found))


def _left_out(found: MatchPlan) -> Iterator[list[object]]:
    scheme = states.MATCH_PLAN.scheme_of(found, clock.now())
    for name, rows in ((_("Country"), _countries(found)), (_("Type of organisation"), _types(found, scheme))):
        for row in rows:
            yield [name, *row]


def _pairs_of_a_file(found: MatchPlan) -> Iterator[list[object]]:
    scheme = states.MATCH_PLAN.scheme_of(found, clock.now())
    for pair in found.pairs.select_related(*OF_A_PAIR):
        one = _pair_shown(pair, scheme, may_confirm=False, bound=None)
        reasons = " ".join(reason["sentence"] for reason in one["fits"])
        proposal = pair.proposal.reference if pair.proposal is not None else ""
        yield [one["visitor"], one["host"], one["band_label"], reasons, proposal]


def _countries(found: MatchPlan) -> list[tuple[str, int, int]]:
    rows = found.figures.get("unmatched_by_country", {}).items()
    return [(country_name(code, get_language() or "en"), missing, number) for code, (missing, number) in rows]


def _types(found: MatchPlan, scheme: Scheme) -> list[tuple[str, int, int]]:
    rows = found.figures.get("unmatched_by_type", {}).items()
    return [(label(scheme, "organisation_types", code), missing, number) for code, (missing, number) in rows]


@signed_in
def confirm_planned_pair(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Suggest a pair to both sides."""
    found = _load(request, reference)
    pair = get_object_or_404(
        PlannedPair.objects.select_related("visitor_participation", "host_participation"), pk=number, plan=found
    )
    if request.method != "POST":
        return redirect(states.MATCH_PLAN.address(found))
    form = form_of(pair, request.POST)
    if not form.is_valid():
        return _show(request, found, status=UNPROCESSABLE, bound=(pair, form))
    try:
        made = operations.confirm_planned_pair(
            pair, message=form.cleaned_data["message"], actor=actor_of(request), at=clock.now()
        )
    except NotDone as reason:
        if pages.put_at_field(form, reason.refusal):
            return _show(request, found, status=UNPROCESSABLE, bound=(pair, form))
        status = pages.status_of_refusal(reason.refusal)
        return _show(request, found, status=status, refused=reason.refusal, bound=(pair, form))
    happened = _("The pair is suggested to both: %(reference)s. Each is told, and decides.")
    messages.success(request, happened % {"reference": made.reference})
    page = request.POST.get("page", "1")
    return redirect(f"{states.MATCH_PLAN.address(found)}?page={page if page.isdigit() else 1}")


def form_of(pair: PlannedPair, sent: QueryDict | None = None) -> ConfirmPlannedPair:
    """Give the form of one pair among those of a page."""
    return ConfirmPlannedPair(sent, auto_id=f"id_{pair.pk}_%s")


def _show(
    request: HttpRequest,
    found: MatchPlan,
    *,
    status: int = 200,
    refused: Refusal | None = None,
    bound: tuple[PlannedPair, ConfirmPlannedPair] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    scheme = states.MATCH_PLAN.scheme_of(found, clock.now())
    page = Paginator(found.pairs.select_related(*OF_A_PAIR), PAIRS_OF_A_PAGE).get_page(
        request.POST.get("page") or request.GET.get("page")
    )
    context = {
        "plan": found,
        "state_label": sentences.state_label("match_plan", found.state),
        "is_made": found.state == MatchPlanState.MADE,
        "pairs": [_pair_shown(pair, scheme, actor.support_office, bound) for pair in page.object_list],
        "page": page,
        "address": states.MATCH_PLAN.address(found),
        "bands": [
            {"label": str(notices.BAND_LABELS[band]), "number": found.figures.get("bands", {}).get(str(band), 0)}
            for band in sorted(notices.BAND_LABELS, reverse=True)
        ],
        "most_paid": format_cents(found.figures.get("most_cents", 0), get_language() or "en")
        if found.figures.get("most_cents")
        else "",
        "countries": _countries(found),
        "types": _types(found, scheme),
        "refusal": pages.refusal_context(Action.CONFIRM_SUGGESTION, refused) if refused else None,
        "bound": bound[1] if bound is not None else None,
        "has_errors": bound is not None and bool(bound[1].errors),
    }
    return render(request, "matching/plan.html", context, status=status)


def _pair_shown(
    pair: PlannedPair,
    scheme: Scheme,
    may_confirm: bool,  # noqa: FBT001 -- said once, here
    bound: tuple[PlannedPair, ConfirmPlannedPair] | None,
) -> dict[str, Any]:
    visitor, host = pair.visitor_participation, pair.host_participation
    form = bound[1] if bound is not None and bound[0] == pair else form_of(pair)
    name = visitor.organisation.legal_name
    reasons = [Reason(code, 0.0, tuple(there), tuple(back)) for code, there, back in pair.reasons[:REASONS_OF_A_PAIR]]
    return {
        "number": pair.pk,
        "visitor": name,
        "host": host.organisation.legal_name,
        "band": pair.band,
        "band_label": str(notices.BAND_LABELS[pair.band]),
        "fits": [
            {"code": reason.code, "term": None, "sentence": notices.reason_sentence(reason, name, scheme)}
            for reason in reasons
        ],
        "proposal_url": states.PROPOSAL.address(pair.proposal) if pair.proposal else "",
        "form": form if may_confirm and pair.proposal is None else None,
    }
