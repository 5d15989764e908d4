"""What anybody may read without an account: the first page, how to take part, amounts, help."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.foundation import clock
from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys.contacts import contact_of
from clusterxchange.journeys.forms import AmountForm
from clusterxchange.journeys.steps import phases_for, terms_of
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.scheme.amounts import UNDER_200_KM, UNDER_FIVE_WORKING_DAYS, AmountWorking, lump_sum
from clusterxchange.scheme.code_lists import choices, label
from clusterxchange.scheme.countries import footnote, marked_country_name
from clusterxchange.scheme.current import NoRulesInForce, open_edition, scheme_for
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.editions import DEFAULT_EDITION, built_in
from clusterxchange.workflow.pages import actor_of

UNPROCESSABLE = 422


def scheme_now() -> Scheme:
    """Give the rules of the open edition; those that come with the tool where none is open."""
    at = clock.now()
    edition = open_edition(at)
    try:
        return scheme_for(edition.code, at) if edition is not None else built_in(DEFAULT_EDITION)
    except NoRulesInForce:
        return built_in(DEFAULT_EDITION)


def _language() -> str:
    return get_language() or "en"


@require_safe
def first_page(request: HttpRequest) -> HttpResponse:
    """Say what this is, and lead to the two questions that come first."""
    scheme = scheme_now()
    takes_visitors = Partnership.objects.filter(is_open=True)
    if scheme.agreement.pays:
        takes_visitors = takes_visitors.filter(budget__free_cents__gt=0)
    edition = open_edition(clock.now())
    if edition is not None:
        takes_visitors = takes_visitors.filter(edition=edition)
    amount_form = AmountForm(scheme=scheme)
    context = {
        "highest": format_cents(scheme.amounts.highest_cents, _language()),
        "pays": scheme.agreement.pays,
        "shortest": scheme.durations.minimum_working_days,
        "amount_form": amount_form,
        "types": [{"value": code, "label": words} for code, words in choices(scheme, "organisation_types")],
        "figures": [
            {
                "label": _("exchanges completed"),
                "value": Exchange.objects.filter(state=ExchangeState.CLOSED).count(),
            },
            {"label": _("countries take part"), "value": sum(one.participates for one in scheme.countries.values())},
            {
                "label": _("partnerships accept visitors now"),
                "value": takes_visitors.count(),
                "url": "/partnerships/",
            },
        ],
    }
    return render(request, "journeys/first_page.html", context)


@require_safe
def how_to_take_part(request: HttpRequest) -> HttpResponse:
    """Say the four phases step by step, each with the place where it is done."""
    return render(request, "journeys/how_to_take_part.html", {"phases": phases_for(actor_of(request), scheme_now())})


@require_safe
def amount(request: HttpRequest) -> HttpResponse:
    """Work the lump sum out and show how."""
    scheme = scheme_now()
    if not scheme.agreement.pays:
        return render(request, "journeys/no_amount.html")
    is_asked = bool(set(request.GET) & set(AmountForm.base_fields))
    given = request.GET.copy()
    given.setdefault("format", "physical")
    own_amounts = _partnerships_with_own_amounts()
    offered = [(slug, one.acronym) for slug, one in own_amounts.items()]
    form = AmountForm(given if is_asked else None, scheme=scheme, partnerships=offered)
    if not own_amounts:
        del form.fields["partnership"]
    context: dict[str, object] = {"form": form}
    status = 200
    if is_asked and form.is_valid():
        answers = form.cleaned_data
        own = own_amounts.get(answers.get("partnership", ""))
        working = lump_sum(
            scheme,
            from_country=answers["from_country"],
            to_country=answers["to_country"],
            days=answers["days"],
            kilometres=answers["km"],
            format=answers["format"],
            partnership_full_cents=own.amounts.get(answers["to_country"]) if own is not None else None,
        )
        if working.refusal:
            field, sentence = refused_at(working.refusal, scheme)
            form.add_error(field, ValidationError(sentence, code=working.refusal))
        else:
            context |= {
                "working": working,
                "rows": rows_of_working(
                    working, scheme, answers["to_country"], answers["days"], own.acronym if own is not None else ""
                ),
                "total": format_cents(working.cents, _language()),
                "is_virtual": answers["format"] == "virtual",
                "footnote": footnote(scheme, answers["to_country"]),
            }
    if form.errors:
        status = UNPROCESSABLE
    return render(request, "journeys/amount.html", context, status=status)


def refused_at(code: str, scheme: Scheme) -> tuple[str, str]:
    """Give the field at fault and the sentence that says what to write."""
    shortest = scheme.durations.minimum_working_days
    return {
        "under_three_working_days": (
            "days",
            ngettext(
                "Write at least %(count)d full working day; a shorter stay is no exchange",
                "Write at least %(count)d full working days; a shorter stay is no exchange",
                shortest,
            )
            % {"count": shortest},
        ),
        "same_country": ("to_country", _("Choose another country; an exchange needs two different ones")),
        "country_not_participating": ("to_country", _("Choose a country that takes part in this edition")),
        "amount_not_published": ("to_country", _("Choose another country; no amount is published for this one")),
    }[code]


def _partnerships_with_own_amounts() -> dict[str, Partnership]:
    """Give the open partnerships that pay less than the highest amount somewhere."""
    edition = open_edition(clock.now())
    found = Partnership.objects.filter(edition=edition, is_open=True).exclude(amounts={}).order_by("acronym")
    return {one.slug: one for one in found}


def rows_of_working(
    working: AmountWorking, scheme: Scheme, to_country: str, days: int, partnership: str = ""
) -> list[tuple[str, str, str]]:
    """Say step by step how an amount came about; `partnership` is the one whose own amounts were asked for."""
    language = _language()
    if not working.full_cents:
        return [
            (label(scheme, "formats", "virtual"), format_cents(0, language), _("Nobody travels, so nothing is paid"))
        ]
    country = marked_country_name(scheme, to_country, language)
    full = _("Full amount for %(country)s") % {"country": country}
    cap = scheme.amounts.full_cents_by_host_country[to_country]
    rows = [(full, format_cents(cap if partnership else working.full_cents, language), "")]
    if partnership and working.full_cents < cap:
        less = _("%(partnership)s pays less for this country") % {"partnership": partnership}
        rows.append((less, format_cents(working.full_cents - cap, language), ""))
    if working.halved:
        halved = format_cents(working.cents - working.full_cents, language)
        rows.append((_("Halved, once"), halved, why_halved(working, scheme, days)))
    return rows


def why_halved(working: AmountWorking, scheme: Scheme, days: int) -> str:
    """Say why only half is paid."""
    halving = scheme.halving
    sentences = {
        UNDER_FIVE_WORKING_DAYS: ngettext(
            "%(days)d working day is fewer than %(bound)d",
            "%(days)d working days are fewer than %(bound)d",
            days,
        )
        % {"days": days, "bound": halving.working_days_under},
        UNDER_200_KM: _("The distance is under %(bound)d km") % {"bound": halving.distance_km_under},
    }
    return ". ".join(sentences[code] for code in working.reasons)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Answer what people ask most, and lead a participant to the conversation with their contact point."""
    context = {"terms": terms_of(scheme_now()), "contact": contact_of(actor_of(request))}
    return render(request, "journeys/help.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say which personal data are kept, for what, and who sees them."""
    return render(request, "journeys/privacy.html", {"is_demonstration": settings.MODE != "production"})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how far the pages can be used by everybody, and what is not tried yet."""
    return render(request, "journeys/accessibility.html")
