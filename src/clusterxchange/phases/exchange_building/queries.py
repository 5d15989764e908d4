"""What is read of exchanges, commitments and financial agreements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.documents.labels import frame_language
from clusterxchange.documents.models import Document
from clusterxchange.documents.verdicts import verdict_on
from clusterxchange.documents.verification.pack import Given, SignedDocument
from clusterxchange.foundation.calendar_files import CALENDAR, Method, calendar_file
from clusterxchange.foundation.calendar_files import Entry as CalendarEntry
from clusterxchange.foundation.money import format_cents
from clusterxchange.foundation.scoping import visible
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for, people_of_organisations, people_of_partnership
from clusterxchange.parties.organisations.capitals import capital_of
from clusterxchange.parties.organisations.map import point_at
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building import rules
from clusterxchange.phases.exchange_building.models import (
    Audit,
    Commitment,
    CommitmentPart,
    CommitmentText,
    Exchange,
    ExchangeState,
    FinancialAgreement,
    SigningDelegation,
)
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme import code_lists
from clusterxchange.scheme.amounts import UNDER_200_KM, UNDER_FIVE_WORKING_DAYS, AmountWorking, lump_sum
from clusterxchange.scheme.calendars import (
    CalendarUnknown,
    is_within_the_longest_stay,
    overlapping_working_days,
    working_days,
)
from clusterxchange.scheme.clauses import clauses_of
from clusterxchange.scheme.current import scheme_of_edition, scheme_version
from clusterxchange.scheme.distances import great_circle_km
from clusterxchange.scheme.document import Format, Scheme
from clusterxchange.scheme.models import EditionVersion
from clusterxchange.workflow import cases, consents, obligations, registry
from clusterxchange.workflow.models import Consent, Notice, Obligation
from clusterxchange.workflow.tables import Attachment, Occasion

RESPONSIBILITY_CLAUSES = {
    V: "responsibilities_visiting_organisation",
    H: "responsibilities_host_organisation",
    VP: "responsibilities_visitor_partnership",
    HP: "responsibilities_host_partnership",
}
CLAUSES_IN_PARTS = {*RESPONSIBILITY_CLAUSES.values(), "confidentiality", "insurance"}
SIMPLE_SIGNATURE = "simple"
DECLARATIONS = ("declares_no_internship", "declares_different_countries", "declares_first_visit")


PARTIES_OF_A_TEXT = (
    "exchange__visiting_organisation",
    "exchange__host_organisation",
    "exchange__visitor_partnership",
    "exchange__host_partnership",
)


def rules_of_case(exchange: Exchange, commitment: Commitment | None, at: datetime) -> Scheme:
    """Give the rules that hold for a case: those its text was frozen under, before that those in force."""
    if commitment is not None and commitment.edition_version_id is not None:
        return scheme_version(commitment.edition_version_id)
    return scheme_of_edition(exchange.edition_id, at)


def signatories_of(commitment: Commitment) -> frozenset[Capacity]:
    """Give the sides that sign a text: those of the version of the rules that it was frozen under."""
    if commitment.edition_version_id is None:
        return frozenset(rules.PARTIES)
    return scheme_version(commitment.edition_version_id).agreement.signatures


def names_of_exchange(exchange: Exchange) -> dict[str, str]:
    """Give the names of the four parties as sentences need them."""
    return {
        "reference": exchange.reference or "",
        "visitor": exchange.visiting_organisation.legal_name,
        "host": exchange.host_organisation.legal_name,
        "visitor_partnership": exchange.visitor_partnership.acronym,
        "host_partnership": exchange.host_partnership.acronym,
        "name_V": exchange.visiting_organisation.legal_name,
        "name_H": exchange.host_organisation.legal_name,
        "name_VP": exchange.visitor_partnership.acronym,
        "name_HP": exchange.host_partnership.acronym,
        "name_PO": exchange.visitor_partnership.acronym,
        "name_PR": exchange.visitor_partnership.acronym,
    }


def all_exchanges() -> QuerySet[Exchange]:
    """Give every exchange with its parties, newest first; to be narrowed to what somebody may see."""
    parties = ("visiting_organisation", "host_organisation", "visitor_partnership", "host_partnership", "commitment")
    return Exchange.objects.select_related(*parties).order_by("-pk")


def exchanges_for(actor: Actor) -> QuerySet[Exchange]:
    """Give the exchanges that somebody may see, newest first."""
    return visible(all_exchanges(), "exchange", actor)


def all_commitments() -> QuerySet[Commitment]:
    """Give every version of every text, the latest first; to be narrowed to what somebody may see."""
    return Commitment.objects.select_related(*PARTIES_OF_A_TEXT, "document__file").order_by("-version")


def all_agreements() -> QuerySet[FinancialAgreement]:
    """Give every version of every financial agreement, the latest first; to be narrowed to what somebody may see."""
    rows = FinancialAgreement.objects.select_related(*PARTIES_OF_A_TEXT, "commitment", "document__file")
    return rows.order_by("-version")


def latest_commitment(exchange: Exchange) -> Commitment:
    """Give the version that is being worked on, which is not always the one that holds."""
    return exchange.commitments.select_related("exchange").order_by("-version")[0]


def latest_agreement(exchange: Exchange) -> FinancialAgreement | None:
    """Give the latest version of the financial agreement, where there is one."""
    return exchange.financial_agreements.select_related("exchange").order_by("-version").first()


def signed_agreement(exchange: Exchange) -> FinancialAgreement | None:
    """Give the financial agreement that holds, where one is signed."""
    return exchange.financial_agreements.filter(state="SIGNED").order_by("-version").first()


def is_physical(exchange: Exchange) -> bool:
    """Whether somebody travels, so that money flows and the one visit is used."""
    return Format(exchange.format) is Format.PHYSICAL


def host_country(exchange: Exchange) -> str:
    """Give the country whose working days count and whose amount is the cap."""
    return country_of(exchange.host_participation)


def country_of(participation: Participation) -> str:
    """Give the country that counts for a side: where its person is based, else where the organisation is."""
    return participation.application.representative.based_in or participation.organisation.country


def working_of(commitment: Commitment, scheme: Scheme) -> AmountWorking:
    """Compute the lump sum of a text as it stands, with the partnership's own table where it pays less."""
    exchange = commitment.exchange
    to_country = host_country(exchange)
    own = exchange.visitor_partnership.amounts.get(to_country)
    return lump_sum(
        scheme,
        from_country=country_of(exchange.visitor_participation),
        to_country=to_country,
        days=commitment.working_days or 0,
        kilometres=commitment.distance_km or 0,
        format=exchange.format,
        partnership_full_cents=int(own) if own is not None else None,
    )


