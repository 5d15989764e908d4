"""May we take part? The questions of the public check one by one, and what follows from the answers.

Answers are plain codes by the name of their question. Nothing of it is kept: they stand in the address.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clusterxchange.scheme.document import Membership, Role, Scheme
from clusterxchange.scheme.eligibility import eligible

TYPE, COUNTRY, MEMBERSHIP, PERSON, VISITED, ECOSYSTEM, HOST = (
    "type", "country", "membership", "person", "visited", "ecosystem", "host",
)  # fmt: skip
QUESTIONS = (TYPE, COUNTRY, MEMBERSHIP, PERSON, VISITED, ECOSYSTEM, HOST)
ELSEWHERE = "elsewhere"
NOT_DECIDED = "open"
NATIONAL, RESIDENT, NEITHER = "national", "resident", "neither"
YES, NO = "yes", "no"
ROLES = (Role.VISIT, Role.HOST)
OF_THE_ORGANISATION = frozenset({TYPE, COUNTRY, MEMBERSHIP})

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RoleVerdict:
    """What the answers say about one role: the codes of all rules that stand against it."""

    role: Role
    refusals: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Tell whether no rule stands against it."""
        return not self.refusals


def verdicts(scheme: Scheme, answers: Answers) -> tuple[RoleVerdict, RoleVerdict]:
    """Judge both roles by what has been answered so far; what is not known yet stands against nobody."""
    visit, host = (RoleVerdict(role, tuple(_refusals(scheme, answers, role))) for role in ROLES)
    return visit, host


def _refusals(scheme: Scheme, answers: Answers, role: Role) -> list[str]:
    found: list[str] = []
    country = answers.get(COUNTRY)
    if TYPE in answers:
        # An organisation whose membership is not known yet is judged as if it were the right one.
        verdict = eligible(
            scheme,
            organisation_type=answers[TYPE],
            country=country or next(iter(scheme.countries)),
            role=role,
            membership=answers.get(MEMBERSHIP, Membership.YES),
        )
        unknown = set() if country else {"country_not_participating"}
        found += [code for code in verdict.refusals if code not in unknown]
    if answers.get(PERSON) == NEITHER:
        found.append("third_country_rule_not_met")
    if role is Role.VISIT and answers.get(VISITED) == YES:
        found.append("visit_already_used")
    return found


def membership_matters(scheme: Scheme, organisation_type: str) -> bool:
    """Tell whether it makes a difference for a type of organisation in which cluster it is a member."""
    cells = scheme.eligibility.matrix[organisation_type].values()
    return any(cell.is_allowed and len(set(cell.refusals.values())) > 1 for cell in cells)


def questions_for(scheme: Scheme, answers: Answers) -> list[str]:
    """Give the questions that the answers so far leave open or have answered; the rest would change nothing."""
    if TYPE not in answers:
        return list(QUESTIONS)
    if answers.get(COUNTRY) == ELSEWHERE:
        return [TYPE, COUNTRY]
    of_organisation = {name: given for name, given in answers.items() if name in OF_THE_ORGANISATION}
    visit = verdicts(scheme, of_organisation)[0].allowed
    applies: dict[str, Callable[[], bool]] = {
        MEMBERSHIP: lambda: membership_matters(scheme, answers[TYPE]),
        VISITED: lambda: visit,
        HOST: lambda: visit and answers.get(VISITED) != YES and answers.get(PERSON) != NEITHER,
    }
    return [name for name in QUESTIONS if name not in applies or applies[name]()]


def next_question(scheme: Scheme, answers: Answers) -> str | None:
    """Give the first question without an answer, None where all are answered."""
    return next((name for name in questions_for(scheme, answers) if name not in answers), None)


def told_at_once(scheme: Scheme, answers: Answers) -> list[tuple[Role, str]]:
    """Give what stands against a role already, while there are questions left."""
    return [(one.role, code) for one in verdicts(scheme, answers) for code in one.refusals]
