"""What must be true before a step (registration)."""

from allauth.account.models import EmailAddress

from clusterxchange.access.capacities import HP
from clusterxchange.phases.registration import queries, rules
from clusterxchange.phases.registration.models import Decision
from clusterxchange.phases.registration.notices import section_title
from clusterxchange.scheme import terms
from clusterxchange.scheme.document import Role
from clusterxchange.workflow.tables import Refusal, Situation


def email_is_confirmed(situation: Situation) -> Refusal | None:
    """Let only a person begin whose e-mail address is known to be theirs."""
    found = EmailAddress.objects.filter(user_id=situation.actor.account_id, verified=True)
    return None if found.exists() else Refusal("email_not_confirmed")


def no_application_is_open(situation: Situation) -> Refusal | None:
    """Allow one undecided application for each organisation, and one organisation without a name for each person."""
    application = situation.subject
    found = queries.open_application_of(application.organisation, application.edition)
    if found is None and not application.organisation.legal_name:
        found = queries.unnamed_draft_of(application.representative.account_id)
    return None if found is None else Refusal("application_already_open", {"reference": found.reference})


def answers_are_complete(situation: Situation) -> Refusal | None:
    """Ask for every answer that the scheme requires of this organisation and these roles."""
    lacking = rules.missing_sections(situation.scheme, situation.subject)
    if not lacking:
        return None
    return Refusal("answers_missing", {"sections": ", ".join(section_title(section) for section in lacking)})


def curriculum_vitae_is_there(situation: Situation) -> Refusal | None:
    """Ask for the person's curriculum vitae."""
    return None if rules.has_curriculum_vitae(situation.subject) else Refusal("cv_missing")


def declarations_are_made(situation: Situation) -> Refusal | None:
    """Ask for every declaration, each by itself."""
    for name in rules.declarations_asked(situation.subject):
        if situation.inputs.get(name) is not True:
            return Refusal("declaration_missing", field=name)
    return None


def type_allows_the_role(situation: Situation) -> Refusal | None:
    """Hold the organisation against the scheme's matrix for each role asked, and the visit against earlier ones."""
    application = situation.subject
    asked = rules.roles_asked(application)
    # Whoever needs the host exception has asked for it with the answers; the agency decides later.
    code = rules.role_refusal(situation.scheme, application, asked, agency_approval=True)
    code = code or rules.person_refusal(situation.scheme, application)
    return Refusal(code) if code else _role_taken(situation, asked)


def _role_taken(situation: Situation, roles: tuple[Role, ...]) -> Refusal | None:
    application = situation.subject
    if Role.VISIT in roles and queries.visit_is_taken(application.organisation_id):
        return Refusal("visit_already_used")
    held = queries.roles_accepted(application.organisation_id, application.edition_id)
    return Refusal("role_already_accepted") if held & set(roles) else None


def country_takes_part(situation: Situation) -> Refusal | None:
    """Hold the country where the person is based, and that of the organisation, against the edition's list."""
    application = situation.subject
    for country in (application.representative.based_in, application.organisation.country):
        if not situation.scheme.participates(country):
            return Refusal("country_not_participating")
    return None


def wished_partnership_is_open(situation: Situation) -> Refusal | None:
    """Refuse a chosen partnership that takes no applications any more."""
    wished = situation.subject.wished_partnership
    if situation.subject.partnership_choice != "chosen" or wished is None:
        return None
    return None if wished.is_open else Refusal("partnership_is_closed", {"partnership": wished.acronym})


def application_was_not_opened(situation: Situation) -> Refusal | None:
    """Let an application be taken back only while nobody has looked at it."""
    return None if situation.subject.opened_at is None else Refusal("application_was_opened")


def questions_are_given(situation: Situation) -> Refusal | None:
    """Ask for at least one question."""
    given = rules.questions_in(str(situation.inputs.get("questions") or ""))
    return None if given else Refusal("questions_missing", field="questions")


def each_question_is_answered(situation: Situation) -> Refusal | None:
    """Ask for an answer to each question."""
    asked = rules.questions_in(situation.subject.questions)
    given = list(situation.inputs.get("answers") or ())
    for number in range(len(asked)):
        if number >= len(given) or not str(given[number]).strip():
            return Refusal("answer_missing", {"number": number + 1}, field=f"answer_{number + 1}")
    return None


def host_exception_is_asked(situation: Situation) -> Refusal | None:
    """Send to the agency only what it decides: an enterprise that asks to host without a profiled cluster."""
    application = situation.subject
    if not rules.needs_host_exception(situation.scheme, application):
        return Refusal("host_exception_not_asked")
    return Refusal("agency_has_decided") if application.exception_approved is not None else None


