"""Addresses of what goes with a report, below the exchange."""

from django.urls import URLPattern, path

from clusterxchange.access.actions import Action as A
from clusterxchange.phases.finalisation.reporting import views

app_name = "reporting"
STORY, PRESENCE = "<str:reference>/report/visitor/story/", "<str:reference>/presence/"

urlpatterns: list[URLPattern] = [
    *(
        path(
            f"<str:reference>/report/{side}/{A.SAVE_REPORT.hyphenated}/",
            views.save_report,
            {"side": side},
            name=f"save_report_{side}",
        )
        for side in ("visitor", "host")
    ),
    path(STORY, views.story, name="story"),
    *(
        path(f"{STORY}{action.hyphenated}/", views.decide_on_story, {"action": action}, name=action.value)
        for action in (A.GIVE_STORY_CONSENT, A.WITHDRAW_STORY_CONSENT)
    ),
    path(f"{STORY}photos/<int:number>/", views.story_photo, name="story_photo"),
    path(f"{STORY}photos/<int:number>/remove/", views.remove_story_photo, name="remove_story_photo"),
    path(PRESENCE, views.presence, name="presence"),
    path(f"{PRESENCE}{A.MAKE_PRESENCE_CODE.hyphenated}/", views.make_presence_code, name="make_presence_code"),
    path(f"{PRESENCE}{A.CONFIRM_PRESENCE.hyphenated}/", views.confirm_presence, name="confirm_presence"),
]
