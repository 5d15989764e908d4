"""The addresses of the scheme data."""

from django.urls import path

from clusterxchange.journeys.scheme_data import views
from clusterxchange.journeys.scheme_data.states import EDITION_DRAFT
from clusterxchange.workflow.pages import action_paths

app_name = "scheme_data"
DRAFT, EDITION = "drafts/<str:reference>/", "editions/<slug:code>/"
VERSION = f"{EDITION}versions/<int:number>/"

urlpatterns = [
    path("", views.editions, name="editions"),
    path("import-version/", views.import_version, name="import_version"),
    path(DRAFT, views.draft, name="draft"),
    *action_paths(DRAFT, views.act, EDITION_DRAFT),
    path(f"{DRAFT}file/", views.draft_file, name="draft_file"),
    path(f"{DRAFT}touched.csv", views.touched_as_file, {"form": "csv"}, name="touched_as_csv"),
    path(f"{DRAFT}touched.xlsx", views.touched_as_file, {"form": "xlsx"}, name="touched_as_xlsx"),
    path(f"{DRAFT}new-country/", views.new_country, name="new_country"),
    path(f"{DRAFT}parts/<slug:name>/", views.draft_part, name="draft_part"),
    path(EDITION, views.edition, name="edition"),
    path(f"{EDITION}start-version/", views.start_version, name="start_version"),
    path(VERSION, views.version, name="version"),
    path(f"{VERSION}file/", views.version_file, name="version_file"),
    path(f"{VERSION}parts/<slug:name>/", views.version_part, name="version_part"),
]
