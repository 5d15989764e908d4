"""Addresses of the follow-up survey, one for each side."""

from django.urls import URLPattern, path

from clusterxchange.access.actions import Action as A
from clusterxchange.phases.finalisation.surveying import views

app_name = "surveying"
SURVEY = "<str:reference>/survey/<str:side>/"

urlpatterns: list[URLPattern] = [
    path(SURVEY, views.survey, name="survey"),
    path(f"{SURVEY}{A.ANSWER_SURVEY.hyphenated}/", views.answer_survey, name="answer_survey"),
]
