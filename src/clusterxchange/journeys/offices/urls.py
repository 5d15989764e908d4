"""The addresses of the people of the offices."""

from django.urls import path

from clusterxchange.journeys.offices import views
from clusterxchange.journeys.offices.states import OFFICE_CHANGE
from clusterxchange.workflow.pages import action_paths

app_name = "offices"
CHANGE = "<str:reference>/"

urlpatterns = [
    path("", views.people, name="people"),
    path("people/<int:number>/<slug:role>/propose-removal/", views.propose_removal, name="propose_removal"),
    path(CHANGE, views.change, name="change"),
    *action_paths(CHANGE, views.act, OFFICE_CHANGE),
]
