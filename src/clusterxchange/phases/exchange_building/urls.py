"""Addresses of exchanges, below /exchanges/."""

from django.urls import URLPattern, path

from clusterxchange.phases.exchange_building import views
from clusterxchange.phases.exchange_building.states import COMMITMENT, EXCHANGE, FINANCIAL_AGREEMENT
from clusterxchange.workflow.pages import action_paths

app_name = "exchange_building"
ONE = "<str:reference>/"
TEXT = f"{ONE}commitment/"
MONEY = f"{ONE}financial-agreement/"

urlpatterns: list[URLPattern] = [
    path("", views.exchanges, name="exchanges"),
    path("audits/", views.audits, name="audits"),
    path("audits/<int:number>/end-audit/", views.end_audit, name="end_audit"),
    path(ONE, views.exchange_page, name="exchange"),
    path(f"{ONE}thread/", views.exchange_thread, name="exchange_thread"),
    path(f"{ONE}calendar/", views.calendar, name="calendar"),
    path(f"{ONE}travel-sheet/", views.travel_sheet, name="travel_sheet"),
    path(f"{ONE}verification-pack/", views.open_verification_pack, name="open_verification_pack"),
    *action_paths(ONE, views.exchange_action, EXCHANGE),
    path(TEXT, views.commitment_page, name="commitment"),
    path(f"{TEXT}parts/<slug:part>/", views.edit_commitment, name="commitment_part"),
    path(f"{TEXT}parts/<slug:part>/take-over/", views.take_part_over, name="take_part_over"),
    path(f"{TEXT}parts/<slug:part>/comments/", views.comment_on_part, name="comment_on_part"),
    path(f"{TEXT}count-working-days/", views.count_working_days, name="count_working_days"),
    path(f"{TEXT}document/", views.commitment_document, name="commitment_document"),
    *(path(f"{TEXT}{one.hyphenated}/", views.signing_step, {"action": one}, name=one) for one in views.BESIDE_SIGNING),
    *action_paths(TEXT, views.commitment_action, COMMITMENT),
    path(MONEY, views.agreement_page, name="financial_agreement"),
    path(f"{MONEY}bank-details/", views.bank_details, name="bank_details"),
    path(f"{MONEY}document/", views.agreement_document, name="financial_agreement_document"),
    *(
        path(f"{MONEY}{one.hyphenated}/", views.agreement_signing_step, {"action": one}, name=f"{one}_of_agreement")
        for one in views.BESIDE_SIGNING_OF_MONEY
    ),
    *action_paths(MONEY, views.agreement_action, FINANCIAL_AGREEMENT),
]