def distance_between(one: Organisation, other: Organisation) -> int | None:
    """Give the kilometres of the great circle between two organisations; a capital stands in for an unknown place."""
    here, there = one.position or capital_of(one.country), other.position or capital_of(other.country)
    if here is None or there is None:
        return None
    return round(
        great_circle_km(from_latitude=here[0], from_longitude=here[1], to_latitude=there[0], to_longitude=there[1])
    )


def counted_days_of(commitment: Commitment, scheme: Scheme) -> list[date]:
    """Give the days of a text that count as working days at the host."""
    return rules.days_of_plan(scheme, host_country(commitment.exchange), commitment.plan, commitment.admitted_days)


def suggested_days(exchange: Exchange, scheme: Scheme, at: datetime) -> tuple[date, date] | None:
    """Give the first days ahead on which both are available, as many as the visitor wishes; None without any."""
    sides = (exchange.visitor_participation, exchange.host_participation)
    windows = [[(one.first_day, one.last_day) for one in side.windows.all()] for side in sides]
    try:
        shared = overlapping_working_days(scheme, host_country(exchange), *windows)
    except CalendarUnknown:
        return None
    wanted = max(scheme.durations.minimum_working_days, sides[0].days_wished or 0)
    ahead = [day for day in shared if day > at.date()]
    for number, first in enumerate(ahead):
        run = ahead[number : number + wanted]
        last = run[-1]
        if len(run) == wanted and run == working_days(scheme, host_country(exchange), first, last):
            return (first, last) if is_within_the_longest_stay(scheme, first, last) else None
    return None


def reasons_in_words(scheme: Scheme, codes: Iterable[str]) -> list[str]:
    """Say in the reader's language why an amount is halved."""
    words = {
        UNDER_FIVE_WORKING_DAYS: _("The stay has fewer than %(days)s working days.")
        % {"days": scheme.halving.working_days_under},
        UNDER_200_KM: _("The two organisations are less than %(kilometres)s km apart.")
        % {"kilometres": f"{scheme.halving.distance_km_under:g}"},
    }
    return [words.get(code, code) for code in codes]


