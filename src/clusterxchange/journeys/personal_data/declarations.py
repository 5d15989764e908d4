"""What of each table is personal. Every field stands here once: a test fails for one that does not.

`people` are the ways from a row to the accounts of those whom it is about; `case` is the way to the exchange with which
what the law keeps is kept. `rows_go` says that the whole row goes with its person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Field, Model

from clusterxchange.journeys.personal_data.kinds import (
    ACCOUNT,
    BANK,
    CASE,
    OUTSIDER,
    PERSON,
    PREFERENCE,
    REGISTRATION,
    SAID,
    SECRET,
    SECURITY,
    STATISTICS,
    TRAIL,
    Kind,
)


@dataclass(frozen=True)
class Declaration:
    """What of one table is personal."""

    label: str
    people: tuple[str, ...] = ()
    case: str | None = None
    rows_go: bool = False
    holds: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    other: tuple[str, ...] = ()

    @property
    def model(self) -> type[Model]:
        """The table."""
        return apps.get_model(self.label)

    def fields(self, kinds: Iterable[Kind]) -> list["Field[object, object]"]:
        """Give the fields of some kinds."""
        chosen = set(kinds)
        names = [name for kind, names in self.holds.items() if kind in chosen for name in names]
        return [self.model._meta.get_field(name) for name in names]  # type: ignore[misc]  # -- concrete fields only


def _declare(
    label: str,
    holds: Mapping[Kind, str] | None = None,
    other: str = "",
    *,
    people: str = "",
    case: str | None = None,
    rows_go: bool = False,
) -> Declaration:
    named = {kind: tuple(names.split()) for kind, names in (holds or {}).items()}
    return Declaration(label, tuple(people.split()), case, rows_go, named, tuple(other.split()))


LIFE = "state state_since created_at"
PREFERENCES = (
    "purposes activities wished_types wished_countries wished_ecosystems working_languages days_wished format places"
)
SPEAKER = "representative__account"
BOTH_SIDES = "visitor_participation__application__representative__account host_participation__application__representative__account"
OF_EXCHANGE = (
    "exchange__visitor_participation__application__representative__account "
    "exchange__host_participation__application__representative__account"
)
VISITOR_OF_EXCHANGE = "exchange__visitor_participation__application__representative__account"

DECLARATIONS = (
    # Accounts
    _declare(
        "accounts.Account",
        {
            ACCOUNT: "email first_name last_name language uses_keys shows_first_steps joined_at last_seen_at last_login search_text",
            SECRET: "password",
            TRAIL: "id is_support_office is_agency is_auditor",
        },
        "is_active",
        people="pk",
    ),
    _declare(
        "accounts.GivenConsent",
        {ACCOUNT: "account what text_version given_at withdrawn_at"},
        "id",
        people="account",
        rows_go=True,
    ),
    _declare("account.EmailAddress", {ACCOUNT: "user email verified primary"}, "id", people="user", rows_go=True),
    _declare("account.EmailConfirmation", {SECRET: "key created sent"}, "id email_address"),
    _declare(
        "mfa.Authenticator",
        {SECURITY: "user type created_at last_used_at", SECRET: "data"},
        "id",
        people="user",
        rows_go=True,
    ),
    _declare(
        "socialaccount.SocialAccount",
        {SECURITY: "user provider uid last_login date_joined extra_data"},
        "id",
        people="user",
        rows_go=True,
    ),
    # The package's tables for what is a setting here; nothing is ever written to them.
    _declare("socialaccount.SocialApp", other="id provider provider_id name client_id secret key settings"),
    _declare("socialaccount.SocialToken", {SECRET: "token token_secret expires_at"}, "id app account"),
    _declare(
        "accounts.KnownDevice",
        {SECURITY: "account since used_at", SECRET: "name"},
        "id",
        people="account",
        rows_go=True,
    ),
    _declare("accounts.SignInTry", {SECRET: "address device at"}, "id"),
    _declare(
        "usersessions.UserSession",
        {SECURITY: "user created_at ip last_seen_at user_agent", SECRET: "session_key data"},
        "id",
        people="user",
        rows_go=True,
    ),
    _declare("sessions.Session", {SECRET: "session_key session_data expire_date"}),
    # Who takes part
    _declare(
        "organisations.Organisation",
        other="id legal_name short_name organisation_type sub_type people turnover_eur balance_eur cluster_membership "
        "cluster_name cluster_profile cluster_since registration_number vat_number founded street postcode city region "
        "country latitude longitude website logo description profile_language ecosystems nace keywords offers "
        "members_total members_smes members_research sort_name folded_vat_number web_domain search_text searched_names "
        "searched_profile folded_keywords created_at merged_into",
    ),
    _declare(
        "organisations.Representative",
        {
            PERSON: "title position phone based_in nationality has_residence_permit has_started_business languages "
            "profile_link curriculum_vitae permit_document",
            STATISTICS: "gender",
            TRAIL: "account organisation since ended_at works_for_organisation",
        },
        "id",
        people="account",
    ),
    _declare(
        "partnerships.Partnership",
        other="id edition acronym slug title ecosystems keywords coordinating_country starts_on duration_months "
        "planned_exchanges targets origin objectives expected_results website email logo amounts is_open has_second_reader "
        "suspended_at suspension_reason opens_again ended_at",
    ),
    _declare("partnerships.MemberCluster", other="id partnership name country region link position"),
    _declare("partnerships.PlannedEvent", other="id partnership title target_group on"),
    _declare(
        "partnerships.PartnershipPerson", {PERSON: "partnership account role"}, "id", people="account", rows_go=True
    ),
    _declare(
        "partnerships.Budget", other="id partnership planned_cents reserved_cents committed_cents paid_cents free_cents"
    ),
    _declare("partnerships.BudgetMove", other="id partnership case source target cents at"),
    _declare(
        "partnerships.PartnershipInvitation",
        {OUTSIDER: "email", TRAIL: "invited_by accepted_by at accepted_at"},
        "id partnership roles token language sent_at withdrawn_at",
        people="accepted_by",
    ),
    _declare(
        "partnerships.PublicQuestion",
        {OUTSIDER: "name email organisation text", TRAIL: "answered_by answered_at"},
        "id partnership language at",
    ),
    # How things move
    _declare(
        "workflow.Consent",
        {CASE: "person scan", TRAIL: "account action capacity at revoked_at"},
        "id kind subject_id version text_sha256 level",
        people="account",
    ),
    _declare(
        "workflow.Obligation",
        {TRAIL: "barred_account"},
        "id kind subject_id root_kind root_id reference action capacity term is_watch organisation partnership since "
        "opened_at due_at then_at reminders_sent remind_next_at escalated_at closed_at",
    ),
    _declare(
        "workflow.Entry",
        {TRAIL: "actor"},
        "n at capacity kind subject case action before after payload_digest previous hash",
    ),
    _declare("workflow.EntryPayload", {CASE: "body"}, "entry salt"),
    _declare("workflow.DayHead", other="day n hash"),
    _declare(
        "workflow.Notice",
        {PREFERENCE: "account topic reference action asked params path at sent_at"},
        "id kind subject_id due_at held_until partnership",
        people="account",
        rows_go=True,
    ),
    _declare(
        "workflow.Message",
        {SAID: "text attachment", TRAIL: "author capacity at"},
        "id kind subject_id",
        people="author",
    ),
    _declare(
        "workflow.ThreadReading",
        {PREFERENCE: "account last_read"},
        "id kind subject_id",
        people="account",
        rows_go=True,
    ),
    _declare("workflow.JournalCheck", other="id at entries first_bad holds"),
    _declare(
        "workflow.UndeliverableMail",
        {ACCOUNT: "account address reason is_permanent count first_at last_at"},
        "id",
        people="account",
        rows_go=True,
    ),
    _declare(
        "workflow.MailPreferences",
        {PREFERENCE: "account wants_news wants_messages is_digest digest_hour quiet_from quiet_until"},
        people="account",
        rows_go=True,
    ),
    _declare(
        "workflow.CalendarFeed",
        {PREFERENCE: "account partnership made_at", SECRET: "token"},
        "id",
        people="account",
        rows_go=True,
    ),
    _declare("workflow.Outbox", other="partnership minutes"),
    # Registration
    _declare(
        "registration.Application",
        {
            REGISTRATION: f"motivation learn offer {PREFERENCES} windows exception_reason as_typed questions answers "
            "objection move_reason shown_by_name suggestions_by_email agency_reason decision_reason objection_answer letter",
            OUTSIDER: "partner_name partner_email",
            TRAIL: "representative first_reader declares_true declares_first_visit declares_no_double_funding "
            "declares_privacy",
        },
        f"id {LIFE} reference edition organisation started_by_partnership asks_visit asks_host wished_partnership "
        "partnership_choice partnership partnership_was_assigned assignment submitted_at first_submitted_at opened_at decided_at "
        "agency_asked_at exception_approved decision_code visit_decision host_decision was_objected checklist_saved_at",
        people=SPEAKER,
    ),
    _declare(
        "registration.ChecklistAnswer",
        {REGISTRATION: "comment"},
        "id application item answer",
        people="application__representative__account",
    ),
    _declare(
        "registration.Participation",
        {REGISTRATION: f"motivation learn offer {PREFERENCES} reason shown_by_name searched_wishes"},
        f"id {LIFE} reference edition organisation application partnership role visit state_before suspended_until "
        "last_active_at move_asked_to hidden_reason",
        people="application__representative__account",
    ),
    _declare(
        "registration.AvailabilityWindow",
        {REGISTRATION: "first_day last_day"},
        "id participation",
        people="participation__application__representative__account",
        rows_go=True,
    ),
    _declare(
        "registration.Disclosure",
        {PERSON: "participation to_organisation since"},
        "id",
        people="participation__application__representative__account",
        rows_go=True,
    ),
    _declare(
        "registration.ActOnBehalf",
        {REGISTRATION: "inputs note evidence objection", TRAIL: "recorded_by recorded_at"},
        "id application action channel done_on partnership answer answered_at",
        people="application__representative__account",
    ),
    _declare(
        "registration.ImportedFile",
        {OUTSIDER: "name rows reading", TRAIL: "uploaded_by uploaded_at"},
        "id kind partnership sha256 confirmed_at",
    ),
    # Matching
    _declare(
        "matching.Proposal",
        {REGISTRATION: "message decline_text", OUTSIDER: "invited_name invited_email"},
        f"id {LIFE} reference visitor_participation host_participation sender_organisation suggested_by format "
        "is_prior_agreement invitation_sent_at decline_reason releases_place programme first_day last_day waits_for_change",
        people=BOTH_SIDES,
    ),
    _declare("matching.OfferedDates", other="id proposal first_day last_day capacity at accepted_at"),
    _declare(
        "matching.MatchingProfile",
        {REGISTRATION: "offers seeks offers_vector seeks_vector best"},
        "id participation text_sha256 language model best_version best_at price",
        people="participation__application__representative__account",
        rows_go=True,
    ),
    _declare(
        "matching.PartnerMark",
        {PREFERENCE: "partner mark at"},
        "id participation",
        people="participation__application__representative__account",
        rows_go=True,
    ),
    _declare(
        "matching.ShownList",
        {PREFERENCE: "references at"},
        "id participation to_contact_point version first_position",
        people="participation__application__representative__account",
        rows_go=True,
    ),
    _declare("matching.Conversation", other=f"id {LIFE} reference visitor_participation host_participation blocked_by"),
    _declare(
        "matching.AbuseReport",
        {SAID: "text", TRAIL: "reported_by closed_by"},
        f"id {LIFE} conversation reason answer closed_at",
        people="reported_by",
    ),
    _declare(
        "matching.CatalogueEntry",
        other="participation edition organisation role is_listed shown_name words facets windows latitude longitude "
        "is_counted",
    ),
    _declare("matching.RankingChange", other="participation_id edition role changed_by"),
    _declare("matching.CatalogueWord", other="word"),
    _declare("matching.CatalogueCount", other="id edition role facet number"),
    _declare(
        "matching.SavedSearch",
        {PREFERENCE: "account filters sends_mail created_at looked_at"},
        "id participation known",
        people="account",
        rows_go=True,
    ),
    _declare(
        "matching.Programme",
        other=f"id {LIFE} reference host_participation title description place first_day last_day places asked_until agenda version",
    ),
    _declare("matching.Guest", {OUTSIDER: "name organisation_name"}, "id programme country at"),
    _declare("matching.MatchPlan", other=f"id {LIFE} reference edition figures"),
    _declare(
        "matching.PlannedPair", other="id plan visitor_participation host_participation score band reasons proposal"
    ),
    # Exchange building
    _declare(
        "exchange_building.Exchange",
        {CASE: "reason"},
        f"id {LIFE} reference edition proposal programme format visitor_participation host_participation "
        "visiting_organisation host_organisation visitor_partnership host_partnership commitment started_at ended_at "
        "agreed_at ready_at cancelled_at closed_at no_show_reported_at reason_code counted_for from_country to_country "
        "visitor_type is_funded",
        people=BOTH_SIDES,
        case="pk",
    ),
    _declare(
        "exchange_building.Commitment",
        {
            CASE: "place objectives_visitor objectives_host description plan outcomes responsibilities confidentiality "
            "insurance hint_answers changes_reason frozen document distance_reason",
            TRAIL: "pen_held_by help_asked_by",
        },
        f"id {LIFE} pen_until signers_reminded_at exchange version edition_version language first_day last_day travel_days "
        "working_days distance_km admitted_days purposes activities working_language declares_no_internship "
        "declares_different_countries declares_first_visit changes_reason_code text_sha256 last_edited_at help_asked_at "
        "submitted_at validated_at signed_at",
        people=OF_EXCHANGE,
        case="exchange",
    ),
    _declare(
        "exchange_building.FinancialAgreement",
        {
            BANK: "account_holder iban account_number bic bank_address account_ending",
            CASE: "tax_status de_minimis_cents decline_reason frozen document",
            SECURITY: "notice_address",
            TRAIL: "pen_held_by",
        },
        f"id {LIFE} pen_until signers_reminded_at exchange version commitment edition_version working_days distance_km "
        "full_cents amount_cents currency is_halved halving_reasons bank_details_given_at reserved_cents committed_cents "
        "text_sha256 offered_at signed_at",
        people=VISITOR_OF_EXCHANGE,
        case="exchange",
    ),
    _declare(
        "exchange_building.CommitmentText",
        {CASE: "text person"},
        "id commitment version text_sha256 capacity at",
        people="commitment__exchange__visitor_participation__application__representative__account "
        "commitment__exchange__host_participation__application__representative__account",
        case="commitment__exchange",
    ),
    _declare(
        "exchange_building.SigningDelegation",
        {TRAIL: "given_by given_to given_at revoked_at"},
        "id exchange capacity",
        people="given_by given_to",
    ),
    _declare(
        "exchange_building.CommitmentPart",
        {CASE: "changed_by", TRAIL: "held_by"},
        "id commitment part held_at held_until changed_as changed_at",
        people="held_by",
        case="commitment__exchange",
    ),
    _declare("exchange_building.CommitmentReading", other="id commitment capacity at"),
    _declare(
        "exchange_building.PartComment",
        {CASE: "text", TRAIL: "author at"},
        "id exchange part capacity",
        people="author",
        case="exchange",
    ),
    _declare(
        "exchange_building.Audit",
        {TRAIL: "auditor opened_by opened_at ended_at"},
        "id partnership first_day last_day",
        people="auditor",
    ),
    # Exchange finalisation
    _declare(
        "finalisation.ActivityReport",
        {
            CASE: "deviations activities_done objectives outcomes benefits follow_up ratings recommends suggestions draft "
            "force_majeure_reason questions waive_reason success_story story_may_be_published story_consent_changed_at"
        },
        f"id {LIFE} exchange side visiting_organisation host_organisation visitor_partnership host_partnership "
        "actual_first_day actual_last_day actual_days presence_confirmed bank_details_are_right force_majeure submitted_at "
        "validated_at",
        people=OF_EXCHANGE,
        case="exchange",
    ),
    _declare(
        "finalisation.FollowUpSurvey",
        {CASE: "worth in_contact outcomes recommends"},
        f"id {LIFE} exchange side visiting_organisation host_organisation closes_at answered_at",
        people=OF_EXCHANGE,
        case="exchange",
    ),
    _declare(
        "finalisation.StoryPhoto",
        {CASE: "file description"},
        "id report added_at",
        people="report__exchange__visitor_participation__application__representative__account "
        "report__exchange__host_participation__application__representative__account",
        case="report__exchange",
        rows_go=True,
    ),
    _declare(
        "finalisation.PresenceCode",
        {SECRET: "code", TRAIL: "confirmed_by confirmed_at"},
        "id exchange moment made_at wrong_tries",
    ),
    _declare(
        "finalisation.EvidenceItem",
        {CASE: "file original reason"},
        f"id {LIFE} exchange item uploaded_at decided_at",
        people=VISITOR_OF_EXCHANGE,
        case="exchange",
    ),
    _declare(
        "finalisation.PayingAccount",
        {TRAIL: "given_by given_at"},
        "id partnership account_holder iban bic account_ending",
    ),
    _declare(
        "finalisation.PaymentBatch",
        {BANK: "file_text rows_outside_sepa", TRAIL: "file_made_by"},
        "id partnership number execution_on made_at file_made_at transfers",
    ),
    _declare(
        "finalisation.Payment",
        {
            BANK: "account_holder iban account_number bic bank_address account_ending",
            CASE: "proof transfer_reference reason",
            TRAIL: "ordered_by released_by",
        },
        f"id {LIFE} reference exchange agreement amount_cents full_cents agreed_cents currency days_spent reasons due_since "
        "state_before ordered_at released_at batch paid_on received_at recovery_cents",
        people=VISITOR_OF_EXCHANGE,
        case="exchange",
    ),
    _declare(
        "finalisation.BankStatement",
        {BANK: "content", TRAIL: "kept_by imported_by"},
        "id partnership name format message sha256 kept_at imported_at",
    ),
    _declare(
        "finalisation.StatementLine",
        other="id statement partnership number payment kind reference cents currency booked_on bank_reference reason outcome fingerprint",
    ),
    _declare(
        "finalisation.RandomCheck",
        {TRAIL: "drawn_by"},
        "id edition first_day last_day percent seed drawn_from drawn_at",
    ),
    _declare(
        "finalisation.CheckedExchange",
        {CASE: "words", TRAIL: "found_by"},
        "id random_check exchange place finding recovery_cents found_at",
        people=VISITOR_OF_EXCHANGE,
        case="exchange",
    ),
    # People of organisations
    _declare(
        "people.Invitation",
        {OUTSIDER: "email", TRAIL: "invited_by account"},
        f"id {LIFE} reference organisation language expires_at sent_at",
        people="account",
    ),
    _declare(
        "people.JoinRequest",
        {SAID: "note reason", TRAIL: "account"},
        f"id {LIFE} reference organisation asking_organisation matched partnership handed_on_at",
        people="account",
    ),
    # People of the offices
    _declare(
        "offices.OfficeChange",
        {SAID: "reason answer", TRAIL: "account proposed_by"},
        f"id {LIFE} reference role is_end",
        people="account",
    ),
    _declare(
        "journeys.DeskLook",
        {PREFERENCE: "account last_at last_n since_at since_n"},
        people="account",
        rows_go=True,
    ),
    _declare("journeys.SavedFilter", {PREFERENCE: "account name query"}, "id", people="account", rows_go=True),
    _declare(
        "journeys.OrganisationMerge", {TRAIL: "made_by undone_by"}, "id kept merged at changes references undone_at"
    ),
    _declare(
        "journeys.Announcement",
        {TRAIL: "published_by"},
        "id text_en text_pl audience first_day last_day at withdrawn_at",
    ),
    _declare(
        "journeys.AnnouncementRead", {PREFERENCE: "account at"}, "id announcement", people="account", rows_go=True
    ),
    _declare("personal_data.Erasure", {TRAIL: "account at kept_until"}, "id", people="account"),
    _declare("personal_data.DataCopy", {TRAIL: "account at"}, "id", people="account"),
    _declare("personal_data.ForgottenCase", other="id exchange at"),
    # The house
    _declare(
        "foundation.StoredFile",
        other="id name content_type size sha256 state scanned_at content stored_at set_aside_at",
    ),
    _declare("foundation.BackupRecord", other="id kind at folder holds rows files size seconds"),
    _declare("foundation.DemonstrationMail", other="id to subject language text at"),
    _declare("foundation.ClockSetting", other="id real_time shown_time"),
    _declare("scheme.Edition", other="id code name valid_from valid_to is_open"),
    _declare(
        "scheme.EditionVersion",
        {TRAIL: "drafted_by approved_by"},
        "id edition number effective_from in_force_at document sha256 created_at",
    ),
    _declare(
        "scheme_data.EditionDraft",
        {TRAIL: "drafted_by"},
        f"id {LIFE} reference edition base document effective_on why returned_why made",
    ),
    _declare(
        "documents.Document",
        other="id kind subject_id version language sha256 file made_at is_draft signatures is_complete",
    ),
    _declare("documents.SigningAuthority", other="id certificate key time_stamp_certificate time_stamp_key made_at"),
)
BY_LABEL = {one.label: one for one in DECLARATIONS}
