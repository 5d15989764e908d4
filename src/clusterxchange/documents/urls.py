"""Addresses of the brochures."""

from django.urls import URLPattern, path

from clusterxchange.documents import views

app_name = "documents"
urlpatterns: list[URLPattern] = [
    path("brochures/", views.brochures, name="brochures"),
    path("brochures/<slug:name>/<slug:language>.pdf", views.download_brochure, name="brochure"),
]
