"""Every sentence of exchange building: buttons, banners, mails, refusals."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action as A
from clusterxchange.phases.exchange_building.models import CommitmentState, ExchangeState, FinancialAgreementState
from clusterxchange.workflow.sentences import ActionSentences, Text, say

PART_LABELS: Mapping[str, Text] = {
    "place_and_dates": _("Place and dates"),
    "objectives": _("Objectives"),
    "purposes_and_activities": _("Purposes and activities"),
    "plan": _("Action plan"),
    "outcomes": _("Expected outcomes"),
    "responsibilities": _("Responsibilities"),
    "language_and_insurance": _("Language, confidentiality and insurance"),
    "declarations": _("Declarations"),
    "distance": _("Distance"),
    "admitted_days": _("Admitted days"),
}

# The columns of the text, for whoever reads what has changed
COLUMN_LABELS: Mapping[str, Text] = {
    "language": _("Language of the document"),
    "parties": _("Parties"),
    "format": _("Form of exchange"),
    "place": _("Place of the stay"),
    "first_day": _("First day"),
    "last_day": _("Last day"),
    "travel_days": _("Travel days"),
    "distance_km": _("Distance in kilometres"),
    "distance_reason": _("Reason for another distance"),
    "admitted_days": _("Admitted days"),
    "objectives_visitor": _("Objectives of the visiting organisation"),
    "objectives_host": _("Objectives of the host organisation"),
    "purposes": _("Purposes"),
    "activities": _("Types of activity"),
    "description": _("Description"),
    "plan": _("Action plan"),
    "outcomes": _("Expected outcomes"),
    "responsibilities": _("Responsibilities"),
    "confidentiality": _("Confidentiality"),
    "insurance": _("Insurance"),
    "declarations": _("Declarations"),
    "clauses": _("Terms"),
}

say(
    actions={
        A.AGREE_EXCHANGE: ActionSentences(
            button=_("Agree the exchange"),
            happened=_("All signed the Commitment to Quality; the exchange of %(visitor)s and %(host)s is agreed."),
        ),
        A.MAKE_EXCHANGE_READY: ActionSentences(
            button=_("Make the exchange ready"),
            happened=_("Everything is signed; the exchange of %(visitor)s and %(host)s may start."),
        ),
        A.CONFIRM_START: ActionSentences(
            button=_("Confirm the start"),
            happened=_("%(party)s confirmed the start of the exchange of %(visitor)s and %(host)s."),
            asked=_("Confirm the start of the exchange of %(visitor)s and %(host)s, on or after its first day"),
            waiting=_("%(party)s confirms the start of the exchange, on or after its first day"),
        ),
        A.INTERRUPT_EXCHANGE: ActionSentences(
            button=_("Interrupt the exchange"),
            happened=_("%(party)s interrupted the exchange of %(visitor)s and %(host)s."),
            hint=_("Only for force majeure."),
        ),
        A.RESUME_EXCHANGE: ActionSentences(
            button=_("Resume the exchange"),
            happened=_("%(party)s let the exchange of %(visitor)s and %(host)s go on."),
        ),
        A.CONFIRM_END: ActionSentences(
            button=_("Confirm the end"),
            happened=_("%(party)s confirmed the end of the exchange of %(visitor)s and %(host)s."),
            asked=_("Confirm the end of the exchange of %(visitor)s and %(host)s"),
            waiting=_("%(party)s confirms the end of the exchange"),
            hint=_("After the end both sides write a short report."),
        ),
        A.CLOSE_EXCHANGE: ActionSentences(
            button=_("Close the exchange"),
            happened=_("The exchange of %(visitor)s and %(host)s is closed and counted for %(visitor_partnership)s."),
        ),
        A.CANCEL_EXCHANGE: ActionSentences(
            button=_("Cancel the exchange"),
            happened=_("%(party)s cancelled the exchange of %(visitor)s and %(host)s."),
            asked=_("Decide on the exchange of %(visitor)s and %(host)s: the host says that the visitor did not come"),
            waiting=_("%(party)s decides, since the host says that the visitor did not come"),
            hint=_("The visit is not used up, and money that was set aside is free again."),
        ),
        A.REPORT_NO_SHOW: ActionSentences(
            button=_("Report that the visitor did not come"),
            happened=_("%(party)s reported that %(visitor)s did not come."),
            hint=_("The visitor's partnership decides what follows."),
        ),
        A.EDIT_COMMITMENT: ActionSentences(
            button=_("Save the text"),
            happened=_("%(party)s changed the Commitment to Quality of %(visitor)s and %(host)s."),
            asked=_("Help with the Commitment to Quality of %(visitor)s and %(host)s, as you were asked"),
            waiting=_("%(party)s helps with the Commitment to Quality"),
            hint=_("A change asks both organisations to agree again."),
        ),
        A.COMMENT_ON_PART: ActionSentences(
            button=_("Add the comment"),
            happened=_("%(party)s commented on a part of the Commitment to Quality of %(visitor)s and %(host)s."),
        ),
        A.ASK_FOR_HELP: ActionSentences(
            button=_("Ask your contact point for help"),
            happened=_("%(party)s asked its contact point for help with the Commitment to Quality."),
            hint=_("Your question goes into the conversation. Your contact point has a term to answer."),
        ),
        A.ANSWER_HELP: ActionSentences(
            button=_("Answer the question"),
            happened=_("%(party)s answered a question about the Commitment to Quality."),
        ),
        A.AGREE_COMMITMENT: ActionSentences(
            button=_("Agree with the text"),
            happened=_("%(party)s agreed with the Commitment to Quality of %(visitor)s and %(host)s."),
            asked=_(
                "Write the Commitment to Quality of %(visitor)s and %(host)s with your partner, then agree with it"
            ),
            waiting=_("%(party)s writes the Commitment to Quality with its partner, then agrees with it"),
            hint=_("Once both organisations agree, it goes to both partnerships. A change afterwards takes both back."),
        ),
        A.VALIDATE_COMMITMENT: ActionSentences(
            button=_("Validate the text"),
            happened=_("%(party)s validated the Commitment to Quality of %(visitor)s and %(host)s."),
            asked=_("Validate the Commitment to Quality of %(visitor)s and %(host)s, or ask for changes"),
            waiting=_("%(party)s validates the Commitment to Quality of %(visitor)s and %(host)s"),
            hint=_("Once both partnerships have validated, the text is frozen and opened for signature."),
        ),
        A.REQUEST_CHANGES: ActionSentences(
            button=_("Ask for changes"),
            happened=_("%(party)s asked for changes to the Commitment to Quality of %(visitor)s and %(host)s."),
            hint=_("Both organisations then start again."),
        ),
        A.OPEN_SIGNING: ActionSentences(
            button=_("Open the signing"),
            happened=_("The Commitment to Quality of %(visitor)s and %(host)s is open for signature."),
        ),
        A.SIGN_COMMITMENT: ActionSentences(
            button=_("Sign the Commitment to Quality"),
            happened=_("%(party)s signed the Commitment to Quality of %(visitor)s and %(host)s."),
            asked=_("Sign the Commitment to Quality of %(visitor)s and %(host)s for %(party)s"),
            waiting=_("%(party)s signs the Commitment to Quality of %(visitor)s and %(host)s"),
            hint=_("You sign the text on this page with your password. You may add a scan of a copy signed by hand."),
        ),
        A.DECLINE_SIGNATURE: ActionSentences(
            button=_("Do not sign"),
            happened=_("%(party)s did not sign the Commitment to Quality of %(visitor)s and %(host)s."),
            hint=_("The text is opened again as its next version."),
        ),
        A.AMEND_COMMITMENT: ActionSentences(
            button=_("Amend the Commitment to Quality"),
            happened=_("%(party)s began an amendment of the Commitment to Quality of %(visitor)s and %(host)s."),
            hint=_("The signed version holds until all have signed the new one."),
        ),
        A.SUPERSEDE_COMMITMENT: ActionSentences(
            button=_("Replace the version"),
            happened=_("A later version of the Commitment to Quality of %(visitor)s and %(host)s holds now."),
        ),
        A.WRITE_SIGNATURE: ActionSentences(
            button=_("Write the signature into the file"),
            happened=_("A signature was written into the file that %(visitor)s and %(host)s agreed on."),
        ),
        A.REMIND_SIGNERS: ActionSentences(
            button=_("Remind those who have not signed"),
            happened=_("%(party)s reminded those whose signature is missing."),
            hint=_("They get a mail, at most once a day."),
        ),
        A.DELEGATE_SIGNATURE: ActionSentences(
            button=_("Let a colleague sign"),
            happened=_("%(party)s let a colleague sign in the exchange of %(visitor)s and %(host)s."),
            hint=_("The document says by whom and when the right was given. You may take it back."),
        ),
        A.REVOKE_DELEGATION: ActionSentences(
            button=_("Take the right to sign back"),
            happened=_("%(party)s took a colleague's right to sign back."),
        ),
        A.TAKE_PEN: ActionSentences(
            button=_("Download the file to sign it elsewhere"),
            happened=_("%(party)s took the file to sign it elsewhere."),
            hint=_("For one hour nobody else signs. Sign in the frame of your party, then hand it in."),
        ),
        A.RETURN_PEN: ActionSentences(
            button=_("Let the others sign first"),
            happened=_("%(party)s gave the file back without a signature."),
        ),
        A.HAND_IN_SIGNED_COPY: ActionSentences(
            button=_("Hand in the signed file"),
            happened=_("%(party)s handed in a file that was signed elsewhere."),
        ),
        A.GIVE_BANK_DETAILS: ActionSentences(
            button=_("Save the bank details"),
            happened=_("%(party)s gave its bank details."),
            asked=_("Give the account to which the lump sum of the exchange with %(host)s goes"),
            waiting=_("%(party)s gives its bank details"),
            hint=_("Only you and those who pay you can open them."),
        ),
        A.OFFER_AGREEMENT: ActionSentences(
            button=_("Offer the financial agreement"),
            happened=_("%(party)s offered the financial agreement to %(visitor)s."),
            asked=_("Offer the financial agreement to %(visitor)s"),
            waiting=_("%(party)s offers the financial agreement to %(visitor)s"),
            hint=_("Its text is frozen then. Both sign it once the Commitment to Quality is signed."),
        ),
        A.SIGN_AGREEMENT: ActionSentences(
            button=_("Sign the financial agreement"),
            happened=_("%(party)s signed the financial agreement of %(visitor)s and %(visitor_partnership)s."),
            asked=_("Sign the financial agreement of %(visitor)s and %(visitor_partnership)s for %(party)s"),
            waiting=_("%(party)s signs the financial agreement"),
            hint=_("You sign the text on this page with your password. You may add a scan of a copy signed by hand."),
        ),
        A.DECLINE_AGREEMENT: ActionSentences(
            button=_("Send the offer back"),
            happened=_("%(party)s sent the financial agreement back to %(visitor_partnership)s."),
        ),
        A.CANCEL_AGREEMENT: ActionSentences(
            button=_("Cancel the financial agreement"),
            happened=_("The financial agreement of %(visitor)s and %(visitor_partnership)s no longer stands."),
        ),
        A.SUPERSEDE_AGREEMENT: ActionSentences(
            button=_("Replace the financial agreement"),
            happened=_("A later financial agreement of %(visitor)s and %(visitor_partnership)s holds now."),
        ),
        A.OPEN_DOCUMENT: ActionSentences(
            button=_("Open the document"),
            happened=_("%(party)s opened a document of the exchange of %(visitor)s and %(host)s."),
        ),
        A.OPEN_AUDIT: ActionSentences(
            button=_("Open the audit"), happened=_("%(party)s let an auditor read exchanges of this partnership.")
        ),
        A.END_AUDIT: ActionSentences(button=_("End the audit"), happened=_("%(party)s ended an audit.")),
        A.OPEN_VERIFICATION_PACK: ActionSentences(
            button=_("Download the verification pack"),
            happened=_("%(party)s took the verification pack of the exchange of %(visitor)s and %(host)s."),
        ),
        A.OPEN_BANK_DETAILS: ActionSentences(
            button=_("Show the bank details"), happened=_("%(party)s looked at the bank details of %(visitor)s.")
        ),
    },
    states={
        **{("exchange", state.value): state.label for state in ExchangeState},
        **{("commitment", state.value): state.label for state in CommitmentState},
        **{("financial_agreement", state.value): state.label for state in FinancialAgreementState},
    },
    kinds={
        "exchange": _("Exchange"),
        "commitment": _("Commitment to Quality"),
        "financial_agreement": _("Financial agreement"),
    },
    refusals={
        "under_three_working_days": _(
            "The stay has too few full working days, each with a morning and an afternoon. Add days to the plan."
        ),
        "over_one_month": _(
            "The stay is too long: it has to end before one month is over. Choose an earlier last day."
        ),
        "end_before_start": _("The last day is before the first day. Correct one of them."),
        "days_not_consecutive": _(
            "A working day between the first and the last day is empty. Fill it, or shorten the stay."
        ),
        "calendar_unknown": _("The public holidays of these dates are not known yet. Choose dates nearer to today."),
        "same_country": _("Both organisations are in the same country. An exchange needs two different ones."),
        "country_not_participating": _("The country of one of the two organisations takes no part in this edition."),
        "visit_already_used": _(
            "The visiting organisation has used its one visit, or another exchange has claimed it."
        ),
        "side_not_accepted": _("%(side)s may not take part at the moment. Ask its partnership."),
        "start_in_the_past": _("The first day is past. Decline with this reason, then agree on new dates."),
        "stay_has_begun": _("The stay has begun, so its first day stays as it was agreed."),
        "no_free_budget": _("The budget of the visitor's partnership has not enough free money for this amount."),
        "declaration_missing": _("A declaration is not made yet: %(declaration)s"),
        "purpose_not_allowed": _("This purpose or activity is not one of the edition's. Choose from the list."),
        "text_incomplete": _("The text is not complete. Still to be written: %(parts)s."),
        "amount_not_published": _("No lump sum has been published for this host country. Ask the support office."),
        "amount_above_agreement": _("The amount is above what may be agreed. Ask for a new validation."),
        "commitment_not_signed": _("The Commitment to Quality has to be signed by all first."),
        "financial_agreement_not_signed": _("The financial agreement has to be signed by both first."),
        "before_first_day": _("The first day is still ahead. Come back on that day."),
        "not_agreed_by_both": _("Both organisations have to agree with the text first."),
        "not_validated_by_both": _("Both partnerships have to validate the Commitment to Quality first."),
        "text_has_changed": _("The text has changed since you opened this page. Read it again, then repeat the step."),
        "hint_unanswered": _(
            "The text has words that hint at an internship or employment (%(words)s). Say why it is none."
        ),
        "document_missing": _("The file of the text is not there yet. Try again in a moment."),
        "account_unknown": _("Nobody has an account with this address. Ask the auditor to sign up first."),
        "auditor_is_a_party": _("This person acts in these exchanges, so somebody else has to audit them."),
        "part_is_held": _("%(person)s is writing this part since %(since)s. Take it over, or come back later."),
        "help_is_asked_for": _("Help is asked for already. Your contact point will answer."),
        "help_is_not_asked_for": _("Nobody waits for your help here."),
        "pen_is_held": _("%(person)s signs a copy elsewhere until %(until)s, Brussels. Sign after that."),
        "pen_not_held": _("The hour for signing elsewhere is over. Download the file again, and sign that one."),
        "no_right_to_sign": _("%(person)s signs for this organisation, or somebody to whom that right was given."),
        "not_a_colleague": _("Choose somebody who speaks for your organisation and has that right."),
        "has_the_right_already": _("This colleague may sign already."),
        "reminded_today": _("They were reminded within the last day. Remind them again tomorrow."),
        "nobody_to_remind": _("Nobody else has to sign now."),
        "not_this_document": _(
            "This is not the file that you downloaded with one more valid signature, in your frame. Sign it again."
        ),
        "certificate_expired": _("The certificate of this signature is not valid today. Use one that is."),
        "certificate_of_another_person": _("The certificate names another person than you. Sign with your own."),
        "password_wrong": _("This is not your password. Type it again."),
        "too_many_passwords": _("Too many wrong passwords. Try again in a quarter of an hour."),
        "reason_missing": _("Give a reason."),
        "amendment_is_open": _("An amendment is being written already. Work on that one."),
        "no_show_not_reported": _(
            "A running exchange is cancelled only after the host has reported that the visitor did not come."
        ),
        "exchange_not_settled": _("Reports or payment are still open."),
        "account_incomplete": _("This answer is needed to pay you: %(answer)s."),
        "iban_invalid": _("This is no valid IBAN. Compare it with your bank statement."),
        "iban_of_another_country": _(
            "This IBAN is of another country outside SEPA. Give one of your own country, or one inside SEPA."
        ),
        "bic_invalid": _("This is no valid BIC. It has 8 or 11 characters."),
        "bank_details_missing": _("The visiting organisation has not given its bank details yet."),
        "file_empty": _("The file is empty. Choose another one."),
        "file_too_large": _("The file is larger than 10 MB. Make it smaller, or scan it in black and white."),
        "file_type_not_allowed": _("This kind of file is not accepted here. See the hint above the field."),
        "file_has_active_content": _("The file carries out something when it is opened. Print it to a new PDF first."),
        "file_name_does_not_match": _(
            "The ending of the file's name does not fit its content. Save it anew and try again."
        ),
        "scan_not_confirmed": _("Confirm both that the scan shows this text and that you signed it."),
    },
)
