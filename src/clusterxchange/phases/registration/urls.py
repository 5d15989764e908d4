"""The addresses of the registration (the contract in docs/reference)."""

from django.urls import path

from clusterxchange.phases.registration import views
from clusterxchange.phases.registration.states import APPLICATION, PARTICIPATION
from clusterxchange.workflow.pages import action_paths

app_name = "registration"

APPLICATIONS, PARTICIPATIONS = "applications/<str:ref>/", "participations/<str:ref>/"

urlpatterns = [
    path("", views.start, name="start"),
    path("start-application/", views.start_application, name="start_application"),
    path(APPLICATIONS, views.application, name="application"),
    path(f"{APPLICATIONS}sections/<slug:name>/", views.section, name="section"),
    path(f"{APPLICATIONS}check/", views.check, name="check"),
    path(f"{APPLICATIONS}curriculum-vitae/", views.curriculum_vitae, name="curriculum_vitae"),
    path(f"{APPLICATIONS}permit-document/", views.permit_document, name="permit_document"),
    path(f"{APPLICATIONS}thread/", views.speak, name="speak"),
    *action_paths(APPLICATIONS, views.act, APPLICATION),
    path(PARTICIPATIONS, views.participation, name="participation"),
    path(
        f"{PARTICIPATIONS}curriculum-vitae/",
        views.curriculum_vitae_of_participant,
        name="curriculum_vitae_of_participant",
    ),
    path(f"{PARTICIPATIONS}thread/", views.speak_on_participation, name="speak_on_participation"),
    *action_paths(PARTICIPATIONS, views.act_on_participation, PARTICIPATION),
]
