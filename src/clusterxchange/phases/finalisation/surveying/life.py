"""The life of a follow-up survey: opened by the tool, answered once, or closed without a word.

It is a case of its own: nobody waits for anything in a closed exchange.
"""

from clusterxchange.access.actions import Action as A
from clusterxchange.access.capacities import Capacity, H, V
from clusterxchange.phases.exchange_building.queries import names_of_exchange, rules_of_case
from clusterxchange.phases.exchange_building.states import PARTIES
from clusterxchange.phases.finalisation.models import FollowUpSurvey, SurveyState
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import Machine, Refusal, Row, Situation, Timed, row

S = SurveyState
ANSWERS = ("worth", "in_contact", "recommends")


def answers_are_given(situation: Situation) -> Refusal | None:
    """Ask for each of the three short answers; that nothing came of it is an answer as well."""
    missing = next((name for name in ANSWERS if situation.inputs.get(name) is None), None)
    return None if missing is None else Refusal("survey_incomplete", field=missing)


def keep_answers(situation: Situation) -> None:
    """Keep what was answered."""
    survey, inputs = situation.subject, situation.inputs
    for name in ANSWERS:
        setattr(survey, name, inputs[name])
    survey.outcomes, survey.answered_at = list(inputs.get("outcomes") or []), situation.at


def _own_side(survey: FollowUpSurvey, line: Row, capacities: frozenset[Capacity]) -> frozenset[Capacity]:
    del line
    return capacities & {V if survey.side == "V" else H}


FOLLOW_UP_SURVEY = register(
    Machine(
        name="follow_up_survey",
        model=FollowUpSurvey,
        states=tuple(S.values),
        scheme_of=lambda survey, at: rules_of_case(survey.exchange, survey.exchange.commitment, at),
        describe=lambda survey: names_of_exchange(survey.exchange),
        address=lambda survey: f"/exchanges/{survey.reference}/survey/{'visitor' if survey.side == 'V' else 'host'}/",
        related=("exchange", *(f"exchange__{party}" for party in PARTIES), "exchange__commitment"),
        asked_capacities=_own_side,
        rows=(
            row(A.OPEN_SURVEY, None, S.OPEN, tells={V, H}),
            row(A.ANSWER_SURVEY, S.OPEN, S.ANSWERED, asks={V, H}, answers=(answers_are_given,), writes=(keep_answers,)),
            row(A.CLOSE_SURVEY, S.OPEN, S.CLOSED, terms=(Timed("", "closes_at"),)),
        ),
    )
)
