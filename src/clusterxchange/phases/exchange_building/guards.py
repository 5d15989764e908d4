"""What must be true before a step (exchange building)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import VP, H, V
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.exchange_building import rules
from clusterxchange.phases.exchange_building.models import (
    Commitment,
    CommitmentState,
    Exchange,
    ExchangeState,
    FinancialAgreement,
)
from clusterxchange.phases.exchange_building.notices import PART_LABELS
from clusterxchange.phases.exchange_building.queries import (
    counted_days_of,
    country_of,
    declarations_of,
    delegation_to,
    goes_on,
    holds_of,
    host_country,
    is_physical,
    representative_of,
    signatories_of,
    words_of,
    working_of,
)
from clusterxchange.phases.registration.models import Participation, ParticipationState, Visit
from clusterxchange.scheme.calendars import CalendarUnknown
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.hints import hint_words_in
from clusterxchange.scheme.stays import stay_refusal
from clusterxchange.workflow import consents
from clusterxchange.workflow.tables import Refusal, Situation

BRUSSELS = ZoneInfo("Europe/Brussels")
BEGUN = frozenset({ExchangeState.RUNNING, ExchangeState.INTERRUPTED})
AFTER_VALIDATION = frozenset({CommitmentState.VALIDATED, CommitmentState.SIGNING, CommitmentState.SIGNED})
NOT_ACCEPTED = frozenset({ParticipationState.SUSPENDED, ParticipationState.WITHDRAWN, ParticipationState.UNDER_REVIEW})


def today(at: datetime) -> date:
    """Give the day of a moment where the scheme keeps its dates."""
    return at.astimezone(BRUSSELS).date()


# The exchange


def exchange_goes_on(subject: Commitment | FinancialAgreement) -> bool:
    """Whether anybody still has to do anything for the exchange to which a text belongs."""
    return goes_on(subject.exchange)


def exchange_is_open(situation: Situation) -> Refusal | None:
    """Refuse once the exchange has ended or was cancelled."""
    exchange: Exchange = situation.subject.exchange
    return None if goes_on(exchange) else Refusal("wrong_state", {"state": exchange.state})


def exchange_has_not_ended(situation: Situation) -> Refusal | None:
    """Refuse an amendment of an exchange that is over, and a second amendment beside one that is open."""
    commitment: Commitment = situation.subject
    if not goes_on(commitment.exchange):
        return Refusal("wrong_state", {"state": commitment.exchange.state})
    if commitment.exchange.commitments.filter(version__gt=commitment.version).exists():
        return Refusal("amendment_is_open")
    return None


def first_day_is_reached(situation: Situation) -> Refusal | None:
    """Refuse to confirm a start that is still ahead."""
    commitment = situation.subject.commitment
    if commitment is None or commitment.first_day is None or today(situation.at) < commitment.first_day:
        return Refusal("before_first_day")
    return None


def has_reported_no_show(exchange: Exchange) -> bool:
    """Whether the host has said that the visitor did not come."""
    return exchange.no_show_reported_at is not None


def no_show_is_reported(situation: Situation) -> Refusal | None:
    """Refuse to cancel a running exchange for any other cause than a visitor who did not come."""
    return None if has_reported_no_show(situation.subject) else Refusal("no_show_not_reported")


def nothing_is_open(situation: Situation) -> Refusal | None:
    """Refuse to close while a later phase has not said that reports and payment are settled."""
    return None if situation.inputs.get("settled") else Refusal("exchange_not_settled")


def reason_is_given(situation: Situation) -> Refusal | None:
    """Refuse a step without its reason: a code of the list, in words where the code is no more than another reason."""
    code, words = situation.inputs.get("reason_code"), str(situation.inputs.get("reason") or "").strip()
    if words or (code and code != "other"):
        return None
    return Refusal("reason_missing", field="reason" if "reason" in situation.inputs else "reason_code")


# The commitment


def part_is_theirs_to_edit(situation: Situation) -> Refusal | None:
    """Refuse an edit of a part that the other kind of party writes."""
    own = rules.parts_of(situation.capacity)
    given = situation.inputs.get("values", {})
    return None if all(rules.part_of(field) in own for field in given) else Refusal("not_allowed")


def part_is_free(situation: Situation) -> Refusal | None:
    """Refuse to write into a part that somebody else is writing; what is not changed stands in nobody's way."""
    commitment, values = situation.subject, situation.inputs.get("values", {})
    changed = {rules.part_of(field) for field, value in values.items() if getattr(commitment, field) != value}
    for row in holds_of(commitment, situation.at, but=situation.actor.account_id):
        if row.part in changed and row.held_at is not None and row.held_by is not None:
            since = row.held_at.astimezone(BRUSSELS).strftime("%H:%M")
            return Refusal("part_is_held", {"person": row.held_by.full_name, "since": since})
    return None