def _decided(situation: Situation, decision: Decision) -> list[Role]:
    decisions = situation.inputs.get("decisions") or {}
    return [role for role in rules.roles_asked(situation.subject) if decisions.get(role.value) == decision]


def checklist_is_complete(situation: Situation) -> Refusal | None:
    """Ask for an answer to every item, and leave none of those of the accepted roles open."""
    checklist = situation.inputs.get("checklist") or {}
    for item in rules.checklist_items(situation.scheme, rules.roles_asked(situation.subject)):
        if not checklist.get(item, {}).get("answer"):
            return Refusal("checklist_incomplete", field=f"item_{item}")
    for item in rules.checklist_items(situation.scheme, _decided(situation, Decision.ACCEPTED)):
        if checklist[item]["answer"] == "ask":
            return Refusal("checklist_has_questions", field=f"item_{item}")
    return None


def second_reader_decides(situation: Situation) -> Refusal | None:
    """Where the partnership wants two readers, let the second one accept; the table keeps the first one out."""
    application = situation.subject
    if application.partnership is None or not application.partnership.has_second_reader:
        return None
    return None if application.first_reader_id else Refusal("second_reader_missing")


def at_least_one_role_is_accepted(situation: Situation) -> Refusal | None:
    """Ask for a decision on each role, one of them in favour."""
    asked = rules.roles_asked(situation.subject)
    accepted, refused = _decided(situation, Decision.ACCEPTED), _decided(situation, Decision.REFUSED)
    for role in asked:
        if role not in accepted and role not in refused:
            return Refusal("role_not_decided", field=f"{role.value}_decision")
    return None if accepted else Refusal("no_role_accepted", field=f"{asked[0].value}_decision")


def accepted_roles_are_allowed(situation: Situation) -> Refusal | None:
    """Hold each accepted role against the matrix, the agency's answer and earlier visits."""
    application = situation.subject
    accepted = tuple(_decided(situation, Decision.ACCEPTED))
    approved = application.exception_approved is True
    code = rules.role_refusal(situation.scheme, application, accepted, agency_approval=approved)
    if code is None and Role.VISIT in accepted:
        code = rules.person_refusal(situation.scheme, application)
    return Refusal(code) if code else country_takes_part(situation) or _role_taken(situation, accepted)


def objection_is_in_time(situation: Situation) -> Refusal | None:
    """Let the term for an objection run from the decision."""
    application = situation.subject
    since = application.decided_at or application.state_since
    until = terms.due_at(situation.scheme, "objection", since, application.organisation.country or None)
    return None if situation.at < until else Refusal("objection_too_late")


def was_not_objected_before(situation: Situation) -> Refusal | None:
    """Allow one objection."""
    return Refusal("already_objected") if situation.subject.was_objected else None


def other_partnership_is_open(situation: Situation) -> Refusal | None:
    """Ask for another partnership of the same edition that takes participants."""
    other, subject = situation.inputs.get("partnership"), situation.subject
    if other is None:
        return Refusal("partnership_missing", field="partnership")
    if other.pk == subject.partnership_id:
        return Refusal("partnership_is_the_same", {"partnership": other.acronym}, field="partnership")
    if not other.is_open or other.edition_id != subject.edition_id:
        return Refusal("partnership_is_closed", {"partnership": other.acronym}, field="partnership")
    return None


def asked_one_takes_it(situation: Situation) -> Refusal | None:
    """Let the partnership that was asked take the participation over itself, and hand it to no third one."""
    other = situation.inputs.get("partnership")
    if situation.capacity is HP and other is not None and other.pk != situation.subject.move_asked_to_id:
        return Refusal("partnership_was_not_asked", {"partnership": other.acronym}, field="partnership")
    return None


def no_commitment_is_signed(situation: Situation) -> Refusal | None:
    """Keep whoever has signed a Commitment to Quality with the partnership that signed it."""
    return Refusal("commitment_is_signed") if queries.has_signed_commitment(situation.subject) else None


def no_exchange_runs(situation: Situation) -> Refusal | None:
    """Keep whoever has an exchange under way until it is closed or cancelled."""
    return Refusal("exchange_runs") if queries.has_running_exchange(situation.subject) else None


def until_is_ahead(situation: Situation) -> Refusal | None:
    """Ask for the end of a suspension, in the future."""
    until = situation.inputs.get("until")
    return None if until is not None and until > situation.at else Refusal("until_not_ahead", field="until")
