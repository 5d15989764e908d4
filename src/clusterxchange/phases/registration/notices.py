"""Every sentence about an application and a participation: banner, desk, mail, badge and refusal say the same."""

from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action as A
from clusterxchange.phases.registration import rules
from clusterxchange.phases.registration.models import ApplicationState, ParticipationState
from clusterxchange.workflow.sentences import ActionSentences, say

SECTION_TITLES = {
    rules.YOU: _("You"),
    rules.ORGANISATION: _("Your organisation"),
    rules.PROFILE: _("What your organisation does"),
    rules.SIZE: _("Cluster and size"),
    rules.MOTIVATION: _("Motivation"),
    rules.PREFERENCES: _("Preferences"),
    rules.PARTNERSHIP: _("Partnership and visibility"),
}


def section_title(section: str) -> str:
    """Give the title of a section of the form in the reader's language."""
    return str(SECTION_TITLES[section])


APPLICATION_ACTIONS = {
    A.START_APPLICATION: ActionSentences(
        button=_("Start the registration"),
        happened=_("%(party)s started a registration."),
    ),
    A.EDIT_APPLICATION: ActionSentences(button=_("Save the answers"), happened=""),
    A.DISCARD_APPLICATION: ActionSentences(
        button=_("Delete the draft"),
        happened=_("%(party)s deleted the draft of a registration."),
    ),
    A.SUBMIT_APPLICATION: ActionSentences(
        button=_("Submit the registration"),
        asked=_("Complete and submit your registration"),
        waiting=_("%(party)s completes and submits the registration"),
        happened=_("%(party)s submitted the registration."),
    ),
    A.RECALL_APPLICATION: ActionSentences(
        button=_("Take the registration back"),
        happened=_("%(party)s took the registration back."),
        hint=_("Nobody has opened it yet. You can change your answers and submit it again."),
    ),
    A.OPEN_APPLICATION: ActionSentences(
        button=_("Open the registration"),
        asked=_("Open the registration of %(organisation)s and assess it"),
        waiting=_("%(party)s opens the registration of %(organisation)s and assesses it"),
        happened=_("%(party)s opened the registration of %(organisation)s."),
    ),
    A.HOLD_APPLICATION: ActionSentences(
        button=_("Ask for more"),
        happened=_("%(party)s asked for more on the registration of %(organisation)s."),
    ),
    A.RESUBMIT_APPLICATION: ActionSentences(
        button=_("Send the answers"),
        asked=_("Answer the questions on your registration"),
        waiting=_("%(party)s answers the questions on the registration"),
        happened=_("%(party)s answered the questions on the registration."),
    ),
    A.LAPSE_APPLICATION: ActionSentences(
        button=_("Let the registration lapse"),
        happened=_("The registration of %(organisation)s lapsed: the questions were not answered in time."),
    ),
    A.ASK_AGENCY: ActionSentences(
        button=_("Ask the agency"),
        happened=_("%(party)s asked the agency whether %(organisation)s may host."),
        hint=_("The agency decides whether this organisation may host without a profiled cluster."),
    ),
    A.APPROVE_EXCEPTION: ActionSentences(
        button=_("Approve the exception"),
        asked=_("Decide whether %(organisation)s may host without a profiled cluster"),
        waiting=_("%(party)s decides whether %(organisation)s may host without a profiled cluster"),
        happened=_("%(party)s approved that %(organisation)s hosts without a profiled cluster."),
    ),
    A.REFUSE_EXCEPTION: ActionSentences(
        button=_("Refuse the exception"),
        happened=_("%(party)s refused that %(organisation)s hosts without a profiled cluster."),
    ),
    A.ACCEPT_APPLICATION: ActionSentences(
        button=_("Accept the registration"),
        asked=_("Decide on the registration of %(organisation)s"),
        waiting=_("%(party)s decides on the registration of %(organisation)s"),
        happened=_("%(party)s accepted the registration of %(organisation)s."),
    ),
    A.REFUSE_APPLICATION: ActionSentences(
        button=_("Refuse the registration"),
        happened=_("%(party)s refused the registration of %(organisation)s."),
    ),
    A.OBJECT_TO_REFUSAL: ActionSentences(
        button=_("Object to the refusal"),
        happened=_("%(party)s objected to the refusal of the registration."),
        hint=_("The support office reads your reasons and decides. You can object once."),
    ),
    A.UPHOLD_OBJECTION: ActionSentences(
        button=_("Uphold the objection"),
        asked=_("Decide on the objection of %(organisation)s"),
        waiting=_("%(party)s decides on the objection of %(organisation)s"),
        happened=_("%(party)s upheld the objection of %(organisation)s: the registration is assessed anew."),
    ),
    A.DISMISS_OBJECTION: ActionSentences(
        button=_("Dismiss the objection"),
        happened=_("%(party)s dismissed the objection of %(organisation)s."),
    ),
    A.WITHDRAW_APPLICATION: ActionSentences(
        button=_("Withdraw the registration"),
        happened=_("%(party)s withdrew the registration."),
    ),
    A.ASSIGN_PARTNERSHIP: ActionSentences(button=_("Assign a partnership"), happened="%(why)s"),
    A.MOVE_APPLICATION: ActionSentences(
        button=_("Move the registration"),
        asked=_("Find a partnership for the registration of %(organisation)s"),
        waiting=_("%(party)s finds a partnership for the registration of %(organisation)s"),
        happened=_("%(party)s moved the registration of %(organisation)s to another partnership."),
    ),
    A.SAVE_CHECKLIST: ActionSentences(button=_("Save and see the mails"), happened=""),
    A.PASS_TO_SECOND_READER: ActionSentences(
        button=_("Pass on to a second reader"),
        happened=_(
            "A first contact point of %(party)s has read the registration of %(organisation)s; a second decides."
        ),
    ),
    A.REMIND_APPLICANT: ActionSentences(
        button=_("Send a reminder"),
        happened=_("%(party)s reminds you: a step of the registration of %(organisation)s is yours."),
    ),
    A.INVITE_APPLICANT: ActionSentences(
        button=_("Send the invitation"),
        happened=_("%(party)s has started a registration for %(organisation)s and invites you to complete it."),
    ),
    A.EDIT_ON_BEHALF: ActionSentences(
        button=_("Save the answers"),
        happened=_("%(party)s filled in answers for %(organisation)s."),
    ),
    A.RECORD_ACT: ActionSentences(
        button=_("Record what was done on paper or by phone"),
        happened=_("%(party)s recorded a step of %(organisation)s; it counts once you confirm it."),
    ),
    A.CONFIRM_ACT: ActionSentences(
        button=_("Confirm the record"),
        happened=_("%(organisation)s confirmed what %(name_VP)s had recorded."),
    ),
    A.OBJECT_TO_ACT: ActionSentences(
        button=_("Say that the record is wrong"),
        happened=_("%(organisation)s objected to what %(name_VP)s had recorded; it does not count."),
    ),
    A.IMPORT_PARTICIPANT: ActionSentences(
        button=_("Import the participants"),
        happened=_("%(organisation)s takes part: it was accepted before this tool was in use."),
    ),
}

