"""The addresses of the directory of partnerships."""

from django.urls import path

from clusterxchange.parties.partnerships import views

app_name = "partnerships"
urlpatterns = [
    path("", views.directory, name="directory"),
    path("<str:slug>/", views.profile, name="profile"),
]
