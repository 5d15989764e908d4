"""The addresses of the people of organisations."""

from django.urls import path

from clusterxchange.journeys.people import views
from clusterxchange.journeys.people.states import JOIN_REQUEST
from clusterxchange.workflow.pages import action_paths

app_name = "organisations"

KNOWN = "known/<str:reference>/"
JOIN_REQUESTS, ONE = "join-requests/<str:reference>/", "<str:reference>/"

urlpatterns = [
    path("", views.own_organisations, name="own"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("invitations/<str:token>/accept-invitation/", views.accept_invitation, name="accept_invitation"),
    path("invitations/<str:token>/decline-invitation/", views.decline_invitation, name="decline_invitation"),
    path(KNOWN, views.known_organisation, name="known"),
    path(f"{KNOWN}hint/", views.known_hint, name="known_hint"),
    path(f"{KNOWN}ask-to-join/", views.ask_to_join, name="ask_to_join"),
    path(JOIN_REQUESTS, views.join_request, name="join_request"),
    *action_paths(JOIN_REQUESTS, views.answer_join_request, JOIN_REQUEST),
    path(ONE, views.people, name="people"),
    path(f"{ONE}profile/", views.profile, name="profile"),
    path(f"{ONE}own-place/", views.own_place, name="own_place"),
    path(f"{ONE}own-place/curriculum-vitae/", views.own_curriculum_vitae, name="own_curriculum_vitae"),
    path(f"{ONE}invite-person/", views.invite_person, name="invite_person"),
    path(f"{ONE}invitations/<int:number>/take-back/", views.take_invitation_back, name="take_invitation_back"),
    path(f"{ONE}leave/", views.leave, name="leave"),
    path(f"{ONE}people/<int:number>/end-place/", views.end_place, name="end_place"),
    path(f"{ONE}cases/<str:case>/hand-over/", views.hand_over, name="hand_over"),
]
