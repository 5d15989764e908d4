"""Addresses of matching (the contract in docs/reference)."""

from django.urls import path

from clusterxchange.access.actions import Action
from clusterxchange.phases.matching import views
from clusterxchange.phases.matching.states import PROPOSAL
from clusterxchange.workflow.pages import action_paths

app_name = "matching"
urlpatterns = [
    path("best/", views.best, name="best"),
    path("catalogue/", views.catalogue, name="catalogue"),
    path("invite/", views.invite, name="invite_partner"),
    path("organisations/<str:reference>/", views.organisation, name="organisation"),
    path("organisations/<str:reference>/curriculum-vitae/", views.curriculum_vitae, name="curriculum_vitae"),
    path(
        "organisations/<str:reference>/send-proposal/",
        views.propose,
        {"action": Action.SEND_PROPOSAL},
        name="send_proposal",
    ),
    path(
        "organisations/<str:reference>/suggest-match/",
        views.propose,
        {"action": Action.SUGGEST_MATCH},
        name="suggest_match",
    ),
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/<str:reference>/", views.proposal, name="proposal"),
    path("proposals/<str:reference>/thread/", views.speak, name="thread"),
    *action_paths("proposals/<str:reference>/", views.act, PROPOSAL),
]