def help_is_wanted(commitment: Commitment) -> bool:
    """Whether an organisation has asked its contact point for help and has no answer yet."""
    return commitment.help_asked_at is not None and exchange_goes_on(commitment)


def page_is_current(situation: Situation) -> Refusal | None:
    """Refuse to write over, or to say yes to, a text that has changed since the page was opened."""
    commitment, inputs = situation.subject, situation.inputs
    if situation.action is not Action.EDIT_COMMITMENT:
        return hash_is_current(situation)
    if inputs.get("version") and str(inputs["version"]) != str(commitment.version):
        return Refusal("text_has_changed")
    for part, fingerprint in inputs.get("seen", {}).items():
        if fingerprint and fingerprint != rules.fingerprint_of_part(commitment, part):
            return Refusal("text_has_changed")
    return None


def hash_is_current(situation: Situation) -> Refusal | None:
    """Refuse a yes to any other text than the one that stands: version and fingerprint must be the current ones."""
    subject, inputs = situation.subject, situation.inputs
    same = str(inputs.get("version", "")) == str(subject.version) and inputs.get("text_sha256") == subject.text_sha256
    return None if same and subject.text_sha256 else Refusal("text_has_changed")


def text_is_complete(situation: Situation) -> Refusal | None:
    """Refuse while a part that is needed is empty."""
    commitment: Commitment = situation.subject
    missing = rules.missing_parts(commitment, is_physical=is_physical(commitment.exchange))
    if not missing:
        return None
    return Refusal("text_incomplete", {"parts": ", ".join(str(PART_LABELS[part]) for part in missing)})


def purposes_are_allowed(situation: Situation) -> Refusal | None:
    """Refuse a purpose or activity that is not in the edition's closed list."""
    commitment, lists = situation.subject, situation.scheme.code_lists
    if set(commitment.purposes) <= set(lists["purposes"]) and set(commitment.activities) <= set(
        lists["activity_types"]
    ):
        return None
    return Refusal("purpose_not_allowed", field="purposes")


def length_is_allowed(situation: Situation) -> Refusal | None:
    """Refuse a stay that is too short, too long, turned round or interrupted."""
    commitment: Commitment = situation.subject
    if commitment.first_day is None or commitment.last_day is None:
        return None
    try:
        code = stay_refusal(
            situation.scheme,
            country=host_country(commitment.exchange),
            first=commitment.first_day,
            last=commitment.last_day,
            days=counted_days_of(commitment, situation.scheme),
            format=commitment.exchange.format,
        )
    except CalendarUnknown:
        code = "calendar_unknown"
    return Refusal(code, field="last_day") if code else None


def countries_differ(situation: Situation) -> Refusal | None:
    """Refuse a stay in one's own country, or in one that takes no part."""
    exchange: Exchange = situation.subject.exchange
    countries = [country_of(exchange.visitor_participation), country_of(exchange.host_participation)]
    if not all(situation.scheme.participates(country) for country in countries):
        return Refusal("country_not_participating")
    return Refusal("same_country") if len(set(countries)) == 1 else None


def both_sides_are_accepted(situation: Situation) -> Refusal | None:
    """Refuse while a side's participation is suspended, withdrawn or under review."""
    exchange: Exchange = situation.subject.exchange
    for side in (exchange.visitor_participation, exchange.host_participation):
        if side.state in NOT_ACCEPTED:
            return Refusal("side_not_accepted", {"side": side.organisation.legal_name})
    return None


def visit_is_free_for_this(situation: Situation) -> Refusal | None:
    """Refuse a second physical visit, over all editions. The claim of this exchange itself is no hindrance."""
    exchange: Exchange = situation.subject.exchange
    if not is_physical(exchange):
        return None
    own = exchange.visitor_participation
    others = Participation.objects.filter(
        organisation_id=exchange.visiting_organisation_id, visit__in=(Visit.CLAIMED, Visit.USED)
    ).exclude(pk=own.pk)
    return Refusal("visit_already_used") if own.visit == Visit.USED or others.exists() else None


