"""The only table of who may do what (states.md, column "by"). When something may be done is never said here.

`RELATIONS` says how a capacity is held on a kind of thing; `PERMISSIONS` which capacities an action asks for.
"""

from collections.abc import Mapping

from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import CONTACT_POINT, COORDINATOR, PARTNERSHIP_ROLES, PAYER
from clusterxchange.access.capacities import AG, HP, PO, PR, SO, SYS, VP, Capacity, H, V
from clusterxchange.access.rules import Condition, Holder, May, Relation, may

CASE_PEOPLE = frozenset({CONTACT_POINT, COORDINATOR})
ORDERERS = frozenset({CONTACT_POINT, PAYER})
RELEASERS = frozenset({COORDINATOR, PAYER})

SUPPORT_OFFICE = Relation(Holder.SUPPORT_OFFICE)
AGENCY = Relation(Holder.AGENCY)


def organisation(path: str) -> Relation:
    """Name the organisation for which the actor must speak."""
    return Relation(Holder.ORGANISATION, path)


def partnership(path: str, roles: frozenset[str] = CASE_PEOPLE) -> Relation:
    """Name the partnership in which the actor must have one of the roles."""
    return Relation(Holder.PARTNERSHIP, path, roles)


def four_parties(prefix: str) -> Mapping[Capacity, Relation]:
    """Give the relations of all that hangs on an exchange: its four parties and who looks over them."""
    return {
        V: organisation(f"{prefix}visiting_organisation_id"),
        H: organisation(f"{prefix}host_organisation_id"),
        VP: partnership(f"{prefix}visitor_partnership_id"),
        HP: partnership(f"{prefix}host_partnership_id"),
        PO: partnership(f"{prefix}visitor_partnership_id", ORDERERS),
        PR: partnership(f"{prefix}visitor_partnership_id", RELEASERS),
        SO: SUPPORT_OFFICE,
        AG: AGENCY,
    }


def audited(prefix: str) -> Relation:
    """Give the relation of an auditor to what hangs on an exchange that an audit covers."""
    return Relation(Holder.AUDITOR, f"{prefix}audits__auditor_id")


def of_those_who_pay(path: str) -> Mapping[Capacity, Relation]:
    """Give the relations of what a partnership and its bank say to each other."""
    return {PO: partnership(path, ORDERERS), PR: partnership(path, RELEASERS), SO: SUPPORT_OFFICE, AG: AGENCY}


RELATIONS: Mapping[str, Mapping[Capacity, Relation]] = {
    "application": {
        V: organisation("organisation_id"),
        H: organisation("organisation_id"),
        VP: partnership("partnership_id"),
        SO: SUPPORT_OFFICE,
        AG: AGENCY,
    },
    "participation": {
        V: organisation("organisation_id"),
        H: organisation("organisation_id"),
        VP: partnership("partnership_id"),
        # The partnership that is asked to take the participation over.
        HP: partnership("move_asked_to_id"),
        SO: SUPPORT_OFFICE,
        AG: AGENCY,
    },
    "proposal": {
        V: organisation("visitor_participation__organisation_id"),
        H: organisation("host_participation__organisation_id"),
        VP: partnership("visitor_participation__partnership_id"),
        HP: partnership("host_participation__partnership_id"),
        SO: SUPPORT_OFFICE,
        AG: AGENCY,
    },
    "programme": {
        H: organisation("host_participation__organisation_id"),
        HP: partnership("host_participation__partnership_id"),
        SO: SUPPORT_OFFICE,
        AG: AGENCY,
    },
    "match_plan": {SO: SUPPORT_OFFICE, AG: AGENCY},
    "conversation": {
        V: organisation("visitor_participation__organisation_id"),
        H: organisation("host_participation__organisation_id"),
        VP: partnership("visitor_participation__partnership_id"),
        HP: partnership("host_participation__partnership_id"),
        SO: SUPPORT_OFFICE,
        AG: AGENCY,
    },
    # Neither side of a conversation learns that the other one has reported it.
    "abuse_report": {SO: SUPPORT_OFFICE},
    "exchange": four_parties(""),
    "commitment": four_parties("exchange__"),
    "financial_agreement": four_parties("exchange__"),
    "activity_report": four_parties(""),
    "evidence": four_parties("exchange__"),
    "payment": four_parties("exchange__"),
    # Partnerships are no party to what each side says of them: they see counts.
    "follow_up_survey": {
        V: organisation("visiting_organisation_id"),
        H: organisation("host_organisation_id"),
        SO: SUPPORT_OFFICE,
        AG: AGENCY,
    },
    "payment_batch": of_those_who_pay("partnership_id"),
    "bank_statement": of_those_who_pay("partnership_id"),
    "organisation": {V: organisation("pk"), SO: SUPPORT_OFFICE, AG: AGENCY},
    "invitation": {
        V: organisation("organisation_id"),
        # Whoever has shown that the address invited is theirs.
        H: Relation(Holder.ACCOUNT, "account_id"),
        SO: SUPPORT_OFFICE,
        AG: AGENCY,
    },
    "join_request": {
        V: organisation("organisation_id"),
        # The organisation that the person had begun to register.
        H: organisation("asking_organisation_id"),
        VP: partnership("partnership_id"),
        SO: SUPPORT_OFFICE,
        AG: AGENCY,
    },
    "partnership": {VP: partnership("pk", PARTNERSHIP_ROLES), SO: SUPPORT_OFFICE, AG: AGENCY},
    "edition_draft": {SO: SUPPORT_OFFICE, AG: AGENCY},
    "announcement": {SO: SUPPORT_OFFICE, AG: AGENCY},
    # A line of the journal names people, and people are found by the support office alone.
    "entry": {SO: SUPPORT_OFFICE},
    "office_change": {SO: SUPPORT_OFFICE, AG: AGENCY},
}

