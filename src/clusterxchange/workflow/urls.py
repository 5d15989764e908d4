"""Addresses of what every case has."""

from django.urls import URLPattern, path

from clusterxchange.workflow import pages

app_name = "workflow"
urlpatterns: list[URLPattern] = [path("messages/<int:number>/file/", pages.attachment, name="attachment")]
