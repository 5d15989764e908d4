"""Addresses of matching (the contract in docs/reference)."""

from django.urls import path

from clusterxchange.access.actions import Action
from clusterxchange.phases.matching.states import PROPOSAL
from clusterxchange.phases.matching.views import catalogue, invitations, profiles, proposals
from clusterxchange.workflow.pages import action_paths

app_name = "matching"
urlpatterns = [
    path("best/", catalogue.best, name="best"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("invite/", invitations.invite, name="invite_partner"),
    path("organisations/<str:reference>/", profiles.organisation, name="organisation"),
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
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/<str:reference>/", proposals.proposal, name="proposal"),
    path("proposals/<str:reference>/thread/", proposals.speak, name="thread"),
    *action_paths("proposals/<str:reference>/", proposals.act, PROPOSAL),
]
