"""Addresses of the random checks."""

from django.urls import URLPattern, path

from clusterxchange.access.actions import Action as A
from clusterxchange.phases.finalisation.checking import views

app_name = "checking"
CHECK = "<int:number>/"

urlpatterns: list[URLPattern] = [
    path("", views.checks, name="checks"),
    path(CHECK, views.check, name="check"),
    path(f"{CHECK}list.csv", views.check_as_file, {"form": "csv"}, name="check_as_csv"),
    path(f"{CHECK}list.xlsx", views.check_as_file, {"form": "xlsx"}, name="check_as_xlsx"),
    path(f"{CHECK}<str:reference>/{A.RECORD_FINDING.hyphenated}/", views.record_finding, name="record_finding"),
]
