"""Addresses of what a partnership does with many payments, and with its bank."""

from django.urls import URLPattern, path

from clusterxchange.access.actions import Action as A
from clusterxchange.phases.finalisation.banking import views

app_name = "banking"
BATCH, STATEMENT = "batches/<int:number>/", "statements/<int:number>/"

urlpatterns: list[URLPattern] = [
    path("", views.payments, name="payments"),
    path("list.csv", views.payments_as_file, {"form": "csv"}, name="payments_as_csv"),
    path("list.xlsx", views.payments_as_file, {"form": "xlsx"}, name="payments_as_xlsx"),
    path(f"{A.ORDER_PAYMENT.hyphenated}/", views.act_together, {"action": A.ORDER_PAYMENT}, name="order_payments"),
    path(
        f"{A.RELEASE_PAYMENT.hyphenated}/", views.act_together, {"action": A.RELEASE_PAYMENT}, name="release_payments"
    ),
    path("accounts/<int:number>/", views.paying_account, name="paying_account"),
    path("batches/", views.batches, name="batches"),
    path(BATCH, views.batch, name="batch"),
    path(f"{BATCH}{A.MAKE_BANK_FILE.hyphenated}/", views.make_bank_file, name="make_bank_file"),
    path(f"{BATCH}file/", views.bank_file, name="bank_file"),
    path(f"{BATCH}outside-sepa.csv", views.list_outside_sepa, {"form": "csv"}, name="outside_sepa_as_csv"),
    path(f"{BATCH}outside-sepa.xlsx", views.list_outside_sepa, {"form": "xlsx"}, name="outside_sepa_as_xlsx"),
    path("statements/", views.statements, name="statements"),
    path(STATEMENT, views.statement, name="statement"),
    path(f"{STATEMENT}{A.IMPORT_STATEMENT.hyphenated}/", views.import_statement, name="import_statement"),
    path(f"{STATEMENT}report.csv", views.statement_as_file, {"form": "csv"}, name="statement_as_csv"),
    path(f"{STATEMENT}report.xlsx", views.statement_as_file, {"form": "xlsx"}, name="statement_as_xlsx"),
]
