"""Addresses of this part; none yet."""

from django.urls import URLPattern

app_name = "accounts"
urlpatterns: list[URLPattern] = []
