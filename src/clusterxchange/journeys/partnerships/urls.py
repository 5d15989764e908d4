"""The addresses of the directory of partnerships, and of what their people keep there."""

from django.urls import path

from clusterxchange.journeys.partnerships import directory, outbox, own, questions

app_name = "partnerships"
OWN = "<str:slug>/own/"

urlpatterns = [
    path("", directory.directory, name="directory"),
    path("invitations/<str:token>/", own.invitation, name="invitation"),
    path("questions/<int:number>/answered/", questions.answer, name="answer"),
    path("<str:slug>/", directory.profile, name="profile"),
    path("<str:slug>/logo/", directory.logo, name="logo"),
    path("<str:slug>/question/", questions.question, name="question"),
    path("<str:slug>/question/sent/", questions.sent, name="question_sent"),
    path("<str:slug>/questions/", questions.questions, name="questions"),
    path(OWN, own.own, name="own"),
    path(f"{OWN}budget/", own.budget, name="budget"),
    path(f"{OWN}registrations/", own.registrations, name="registrations"),
    path(f"{OWN}people/", own.people, name="people"),
    path(f"{OWN}people/<int:number>/end/", own.end_office, name="end_office"),
    path(f"{OWN}people/invitations/<int:number>/withdraw/", own.withdraw_invitation, name="withdraw_invitation"),
    path(f"{OWN}events/", own.event, name="new_event"),
    path(f"{OWN}events/<int:number>/", own.event, name="event"),
    path(f"{OWN}events/<int:number>/remove/", own.remove_event, name="remove_event"),
    path(f"{OWN}members/", own.member, name="new_member"),
    path(f"{OWN}members/<int:number>/", own.member, name="member"),
    path(f"{OWN}members/<int:number>/remove/", own.remove_member, name="remove_member"),
    path(f"{OWN}outbox/", outbox.outbox, name="outbox"),
    path(f"{OWN}outbox/keep-outbox/", outbox.keep_outbox, name="keep_outbox"),
    path(f"{OWN}outbox/<int:number>/edit-mail/", outbox.edit_mail, name="edit_mail"),
    path(f"{OWN}<slug:name>/", own.part, name="part"),
]
