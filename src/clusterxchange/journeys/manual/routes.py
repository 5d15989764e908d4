"""Which section of the manual is about which page. Each named route stands here once; a test holds it so."""

from collections.abc import Mapping

ROUTES_OF_SECTION: Mapping[str, tuple[str, ...]] = {
    "taking-part": (
        "journeys:first_page", "journeys:how_to_take_part", "journeys:eligibility", "journeys:take_answers_along",
        "journeys:amount", "partnerships:directory", "partnerships:profile", "partnerships:logo",
        "partnerships:question", "partnerships:question_sent", "documents:brochures", "documents:brochure",
    ),
    "account": (
        "account_login", "account_logout", "account_signup", "account_inactive", "account_confirm_email",
        "account_request_login_code", "account_confirm_login_code", "account_email",
        "account_email_verification_sent", "account_change_password",
        "account_set_password", "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key", "account_reset_password_from_key_done", "account_reauthenticate",
        "mfa_activate_totp", "mfa_authenticate", "mfa_deactivate_totp", "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes", "mfa_index", "mfa_reauthenticate", "mfa_view_recovery_codes",
        "mfa_list_webauthn", "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_login_webauthn",
        "mfa_reauthenticate_webauthn", "usersessions_list", "socialaccount_connections", "socialaccount_signup",
        "socialaccount_login_cancelled", "socialaccount_login_error", "openid_connect_login", "openid_connect_callback",
        "prove_by_service", "personal_data:mine", "personal_data:export",
        "personal_data:erase",
    ),
    "desk": (
        "journeys:desk", "journeys:queue_as_csv", "journeys:open_task", "journeys:search", "journeys:together",
        "journeys:palette", "journeys:unread_conversations", "journeys:queue_as_xlsx", "journeys:reminders",
        "journeys:save_filter", "journeys:remove_filter", "journeys:put_first_steps_away",
        "support_office:dismiss_announcement", "workflow:attachment",
    ),
    "overview": (
        "journeys:support", "journeys:questions_to_support_office", "matching:abuse_reports",
        "matching:close_abuse_report", "matching:match_plan", "matching:match_plans", "matching:ask_for_plan",
        "matching:confirm_planned_pair", "support_office:people", "support_office:double_visits",
        "support_office:view_as", "support_office:end_view", "support_office:duplicates",
        "support_office:compare_entries", "support_office:merge_organisation", "support_office:undo_merge",
        "support_office:search", "support_office:partnerships", "support_office:admit_partnership",
        "support_office:suspend_partnership", "support_office:resume_partnership", "support_office:end_partnership",
        "support_office:reassign_case", "support_office:announcements", "support_office:withdraw_announcement",
        "support_office:disputes", "offices:people", "offices:change", "offices:propose_removal",
        "offices:confirm_office_change", "offices:decline_office_change", "offices:withdraw_office_change",
    ),
    "mails": (
        "journeys:preferences", "journeys:keep_mail_preferences", "journeys:calendar_feed",
        "journeys:make_calendar_feed", "journeys:revoke_calendar_feed", "journeys:bounces", "journeys:clear_bounce",
        "journeys:undeliverable_mail", "partnerships:outbox", "partnerships:keep_outbox", "partnerships:edit_mail",
    ),
    "figures": (
        "figures:figures", "figures:figures_as_csv", "figures:figures_as_xlsx", "figures:figures_as_pdf",
        "figures:exchanges", "figures:exchanges_as_csv", "figures:exchanges_as_xlsx", "figures:countries",
        "figures:ratings", "figures:behind", "figures:behind_as_csv", "figures:behind_as_xlsx", "figures:overdue",
        "figures:overdue_as_csv", "figures:overdue_as_xlsx",
        "figures:away", "figures:away_as_csv", "figures:away_as_xlsx",
        "figures:realised_as_xlsx", "figures:realised_as_pdf",
    ),
    "scheme-data": (
        "scheme_data:editions", "scheme_data:edition", "scheme_data:version", "scheme_data:version_file",
        "scheme_data:version_part", "scheme_data:draft", "scheme_data:draft_file", "scheme_data:touched_as_csv",
        "scheme_data:touched_as_xlsx", "scheme_data:import_version", "scheme_data:start_version",
        "scheme_data:propose_version", "scheme_data:approve_version", "scheme_data:return_version",
        "scheme_data:withdraw_version", "scheme_data:new_country", "scheme_data:draft_part",
    ),
    "journal": (
        "support_office:journal", "support_office:journal_as_csv", "support_office:journal_as_xlsx",
        "support_office:entry", "support_office:data_requests", "support_office:data_requests_as_csv",
        "support_office:data_requests_as_xlsx",
    ),
    "health": (
        "journeys:health", "journeys:retry_failed_job",
    ),
    "questions": (
        "journeys:help", "journeys:question_to_support_office", "journeys:question_to_support_office_sent",
        "journeys:privacy", "journeys:accessibility", "set_language", "manual:manuals", "manual:manual",
        "manual:section", "manual:download", "manual:help_for_page", "health_live", "health_ready", "health_metrics",
    ),
    "registration": (
        "registration:start", "registration:start_application", "registration:find", "registration:section",
        "registration:check", "registration:submit_application", "registration:discard_application",
        "registration:remove_file", "registration:curriculum_vitae", "registration:permit_document",
        "registration:invitation",
    ),
    "decision": (
        "registration:application", "registration:speak", "registration:accept_application",
        "registration:approve_exception", "registration:ask_agency", "registration:dismiss_objection",
        "registration:hold_application", "registration:move_application", "registration:object_to_refusal",
        "registration:open_application", "registration:pass_to_second_reader", "registration:recall_application",
        "registration:refuse_application", "registration:refuse_exception", "registration:resubmit_application",
        "registration:save_checklist", "registration:uphold_objection", "registration:withdraw_application",
    ),
    "on-behalf": (
        "registration:start_for_somebody", "registration:import", "registration:import_faults",
        "registration:import_template", "registration:imported_list", "registration:confirm_import",
        "registration:discard_import", "registration:record_act", "registration:confirm_act",
        "registration:object_to_act", "registration:evidence_of_act",
    ),
    "organisation": (
        "organisations:own", "organisations:profile", "organisations:people", "organisations:known",
        "organisations:known_hint", "organisations:invite_person", "organisations:invitation",
        "organisations:accept_invitation", "organisations:decline_invitation", "organisations:take_invitation_back",
        "organisations:ask_to_join", "organisations:join_request", "organisations:confirm_join_request",
        "organisations:decline_join_request", "organisations:take_join_request_back", "organisations:end_place",
        "organisations:hand_over", "organisations:leave", "organisations:own_place",
        "organisations:own_curriculum_vitae", "registration:participation", "registration:speak_on_participation",
        "registration:confirm_interest", "registration:confirm_participation", "registration:decline_move",
        "registration:end_participation", "registration:lift_suspension", "registration:move_participation",
        "registration:reactivate_participation", "registration:release_participation",
        "registration:reserve_participation", "registration:suspend_participation",
        "registration:withdraw_participation", "registration:curriculum_vitae_of_participant",
        "registration:show_curriculum_vitae",
    ),
    "partners": (
        "matching:best", "matching:catalogue", "matching:catalogue_file", "matching:compare",
        "matching:how_it_is_ranked", "matching:organisation", "matching:logo", "matching:hide_organisation",
        "matching:show_organisation_again", "matching:save_organisation", "matching:remove_saved_organisation",
        "matching:saved", "matching:save_search", "matching:searches", "matching:remove_saved_search",
        "matching:switch_search_mails", "matching:suggest_match",
    ),
    "proposals": (
        "matching:proposals", "matching:proposal", "matching:proposal_calendar", "matching:send_proposal",
        "matching:accept_proposal", "matching:accept_suggestion", "matching:decline_proposal",
        "matching:withdraw_proposal", "matching:thread", "matching:dates", "matching:offer_dates",
        "matching:accept_dates", "matching:curriculum_vitae", "matching:invite_partner", "matching:conversations",
        "matching:conversation", "matching:conversation_thread", "matching:start_conversation",
        "matching:block_conversation", "matching:unblock_conversation", "matching:report_abuse",
    ),
    "group-exchanges": (
        "matching:programmes", "matching:programme", "matching:publish_programme", "matching:close_programme",
        "matching:cancel_programme", "matching:ask_for_seat", "matching:add_guest", "matching:remove_guest",
        "group_exchanges:change_programme", "group_exchanges:together",
    ),
    "commitment": (
        "exchange_building:commitment", "exchange_building:commitment_part", "exchange_building:edit_commitment",
        "exchange_building:agree_commitment", "exchange_building:ask_for_help", "exchange_building:answer_help",
        "exchange_building:comment_on_part", "exchange_building:count_working_days",
        "exchange_building:take_part_over", "exchange_building:request_changes",
        "exchange_building:validate_commitment",
    ),
    "signing": (
        "exchange_building:commitment_document", "exchange_building:sign_commitment",
        "exchange_building:decline_signature", "exchange_building:delegate_signature",
        "exchange_building:revoke_delegation", "exchange_building:hand_in_signed_copy",
        "exchange_building:remind_signers", "exchange_building:take_pen", "exchange_building:return_pen",
        "documents:check_document",
    ),
    "agreement": (
        "exchange_building:financial_agreement", "exchange_building:financial_agreement_document",
        "exchange_building:bank_details", "exchange_building:give_bank_details", "exchange_building:offer_agreement",
        "exchange_building:sign_agreement", "exchange_building:decline_agreement",
        "exchange_building:hand_in_signed_copy_of_agreement", "exchange_building:remind_signers_of_agreement",
        "exchange_building:take_pen_of_agreement", "exchange_building:return_pen_of_agreement",
    ),
    "stay": (
        "exchange_building:exchanges", "exchange_building:exchange", "exchange_building:exchange_thread",
        "exchange_building:amend_commitment", "exchange_building:cancel_exchange", "exchange_building:confirm_start",
        "exchange_building:confirm_end", "exchange_building:interrupt_exchange", "exchange_building:resume_exchange",
        "exchange_building:report_no_show", "exchange_building:calendar", "exchange_building:travel_sheet",
        "exchange_building:audits", "exchange_building:end_audit", "exchange_building:open_verification_pack",
        "reporting:presence", "reporting:make_presence_code", "reporting:confirm_presence",
    ),
    "report": (
        "finalisation:report", "finalisation:report_visitor", "finalisation:report_host", "finalisation:submit_report",
        "finalisation:submit_report_visitor", "finalisation:submit_report_host", "finalisation:validate_report",
        "finalisation:validate_report_visitor", "finalisation:validate_report_host", "finalisation:return_report",
        "finalisation:return_report_visitor", "finalisation:return_report_host", "finalisation:waive_report",
        "finalisation:waive_report_visitor", "finalisation:waive_report_host", "reporting:save_report_visitor",
        "reporting:save_report_host", "reporting:story", "reporting:story_photo", "reporting:remove_story_photo",
        "reporting:give_story_consent", "reporting:withdraw_story_consent",
    ),
    "evidence": (
        "finalisation:evidence", "finalisation:evidence_file", "finalisation:evidence_item",
        "finalisation:evidence_picture", "finalisation:upload_evidence", "finalisation:upload_evidence_together",
        "finalisation:accept_evidence", "finalisation:accept_evidence_together", "finalisation:ask_again",
        "finalisation:waive_evidence",
    ),
    "payment": (
        "finalisation:payment", "finalisation:payment_account", "finalisation:payment_proof",
        "finalisation:order_payment", "finalisation:release_payment", "finalisation:return_payment",
        "finalisation:block_payment", "finalisation:unblock_payment", "finalisation:confirm_paid",
        "finalisation:confirm_receipt", "finalisation:confirm_recovery", "finalisation:correct_bank_details",
        "finalisation:demand_recovery", "finalisation:recompute_amount", "banking:bank_file", "banking:batch",
        "banking:batches", "banking:import_statement", "banking:make_bank_file", "banking:order_payments",
        "banking:outside_sepa_as_csv", "banking:outside_sepa_as_xlsx", "banking:paying_account", "banking:payments",
        "banking:payments_as_csv", "banking:payments_as_xlsx", "banking:release_payments", "banking:statement",
        "banking:statement_as_csv", "banking:statement_as_xlsx", "banking:statements", "checking:checks",
        "checking:check", "checking:check_as_csv", "checking:check_as_xlsx", "checking:record_finding",
        "published_checks",
    ),
    "afterwards": (
        "finalisation:certificate_visitor", "finalisation:certificate_host", "surveying:survey",
        "surveying:answer_survey",
    ),
    "partnership": (
        "partnerships:own", "partnerships:part", "partnerships:people", "partnerships:end_office",
        "partnerships:invitation", "partnerships:withdraw_invitation", "partnerships:budget",
        "partnerships:registrations", "partnerships:event", "partnerships:new_event", "partnerships:remove_event",
        "partnerships:member", "partnerships:new_member", "partnerships:remove_member", "partnerships:questions",
        "partnerships:answer",
    ),
}  # fmt: skip

# Pages that only a demonstration has.
OF_A_DEMONSTRATION: Mapping[str, tuple[str, ...]] = {
    "questions": (
        "demonstration_clock", "journeys:demonstration_accounts", "journeys:demonstration_mails", "gallery",
        "gallery_case", "gallery_confirm", "gallery_desk", "gallery_queue", "gallery_suggestions",
    ),
}  # fmt: skip

SECTION_OF_ROUTE: Mapping[str, str] = {
    route: section
    for table in (ROUTES_OF_SECTION, OF_A_DEMONSTRATION)
    for section, routes in table.items()
    for route in routes
}