def amount_is_published(situation: Situation) -> Refusal | None:
    """Refuse a physical stay in a country for which the edition has no amount."""
    commitment: Commitment = situation.subject
    if not is_physical(commitment.exchange):
        return None
    refusal = working_of(commitment, situation.scheme).refusal
    return Refusal(refusal) if refusal else None


def declarations_are_made(situation: Situation) -> Refusal | None:
    """Refuse while a declaration is not ticked."""
    commitment: Commitment = situation.subject
    for name in declarations_of(commitment.exchange):
        if not getattr(commitment, name):
            return Refusal("declaration_missing", {"declaration": words_of(name)}, field=name)
    return None


def hint_words_of(commitment: Commitment, scheme: Scheme) -> list[str]:
    """Give the words of the text that hint at an internship, a work placement or employment."""
    return hint_words_in(scheme, rules.written_text(commitment))


def hints_are_answered(situation: Situation) -> Refusal | None:
    """Refuse to validate a text with hinting words that the contact point has not answered."""
    words = hint_words_of(situation.subject, situation.scheme)
    if not words or str(situation.inputs.get("hint_reason") or "").strip():
        return None
    return Refusal("hint_unanswered", {"words": ", ".join(words)}, field="hint_reason")


def budget_is_free(situation: Situation) -> Refusal | None:
    """Refuse the visitor's partnership where its budget does not hold the amount; a lock is taken only later."""
    commitment: Commitment = situation.subject
    if situation.capacity is not VP or not commitment.exchange.is_funded:
        return None
    working = working_of(commitment, situation.scheme)
    if working.refusal:
        return Refusal(working.refusal)
    budget = Budget.objects.filter(partnership_id=commitment.exchange.visitor_partnership_id).first()
    return None if budget is not None and budget.free_cents >= working.cents else Refusal("no_free_budget")


def document_is_there(situation: Situation) -> Refusal | None:
    """Refuse to open the signing before the file of the frozen text has been made."""
    return None if situation.subject.document_id is not None else Refusal("document_missing")


def begun_stay_keeps_its_first_day(situation: Situation) -> Refusal | None:
    """Refuse an amendment that moves the first day of a stay that has begun."""
    commitment: Commitment = situation.subject
    held = commitment.exchange.commitment
    if not has_begun(commitment.exchange) or held is None or held.first_day == commitment.first_day:
        return None
    return Refusal("stay_has_begun", field="first_day")


def has_begun(exchange: Exchange) -> bool:
    """Whether both have confirmed the start."""
    return exchange.state in BEGUN


def start_is_ahead(situation: Situation) -> Refusal | None:
    """Refuse the last signature once the first day is past; a stay that goes on may be extended."""
    commitment: Commitment = situation.subject
    if has_begun(commitment.exchange):
        return None
    given = consents.given(commitment, "commitment", Action.SIGN_COMMITMENT)
    is_last = not signatories_of(commitment) - given - {situation.capacity}
    if is_last and commitment.first_day is not None and commitment.first_day < today(situation.at):
        return Refusal("start_in_the_past")
    return None


def pen_is_free(situation: Situation) -> Refusal | None:
    """Refuse a signature while somebody else signs a copy of the same file elsewhere."""
    subject = situation.subject
    if subject.pen_until is None or subject.pen_until <= situation.at:
        return None
    if subject.pen_held_by_id == situation.actor.account_id:
        return None
    until = subject.pen_until.astimezone(BRUSSELS).strftime("%H:%M")
    return Refusal("pen_is_held", {"person": subject.pen_held_by.full_name, "until": until})


def person_may_sign(situation: Situation) -> Refusal | None:
    """Refuse somebody who neither represents the organisation in this exchange nor was given the right to sign."""
    exchange: Exchange = situation.subject.exchange
    if situation.capacity not in (V, H):
        return None
    person = representative_of(exchange, situation.capacity)
    if person.pk == situation.actor.account_id:
        return None
    if delegation_to(exchange, situation.capacity, situation.actor.account_id, situation.at) is not None:
        return None
    return Refusal("no_right_to_sign", {"person": person.full_name})


def person_is_authenticated(situation: Situation) -> Refusal | None:
    """Refuse a signature by somebody who has not just shown again who they are."""
    return None if situation.inputs.get("is_authenticated") else Refusal("password_wrong", field="password")


# The financial agreement


def bank_details_are_wanted(agreement: FinancialAgreement) -> bool:
    """Whether the visiting organisation has to give an account now: the text is validated and none is known."""
    return (
        agreement.bank_details_given_at is None and agreement.commitment_id is not None and exchange_goes_on(agreement)
    )