def person_of(participation: Participation) -> str:
    """Give the name of the person who speaks for a side."""
    return participation.application.representative.account.full_name


def party_rows(exchange: Exchange, capacities: Iterable[Capacity] = rules.PARTIES) -> list[dict[str, str]]:
    """Give the parties as a document names them."""
    return [_party(exchange, capacity) for capacity in capacities]


def _party(exchange: Exchange, capacity: Capacity) -> dict[str, str]:
    partnership = exchange.visitor_partnership if capacity in (V, VP) else exchange.host_partnership
    if capacity in (V, H):
        participation = exchange.visitor_participation if capacity is V else exchange.host_participation
        return _organisation(capacity, participation.organisation, person_of(participation), partnership)
    people = people_of_partnership(partnership.pk, CASE_PEOPLE)
    return {
        "capacity": str(capacity),
        "organisation": partnership.acronym,
        "country": partnership.coordinating_country,
        "city": "",
        "person": people[0].full_name if people else "",
        "partnership": partnership.acronym,
    }


def _organisation(
    capacity: Capacity, organisation: Organisation, person: str, partnership: Partnership
) -> dict[str, str]:
    return {
        "capacity": str(capacity),
        "organisation": organisation.legal_name,
        "country": organisation.country,
        "city": organisation.city,
        "person": person,
        "partnership": partnership.acronym,
    }


def representative_of(exchange: Exchange, capacity: Capacity) -> Account:
    """Give the person who represents a visiting or host organisation in an exchange."""
    side = exchange.visitor_participation if capacity is V else exchange.host_participation
    found: Account = side.application.representative.account
    return found


def delegation_to(exchange: Exchange, capacity: str, account_id: int | None, at: datetime) -> SigningDelegation | None:
    """Give the right to sign that somebody held at a moment, where they were given one."""
    standing = Q(revoked_at__isnull=True) | Q(revoked_at__gt=at)
    return (
        exchange.delegations.filter(standing, capacity=capacity, given_to_id=account_id, given_at__lte=at)
        .select_related("given_by")
        .first()
    )


def colleagues_of(exchange: Exchange, capacity: Capacity) -> list[Account]:
    """Give those who speak for an organisation beside the one who represents it in the exchange."""
    organisation = exchange.visiting_organisation if capacity is V else exchange.host_organisation
    person = representative_of(exchange, capacity)
    return [one for one in people_of_organisations([organisation.pk]) if one.pk != person.pk]


def holds_of(commitment: Commitment, at: datetime, *, but: int | None) -> list[CommitmentPart]:
    """Give the parts that somebody else is writing at a moment."""
    rows = commitment.part_rows.filter(held_by__isnull=False, held_until__gt=at).exclude(held_by_id=but)
    return list(rows.select_related("held_by"))


def note_reading(commitment: Commitment, capacities: Iterable[Capacity], at: datetime) -> None:
    """Note that sides have the whole text before them."""
    for capacity in set(capacities) & set(rules.PARTIES):
        commitment.readings.update_or_create(capacity=capacity, defaults={"at": at})


def point_of(organisation: Organisation) -> tuple[int, int] | None:
    """Give where an organisation stands on the map; a capital stands in for an unknown place."""
    position = organisation.position or capital_of(organisation.country)
    return point_at(position) if position is not None else None


def suggestions_for(exchange: Exchange, part: str) -> list[tuple[str, str]]:
    """Give what the two profiles say that may go into a part, each with the organisation that says it."""
    found = []
    for side in (exchange.visitor_participation, exchange.host_participation):
        texts = {
            "objectives": (side.motivation, side.learn),
            "purposes_and_activities": (side.offer, side.organisation.offers),
            "outcomes": (side.learn, side.organisation.keywords),
        }.get(part, ())
        found += [(side.organisation.legal_name, text) for text in dict.fromkeys(texts) if text.strip()]
    return found


def text_seen(commitment: Commitment, sha256: str) -> dict[str, Any] | None:
    """Give the text with a fingerprint, whichever version of this exchange had it."""
    found = CommitmentText.objects.filter(commitment__exchange_id=commitment.exchange_id, text_sha256=sha256).last()
    return dict(found.text) if found is not None else None


