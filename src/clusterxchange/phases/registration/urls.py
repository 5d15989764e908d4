"""The addresses of the registration (the contract in docs/reference)."""

from django.urls import path

from clusterxchange.phases.registration.states import APPLICATION, PARTICIPATION
from clusterxchange.phases.registration.views import applications, participations
from clusterxchange.workflow.pages import action_paths

app_name = "registration"

APPLICATIONS, PARTICIPATIONS = "applications/<str:reference>/", "participations/<str:reference>/"

urlpatterns = [
    path("", applications.start, name="start"),
    path("start-application/", applications.start_application, name="start_application"),
    path(APPLICATIONS, applications.application, name="application"),
    path(f"{APPLICATIONS}sections/<slug:name>/", applications.section, name="section"),
    path(f"{APPLICATIONS}check/", applications.check, name="check"),
    path(f"{APPLICATIONS}curriculum-vitae/", applications.curriculum_vitae, name="curriculum_vitae"),
    path(f"{APPLICATIONS}permit-document/", applications.permit_document, name="permit_document"),
    path(f"{APPLICATIONS}thread/", applications.speak, name="speak"),
    *action_paths(APPLICATIONS, applications.act, APPLICATION),
    path(PARTICIPATIONS, participations.participation, name="participation"),
    path(
        f"{PARTICIPATIONS}curriculum-vitae/",
        participations.curriculum_vitae,
        name="curriculum_vitae_of_participant",
    ),
    path(f"{PARTICIPATIONS}thread/", participations.speak, name="speak_on_participation"),
    *action_paths(PARTICIPATIONS, participations.act, PARTICIPATION),
]
