"""The addresses of a person's own data."""

from django.urls import path

from clusterxchange.journeys.personal_data import views

app_name = "personal_data"
urlpatterns = [
    path("", views.my_data, name="mine"),
    path("export/", views.export, name="export"),
    path("erase/", views.erase, name="erase"),
]