def offer_is_wanted(agreement: FinancialAgreement) -> bool:
    """Whether the visitor's partnership has to offer the agreement now."""
    return (
        agreement.bank_details_given_at is not None
        and agreement.commitment is not None
        and agreement.commitment.state in AFTER_VALIDATION
        and exchange_goes_on(agreement)
    )


def commitment_is_signed_by_all(agreement: FinancialAgreement) -> bool:
    """Whether the two can sign now."""
    return (
        agreement.commitment is not None
        and agreement.commitment.state == CommitmentState.SIGNED
        and exchange_goes_on(agreement)
    )


def account_is_valid(situation: Situation) -> Refusal | None:
    """Refuse bank details that no bank would know: an IBAN, or number, BIC and address where the country has none."""
    inputs = situation.inputs
    if not str(inputs.get("account_holder") or "").strip():
        return Refusal("account_incomplete", {"answer": _("Account holder")}, field="account_holder")
    iban = str(inputs.get("iban") or "").strip()
    if iban or has_iban(situation.subject, situation.scheme):
        home = situation.subject.exchange.visiting_organisation.country
        return _iban_refusal(iban, home, situation.scheme) or _bic_refusal(str(inputs.get("bic") or ""))
    wanted = {"account_number": _("Account number"), "bic": _("BIC"), "bank_address": _("Address of the bank")}
    for field, words in wanted.items():
        if not str(inputs.get(field) or "").strip():
            return Refusal("account_incomplete", {"answer": words}, field=field)
    return _bic_refusal(str(inputs["bic"]))


def has_iban(agreement: FinancialAgreement, scheme: Scheme) -> bool:
    """Whether accounts in the visiting organisation's country have an IBAN."""
    country = scheme.countries.get(agreement.exchange.visiting_organisation.country)
    return country is None or country.has_iban


def _iban_refusal(iban: str, home: str, scheme: Scheme) -> Refusal | None:
    # Regulation (EU) No 260/2012, Article 9: nobody who pays may ask in which country of SEPA an account is held.
    try:
        account = IBAN(iban, validate_bban=True)
    except SchwiftyException:
        return Refusal("iban_invalid", field="iban")
    known = scheme.countries.get(account.country_code)
    in_sepa = known.in_sepa if known is not None else account.in_sepa_zone
    return None if in_sepa or account.country_code == home else Refusal("iban_of_another_country", field="iban")


def _bic_refusal(bic: str) -> Refusal | None:
    if not bic.strip():
        return None
    try:
        BIC(bic.strip())
    except SchwiftyException:
        return Refusal("bic_invalid", field="bic")
    return None


def bank_details_are_there(situation: Situation) -> Refusal | None:
    """Refuse to offer an agreement that names no account."""
    return None if situation.subject.bank_details_given_at is not None else Refusal("bank_details_missing")


def commitment_is_validated(situation: Situation) -> Refusal | None:
    """Refuse to offer before both partnerships have validated the Commitment to Quality."""
    commitment = situation.subject.commitment
    is_validated = commitment is not None and commitment.state in AFTER_VALIDATION
    return None if is_validated else Refusal("not_validated_by_both")


def amount_is_within_bounds(situation: Situation) -> Refusal | None:
    """Refuse an amount above the cap or above the partnership's own table."""
    agreement: FinancialAgreement = situation.subject
    if agreement.commitment is None or agreement.amount_cents is None:
        return Refusal("not_validated_by_both")
    allowed = working_of(agreement.commitment, situation.scheme)
    return None if agreement.amount_cents <= allowed.cents else Refusal("amount_above_agreement")


def amount_can_be_set_aside(situation: Situation) -> Refusal | None:
    """Refuse an offer for which a declined one has given the money back, and it is not free any more."""
    agreement: FinancialAgreement = situation.subject
    missing = (agreement.amount_cents or 0) - agreement.reserved_cents
    if missing <= 0:
        return None
    budget = Budget.objects.filter(partnership_id=agreement.exchange.visitor_partnership_id).first()
    return None if budget is not None and budget.free_cents >= missing else Refusal("no_free_budget")


def commitment_of_agreement_is_signed(situation: Situation) -> Refusal | None:
    """Refuse to sign the money before the text that it pays for is signed by all four."""
    commitment = situation.subject.commitment
    is_signed = commitment is not None and commitment.state in {CommitmentState.SIGNED, CommitmentState.SUPERSEDED}
    return None if is_signed else Refusal("commitment_not_signed")