DISCLOSED = organisation("disclosures__to_organisation_id")
NOT_ONES_OWN = Condition(organisation("organisation_id"), "own_organisation_assessed")
SENDER = Condition(organisation("sender_organisation_id"))
WHO_BLOCKS = Condition(organisation("blocked_by_id"))
STARTED_IT = Condition(partnership("started_by_partnership_id"))
FIRST_READER = Condition(Relation(Holder.ACCOUNT, "first_reader_id"), "same_person_read")
WHO_ORDERED = Condition(Relation(Holder.ACCOUNT, "ordered_by_id"), "same_person_released")
WHO_DRAFTED = Condition(Relation(Holder.ACCOUNT, "drafted_by_id"), "same_person_drafted")
DRAFTED_IT = Condition(Relation(Holder.ACCOUNT, "drafted_by_id"))
WHO_PROPOSED = Condition(Relation(Holder.ACCOUNT, "proposed_by_id"), "same_person_proposed")
PROPOSED_IT = Condition(Relation(Holder.ACCOUNT, "proposed_by_id"))
OWN_OFFICE = Condition(Relation(Holder.ACCOUNT, "account_id"), "own_office")
COORDINATES = Condition(partnership("pk", frozenset({COORDINATOR})))

assess = may(VP, unless=(NOT_ONES_OWN,))