def last_text_of_version(exchange: Exchange, version: int) -> dict[str, Any] | None:
    """Give a version's text as it stood last."""
    found = CommitmentText.objects.filter(commitment__exchange=exchange, version=version).last()
    return dict(found.text) if found is not None else None


def versions_of(exchange: Exchange) -> list[int]:
    """Give the numbers of all versions of which a text is kept, oldest first; one row may have had several."""
    numbers = CommitmentText.objects.filter(commitment__exchange=exchange).values_list("version", flat=True)
    return sorted(set(numbers))


def words_of(column: str) -> str:
    """Give the words of a column of the text in the language that is switched on."""
    field = Commitment._meta.get_field(column)
    return str(getattr(field, "verbose_name", column))


def declarations_of(exchange: Exchange) -> tuple[str, ...]:
    """Give the declarations that this form of exchange asks for."""
    return DECLARATIONS if is_physical(exchange) else DECLARATIONS[:-1]


def text_of_commitment(commitment: Commitment, scheme: Scheme) -> dict[str, Any]:
    """Give the whole text as the four read and sign it, in the language of the document."""
    exchange, language = commitment.exchange, commitment.language
    with translation.override(frame_language(language)):
        made = [name for name in declarations_of(exchange) if getattr(commitment, name)]
        return {
            "reference": exchange.reference,
            "version": commitment.version,
            "language": language,
            "parties": party_rows(exchange),
            "format": exchange.format,
            "place": commitment.place,
            "first_day": _iso(commitment.first_day),
            "last_day": _iso(commitment.last_day),
            "travel_days": commitment.travel_days,
            "working_days": commitment.working_days,
            "distance_km": commitment.distance_km if is_physical(exchange) else None,
            "distance_reason": commitment.distance_reason,
            "admitted_days": dict(commitment.admitted_days),
            "objectives_visitor": commitment.objectives_visitor,
            "objectives_host": commitment.objectives_host,
            "purposes": [code_lists.label(scheme, "purposes", code) for code in commitment.purposes],
            "activities": [code_lists.label(scheme, "activity_types", code) for code in commitment.activities],
            "description": commitment.description,
            "plan": [dict(row) for row in rules.rows_with_activity(commitment.plan)],
            "outcomes": [dict(row) for row in commitment.outcomes],
            "responsibilities": [
                {"capacity": str(party), "text": commitment.responsibilities.get(party, "")} for party in rules.PARTIES
            ],
            "confidentiality": commitment.confidentiality,
            "insurance": commitment.insurance,
            "declarations": [words_of(name) for name in made],
            "clauses": [
                {"title": clause.title, "text": clause.text}
                for clause in clauses_of(scheme, "commitment_to_quality", language)
                if clause.code not in CLAUSES_IN_PARTS
            ],
        }


def text_of_agreement(agreement: FinancialAgreement, commitment: Commitment, scheme: Scheme) -> dict[str, Any]:
    """Give the financial agreement as the two read and sign it, in the language of the commitment."""
    exchange, language = agreement.exchange, commitment.language
    with translation.override(frame_language(language)):
        return {
            "reference": exchange.reference,
            "version": agreement.version,
            "language": language,
            "parties": party_rows(exchange, (V, VP)),
            "commitment_reference": _("%(reference)s, version %(version)s")
            % {"reference": exchange.reference, "version": commitment.version},
            "commitment_sha256": commitment.text_sha256,
            "first_day": _iso(commitment.first_day),
            "last_day": _iso(commitment.last_day),
            "host_country": host_country(exchange),
            "rules": rules_named(agreement),
            "working_days": agreement.working_days,
            "distance_km": agreement.distance_km,
            "cap_cents": agreement.full_cents,
            "halved": agreement.is_halved,
            "halving_reasons": reasons_in_words(scheme, agreement.halving_reasons),
            "amount_cents": agreement.amount_cents,
            "currency": agreement.currency,
            "account_holder": agreement.account_holder,
            "iban": agreement.iban,
            "account_number": agreement.account_number,
            "bic": agreement.bic,
            "bank_address": agreement.bank_address,
            "tax_status": code_lists.label(scheme, "tax_statuses", agreement.tax_status),
            "de_minimis": _de_minimis(agreement),
            "evidence": [
                code_lists.label(scheme, "evidence_items", item.code) for item in scheme.evidence[Format.PHYSICAL]
            ],
            "clauses": [
                {"title": clause.title, "text": clause.text}
                for clause in clauses_of(scheme, "financial_agreement", language)
            ],
        }


