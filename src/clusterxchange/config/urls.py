"""All addresses, layer by layer. Names that stay: the contract in docs/reference."""

from __future__ import annotations

from allauth.account import urls as account_urls
from allauth.account import views as account_views
from allauth.socialaccount import views as service_views
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from clusterxchange.config import health
from clusterxchange.parties.accounts import services
from clusterxchange.parties.accounts.languages import choose_language
from clusterxchange.phases.finalisation.checking.views import published

handler400 = "clusterxchange.config.errors.bad_request"
handler403 = "clusterxchange.config.errors.forbidden"
handler404 = "clusterxchange.config.errors.not_found"
handler429 = "clusterxchange.config.errors.too_many"  # the accounts package asks for it
handler500 = "clusterxchange.config.errors.failed"

signing_in: list[URLPattern | URLResolver] = [
    path("sign-in/", account_views.login, name="account_login"),
    path("sign-in/code/", account_views.request_login_code, name="account_request_login_code"),
    path("sign-in/code/enter/", account_views.confirm_login_code, name="account_confirm_login_code"),
    path("sign-out/", account_views.logout, name="account_logout"),
    path("sign-up/", account_views.signup, name="account_signup"),
]
OURS = {pattern.name for pattern in signing_in if isinstance(pattern, URLPattern)}
# Each of these pages has one address only: ours.
rest_of_account = [pattern for pattern in account_urls.urlpatterns if pattern.name not in OURS]

# The names are those by which the package finds its pages.
signing_in_by_service: list[URLPattern | URLResolver] = [
    path("", services.services_page, name="socialaccount_connections"),
    path("open-account/", service_views.signup, name="socialaccount_signup"),
    path("cancelled/", service_views.login_cancelled, name="socialaccount_login_cancelled"),
    path("failed/", service_views.login_error, name="socialaccount_login_error"),
    path("once-more/", services.prove_by_service, name="prove_by_service"),
    path("<slug:provider_id>/sign-in/", services.lead_to_service, name="openid_connect_login"),
    path("<slug:provider_id>/back/", services.come_from_service, name="openid_connect_callback"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("health/metrics", health.metrics, name="health_metrics"),
    *signing_in,
    path("account/two-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/services/", include(signing_in_by_service)),
    path("account/", include("clusterxchange.parties.accounts.urls")),
    path("account/", include(rest_of_account)),
    path("language/", choose_language, name="set_language"),
    path("my-data/", include("clusterxchange.journeys.personal_data.urls")),
    path("partnerships/", include("clusterxchange.journeys.partnerships.urls")),
    path("organisations/", include("clusterxchange.journeys.people.urls")),
    path("registration/", include("clusterxchange.phases.registration.urls")),
    path("matching/", include("clusterxchange.phases.matching.urls")),
    path("matching/group-exchanges/", include("clusterxchange.journeys.group_exchanges.urls")),
    path("exchanges/", include("clusterxchange.phases.exchange_building.urls")),
    path("exchanges/", include("clusterxchange.phases.finalisation.urls")),
    path("exchanges/", include("clusterxchange.phases.finalisation.reporting.urls")),
    path("exchanges/", include("clusterxchange.phases.finalisation.surveying.urls")),
    path("payments/", include("clusterxchange.phases.finalisation.banking.urls")),
    path("manual/", include("clusterxchange.journeys.manual.urls")),
    path("figures/", include("clusterxchange.journeys.figures.urls")),
    path("random-checks/", published, name="published_checks"),
    path("support/checks/", include("clusterxchange.phases.finalisation.checking.urls")),
    path("support/", include("clusterxchange.journeys.support_office.urls")),
    path("support/offices/", include("clusterxchange.journeys.offices.urls")),
    path("support/scheme/", include("clusterxchange.journeys.scheme_data.urls")),
    path("", include("clusterxchange.scheme.urls")),
    path("", include("clusterxchange.workflow.urls")),
    path("", include("clusterxchange.documents.urls")),
    path("", include("clusterxchange.journeys.urls")),
]

if settings.MODE != "production":
    from clusterxchange.config import demonstration_clock

    urlpatterns += [
        path("demo/clock/", demonstration_clock.clock_page, name="demonstration_clock"),
        path("gallery/", include("clusterxchange.config.gallery")),
    ]
