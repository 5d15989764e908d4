"""Addresses of the manual."""

from django.urls import path

from clusterxchange.journeys.manual import views

app_name = "manual"
urlpatterns = [
    path("", views.manuals, name="manuals"),
    path("help-for/<str:route>/", views.help_for_page, name="help_for_page"),
    path("<slug:name>/<slug:language>.pdf", views.download, name="download"),
    path("<slug:name>/", views.manual, name="manual"),
    path("<slug:name>/<slug:section>/", views.section, name="section"),
]
