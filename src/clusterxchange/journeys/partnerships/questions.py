"""Questions from outside: the public form, and the list of those who answer."""

from datetime import timedelta
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.journeys.partnerships import operations
from clusterxchange.journeys.partnerships.directory import published
from clusterxchange.journeys.partnerships.forms import QuestionForm
from clusterxchange.journeys.partnerships.life import PARTNERSHIP
from clusterxchange.parties.partnerships.models import Partnership, PublicQuestion
from clusterxchange.workflow.pages import FORBIDDEN, UNPROCESSABLE, actor_of, only_support_office, signed_in

# From one network address, and to one partnership from everywhere.
ASK_QUESTION = "ask_question"
MOST_IN_AN_HOUR = 30
SHOWN = 100


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """Let anybody ask a partnership."""
    return _ask(request, published(slug))


@require_http_methods(["GET", "POST"])
def question_to_support_office(request: HttpRequest) -> HttpResponse:
    """Let anybody ask the support office."""
    return _ask(request, None)


def _ask(request: HttpRequest, partnership: Partnership | None) -> HttpResponse:
    if request.method != "POST":
        return _form(request, partnership, QuestionForm(initial=_known_of(request)))
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _form(request, partnership, form, status=UNPROCESSABLE)
    at = clock.now()
    lately = PublicQuestion.objects.filter(partnership=partnership, at__gt=at - timedelta(hours=1))
    if not ratelimit.consume(request, action=ASK_QUESTION) or lately.count() >= MOST_IN_AN_HOUR:
        too_many: HttpResponse = ratelimit.respond_429(request)
        return too_many
    operations.ask_partnership(partnership, **form.cleaned_data, language=get_language() or "en", at=at)
    return redirect(f"{request.path}sent/")


def _known_of(request: HttpRequest) -> dict[str, str]:
    user: Any = request.user
    return {"name": user.full_name, "email": user.email} if user.is_authenticated else {}


def _form(
    request: HttpRequest, partnership: Partnership | None, form: QuestionForm, *, status: int = 200
) -> HttpResponse:
    return render(request, "partnerships/question.html", {**_named(partnership), "form": form}, status=status)


def _named(partnership: Partnership | None) -> dict[str, Any]:
    name = partnership.acronym if partnership else _("the support office")
    return {"partnership": partnership, "asked": name, "title": _("Ask %(asked)s a question") % {"asked": name}}


@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """Say that a question is on its way to a partnership."""
    return render(request, "partnerships/question_sent.html", _named(published(slug)))


@require_safe
def sent_to_support_office(request: HttpRequest) -> HttpResponse:
    """Say that a question is on its way to the support office."""
    return render(request, "partnerships/question_sent.html", _named(None))


@require_safe
@signed_in
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    """List what a partnership was asked, for its own people."""
    partnership = published(slug)
    if not decide.may(actor_of(request), PARTNERSHIP.name, Action.SEE, partnership):
        return _not_yours(request)
    may_answer = decide.may(actor_of(request), PARTNERSHIP.name, Action.ANSWER_QUESTION, partnership)
    return _list(request, partnership, may_answer=may_answer)


@require_safe
@signed_in
def questions_to_support_office(request: HttpRequest) -> HttpResponse:
    """List what the support office was asked."""
    only_support_office(request)
    return _list(request, None, may_answer=True)


def open_questions_to(actor: Actor) -> list[tuple[str, int]]:
    """Count the questions from outside that wait for a reader, each number with the page of its list."""
    waiting = PublicQuestion.objects.filter(answered_at=None)
    if actor.support_office:
        count = waiting.filter(partnership=None).count()
        return [(reverse("journeys:questions_to_support_office"), count)] if count else []
    own = waiting.filter(partnership__in=actor.partnerships_as(CASE_PEOPLE)).order_by("partnership__slug")
    counted = own.values_list("partnership__slug").annotate(number=Count("pk"))
    return [(reverse("partnerships:questions", args=[slug]), number) for slug, number in counted]


def _list(request: HttpRequest, partnership: Partnership | None, *, may_answer: bool) -> HttpResponse:
    rows = PublicQuestion.objects.filter(partnership=partnership).select_related("answered_by")
    waiting = list(rows.filter(answered_at=None).order_by("at", "pk")[:SHOWN])
    context = {
        **_named(partnership),
        "own_url": PARTNERSHIP.address(partnership) if partnership else "",
        "waiting": waiting,
        "answered": list(rows.exclude(answered_at=None)[:SHOWN]),
        "may_answer": may_answer,
        "ball": "yours" if waiting and may_answer else "nobody",
    }
    return render(request, "partnerships/questions.html", context)


@require_POST
@signed_in
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Note that a question was answered."""
    found = PublicQuestion.objects.select_related("partnership").filter(pk=number).first()
    if found is None or not _may_answer(actor_of(request), found):
        raise Http404
    operations.answer_question(found, actor=actor_of(request), at=clock.now())
    messages.success(request, _("The question of %(name)s is marked as answered.") % {"name": found.name})
    if found.partnership is None:
        return redirect("journeys:questions_to_support_office")
    return redirect("partnerships:questions", found.partnership.slug)


def _may_answer(actor: Actor, found: PublicQuestion) -> bool:
    if found.partnership is None:
        return actor.support_office
    return decide.may(actor, PARTNERSHIP.name, Action.ANSWER_QUESTION, found.partnership)


def _not_yours(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/403.html", {"refusal": "not_allowed"}, status=FORBIDDEN)
