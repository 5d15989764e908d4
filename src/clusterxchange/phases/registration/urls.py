"""The addresses of the registration (the contract in docs/reference)."""

from django.urls import path

from clusterxchange.phases.registration.states import APPLICATION, PARTICIPATION
from clusterxchange.phases.registration.views import applications, importing, on_behalf, participations, sections
from clusterxchange.workflow.pages import action_paths

app_name = "registration"

APPLICATIONS, PARTICIPATIONS = "applications/<str:reference>/", "participations/<str:reference>/"

urlpatterns = [
    path("", applications.start, name="start"),
    path("start-application/", applications.start_application, name="start_application"),
    path(APPLICATIONS, applications.application, name="application"),
    path(f"{APPLICATIONS}sections/<slug:name>/", sections.section, name="section"),
    path(f"{APPLICATIONS}find/<slug:name>/", sections.find, name="find"),
    path(f"{APPLICATIONS}remove/<slug:name>/", sections.remove_file, name="remove_file"),
    path(f"{APPLICATIONS}check/", applications.check, name="check"),
    path(f"{APPLICATIONS}curriculum-vitae/", applications.curriculum_vitae, name="curriculum_vitae"),
    path(f"{APPLICATIONS}curriculum-vitae/show/", applications.show_curriculum_vitae, name="show_curriculum_vitae"),
    path(f"{APPLICATIONS}permit-document/", applications.permit_document, name="permit_document"),
    path(f"{APPLICATIONS}thread/", applications.speak, name="speak"),
    path(f"{APPLICATIONS}save-checklist/", applications.save_checklist, name="save_checklist"),
    path(f"{APPLICATIONS}pass-to-second-reader/", applications.pass_to_second_reader, name="pass_to_second_reader"),
    path(f"{APPLICATIONS}record-act/", on_behalf.record_act, name="record_act"),
    path(f"{APPLICATIONS}acts/<int:number>/confirm/", on_behalf.confirm_act, name="confirm_act"),
    path(f"{APPLICATIONS}acts/<int:number>/object/", on_behalf.object_to_act, name="object_to_act"),
    path(f"{APPLICATIONS}acts/<int:number>/evidence/", on_behalf.evidence, name="evidence_of_act"),
    path("for-somebody/", on_behalf.start_for_somebody, name="start_for_somebody"),
    path("invitations/<str:token>/", on_behalf.invitation, name="invitation"),
    path("import/", importing.upload, name="import"),
    path("import/template.csv", importing.template, name="import_template"),
    path("import/<int:number>/", importing.imported_list, name="imported_list"),
    path("import/<int:number>/confirm/", importing.confirm, name="confirm_import"),
    path("import/<int:number>/discard/", importing.discard, name="discard_import"),
    path("import/<int:number>/faults.csv", importing.faults, name="import_faults"),
    *action_paths(APPLICATIONS, applications.act, APPLICATION),
    path(PARTICIPATIONS, participations.participation, name="participation"),
    path(
        f"{PARTICIPATIONS}curriculum-vitae/",
        participations.curriculum_vitae,
        name="curriculum_vitae_of_participant",
    ),
    path(f"{PARTICIPATIONS}thread/", participations.speak, name="speak_on_participation"),
    path(f"{PARTICIPATIONS}decline-move/", participations.decline_move, name="decline_move"),
    *action_paths(PARTICIPATIONS, participations.act, PARTICIPATION),
]
