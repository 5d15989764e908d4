"""What is done after the answer: signatures written into the files, and a letter about another account."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import V
from clusterxchange.documents.labels import frame_language
from clusterxchange.documents.models import Document
from clusterxchange.documents.operations import write_signatures as write_into
from clusterxchange.documents.presentation import presented
from clusterxchange.foundation import clock
from clusterxchange.parties.accounts import letters
from clusterxchange.phases.exchange_building.models import Commitment, FinancialAgreement
from clusterxchange.phases.exchange_building.queries import consents_to_sign, delegation_to, representative_of
from clusterxchange.workflow import engine, registry
from clusterxchange.workflow.models import Consent

if TYPE_CHECKING:
    from clusterxchange.documents.signing.revisions import Signature

SUBJECTS: dict[str, type[Commitment | FinancialAgreement]] = {
    "commitment": Commitment,
    "financial_agreement": FinancialAgreement,
}


@app.task(queue="documents", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def write_signatures(kind: str, subject_id: int) -> None:
    """Write what was signed and does not stand in the file yet; what stands there is not written again."""
    at = clock.now()
    with transaction.atomic():
        found = SUBJECTS[kind].objects.filter(pk=subject_id).first()
        if found is None:
            return
        engine.lock(registry.machine_named(kind), found)
        if found.document is None:
            return
        document = write_into(found.document, signatures_of_file(found, found.document), at)
        if document == found.document:
            return
        found.document = document
        found.save(update_fields=["document"])
        payload = {"version": document.version, "signatures": document.signatures, "sha256": document.sha256}
        engine.record(found, Action.WRITE_SIGNATURE, actor=SYSTEM, at=at, payload=payload)


@app.task(queue="mail", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def tell_of_another_account(agreement_id: int, ending: str) -> None:
    """Tell the person who represents the visiting organisation, also at the address known before."""
    found = FinancialAgreement.objects.select_related("exchange").filter(pk=agreement_id).first()
    if found is None:
        return
    person, reference = representative_of(found.exchange, V), found.exchange.reference
    with translation.override(person.language):
        subject = _("Your lump sum goes to another account now")
        words = {"reference": reference, "ending": ending}
        sentence = _("Another account was given for the payment of %(reference)s. It ends in %(ending)s.") % words
    for address in dict.fromkeys(filter(None, (found.notice_address, person.email))):
        letters.tell(person, address, subject, sentence, f"/exchanges/{reference}/")


def _delegation_lines(subject: Commitment | FinancialAgreement, consent: Consent, language: str) -> list[str]:
    given = delegation_to(subject.exchange, consent.capacity, consent.account_id, consent.at)
    if given is None:
        return []
    moment = presented({"signed_at": given.given_at}, language)["signed_at"]
    return [_("By right of %(person)s, given on %(moment)s") % {"person": given.given_by.full_name, "moment": moment}]


def signatures_of_file(subject: Commitment | FinancialAgreement, document: Document) -> "list[Signature]":
    """Give the signatures in the order in which they were given, with the words that stand in their frames."""
    from clusterxchange.documents.signing.revisions import Signature  # noqa: PLC0415 -- slow to load, and most processes never sign or check a file

    organisations = {party["capacity"]: party["organisation"] for party in subject.text["parties"]}
    found = []
    for consent in consents_to_sign(subject):
        row = {"capacity": consent.capacity, "signed_at": consent.at}
        shown = presented(row, document.language)
        organisation = organisations[consent.capacity]
        with translation.override(frame_language(document.language)):
            lines = (
                _("%(capacity)s: %(organisation)s") % {"capacity": shown["capacity"], "organisation": organisation},
                *_delegation_lines(subject, consent, document.language),
                _("Signed on %(moment)s, Brussels") % {"moment": shown["signed_at"]},
                _("Simple electronic signature, with the password of the account"),
            )
        found.append(Signature(consent.capacity, consent.person, organisation, lines, consent.at))
    return found