ASSIGNED = {
    "assigned:sector": _("%(assigned)s was assigned to %(organisation)s: both work in the same field."),
    "assigned:member": _("%(assigned)s was assigned to %(organisation)s, whose cluster is a member of it."),
    "assigned:country": _("%(assigned)s was assigned to %(organisation)s: it has a member in the applicant’s country."),
    "assigned:sector,member": _(
        "%(assigned)s was assigned to %(organisation)s: it works in the same field, and the applicant’s cluster is a "
        "member."
    ),
    "assigned:sector,country": _(
        "%(assigned)s was assigned to %(organisation)s: it works in the same field and has a member in the applicant’s "
        "country."
    ),
    "assigned:member,country": _(
        "%(assigned)s was assigned to %(organisation)s: the applicant’s cluster is a member, and it is present in that "
        "country."
    ),
    "assigned:sector,member,country": _(
        "%(assigned)s was assigned to %(organisation)s: field and country are the same, and the applicant’s cluster is "
        "a member."
    ),
    "assigned:none": _(
        "No open partnership has the field, the cluster or the country of %(organisation)s: the support office finds "
        "one."
    ),
}

PARTICIPATION_ACTIONS = {
    A.DECLINE_MOVE: ActionSentences(
        button=_("Decline the move"),
        happened=_("The move of %(organisation)s was declined or taken back: it stays with %(name_VP)s."),
        hint=_("The organisation stays with its partnership and is told."),
    ),
    A.RESERVE_PARTICIPATION: ActionSentences(
        button=_("Reserve the participation"),
        happened=_("%(party)s reserved the participation of %(organisation)s."),
    ),
    A.RELEASE_PARTICIPATION: ActionSentences(
        button=_("Release the participation"),
        happened=_("%(party)s released the participation of %(organisation)s."),
    ),
    A.MARK_LOW_ACTIVE: ActionSentences(
        button=_("Mark the participation as low active"),
        happened=_("The participation of %(organisation)s became low active: nobody had signed in for long."),
    ),
    A.CONFIRM_INTEREST: ActionSentences(
        button=_("Confirm your interest"),
        asked=_("Confirm that you still want to take part"),
        waiting=_("%(party)s confirms that it still wants to take part"),
        happened=_("%(party)s confirmed that it still wants to take part."),
    ),
    A.MARK_INACTIVE: ActionSentences(
        button=_("Mark the participation as inactive"),
        happened=_("The participation of %(organisation)s became inactive: nobody confirmed the interest."),
    ),
    A.REACTIVATE_PARTICIPATION: ActionSentences(
        button=_("Take part again"),
        happened=_("%(party)s takes part again."),
    ),
    A.REVIEW_PARTICIPATION: ActionSentences(
        button=_("Review the participation"),
        happened=_(
            "The participation of %(organisation)s is looked at again: its type, country, cluster or size changed."
        ),
    ),
    A.CONFIRM_PARTICIPATION: ActionSentences(
        button=_("Confirm the participation"),
        asked=_("Review the participation of %(organisation)s, which has changed"),
        waiting=_("%(party)s reviews the participation of %(organisation)s, which has changed"),
        happened=_("%(party)s confirmed the participation of %(organisation)s."),
    ),
    A.END_PARTICIPATION: ActionSentences(
        button=_("End the participation"),
        happened=_("%(party)s ended the participation of %(organisation)s."),
    ),
    A.MOVE_PARTICIPATION: ActionSentences(
        button=_("Move to another partnership"),
        asked=_("Move %(organisation)s to the partnership that it asks for"),
        waiting=_("%(party)s moves %(organisation)s to the partnership that it asks for"),
        happened=_("%(party)s asked for, or made, the move of %(organisation)s to another partnership."),
    ),
    A.SUSPEND_PARTICIPATION: ActionSentences(
        button=_("Suspend the participation"),
        happened=_("%(party)s suspended the participation of %(organisation)s."),
    ),
    A.LIFT_SUSPENSION: ActionSentences(
        button=_("Lift the suspension"),
        happened=_("The suspension of %(organisation)s was lifted."),
    ),
    A.WITHDRAW_PARTICIPATION: ActionSentences(
        button=_("Withdraw the participation"),
        happened=_("%(party)s withdrew the participation."),
    ),
}

