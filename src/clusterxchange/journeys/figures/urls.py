"""The addresses of the figures and of the lists behind them."""

from django.urls import path

from clusterxchange.journeys.figures import views

app_name = "figures"

urlpatterns = [
    path("", views.figures, name="figures"),
    path("figures.csv", views.figures_as_file, {"form": "csv"}, name="figures_as_csv"),
    path("figures.xlsx", views.figures_as_file, {"form": "xlsx"}, name="figures_as_xlsx"),
    path("figures.pdf", views.figures_as_pdf, name="figures_as_pdf"),
    path("realised.xlsx", views.realised_as_xlsx, name="realised_as_xlsx"),
    path("realised.pdf", views.realised_as_pdf, name="realised_as_pdf"),
    path("behind/<slug:what>/", views.behind, name="behind"),
    path("behind/<slug:what>.csv", views.behind_as_file, {"form": "csv"}, name="behind_as_csv"),
    path("behind/<slug:what>.xlsx", views.behind_as_file, {"form": "xlsx"}, name="behind_as_xlsx"),
    path("exchanges/", views.exchanges, name="exchanges"),
    path("exchanges.csv", views.exchanges_as_file, {"form": "csv"}, name="exchanges_as_csv"),
    path("exchanges.xlsx", views.exchanges_as_file, {"form": "xlsx"}, name="exchanges_as_xlsx"),
    path("countries/", views.countries, name="countries"),
    path("ratings/", views.ratings, name="ratings"),
    path("overdue/", views.overdue, name="overdue"),
    path("overdue.csv", views.overdue_as_file, {"form": "csv"}, name="overdue_as_csv"),
    path("overdue.xlsx", views.overdue_as_file, {"form": "xlsx"}, name="overdue_as_xlsx"),
    path("away/", views.away, name="away"),
    path("away.csv", views.away_as_file, {"form": "csv"}, name="away_as_csv"),
    path("away.xlsx", views.away_as_file, {"form": "xlsx"}, name="away_as_xlsx"),
]
