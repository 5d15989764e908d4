"""Addresses of this part; none yet."""

from django.urls import URLPattern

app_name = "documents"
urlpatterns: list[URLPattern] = []
