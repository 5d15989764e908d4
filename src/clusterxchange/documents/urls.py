"""Addresses of the documents."""

from django.urls import path

from clusterxchange.documents import views

app_name = "documents"
urlpatterns = [path("check-document/", views.check_document, name="check_document")]
