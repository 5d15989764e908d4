"""Addresses of this part; none yet."""

from django.urls import URLPattern

app_name = "exchange_building"
urlpatterns: list[URLPattern] = []
