"""The addresses of what the support office does beside cases."""

from django.urls import path

from clusterxchange.journeys.support_office import (
    announcement_pages,
    data_requests,
    journal_pages,
    partnership_pages,
    views,
)

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
    path("disputes/", announcement_pages.disputes, name="disputes"),
    path("announcements/", announcement_pages.announcement_list, name="announcements"),
    path(
        "announcements/<int:number>/withdraw-announcement/",
        announcement_pages.withdraw_announcement,
        name="withdraw_announcement",
    ),
    path(
        "announcements/<int:number>/dismiss-announcement/",
        announcement_pages.dismiss_announcement,
        name="dismiss_announcement",
    ),
    path("partnerships/", partnership_pages.partnership_list, name="partnerships"),
    path("partnerships/admit-partnership/", partnership_pages.admit_partnership, name="admit_partnership"),
    path(
        "partnerships/<str:slug>/suspend-partnership/",
        partnership_pages.suspend_partnership,
        name="suspend_partnership",
    ),
    path(
        "partnerships/<str:slug>/resume-partnership/", partnership_pages.resume_partnership, name="resume_partnership"
    ),
    path("partnerships/<str:slug>/end-partnership/", partnership_pages.end_partnership, name="end_partnership"),
    path("cases/<str:reference>/reassign-case/", partnership_pages.reassign_case, name="reassign_case"),
    path("journal/", journal_pages.journal, name="journal"),
    path("journal/entries.csv", journal_pages.journal_as_file, {"form": "csv"}, name="journal_as_csv"),
    path("journal/entries.xlsx", journal_pages.journal_as_file, {"form": "xlsx"}, name="journal_as_xlsx"),
    path("journal/<int:number>/", journal_pages.entry, name="entry"),
    path("data-requests/", data_requests.data_requests, name="data_requests"),
    path("data-requests/requests.csv", data_requests.requests_as_file, {"form": "csv"}, name="data_requests_as_csv"),
    path("data-requests/requests.xlsx", data_requests.requests_as_file, {"form": "xlsx"}, name="data_requests_as_xlsx"),
    path("merges/<int:number>/undo-merge/", views.undo_merge, name="undo_merge"),
]
