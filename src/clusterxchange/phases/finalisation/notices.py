"""The sentences of reports, evidence and payment: one place for banner, desk, mail, badge and refusal."""

from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action as A
from clusterxchange.phases.finalisation.models import ActivityReportState, EvidenceState, PaymentState, SurveyState
from clusterxchange.workflow import sentences
from clusterxchange.workflow.sentences import ActionSentences

ACTIONS = {
    A.SUBMIT_REPORT: ActionSentences(
        button=_("Send the report"),
        asked=_("Write your report on the exchange of %(visitor)s and %(host)s"),
        waiting=_("%(party)s writes the final activity report"),
        happened=_("%(party)s sent the final activity report"),
        hint=_("It takes about 10 minutes. What was agreed is filled in already."),
    ),
    A.SAVE_REPORT: ActionSentences(
        button=_("Save and go on later"), happened=_("%(party)s saved answers of the final activity report")
    ),
    A.ADD_STORY_PHOTO: ActionSentences(
        button=_("Add the photo"), happened=_("%(party)s added a photo to the success story")
    ),
    A.REMOVE_STORY_PHOTO: ActionSentences(
        button=_("Remove the photo"), happened=_("%(party)s removed a photo from the success story")
    ),
    A.GIVE_STORY_CONSENT: ActionSentences(
        button=_("Allow the story to be published"), happened=_("%(party)s allowed the success story to be published")
    ),
    A.WITHDRAW_STORY_CONSENT: ActionSentences(
        button=_("Withdraw your consent"), happened=_("%(party)s withdrew the consent to publish the success story")
    ),
    A.MAKE_PRESENCE_CODE: ActionSentences(
        button=_("Show a code to the host"), happened=_("%(party)s made a code that shows the visitor’s presence")
    ),
    A.CONFIRM_PRESENCE: ActionSentences(
        button=_("Confirm the visitor’s presence"), happened=_("%(party)s confirmed the visitor’s presence by code")
    ),
    A.VALIDATE_REPORT: ActionSentences(
        button=_("Validate the report"),
        asked=_("Check the report of your side on the exchange of %(visitor)s and %(host)s"),
        waiting=_("%(party)s checks the report of its side"),
        happened=_("%(party)s validated the final activity report"),
    ),
    A.RETURN_REPORT: ActionSentences(
        button=_("Return the report with questions"),
        happened=_("%(party)s returned the final activity report with questions"),
    ),
    A.WAIVE_REPORT: ActionSentences(
        button=_("Do without the report"),
        happened=_("%(party)s decided that a final activity report is not needed"),
    ),
    A.UPLOAD_EVIDENCE: ActionSentences(
        button=_("Upload the evidence"),
        asked=_("Upload what shows your stay at %(host)s: %(item)s"),
        waiting=_("%(party)s uploads what shows the stay: %(item)s"),
        happened=_("%(party)s uploaded evidence"),
        hint=_("PDF, JPEG or PNG, up to 10 MB. It shows that the exchange took place, not what it cost."),
    ),
    A.CLEAR_EVIDENCE: ActionSentences(
        button=_("Let the file through"), happened=_("The check found no virus in a file")
    ),
    A.REJECT_EVIDENCE: ActionSentences(
        button=_("Refuse the file"), happened=_("The check found a virus in a file, and another file is asked for")
    ),
    A.ACCEPT_EVIDENCE: ActionSentences(
        button=_("Accept the evidence"),
        asked=_("Check what shows the stay of %(visitor)s: %(item)s"),
        waiting=_("%(party)s checks what shows the stay: %(item)s"),
        happened=_("%(party)s accepted evidence"),
    ),
    A.ASK_AGAIN: ActionSentences(button=_("Ask for another file"), happened=_("%(party)s asked for another file")),
    A.WAIVE_EVIDENCE: ActionSentences(
        button=_("Do without this evidence"), happened=_("%(party)s decided that one file is not needed")
    ),
    A.MAKE_PAYMENT_DUE: ActionSentences(button=_("Make the payment due"), happened=_("The payment is due")),
    A.WAIVE_PAYMENT: ActionSentences(
        button=_("Note that nothing is due"), happened=_("Nothing is to be paid for this exchange")
    ),
    A.ORDER_PAYMENT: ActionSentences(
        button=_("Order the payment"),
        asked=_("Order the payment to %(visitor)s"),
        waiting=_("%(party)s orders the payment"),
        happened=_("%(party)s ordered the payment"),
        hint=_("Somebody else of your partnership releases it afterwards."),
    ),
    A.RECOMPUTE_AMOUNT: ActionSentences(
        button=_("Compute the amount again"),
        happened=_("%(party)s computed the amount again"),
    ),
    A.RELEASE_PAYMENT: ActionSentences(
        button=_("Release the payment"),
        asked=_("Release the payment to %(visitor)s"),
        waiting=_("%(party)s releases the payment"),
        happened=_("%(party)s released the payment"),
        hint=_("It goes into the batch for the bank."),
    ),
    A.CONFIRM_PAID: ActionSentences(
        button=_("Confirm the transfer"),
        asked=_("Take the payment to the bank, and confirm when %(visitor)s is paid"),
        waiting=_("%(party)s takes the payment to the bank"),
        happened=_("%(party)s confirmed the transfer"),
    ),
    A.CONFIRM_RECEIPT: ActionSentences(
        button=_("Confirm that the money has arrived"),
        asked=_("Confirm that the money has arrived"),
        waiting=_("%(party)s confirms that the money has arrived"),
        happened=_("%(party)s confirmed that the money has arrived"),
        hint=_(
            "Write to your contact point if it does not arrive. "
            "If you say nothing, it counts as received at the end of the term."
        ),
    ),
    A.RETURN_PAYMENT: ActionSentences(
        button=_("Note that the bank sent the money back"), happened=_("The bank sent the money back")
    ),
    A.CORRECT_BANK_DETAILS: ActionSentences(
        button=_("Give the account anew"),
        asked=_("Give your account anew: the bank sent the money back"),
        waiting=_("%(party)s gives the account anew"),
        happened=_("%(party)s gave the account anew"),
    ),
    A.BLOCK_PAYMENT: ActionSentences(
        button=_("Stop the payment"), happened=_("%(party)s stopped the payment because of a dispute")
    ),
    A.UNBLOCK_PAYMENT: ActionSentences(
        button=_("Let the payment go on"),
        asked=_("Settle the dispute about the payment to %(visitor)s"),
        waiting=_("%(party)s settles the dispute about the payment"),
        happened=_("%(party)s let the payment go on"),
    ),
    A.DEMAND_RECOVERY: ActionSentences(
        button=_("Ask for the money back"), happened=_("%(party)s asked for the money back")
    ),
    A.CONFIRM_RECOVERY: ActionSentences(
        button=_("Confirm that the money came back"),
        asked=_("Confirm that %(visitor)s has paid the money back"),
        waiting=_("%(party)s waits for the money to come back"),
        happened=_("%(party)s confirmed that the money came back"),
    ),
    A.GIVE_PAYING_ACCOUNT: ActionSentences(
        button=_("Keep the account"), happened=_("%(party)s gave the account from which %(partnership)s pays")
    ),
    A.MAKE_BANK_FILE: ActionSentences(
        button=_("Make the bank file"), happened=_("%(party)s made the bank file of batch %(batch)s")
    ),
    A.OPEN_BANK_FILE: ActionSentences(
        button=_("Take the bank file"), happened=_("%(party)s took the bank file of batch %(batch)s")
    ),
    A.KEEP_STATEMENT: ActionSentences(
        button=_("Read the file"), happened=_("%(party)s uploaded a file of the bank: %(statement)s")
    ),
    A.IMPORT_STATEMENT: ActionSentences(
        button=_("Import the statement"), happened=_("%(party)s imported a file of the bank: %(statement)s")
    ),
    A.DRAW_FOR_CHECK: ActionSentences(
        button=_("Draw the sample"),
        happened=_("The exchange was drawn for a check of the support office"),
    ),
    A.RECORD_FINDING: ActionSentences(button=_("Keep the finding"), happened=_("%(party)s has checked the exchange")),
    A.OPEN_SURVEY: ActionSentences(
        button=_("Ask what came of it"), happened=_("The tool asks what came of the exchange")
    ),
    A.ANSWER_SURVEY: ActionSentences(
        button=_("Send what came of it"),
        asked=_("Say what came of the exchange of %(visitor)s and %(host)s"),
        waiting=_("%(party)s says what came of the exchange"),
        happened=_("%(party)s said what came of the exchange"),
        hint=_("Four questions, two minutes. Partnerships only see how many said what."),
    ),
    A.CLOSE_SURVEY: ActionSentences(
        button=_("Close the questions"), happened=_("The questions closed without an answer")
    ),
    A.OPEN_EVIDENCE: ActionSentences(button=_("Open the file"), happened=_("%(party)s opened a file of evidence")),
}

