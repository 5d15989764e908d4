"""The list of best partners: who fits, why, and what does not; whom the reader has saved or hidden."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import V
from clusterxchange.foundation import clock
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import operations, queries, ranking
from clusterxchange.phases.matching.catalogue import Asker
from clusterxchange.phases.matching.engine import Ranked, Weighing, conditions_of
from clusterxchange.phases.matching.models import PartnerMark
from clusterxchange.phases.matching.notices import FEATURE_LABELS, listed, reason_sentence
from clusterxchange.phases.matching.queries import windows_of
from clusterxchange.phases.matching.rules import common_windows
from clusterxchange.phases.matching.views.catalogue import closed, lookers, switch_between
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.current import open_edition, scheme_of_edition
from clusterxchange.workflow import sentences, thread
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import actor_of, signed_in

SAVED, HIDDEN = PartnerMark.Mark.SAVED, PartnerMark.Mark.HIDDEN
FEWEST_REASONS = 3


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
    marks = queries.marks_by(asker.participation)
    ranked = ranking.best_for(asker.participation, asker.scheme, marks[HIDDEN])
    page = Paginator(ranked, shown.ROWS_OF_A_PAGE).get_page(request.GET.get("page"))
    references = [one.participant.reference for one in page.object_list]
    rows = list(queries.candidates_for(asker.participation).filter(reference__in=references))
    matches = shown.cards(rows, page.object_list, asker, asker.scheme)
    complete_cards(matches, rows, page.object_list, asker, marks[SAVED])
    operations.note_shown_list(
        asker.participation,
        references=references,
        first_position=page.start_index(),
        version=ranking.version_of(asker.scheme),
        to_contact_point=asker.is_guided,
        at=at,
    )
    here = f"/matching/best/?{urlencode({'for': asker.participation.reference, 'page': page.number})}"
    own_threads = queries.own_conversations(actor_of(request)).values("pk")
    context = {
        "asker": asker,
        "matches": matches,
        "possible": ranked.possible,
        "by_meaning": ranked.by_meaning,
        "page": page,
        "query": urlencode({"for": asker.participation.reference}),
        "here": here,
        "saved": len(marks[SAVED]),
        "hidden": len(marks[HIDDEN]),
        "unread": len(thread.unread_by(actor_of(request), "conversation", own_threads)),
        "undo_fields": [("for", asker.participation.reference), ("next", here)],
        "just_hidden": just_hidden(request.GET.get("hidden", ""), marks[HIDDEN]),
        "switch": switch_between(who.own, asker),
        "banner": _banner_of_best(asker, matches),
    }
    return render(request, "matching/best.html", context)


def complete_cards(
    matches: list[dict[str, Any]],
    rows: Iterable[Participation],
    ranked: Iterable[Ranked],
    asker: Asker,
    saved: Collection[str],
) -> None:
    """Add to cards the days that both have, whether they are saved, and reasons up to three where fewer are there."""
    by_reference = {row.reference: row for row in rows}
    own = queries.participant_of(asker.participation)
    for match, one in zip(matches, ranked, strict=True):
        match["is_saved"] = match["reference"] in saved
        both = common_windows(windows_of(asker.participation), windows_of(by_reference[match["reference"]]))
        match["dates"] = listed([window_in_words(*window) for window in both[: shown.WINDOWS_SHOWN]])
        if one.excluded is None:
            for reason in conditions_of(own, one.participant)[: max(0, FEWEST_REASONS - len(match["fits"]))]:
                sentence = reason_sentence(reason, asker.name, asker.scheme)
                match["fits"].append({"code": reason.code, "term": reason.term, "sentence": sentence})


def window_in_words(first: date, last: date) -> str:
    """Write a span of days."""
    return _("%(first)s to %(last)s") % {"first": date_format(first, _("j E Y")), "last": date_format(last, _("j E Y"))}


def just_hidden(reference: str, hidden: Collection[str]) -> dict[str, str] | None:
    """Give whom the reader has hidden with their last click, so that it can be undone at once."""
    if reference not in hidden:
        return None
    partner = Participation.objects.select_related("organisation").get(reference=reference)
    text = str(sentences.ACTIONS[Action.HIDE_ORGANISATION].happened) % {"partner": queries.name_shown(partner)}
    return {"text": text, "url": f"/matching/organisations/{reference}/show-organisation-again/"}


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
def marked(request: HttpRequest) -> HttpResponse:
    """Show whom the reader's participation has saved and whom it has hidden, with the way back."""
    at, who = clock.now(), lookers(actor_of(request))
    if not who.own:
        return closed(request)
    asker = who.chosen(request.GET.get("for", ""), at)
    if asker is None or asker.is_guided:
        raise Http404
    marks = queries.marks_by(asker.participation)
    references = [*marks[SAVED], *marks[HIDDEN]]
    rows = list(queries.candidates_for(asker.participation).filter(reference__in=references))
    ranked = ranking.ranking_for(asker.participation, rows, asker.scheme)
    matches = shown.cards(rows, ranked, asker, asker.scheme)
    complete_cards(matches, rows, ranked, asker, marks[SAVED])
    context = {
        "asker": asker,
        "saved": [match for match in matches if match["reference"] in marks[SAVED]],
        "hidden": [match for match in matches if match["reference"] in marks[HIDDEN]],
        "here": f"/matching/saved/?{urlencode({'for': asker.participation.reference})}",
        "switch": switch_between(who.own, asker),
    }
    return render(request, "matching/saved.html", context)


@signed_in
def mark(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Save or hide a partner for one's own lists, or take it back."""
    actor = actor_of(request)
    partner = queries.profiles_for(actor).filter(reference=reference).first()
    if partner is None:
        raise Http404
    profile = shown.profile_address(partner)
    if request.method != "POST":
        return redirect(profile)
    own = queries.own_accepted(actor).filter(edition_id=partner.edition_id, role=queries.OTHER_ROLE[partner.role])
    wanted = request.POST.get("for", "")
    side = own.filter(reference=wanted).first() if wanted else own.first()
    if side is None:
        return closed(request)
    try:
        getattr(operations, action.value)(side, partner=partner, actor=actor, at=clock.now())
    except NotDone:
        return closed(request)
    following = request.POST.get("next", "")
    if not (following.startswith("/matching/") and url_has_allowed_host_and_scheme(following, allowed_hosts=None)):
        following = profile
    if action is Action.HIDE_ORGANISATION and following.startswith("/matching/best/?"):
        return redirect(f"{following}&{urlencode({'hidden': reference})}")
    names = {"partner": queries.name_shown(partner)}
    messages.success(request, str(sentences.ACTIONS[action].happened) % names)
    return redirect(following)


@require_safe
def how_it_is_ranked(request: HttpRequest) -> HttpResponse:
    """Explain to anybody what the order of best matches is made from, with the weights that hold today."""
    at = clock.now()
    edition = open_edition(at)
    if edition is None:
        raise Http404
    scheme = scheme_of_edition(edition.pk, at)
    weighing = Weighing.of(scheme)
    weights = sorted(((name, weighing.share(name)) for name in weighing.names), key=lambda pair: -pair[1])
    context = {
        "features": [(FEATURE_LABELS[name], round(100 * share)) for name, share in weights],
        "own_share": round(100 * scheme.matching.own_share),
        "other_share": round(100 * (1 - scheme.matching.own_share)),
        "fewest_days": scheme.proposals.overlap_working_days,
        "first_places": ranking.FIRST_OF_A_LIST,
        "version": ranking.version_of(scheme)[:14],
    }
    return render(request, "matching/how_it_is_ranked.html", context)
