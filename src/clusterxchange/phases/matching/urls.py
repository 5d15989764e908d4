"""Addresses of matching (the contract in docs/reference)."""

from django.urls import path

from clusterxchange.access.actions import Action
from clusterxchange.phases.matching.states import CONVERSATION, PROGRAMME, PROPOSAL
from clusterxchange.phases.matching.views import (
    best,
    catalogue,
    comparing,
    conversations,
    dates,
    invitations,
    plans,
    profiles,
    programmes,
    proposals,
    saved_searches,
)
from clusterxchange.workflow.pages import action_paths

MARKS = (
    Action.SAVE_ORGANISATION,
    Action.REMOVE_SAVED_ORGANISATION,
    Action.HIDE_ORGANISATION,
    Action.SHOW_ORGANISATION_AGAIN,
)
app_name = "matching"
urlpatterns = [
    path("best/", best.best, name="best"),
    path("best/how-it-is-ranked/", best.how_it_is_ranked, name="how_it_is_ranked"),
    path("saved/", best.marked, name="saved"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/file/", catalogue.catalogue_file, name="catalogue_file"),
    path("catalogue/compare/", comparing.compare, name="compare"),
    path("catalogue/save-search/", saved_searches.save, name="save_search"),
    path("searches/", saved_searches.searches, name="searches"),
    path("searches/<int:number>/switch-search-mails/", saved_searches.switch_mails, name="switch_search_mails"),
    path("searches/<int:number>/remove-saved-search/", saved_searches.remove, name="remove_saved_search"),
    path("invite/", invitations.invite, name="invite_partner"),
    path("organisations/<str:reference>/", profiles.organisation, name="organisation"),
    path("organisations/<str:reference>/logo/", profiles.logo, name="logo"),
    path("organisations/<str:reference>/curriculum-vitae/", profiles.curriculum_vitae, name="curriculum_vitae"),
    path(
        "organisations/<str:reference>/send-proposal/",
        profiles.propose,
        {"action": Action.SEND_PROPOSAL},
        name="send_proposal",
    ),
    path(
        "organisations/<str:reference>/suggest-match/",
        profiles.propose,
        {"action": Action.SUGGEST_MATCH},
        name="suggest_match",
    ),
    *(
        path(f"organisations/<str:reference>/{one.hyphenated}/", best.mark, {"action": one}, name=one.value)
        for one in MARKS
    ),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/<str:reference>/", proposals.proposal, name="proposal"),
    path("proposals/<str:reference>/thread/", proposals.speak, name="thread"),
    path("conversations/", conversations.conversations, name="conversations"),
    path("conversations/<str:reference>/", conversations.conversation, name="conversation"),
    path("conversations/<str:reference>/thread/", conversations.speak, name="conversation_thread"),
    *action_paths("conversations/<str:reference>/", conversations.act, CONVERSATION),
    path("organisations/<str:reference>/start-conversation/", conversations.start, name="start_conversation"),
    path("group-exchanges/", programmes.programmes, name="programmes"),
    path("group-exchanges/publish-programme/", programmes.publish, name="publish_programme"),
    path("group-exchanges/<str:reference>/", programmes.programme, name="programme"),
    path("group-exchanges/<str:reference>/ask-for-seat/", programmes.ask_for_seat, name="ask_for_seat"),
    path("group-exchanges/<str:reference>/add-guest/", programmes.add_guest, name="add_guest"),
    path(
        "group-exchanges/<str:reference>/guests/<int:number>/remove-guest/",
        programmes.remove_guest,
        name="remove_guest",
    ),
    # What a change means for the exchanges of the group is known only to those who see all phases.
    *(
        one
        for one in action_paths("group-exchanges/<str:reference>/", programmes.act, PROGRAMME)
        if one.name != Action.CHANGE_PROGRAMME
    ),
    path("plans/", plans.plans, name="match_plans"),
    path("plans/ask-for-plan/", plans.ask_for_plan, name="ask_for_plan"),
    path("plans/<str:reference>/", plans.match_plan, name="match_plan"),
    path(
        "plans/<str:reference>/pairs/<int:number>/confirm-planned-pair/",
        plans.confirm_planned_pair,
        name="confirm_planned_pair",
    ),
    path("abuse-reports/", conversations.abuse_reports, name="abuse_reports"),
    path(
        "abuse-reports/<int:number>/close-abuse-report/",
        conversations.close_abuse_report,
        name="close_abuse_report",
    ),
    path("proposals/<str:reference>/dates/", dates.dates, name="dates"),
    path("proposals/<str:reference>/dates/offer-dates/", dates.offer_dates, name="offer_dates"),
    path("proposals/<str:reference>/dates/<int:number>/accept-dates/", dates.accept_dates, name="accept_dates"),
    path("proposals/<str:reference>/calendar.ics", dates.calendar, name="proposal_calendar"),
    *action_paths("proposals/<str:reference>/", proposals.act, PROPOSAL),
]
