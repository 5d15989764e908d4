"""The addresses of what the support office does beside cases."""

from django.urls import path

from clusterxchange.journeys.support_office import views

app_name = "support_office"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("people/", views.people, name="people"),
    path("people/<int:number>/view-as/", views.view_as, name="view_as"),
    path("view-as/end/", views.end_view, name="end_view"),
    path("double-visits/", views.double_visits, name="double_visits"),
    path("duplicates/", views.duplicates, name="duplicates"),
    path("duplicates/compare/", views.compare_entries, name="compare_entries"),
    path("organisations/<str:reference>/merge-organisation/", views.merge_organisation, name="merge_organisation"),
    path("merges/<int:number>/undo-merge/", views.undo_merge, name="undo_merge"),
]