PERMISSIONS: Mapping[str, Mapping[A, May]] = {
    "application": {
        A.START_APPLICATION: may(V, H, VP),
        A.EDIT_APPLICATION: may(V, H),
        A.DISCARD_APPLICATION: may(V, H),
        A.SUBMIT_APPLICATION: may(V, H),
        A.RECALL_APPLICATION: may(V, H),
        A.OPEN_APPLICATION: assess,
        A.HOLD_APPLICATION: assess,
        A.RESUBMIT_APPLICATION: may(V, H),
        A.LAPSE_APPLICATION: may(SYS),
        A.ASK_AGENCY: assess,
        A.APPROVE_EXCEPTION: may(AG),
        A.REFUSE_EXCEPTION: may(AG),
        A.ACCEPT_APPLICATION: may(VP, unless=(NOT_ONES_OWN, FIRST_READER)),
        A.REFUSE_APPLICATION: assess,
        A.OBJECT_TO_REFUSAL: may(V, H),
        A.UPHOLD_OBJECTION: may(SO),
        A.DISMISS_OBJECTION: may(SO),
        A.WITHDRAW_APPLICATION: may(V, H),
        A.MOVE_APPLICATION: may(V, H, VP, SO),
        A.ASSIGN_PARTNERSHIP: may(SYS),
        A.HAND_OVER: may(V, H),
        A.SAVE_CHECKLIST: assess,
        A.PASS_TO_SECOND_READER: assess,
        A.REMIND_APPLICANT: may(VP, SO),
        A.INVITE_APPLICANT: may(VP),
        A.EDIT_ON_BEHALF: may(VP, only=(STARTED_IT,)),
        A.RECORD_ACT: assess,
        A.CONFIRM_ACT: may(V, H),
        A.OBJECT_TO_ACT: may(V, H),
        A.IMPORT_PARTICIPANT: may(SO),
        A.REASSIGN_CASE: may(SO),
        A.SAY_SOMETHING: may(V, H, VP, SO),
        A.OPEN_CURRICULUM_VITAE: may(V, H, VP, SO),
        A.SEE: may(V, H, VP, SO, AG),
    },
    "participation": {
        A.RESERVE_PARTICIPATION: may(VP),
        A.RELEASE_PARTICIPATION: may(VP),
        A.MARK_LOW_ACTIVE: may(SYS),
        A.CONFIRM_INTEREST: may(V, H),
        A.MARK_INACTIVE: may(SYS),
        A.REACTIVATE_PARTICIPATION: may(V, H),
        A.REVIEW_PARTICIPATION: may(SYS),
        A.CONFIRM_PARTICIPATION: may(VP),
        A.END_PARTICIPATION: may(VP),
        A.MOVE_PARTICIPATION: may(V, H, VP, HP, SO),
        A.DECLINE_MOVE: may(V, H, HP, SO),
        A.SUSPEND_PARTICIPATION: may(SO),
        A.LIFT_SUSPENSION: may(SO, SYS),
        A.REASSIGN_CASE: may(SO),
        A.WITHDRAW_PARTICIPATION: may(V, H),
        A.SAVE_ORGANISATION: may(V, H),
        A.REMOVE_SAVED_ORGANISATION: may(V, H),
        A.HIDE_ORGANISATION: may(V, H),
        A.SHOW_ORGANISATION_AGAIN: may(V, H),
        A.SAVE_SEARCH: may(V, H, VP),
        A.SWITCH_SEARCH_MAILS: may(V, H, VP),
        A.REMOVE_SAVED_SEARCH: may(V, H, VP),
        A.TELL_OF_NEW_RESULTS: may(SYS),
        A.SAY_SOMETHING: may(V, H, VP, SO),
        A.SEE_PERSON: may(V, H, VP, SO),
        A.OPEN_CURRICULUM_VITAE: may(V, H, VP, SO),
        A.SEE: may(V, H, VP, HP, SO, AG),
    },
    "proposal": {
        A.SEND_PROPOSAL: may(V, H),
        A.SUGGEST_MATCH: may(VP, HP),
        A.ACCEPT_SUGGESTION: may(V, H),
        A.INVITE_PARTNER: may(V, H),
        A.ACCEPT_PROPOSAL: may(V, H, unless=(SENDER,)),
        A.DECLINE_PROPOSAL: may(V, H, unless=(SENDER,)),
        A.WITHDRAW_PROPOSAL: may(V, H, only=(SENDER,)),
        A.EXPIRE_PROPOSAL: may(SYS),
        A.CLOSE_PROPOSAL: may(SYS),
        A.OPEN_INVITATION: may(SYS),
        A.REPORT_IMPOSSIBLE_INVITATION: may(SYS),
        A.CONFIRM_SUGGESTION: may(SO),
        A.OFFER_DATES: may(V, H),
        A.ACCEPT_DATES: may(V, H),
        A.SAY_SOMETHING: may(V, H, VP, HP),
        A.REMIND_PARTY: may(VP, HP, SO),
        A.SEE: may(V, H, VP, HP, SO, AG),
    },
    "programme": {
        A.PUBLISH_PROGRAMME: may(H),
        A.CHANGE_PROGRAMME: may(H),
        A.CLOSE_PROGRAMME: may(H),
        A.CANCEL_PROGRAMME: may(H),
        A.BEGIN_PROGRAMME: may(SYS),
        A.NAME_GUESTS: may(H),
        A.SEE: may(H, HP, SO, AG),
    },
    "match_plan": {
        A.ASK_FOR_PLAN: may(SO),
        A.MAKE_PLAN: may(SYS),
        A.SEE: may(SO, AG),
    },
    "conversation": {
        A.START_CONVERSATION: may(V, H),
        A.BLOCK_CONVERSATION: may(V, H),
        A.UNBLOCK_CONVERSATION: may(V, H, only=(WHO_BLOCKS,)),
        A.REPORT_ABUSE: may(V, H, VP, HP),
        A.SAY_SOMETHING: may(V, H, VP, HP, SO),
        A.SEE: may(V, H, VP, HP, SO, AG),
    },
    "abuse_report": {
        A.CLOSE_ABUSE_REPORT: may(SO),
        A.SEE: may(SO),
    },
    "exchange": {
        A.AGREE_EXCHANGE: may(SYS),
        A.MAKE_EXCHANGE_READY: may(SYS),
        A.CONFIRM_START: may(V, H),
        A.INTERRUPT_EXCHANGE: may(VP),
        A.RESUME_EXCHANGE: may(VP),
        A.CONFIRM_END: may(V, H, SYS),
        A.CLOSE_EXCHANGE: may(SYS),
        A.CANCEL_EXCHANGE: may(V, H, VP, HP),
        A.REPORT_NO_SHOW: may(H),
        A.OPEN_VERIFICATION_PACK: may(V, H, VP, HP, SO, AG, SYS),
        A.REASSIGN_CASE: may(SO),
        A.MAKE_PRESENCE_CODE: may(V),
        A.CONFIRM_PRESENCE: may(H),
        A.DRAW_FOR_CHECK: may(SO),
        A.RECORD_FINDING: may(SO),
        A.SAY_SOMETHING: may(V, H, VP, HP, SO),
        A.REMIND_PARTY: may(VP, HP, SO),
        A.SEE: may(V, H, VP, HP, PO, PR, SO, AG),
    },
    "commitment": {
        A.EDIT_COMMITMENT: may(V, H, VP, HP),
        A.COMMENT_ON_PART: may(V, H, VP, HP),
        A.ASK_FOR_HELP: may(V, H),
        A.ANSWER_HELP: may(VP, HP),
        A.AGREE_COMMITMENT: may(V, H),
        A.VALIDATE_COMMITMENT: may(VP, HP),
        A.REQUEST_CHANGES: may(VP, HP),
        A.OPEN_SIGNING: may(SYS),
        A.SIGN_COMMITMENT: may(V, H, VP, HP),
        A.DECLINE_SIGNATURE: may(V, H, VP, HP),
        A.AMEND_COMMITMENT: may(V, H),
        A.REMIND_SIGNERS: may(V, H, VP, HP),
        A.DELEGATE_SIGNATURE: may(V, H),
        A.REVOKE_DELEGATION: may(V, H),
        A.TAKE_PEN: may(V, H, VP, HP),
        A.RETURN_PEN: may(V, H, VP, HP),
        A.HAND_IN_SIGNED_COPY: may(V, H, VP, HP),
        A.SUPERSEDE_COMMITMENT: may(SYS),
        A.WRITE_SIGNATURE: may(SYS),
        A.OPEN_DOCUMENT: may(V, H, VP, HP, SO, AG, SYS),
        A.REMIND_PARTY: may(VP, HP, SO),
        A.SEE: may(V, H, VP, HP, SO, AG),
    },
    "financial_agreement": {
        A.GIVE_BANK_DETAILS: may(V),
        A.OFFER_AGREEMENT: may(VP),
        A.SIGN_AGREEMENT: may(V, VP),
        A.DECLINE_AGREEMENT: may(V),
        A.REMIND_SIGNERS: may(V, VP),
        A.TAKE_PEN: may(V, VP),
        A.RETURN_PEN: may(V, VP),
        A.HAND_IN_SIGNED_COPY: may(V, VP),
        A.CANCEL_AGREEMENT: may(SYS),
        A.SUPERSEDE_AGREEMENT: may(SYS),
        A.WRITE_SIGNATURE: may(SYS),
        A.OPEN_BANK_DETAILS: may(V, PO, PR),
        A.OPEN_DOCUMENT: may(V, PO, PR, SYS),
        A.REMIND_PARTY: may(VP, SO),
        A.SEE: may(V, VP, PO, PR, SO, AG),
    },
    "activity_report": {
        A.SUBMIT_REPORT: may(V, H),
        A.VALIDATE_REPORT: may(VP, HP),
        A.RETURN_REPORT: may(VP, HP),
        A.WAIVE_REPORT: may(SO),
        A.SAVE_REPORT: may(V, H),
        A.ADD_STORY_PHOTO: may(V),
        A.REMOVE_STORY_PHOTO: may(V),
        A.GIVE_STORY_CONSENT: may(V),
        A.WITHDRAW_STORY_CONSENT: may(V),
        A.REMIND_PARTY: may(VP, HP, SO),
        A.SEE: may(V, H, VP, HP, SO, AG),
    },
    "evidence": {
        A.UPLOAD_EVIDENCE: may(V),
        A.CLEAR_EVIDENCE: may(SYS),
        A.REJECT_EVIDENCE: may(SYS),
        A.ACCEPT_EVIDENCE: may(VP),
        A.ASK_AGAIN: may(VP),
        A.WAIVE_EVIDENCE: may(VP),
        A.OPEN_EVIDENCE: may(V, VP),
        A.REMIND_PARTY: may(VP, SO),
        A.SEE: may(V, VP, SO, AG),
    },
    "payment": {
        A.MAKE_PAYMENT_DUE: may(SYS),
        A.WAIVE_PAYMENT: may(SYS),
        A.ORDER_PAYMENT: may(PO),
        A.RECOMPUTE_AMOUNT: may(PO),
        A.RELEASE_PAYMENT: may(PR, unless=(WHO_ORDERED,)),
        A.CONFIRM_PAID: may(PO, SYS),
        A.CONFIRM_RECEIPT: may(V, SYS),
        A.RETURN_PAYMENT: may(PO, SYS),
        A.CORRECT_BANK_DETAILS: may(V),
        A.BLOCK_PAYMENT: may(SO),
        A.UNBLOCK_PAYMENT: may(SO),
        A.DEMAND_RECOVERY: may(SO),
        A.CONFIRM_RECOVERY: may(SO),
        A.REMIND_PARTY: may(VP, SO),
        A.SEE: may(V, VP, PO, PR, SO, AG),
    },
    "follow_up_survey": {
        A.OPEN_SURVEY: may(SYS),
        A.ANSWER_SURVEY: may(V, H),
        A.CLOSE_SURVEY: may(SYS),
        A.SEE: may(V, H, SO, AG),
    },
    "payment_batch": {
        A.MAKE_BANK_FILE: may(PO, PR),
        A.OPEN_BANK_FILE: may(PO, PR),
        A.SEE: may(PO, PR, SO, AG),
    },
    "bank_statement": {
        A.KEEP_STATEMENT: may(PO, PR),
        A.IMPORT_STATEMENT: may(PO, PR),
        A.SEE: may(PO, PR, SO, AG),
    },
    "partnership": {
        A.EDIT_PARTNERSHIP: may(VP, only=(COORDINATES,)),
        A.CHANGE_BUDGET: may(VP, only=(COORDINATES,)),
        A.OPEN_PARTNERSHIP: may(VP, only=(COORDINATES,)),
        A.CLOSE_PARTNERSHIP: may(VP, only=(COORDINATES,)),
        A.INVITE_OFFICER: may(VP, only=(COORDINATES,)),
        A.JOIN_PARTNERSHIP: may(VP),
        A.END_OFFICE: may(VP, only=(COORDINATES,)),
        A.LEAVE_OFFICE: may(VP),
        A.APPOINT_COORDINATOR: may(SO),
        A.ADMIT_PARTNERSHIP: may(SO),
        A.SUSPEND_PARTNERSHIP: may(SO),
        A.RESUME_PARTNERSHIP: may(SO),
        A.END_PARTNERSHIP: may(SO),
        A.ANSWER_QUESTION: may(VP),
        A.EDIT_MAIL: may(VP),
        A.OPEN_AUDIT: may(SO),
        A.END_AUDIT: may(SO),
        A.GIVE_PAYING_ACCOUNT: may(VP, only=(COORDINATES,)),
        A.VIEW_AS: may(SO),
        A.SEE: may(VP, SO, AG),
    },
    "organisation": {
        A.EDIT_ORGANISATION: may(V),
        A.LEAVE_ORGANISATION: may(V),
        A.END_PLACE: may(V),
        A.EDIT_PLACE: may(V),
        A.SET_FILE_ASIDE: may(SYS),
        A.MERGE_ORGANISATION: may(SO),
        A.UNDO_MERGE: may(SO),
        A.VIEW_AS: may(SO),
        A.OPEN_CURRICULUM_VITAE: may(V),
        A.SEE: may(V, SO, AG),
    },
    "invitation": {
        A.INVITE_PERSON: may(V),
        A.ACCEPT_INVITATION: may(H),
        A.DECLINE_INVITATION: may(H),
        A.TAKE_INVITATION_BACK: may(V),
        A.EXPIRE_INVITATION: may(SYS),
        A.SEE: may(V, SO, AG),
    },
    "join_request": {
        A.ASK_TO_JOIN: may(H),
        A.CONFIRM_JOIN_REQUEST: may(V, VP, SO),
        A.DECLINE_JOIN_REQUEST: may(V, VP, SO),
        A.HAND_JOIN_REQUEST_ON: may(SYS),
        A.TAKE_JOIN_REQUEST_BACK: may(H),
        A.SEE: may(V, VP, SO, AG),
    },
    "edition_draft": {
        A.START_VERSION: may(SO),
        A.EDIT_VERSION: may(SO, only=(DRAFTED_IT,)),
        A.PROPOSE_VERSION: may(SO, only=(DRAFTED_IT,)),
        A.APPROVE_VERSION: may(SO, unless=(WHO_DRAFTED,)),
        A.RETURN_VERSION: may(SO, unless=(WHO_DRAFTED,)),
        A.WITHDRAW_VERSION: may(SO, only=(DRAFTED_IT,)),
        A.SEE: may(SO, AG),
    },
    "announcement": {
        A.PUBLISH_ANNOUNCEMENT: may(SO),
        A.WITHDRAW_ANNOUNCEMENT: may(SO),
        A.SEE: may(SO, AG),
    },
    "entry": {A.SEE: may(SO)},
    "office_change": {
        A.PROPOSE_APPOINTMENT: may(SO),
        A.PROPOSE_REMOVAL: may(SO, unless=(OWN_OFFICE,)),
        A.APPOINT_PERSON: may(SYS),
        # Whoever somebody else would have leave may agree to that, and only to that.
        A.CONFIRM_OFFICE_CHANGE: may(SO, unless=(WHO_PROPOSED,)),
        A.DECLINE_OFFICE_CHANGE: may(SO, unless=(WHO_PROPOSED, OWN_OFFICE)),
        A.WITHDRAW_OFFICE_CHANGE: may(SO, only=(PROPOSED_IT,)),
        A.SEE: may(SO, AG),
    },
}

DISCLOSURES: Mapping[str, Mapping[A, Relation]] = {
    "participation": {A.SEE_PERSON: DISCLOSED, A.OPEN_CURRICULUM_VITAE: DISCLOSED},
    "exchange": {A.SEE: audited(""), A.OPEN_VERIFICATION_PACK: audited("")},
    "commitment": {A.SEE: audited("exchange__"), A.OPEN_DOCUMENT: audited("exchange__")},
    "financial_agreement": {A.SEE: audited("exchange__"), A.OPEN_DOCUMENT: audited("exchange__")},
    "activity_report": {A.SEE: audited("exchange__")},
    "evidence": {A.SEE: audited("exchange__"), A.OPEN_EVIDENCE: audited("exchange__")},
    "payment": {A.SEE: audited("exchange__")},
}
