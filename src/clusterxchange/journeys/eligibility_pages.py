"""The public check, one question a page: may we visit, may we host, why not, whom to ask, roughly how much."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clusterxchange.foundation import clock
from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys import eligibility as check
from clusterxchange.journeys.forms import QuestionForm
from clusterxchange.journeys.partnerships.fitting import fitting
from clusterxchange.journeys.public_pages import UNPROCESSABLE, scheme_now
from clusterxchange.phases.registration import known_answers
from clusterxchange.scheme.countries import footnote
from clusterxchange.scheme.current import open_edition
from clusterxchange.scheme.document import Role, Scheme

ADDRESS = "/eligibility/"


@require_safe
def eligibility(request: HttpRequest) -> HttpResponse:
    """Ask the next question, or give the result; the answers so far stand in the address."""
    scheme = scheme_now()
    answers = _answers(scheme, request.GET)
    asked = request.GET.get("asked", "")
    if asked in check.questions_for(scheme, answers) and asked not in answers:
        form = _form(scheme, asked, answers, request.GET)
        if not form.is_valid():
            return _question(request, scheme, asked, answers, form, status=UNPROCESSABLE)
    change = request.GET.get("change", "")
    question = change if change in check.questions_for(scheme, answers) else check.next_question(scheme, answers)
    if question is None:
        return _result(request, scheme, answers)
    return _question(request, scheme, question, answers, _form(scheme, question, answers))


@require_POST
def take_along(request: HttpRequest) -> HttpResponse:
    """Keep the answers for the registration that is started in this session, and lead to it."""
    known_answers.keep(request.session, _answers(scheme_now(), request.POST))
    return redirect("registration:start")


def _answers(scheme: Scheme, given: Any) -> dict[str, str]:  # noqa: ANN401 -- GET or POST
    """Give the answers that are right and matter; a question whose answer is wrong is asked again."""
    found: dict[str, str] = {}
    for question in check.QUESTIONS:
        if question not in given or question not in check.questions_for(scheme, found):
            continue
        form = _form(scheme, question, found, given)
        if form.is_valid():
            found[question] = form.cleaned_data[question]
    return found


def _form(scheme: Scheme, question: str, answers: check.Answers, data: Any = None) -> QuestionForm:  # noqa: ANN401 -- as above
    form = QuestionForm(question, data, scheme=scheme, own=answers.get(check.COUNTRY, ""))
    form.initial = dict(answers)
    return form


def _question(
    request: HttpRequest,
    scheme: Scheme,
    question: str,
    answers: check.Answers,
    form: QuestionForm,
    *,
    status: int = 200,
) -> HttpResponse:
    asked = check.questions_for(scheme, answers)
    place = asked.index(question)
    context = {
        "form": form,
        "field": form[question],
        "question": question,
        "place": place + 1,
        "most": len(asked),
        "kept": [(name, answers[name]) for name in asked if name in answers and name != question],
        "told": [(code, reason_against(code)) for _role, code in _told(scheme, answers)],
        "back": _way(answers, change=asked[place - 1]) if place else "",
    }
    return render(request, "journeys/eligibility.html", context, status=status)


def _told(scheme: Scheme, answers: check.Answers) -> list[tuple[Role, str]]:
    once = {code: role for role, code in reversed(check.told_at_once(scheme, answers))}
    return [(role, code) for code, role in reversed(once.items())]


def _way(answers: check.Answers, **more: str) -> str:
    return f"{ADDRESS}?{urlencode({**answers, **more})}"


def _result(request: HttpRequest, scheme: Scheme, answers: dict[str, str]) -> HttpResponse:
    visit, host = check.verdicts(scheme, answers)
    edition = open_edition(clock.now())
    ask = []
    if edition is not None and check.ECOSYSTEM in answers:
        ask = fitting(
            edition, scheme, visits=visit.allowed, country=answers[check.COUNTRY], ecosystem=answers[check.ECOSYSTEM]
        )
    context = {
        "headline": headline(visit, host),
        "roles": [_role(one) for one in (visit, host)],
        "may_register": visit.allowed or host.allowed or host.refusals == ("agency_approval_missing",),
        "may_visit": visit.allowed,
        "ask": ask,
        "amounts": _amounts(scheme, answers) if visit.allowed and scheme.agreement.pays else [],
        "rows": [(label, words, _way(answers, change=name)) for name, label, words in _given(scheme, answers)],
        "kept": list(answers.items()),
        "footnotes": _footnotes(scheme, answers),
    }
    return render(request, "journeys/eligibility_result.html", context)


def headline(visit: check.RoleVerdict, host: check.RoleVerdict) -> str:
    """Say in one sentence what the answers come to."""
    if visit.allowed and host.allowed:
        return _("Your organisation may visit and host")
    if visit.allowed:
        return _("Your organisation may visit, but not host")
    if host.allowed:
        return _("Your organisation may host, but not visit")
    if host.refusals == ("agency_approval_missing",):
        return _("Your organisation may not visit, and may host only with the agency’s approval")
    return _("Your organisation may not take part as things stand")


def _role(verdict: check.RoleVerdict) -> dict[str, Any]:
    is_visit = verdict.role is Role.VISIT
    return {
        "role": verdict.role.value,
        "title": _("As a visiting organisation") if is_visit else _("As a host organisation"),
        "allowed": verdict.allowed,
        "answer": _("Yes") if verdict.allowed else _("No"),
        "reasons": [(code, reason_against(code)) for code in verdict.refusals],
    }


def reason_against(code: str) -> str:
    """Say the rule for which somebody may not take part, and the way on."""
    return {
        "country_not_participating": _(
            "Your country does not take part in this edition. The support office knows what is planned."
        ),
        "type_may_not_visit": _(
            "This type of organisation may host, but not visit. Ask as a host, or ask a partnership."
        ),
        "type_may_not_host": _("This type of organisation may visit, but not host. Ask a partnership."),
        "not_member_of_a_cluster": _(
            "A membership of a cluster is needed. Ask a cluster of your sector how to become a member."
        ),
        "business_network_is_not_enough": _(
            "A business network alone is not enough. A cluster with a profile on the European platform is needed."
        ),
        "agency_approval_missing": _(
            "You may host only with the agency’s approval. Register with your reasons; your partnership asks for it."
        ),
        "third_country_rule_not_met": _(
            "This person may not take part. A colleague with a residence permit or another nationality may."
        ),
        "visit_already_used": _(
            "Each organisation visits once. You may host as often as you like, or meet a partner online."
        ),
    }[code]


def _amounts(scheme: Scheme, answers: check.Answers) -> list[tuple[str, str]]:
    """Give the longest and the shortest stay with what they bring, in one country or over all of them."""
    language, halving = get_language() or "en", scheme.halving
    every = scheme.amounts.full_cents_by_host_country
    chosen = answers.get(check.HOST, check.NOT_DECIDED)
    least, most = (every[chosen],) * 2 if chosen in every else (min(every.values()), max(every.values()))

    def between(low: int, high: int) -> str:
        if low == high:
            return format_cents(low, language)
        return _("%(least)s to %(most)s") % {
            "least": format_cents(low, language),
            "most": format_cents(high, language),
        }

    shortest = {"days": scheme.durations.minimum_working_days, "bound": halving.working_days_under}
    return [
        (
            _("%(bound)d working days or more, from %(km)d km away") % {**shortest, "km": halving.distance_km_under},
            between(least, most),
        ),
        (
            _("%(days)d to %(last)d working days, or nearer than %(km)d km")
            % {**shortest, "last": halving.working_days_under - 1, "km": halving.distance_km_under},
            between(least // halving.divisor, most // halving.divisor),
        ),
    ]


def _given(scheme: Scheme, answers: check.Answers) -> list[tuple[str, str, str]]:
    found = []
    for name in check.questions_for(scheme, answers):
        if name in answers:
            field = _form(scheme, name, answers).fields[name]
            words = dict(getattr(field, "choices", ())).get(answers[name], answers[name])
            found.append((name, str(field.label), str(words)))
    return found


def _footnotes(scheme: Scheme, answers: check.Answers) -> list[str]:
    codes = {answers.get(name, "") for name in (check.COUNTRY, check.HOST)}
    return sorted({text for code in codes if (text := footnote(scheme, code)) is not None})