STATES = {
    **{("activity_report", state.value): state.label for state in ActivityReportState},
    **{("evidence", state.value): state.label for state in EvidenceState},
    **{("payment", state.value): state.label for state in PaymentState},
    **{("follow_up_survey", state.value): state.label for state in SurveyState},
    ("payment_batch", "OPEN"): _("Open for more payments"),
    ("payment_batch", "MADE"): _("File made"),
    ("bank_statement", "KEPT"): _("Not imported yet"),
    ("bank_statement", "IMPORTED"): _("Imported"),
}

KINDS = {
    "activity_report": _("Final activity report"),
    "evidence": _("Evidence"),
    "payment": _("Payment"),
    "follow_up_survey": _("What came of the exchange"),
    "payment_batch": _("Batch for the bank"),
    "bank_statement": _("Bank statement"),
}

# Codes that an earlier phase uses as well have their sentence there: one code, one sentence.
REFUSALS = {
    "report_missing": _("The visiting organisation's report is not validated yet. The payment becomes due when it is."),
    "report_incomplete": _("This answer is needed before the report can be sent."),
    "evidence_missing": _(
        "Some evidence is still missing or not decided on. The page Evidence says what each item waits for."
    ),
    "exchange_is_cancelled": _(
        "The exchange was cancelled, so no report and no evidence follows, and nothing is paid."
    ),
    "exchange_is_closed": _("The exchange is closed, so its evidence stays as it is."),
    "amount_above_agreement": _(
        "The amount is above what was agreed or may be agreed. Take the amount that the page shows."
    ),
    "amount_stays": _("The host organisation has not confirmed fewer days, so the amount stays."),
    "nothing_would_be_due": _(
        "By the days that the host has confirmed nothing is due. Ask the support office to settle it."
    ),
    "same_person_released": _("You ordered this payment. Somebody else of the partnership releases it."),
    "already_in_batch": _("The payment is already in batch %(batch)s. Confirm the transfer when the bank has paid."),
    "paying_account_missing": _(
        "The account from which the partnership pays is not given. Its coordinator gives it on the page Payments."
    ),
    "account_outside_sepa": _("This account is outside SEPA. Give one inside it: the bank file pays from there."),
    "batch_is_empty": _("No released payment is in this batch. Release a payment first."),
    "statement_not_readable": _("This file cannot be read. Take the XML file as your bank gives it."),
    "statement_of_another_format": _("This is neither camt.053 nor pain.002. Ask your bank for one of these."),
    "statement_of_several_accounts": _("This file holds several accounts. Take the statement of one account."),
    "statement_has_too_many_lines": _("This file has more than 2,000 lines. Take a statement of fewer days."),
    "statement_too_large": _("This file is larger than 5 MB. Take a statement of fewer days."),
    "statement_imported_already": _("This statement is imported already. Nothing was counted twice."),
    "statement_of_another_account": _("This is a statement of another account than the one that pays."),
    "statement_changes_nothing": _("No line of this statement changes a payment. Each line says why."),
    "survey_incomplete": _("Answer this question as well."),
    "presence_code_wrong": _("This is not the code that the visitor sees. Ask for it again and type its six digits."),
    "presence_code_over": _("This code is over. Ask the visitor to show a new one."),
    "presence_not_now": _("Presence is confirmed from the first day of the stay until its end."),
    "too_many_photos": _("A story holds 6 photos. Remove one first."),
    "story_missing": _("Write the story in your report first."),
    "bank_details_not_confirmed": _("Tick that the bank details are right, or give the new account below."),
    "day_is_ahead": _("This day is still ahead. Write a day up to today."),
    "day_missing": _("Write the day of the transfer."),
    "paid_before_release": _("This day is before the payment was released. Write the day on which the bank paid."),
    "more_days_than_the_stay_has": _(
        "Between these two days there are %(days)s working days. Write that number or fewer."
    ),
    "presence_not_explained": _("Tick that the visitor was here, or write below what went otherwise."),
    "recovery_above_payment": _("No more can be asked back than was paid. Write a smaller amount."),
    "recovery_missing": _("Write how much is to be paid back."),
    "nothing_was_paid": _("Nothing was paid for this exchange, or it is asked back already. Choose another finding."),
    "finding_is_kept": _("The finding of this check is kept already."),
    "days_drawn_already": _("A sample of some of these days was drawn already. Choose other days."),
    "nothing_to_draw": _("No exchange was closed on these days. Choose other days."),
    "words_missing": _("Write what was found."),
    "proof_missing": _("Write the bank's reference of the transfer, or add a file that shows it."),
    "file_missing": _("Choose at least one file."),
    "items_missing": _("Choose at least one item."),
    "file_is_damaged": _("The file cannot be read. Save it anew and upload it again."),
    "file_is_encrypted": _("The file asks for a password. Save it without one and upload it again."),
}

sentences.say(actions=ACTIONS, states=STATES, kinds=KINDS, refusals=REFUSALS)
