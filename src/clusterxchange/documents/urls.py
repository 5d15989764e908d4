"""Addresses of the brochures, and of the page on which anybody has a file checked."""

from django.urls import URLPattern, path

from clusterxchange.documents import views

app_name = "documents"
urlpatterns: list[URLPattern] = [
    path("brochures/", views.brochures, name="brochures"),
    path("brochures/<slug:name>/<slug:language>.pdf", views.download_brochure, name="brochure"),
    path("check-document/", views.check_document, name="check_document"),
]
