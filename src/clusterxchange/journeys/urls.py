"""Addresses of the public pages, of desk and search, and of what only a demonstration has."""

from django.conf import settings
from django.urls import URLPattern, path

from clusterxchange.journeys import (
    calendar_feeds,
    demonstration_pages,
    eligibility_pages,
    first_steps,
    health,
    preferences,
    public_pages,
    reminders,
    saved_filters,
    together,
    undeliverable_mail,
    views,
)
from clusterxchange.journeys.partnerships import questions

app_name = "journeys"
urlpatterns: list[URLPattern] = [
    path("", public_pages.first_page, name="first_page"),
    path("how-to-take-part/", public_pages.how_to_take_part, name="how_to_take_part"),
    path("eligibility/", eligibility_pages.eligibility, name="eligibility"),
    path("eligibility/registration/", eligibility_pages.take_along, name="take_answers_along"),
    path("amount/", public_pages.amount, name="amount"),
    path("help/", public_pages.help_page, name="help"),
    path("help/question/", questions.question_to_support_office, name="question_to_support_office"),
    path("help/question/sent/", questions.sent_to_support_office, name="question_to_support_office_sent"),
    path("privacy/", public_pages.privacy, name="privacy"),
    path("accessibility/", public_pages.accessibility, name="accessibility"),
    path("desk/", views.desk, name="desk"),
    path("desk/queue.csv", views.queue_as_file, {"form": "csv"}, name="queue_as_csv"),
    path("desk/queue.xlsx", views.queue_as_file, {"form": "xlsx"}, name="queue_as_xlsx"),
    path("desk/palette/", views.palette, name="palette"),
    path("desk/unread-conversations/", views.unread_conversations, name="unread_conversations"),
    path("desk/reminders/", reminders.reminders, name="reminders"),
    path("desk/preferences/", preferences.preferences, name="preferences"),
    path("desk/preferences/keep-mail-preferences/", preferences.keep_mail_preferences, name="keep_mail_preferences"),
    path("desk/put-first-steps-away/", first_steps.put_first_steps_away, name="put_first_steps_away"),
    path("desk/undeliverable-mail/", undeliverable_mail.undeliverable_mail, name="undeliverable_mail"),
    path("desk/undeliverable-mail/<int:number>/clear-bounce/", undeliverable_mail.clear_bounce, name="clear_bounce"),
    path("desk/calendar/make-calendar-feed/", calendar_feeds.make_calendar_feed, name="make_calendar_feed"),
    path(
        "desk/calendar/<int:number>/revoke-calendar-feed/",
        calendar_feeds.revoke_calendar_feed,
        name="revoke_calendar_feed",
    ),
    path("calendar/<str:token>.ics", calendar_feeds.calendar_feed, name="calendar_feed"),
    path("mail/bounces/", undeliverable_mail.bounces, name="bounces"),
    path("desk/filters/save-filter/", saved_filters.save_filter, name="save_filter"),
    path("desk/filters/<int:number>/remove-filter/", saved_filters.remove_filter, name="remove_filter"),
    path("desk/together/", together.together, name="together"),
    path("desk/tasks/<int:number>/", views.open_task, name="open_task"),
    path("search/", views.search, name="search"),
    path("support/", views.support, name="support"),
    path("support/health/", health.health, name="health"),
    path("support/health/<int:number>/retry-failed-job/", health.retry_failed_job, name="retry_failed_job"),
    path("support/questions/", questions.questions_to_support_office, name="questions_to_support_office"),
]

if settings.MODE != "production":
    urlpatterns += [
        path("demo/", demonstration_pages.accounts, name="demonstration_accounts"),
        path("demo/mails/", demonstration_pages.mails, name="demonstration_mails"),
    ]