def rules_named(agreement: FinancialAgreement) -> str:
    """Name the version of the rules by which the amount was computed; empty before it is pinned."""
    if agreement.edition_version_id is None:
        return ""
    versions = EditionVersion.objects.select_related("edition").defer("document")
    return str(versions.get(pk=agreement.edition_version_id))


def _de_minimis(agreement: FinancialAgreement) -> str:
    if agreement.de_minimis_cents is None:
        return ""
    amount = format_cents(agreement.de_minimis_cents, translation.get_language() or "en")
    return _("Received in the last three years: %(amount)s") % {"amount": amount}


def consents_to_sign(subject: Commitment | FinancialAgreement) -> list[Consent]:
    """Give the signatures to the current version, oldest first."""
    if isinstance(subject, Commitment):
        return consents.standing(subject, "commitment", Action.SIGN_COMMITMENT)
    return consents.standing(subject, "financial_agreement", Action.SIGN_AGREEMENT)


def signatures_of(subject: Commitment | FinancialAgreement, text: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a line for each party that signs: who signed and when, or who is to sign."""
    given = {consent.capacity: consent for consent in consents_to_sign(subject)}
    return [
        {
            "capacity": party["capacity"],
            "name": given[party["capacity"]].person if party["capacity"] in given else party["person"],
            "organisation": party["organisation"],
            "signed_at": given[party["capacity"]].at.isoformat() if party["capacity"] in given else None,
        }
        for party in text["parties"]
        if not isinstance(subject, Commitment) or party["capacity"] in signatories_of(subject)
    ]


def signed_documents(exchange: Exchange, actor: Actor) -> list[SignedDocument]:
    """Give every version that all its parties have signed and that the reader may open, with its text and consents."""
    found = []
    for subject in _signed_by_all(exchange):
        kind = registry.machine_of(subject).name
        if subject.document is None or not decide.may(actor, kind, Action.OPEN_DOCUMENT, subject):
            continue
        given = tuple(_given(subject.document, consent) for consent in consents_to_sign(subject))
        text = subject.text
        asked = len(signatures_of(subject, text))
        found.append(SignedDocument(subject.document, rules.canonical_form(text), subject.text_sha256, asked, given))
    return found


def _given(document: Document, consent: Consent) -> Given:
    person, at = consent.person, consent.at.isoformat()
    if consent.level != SIMPLE_SIGNATURE:
        # A certificate of one's own may write the name in another way, and tells the moment of its own clock.
        signatures = verdict_on(document.file.content.read()).signatures
        person, at = next((one.person, one.at) for one in signatures if one.capacity == consent.capacity)
    return Given(consent.capacity, person, at, consent.level, consent.person, consent.text_sha256)


def _signed_by_all(exchange: Exchange) -> list[Commitment | FinancialAgreement]:
    signed = {"signed_at__isnull": False, "document__isnull": False}
    return [
        *exchange.commitments.filter(**signed).select_related("exchange", "document__file").order_by("version"),
        *exchange.financial_agreements.filter(**signed)
        .select_related("exchange", "document__file")
        .order_by("version"),
    ]


def refusal_of_pack(exchange: Exchange, actor: Actor) -> str:
    """Say why there is no verification pack yet: nothing is signed by all, or a file does not bear it yet."""
    documents = signed_documents(exchange, actor)
    if not documents:
        return "commitment_not_signed"
    return "" if all(one.document.is_complete for one in documents) else "document_missing"


def kinds_in_pack(exchange: Exchange, actor: Actor) -> frozenset[str]:
    """Give the kinds of things whose entries of the journal go into a reader's verification pack."""
    machine = registry.machine_of(exchange)
    if actor.system:
        return frozenset(one.name for one in registry.machines_of_root(machine.name))
    return cases.kinds_seen(machine, exchange, actor)


# Who may do what beside signing and writing

SIGNATURES_OF: Mapping[str, Action] = {
    "commitment": Action.SIGN_COMMITMENT,
    "financial_agreement": Action.SIGN_AGREEMENT,
}
SIGNATURES = frozenset(SIGNATURES_OF.values())
ASKED_BY: Mapping[Capacity, Capacity] = {VP: V, HP: H}
OVER = frozenset({ExchangeState.ENDED, ExchangeState.CLOSED, ExchangeState.CANCELLED})


def goes_on(exchange: Exchange) -> bool:
    """Whether anybody still has to do anything for an exchange."""
    return exchange.state not in OVER


def beside_signing(
    subject: Commitment | FinancialAgreement, actor: Actor, at: datetime
) -> list[tuple[Action, Capacity]]:
    """Give what the reader can do beside signing while signatures are missing, each with the capacity."""
    kind = registry.machine_of(subject).name
    own = decide.acting_capacities(actor, kind, Action.REMIND_SIGNERS, subject)
    asked = {Capacity(one.capacity) for one in signatures_wanted(subject, kind)}
    if not own or not asked:
        return []
    missing = [one for one in own if one in asked]
    found = [(Action.REMIND_SIGNERS, own[0])] if asked - set(own) else []
    if missing:
        held = subject.pen_held_by_id == actor.account_id and subject.pen_until is not None and subject.pen_until > at
        steps = (Action.HAND_IN_SIGNED_COPY, Action.RETURN_PEN) if held else (Action.TAKE_PEN,)
        found += [(action, missing[0]) for action in steps]
    return found


def help_between(commitment: Commitment, actor: Actor) -> list[tuple[Action, Capacity]]:
    """Give who may ask for help with a text that is being written, or has to give it."""
    line = registry.machine_of(commitment).row_for(Action.EDIT_COMMITMENT, commitment.state)
    if line is None or not goes_on(commitment.exchange):
        return []
    if commitment.help_asked_at is None:
        asking = decide.acting_capacities(actor, "commitment", Action.ASK_FOR_HELP, commitment)
        return [(Action.ASK_FOR_HELP, asking[0])] if asking else []
    helping = decide.acting_capacities(actor, "commitment", Action.ANSWER_HELP, commitment)
    return [(Action.ANSWER_HELP, one) for one in helping if ASKED_BY[one] == commitment.help_asked_by]


def signatures_wanted(subject: Commitment | FinancialAgreement, kind: str) -> list[Obligation]:
    """Give who has to sign a text now."""
    return [
        one
        for one in obligations.open_in_case("exchange", subject.exchange_id)
        if (one.kind, one.subject_id) == (kind, subject.pk) and one.action in SIGNATURES
    ]


WITH_CALENDAR = {
    (Action.MAKE_EXCHANGE_READY, Notice.Topic.HAPPENED),
    (Action.CONFIRM_START, Notice.Topic.YOUR_TURN),
    (Action.CANCEL_EXCHANGE, Notice.Topic.HAPPENED),
}


# What goes into calendars, and what somebody takes along


def calendar_entry_of(exchange: Exchange) -> CalendarEntry | None:
    """Give the stay as all four have signed it; None before. Each later version, and how it ends, counts up."""
    commitment = exchange.commitment
    if (
        commitment is None
        or commitment.signed_at is None
        or commitment.first_day is None
        or commitment.last_day is None
    ):
        return None
    names = names_of_exchange(exchange)
    title = _("%(visitor)s visits %(host)s") if is_physical(exchange) else _("%(visitor)s meets %(host)s online")
    address = f"{settings.PUBLIC_URL.rstrip('/')}/exchanges/{exchange.reference}/"
    is_cancelled, early = exchange.state == ExchangeState.CANCELLED, ended_early_on(exchange)
    return CalendarEntry(
        name=f"{exchange.reference}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}",
        sequence=commitment.version - 1 + int(is_cancelled or early is not None),
        first_day=commitment.first_day,
        last_day=early or commitment.last_day,
        title=title % names,
        place=commitment.place,
        text=address,
        address=address,
    )


def calendar_file_of(exchange: Exchange, *, method: Method, invited: str, at: datetime) -> bytes | None:
    """Give the file for a calendar; a cancelled exchange always gives a cancellation."""
    entry = calendar_entry_of(exchange)
    if entry is None:
        return None
    if exchange.state == ExchangeState.CANCELLED:
        method = Method.CANCEL
    organiser = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return calendar_file(entry, method, organiser=organiser, invited=invited, at=at)


def calendar_of(exchange: Exchange, occasion: Occasion) -> Attachment | None:
    """Put the invitation to the mail that tells of a ready exchange, and its withdrawal to that of a cancelled one."""
    if (occasion.action, occasion.topic) in WITH_CALENDAR:
        return _calendar(exchange, occasion)
    return calendar_of_change(exchange, occasion)


def calendar_of_change(exchange: Exchange, occasion: Occasion) -> Attachment | None:
    """Put the changed invitation to all that is told when an amendment is signed or a stay ends early."""
    commitment = exchange.commitment
    if commitment is None or commitment.signed_at is None:
        return None
    is_amended = (
        commitment.signed_at == occasion.at
        and exchange.commitments.filter(signed_at__isnull=False).exclude(pk=commitment.pk).exists()
    )
    ends_now = exchange.ended_at == occasion.at and ended_early_on(exchange) is not None
    return _calendar(exchange, occasion) if is_amended or ends_now else None


def ended_early_on(exchange: Exchange) -> date | None:
    """Give the day on which a stay ended before its last day; None where it did not."""
    commitment = exchange.commitment
    if exchange.ended_at is None or commitment is None or commitment.first_day is None or commitment.last_day is None:
        return None
    day = max(exchange.ended_at.astimezone(ZoneInfo("Europe/Brussels")).date(), commitment.first_day)
    return day if day < commitment.last_day else None


def _calendar(exchange: Exchange, occasion: Occasion) -> Attachment | None:
    content = calendar_file_of(exchange, method=Method.REQUEST, invited=occasion.address, at=occasion.at)
    return Attachment(f"{exchange.reference}.ics", content, CALENDAR) if content is not None else None


@dataclass(frozen=True)
class TravelContact:
    """Somebody to call or write to on the way."""

    capacity: Capacity
    organisation: str
    name: str
    email: str
    phone: str


def people_of_exchange(exchange: Exchange, actor: Actor) -> list[TravelContact]:
    """Give the people of the four parties; a telephone number only to whom the person is disclosed."""
    found = []
    for capacity, side in ((V, exchange.visitor_participation), (H, exchange.host_participation)):
        person = side.application.representative
        phone = person.phone if decide.may(actor, "participation", Action.SEE_PERSON, side) else ""
        found.append(
            TravelContact(capacity, side.organisation.legal_name, person.account.full_name, person.account.email, phone)
        )
    for capacity, partnership in ((VP, exchange.visitor_partnership), (HP, exchange.host_partnership)):
        found += [
            TravelContact(capacity, partnership.acronym, person.full_name, person.email, "")
            for person in people_of_partnership(partnership.pk, CASE_PEOPLE)[:1]
        ]
    return found


def exchanges_of_span(partnership: Partnership, first_day: date, last_day: date) -> QuerySet[Exchange]:
    """Give the exchanges whose visitor the partnership looks after, begun in a span of Brussels days."""
    zone = ZoneInfo("Europe/Brussels")
    begin = datetime.combine(first_day, time(0), zone)
    end = datetime.combine(last_day + timedelta(days=1), time(0), zone)
    return Exchange.objects.filter(visitor_partnership=partnership, created_at__gte=begin, created_at__lt=end)


def is_party(account: Account, partnership: Partnership) -> bool:
    """Whether somebody works for a partnership or speaks for an organisation in one of its exchanges."""
    actor = actor_for(account)
    either = Q(visiting_organisation__in=actor.organisations) | Q(host_organisation__in=actor.organisations)
    own = Exchange.objects.filter(either, visitor_partnership=partnership)
    return partnership.pk in actor.partnerships or actor.support_office or own.exists()


def audits_open() -> QuerySet[Audit]:
    """Give the audits that stand, newest first."""
    return Audit.objects.filter(ended_at=None).select_related("partnership", "auditor")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def text_of_programme(programme: Any) -> dict[str, Any]:  # noqa: ANN401 -- a row of the phase before
    """Give what a group exchange fixes in the text of each of its exchanges."""
    return {
        "place": programme.place,
        "first_day": programme.first_day,
        "last_day": programme.last_day,
        "description": programme.description,
        "plan": [dict(row) for row in programme.agenda],
    }
