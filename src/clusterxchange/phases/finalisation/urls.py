"""Addresses of reports, evidence and payment, below the exchange that they belong to."""

from django.urls import URLPattern, path

from clusterxchange.access.actions import Action as A
from clusterxchange.phases.finalisation import views
from clusterxchange.phases.finalisation.states import ACTIVITY_REPORT, EVIDENCE, PAYMENT
from clusterxchange.workflow.pages import action_paths

app_name = "finalisation"


def report_paths(side: str) -> list[URLPattern]:
    """Give the addresses of the report of one side."""
    steps = [
        path(
            str(one.pattern),
            views.act_on_report,
            {"action": one.default_args["action"], "side": side},
            name=f"{one.name}_{side}",
        )
        for one in action_paths(f"<str:reference>/report/{side}/", views.act_on_report, ACTIVITY_REPORT)
    ]
    return [
        path(f"<str:reference>/report/{side}/", views.report_of_side, {"side": side}, name=f"report_{side}"),
        path(
            f"<str:reference>/report/{side}/certificate/", views.certificate, {"side": side}, name=f"certificate_{side}"
        ),
        *steps,
    ]


urlpatterns: list[URLPattern] = [
    path("<str:reference>/report/", views.report, name="report"),
    *report_paths("visitor"),
    *report_paths("host"),
    *action_paths("<str:reference>/report/", views.act_on_own_report, ACTIVITY_REPORT),
    path("<str:reference>/evidence/", views.evidence, name="evidence"),
    path(
        f"<str:reference>/evidence/{A.UPLOAD_EVIDENCE.hyphenated}/",
        views.upload_evidence_together,
        name="upload_evidence_together",
    ),
    path(
        f"<str:reference>/evidence/{A.ACCEPT_EVIDENCE.hyphenated}/",
        views.accept_evidence_together,
        name="accept_evidence_together",
    ),
    path("<str:reference>/evidence/<slug:item>/", views.evidence_item, name="evidence_item"),
    path("<str:reference>/evidence/<slug:item>/file/", views.evidence_file, name="evidence_file"),
    path("<str:reference>/evidence/<slug:item>/picture/", views.evidence_picture, name="evidence_picture"),
    *action_paths("<str:reference>/evidence/<slug:item>/", views.act_on_item, EVIDENCE),
    path("<str:reference>/payment/", views.payment, name="payment"),
    path("<str:reference>/payment/account/", views.payment_account, name="payment_account"),
    path(f"<str:reference>/payment/{A.RECOMPUTE_AMOUNT.hyphenated}/", views.recompute_amount, name="recompute_amount"),
    path("<str:reference>/payment/proof/", views.payment_proof, name="payment_proof"),
    *action_paths("<str:reference>/payment/", views.act_on_payment, PAYMENT),
]
