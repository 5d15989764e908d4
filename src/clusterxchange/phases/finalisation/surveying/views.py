"""The page of a follow-up survey: the questions, or what was answered."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import Actor
from clusterxchange.phases.finalisation.models import FollowUpSurvey, SurveyState
from clusterxchange.phases.finalisation.surveying import operations
from clusterxchange.phases.finalisation.surveying.forms import SurveyForm
from clusterxchange.phases.finalisation.surveying.life import FOLLOW_UP_SURVEY
from clusterxchange.phases.finalisation.views import SIDES, breadcrumb_of, day_in_words, yes_or_no
from clusterxchange.scheme import code_lists
from clusterxchange.workflow import cases, pages
from clusterxchange.workflow.pages import CasePage, signed_in


def sections(survey: FollowUpSurvey, actor: Actor, at: datetime) -> list[cases.Section]:
    """Say what it is for, and what was answered."""
    del actor
    rows: list[tuple[Any, ...]] = [
        (_("The exchange was closed on"), day_in_words(survey.exchange.closed_at)),
        (_("Who reads it"), _("Support office and agency. Partnerships only see how many said what.")),
    ]
    if survey.state == SurveyState.OPEN:
        rows.append((_("Open until"), day_in_words(cases.last_day_of(survey.closes_at))))
    if survey.state == SurveyState.ANSWERED:
        scheme = FOLLOW_UP_SURVEY.scheme_of(survey, at)
        labels = [code_lists.label(scheme, "report_outcomes", code) for code in survey.outcomes]
        given = {"rating": survey.worth, "highest": scheme.report.highest_rating}
        rows += [
            (_("Worth the time"), _("%(rating)s of %(highest)s") % given),
            (_("Still in contact"), yes_or_no(survey.in_contact)),
            (_("What has come of it since"), "\n".join(labels)),
            (_("Would recommend it"), yes_or_no(survey.recommends)),
        ]
    return [cases.Section(_("Half a year later"), rows)]


PAGE = CasePage(
    machine=FOLLOW_UP_SURVEY,
    operations=operations,
    title=lambda _survey, _actor: _("What came of the exchange"),
    sections=sections,
    breadcrumb=lambda survey, _actor: breadcrumb_of(survey.exchange),
    forms={A.ANSWER_SURVEY: SurveyForm},
)


def _row(request: HttpRequest, reference: str, side: str) -> FollowUpSurvey:
    rows = FollowUpSurvey.objects.select_related(*FOLLOW_UP_SURVEY.related)
    found: FollowUpSurvey = pages.load(
        request, rows, FOLLOW_UP_SURVEY.name, exchange__reference=reference, side=SIDES.get(side, "")
    )
    return found


@require_safe
@signed_in
def survey(request: HttpRequest, reference: str, side: str) -> HttpResponse:
    """Show the questions to the side that is asked."""
    return pages.show(request, PAGE, _row(request, reference, side))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def answer_survey(request: HttpRequest, reference: str, side: str) -> HttpResponse:
    """Take the answers."""
    return pages.act(request, PAGE, _row(request, reference, side), A.ANSWER_SURVEY)