READING = {
    A.OPEN_CURRICULUM_VITAE: ActionSentences(
        button=_("Open the curriculum vitae"),
        happened=_("%(party)s opened the curriculum vitae."),
    ),
}

REFUSALS = {
    "email_not_confirmed": _("Confirm your e-mail address first: follow the link in the mail that we sent you."),
    "no_open_edition": _("No edition is open at the moment, so no registration can be started."),
    "application_already_open": _(
        "The registration %(reference)s is open already: go on with it, or withdraw it first."
    ),
    "answers_missing": _("Some answers are missing in: %(sections)s. Complete them, then submit."),
    "cv_missing": _("The curriculum vitae is missing: add it as a PDF or DOCX file in “You”."),
    "declaration_missing": _("Tick this declaration: without it the registration cannot be submitted."),
    "type_may_not_visit": _(
        "This type of organisation may host but not visit: ask for hosting in “Your organisation”."
    ),
    "type_may_not_host": _("This type of organisation may not host: change the role in “Your organisation”."),
    "not_member_of_a_cluster": _(
        "Only members of a cluster profiled on the European Cluster Collaboration Platform may do this: "
        "name the cluster in “Cluster and size”."
    ),
    "business_network_is_not_enough": _(
        "A business network alone is not enough: name the cluster in “Cluster and size”."
    ),
    "agency_approval_missing": _(
        "Without a profiled cluster, hosting needs the approval of the agency: ask the agency first."
    ),
    "country_not_participating": _(
        "This country does not take part in this edition: see who takes part in “How to take part”."
    ),
    "visit_already_used": _("The organisation's one visit is used already: it may go on as a host."),
    "role_already_accepted": _("The organisation takes part in this role already: ask for the other role only."),
    "figures_of_a_large_company": _(
        "The size figures are those of a large company: correct them or the type of organisation."
    ),
    "third_country_rule_not_met": _(
        "A visiting person from a third country needs a long stay with a permit and a business here: "
        "complete this in “You”."
    ),
    "partnership_is_closed": _("%(partnership)s takes no participants at the moment: choose another partnership."),
    "partnership_is_the_same": _("%(partnership)s looks after this organisation already: choose another partnership."),
    "partnership_was_not_asked": _("%(partnership)s was not asked: take the organisation over yourselves, or decline."),
    "move_not_asked": _("Nobody asks to move any more."),
    "partnership_missing": _("Choose the other partnership."),
    "application_was_opened": _(
        "The contact point has opened it already: write a message, or withdraw the registration."
    ),
    "questions_missing": _("Write at least one question, each on a line of its own."),
    "answer_missing": _("Answer question %(number)s as well."),
    "host_exception_not_asked": _(
        "The agency decides only on small or medium-sized enterprises that host without a profiled cluster."
    ),
    "agency_has_decided": _("The agency has decided on this exception already."),
    "reason_missing": _("Give the reason in a sentence."),
    "checklist_incomplete": _("Answer each item of the checklist before you accept."),
    "checklist_has_questions": _("This item still asks for something: ask the applicant for more, or pass or fail it."),
    "role_not_decided": _("Decide on this role as well."),
    "no_role_accepted": _("Accept at least one role, or refuse the registration with a reason."),
    "own_organisation_assessed": _("You speak for this organisation, so another contact point must assess it."),
    "checklist_not_passed": _(
        "The saved checklist has lines that are not passed: look at this registration by itself."
    ),
    "same_person_read": _("You have read this registration as the first reader, so another contact point accepts it."),
    "second_reader_missing": _(
        "Your partnership wants two readers: pass the registration on, and another contact point accepts it."
    ),
    "second_reader_not_asked": _("Your partnership wants one reader: decide on the registration yourself."),
    "organisation_is_registered": _("%(organisation)s is registered already: ask its people to add the person."),
    "act_waits_already": _("Another record waits for the participant: it is confirmed or objected to first."),
    "act_is_answered": _("This record is answered already: the page shows how it stands now."),
    "act_evidence_missing": _("Add a photo or scan of the paper: without it the record is worth nothing."),
    "list_is_imported": _("This list is imported already, or gone: look at the lists once more."),
    "objection_too_late": _("The time to object is over, so the refusal stands. A new registration can be started."),
    "already_objected": _("One objection was made already, and it was decided."),
    "commitment_is_signed": _(
        "A Commitment to Quality is signed, so the organisation stays with its partnership until the exchange is over."
    ),
    "exchange_runs": _("An exchange is under way: close or cancel it first."),
    "file_waits_for_the_scanner": _(
        "The file is still being checked for viruses: it opens as soon as the scanner has said that it is clean."
    ),
    "file_is_harmful": _("The scanner has found something harmful in this file, so it stays closed. Ask for another."),
    "until_not_ahead": _("Give a day in the future on which the suspension ends."),
}

say(
    actions={**APPLICATION_ACTIONS, **PARTICIPATION_ACTIONS, **READING},
    states={
        **{("application", state.value): state.label for state in ApplicationState},
        **{("participation", state.value): state.label for state in ParticipationState},
    },
    kinds={"application": _("Registration"), "participation": _("Participation")},
    refusals=REFUSALS,
    words=ASSIGNED,
)
