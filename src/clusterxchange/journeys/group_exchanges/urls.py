"""Addresses of group exchanges that reach across the phases."""

from django.urls import path

from clusterxchange.journeys.group_exchanges import views

app_name = "group_exchanges"
urlpatterns = [
    path("<str:reference>/change-programme/", views.change_programme, name="change_programme"),
    path("<str:reference>/together/", views.together, name="together"),
]
