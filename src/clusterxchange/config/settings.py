"""All settings of the tool. What an operator may set is read from the environment, with its sentence beside it."""

from __future__ import annotations

import json
import os
import secrets
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from clusterxchange.config import environment, private_files, safety, serving
from clusterxchange.config.database import database_from_address
from clusterxchange.foundation.sign_in_services import read_sign_in_services

PACKAGE = Path(__file__).resolve().parent.parent
VERSION = metadata.version("clusterxchange")

# What this installation is
MODE = environment.choice(
    "MODE",
    "demo",
    ("demo", "production", "test"),
    "What the installation is for. A demonstration has invented people, mails on a page and a clock that can be moved "
    "forward; production has none of these.",
)
IS_PRODUCTION = MODE == "production"
DATA = environment.folder("DATA", "var", "The folder for everything that the installation keeps outside the database.")
DEBUG = environment.flag("DEBUG", "Show the details of an error on the page. Never in production.", default=False)


# Secrets: a demonstration makes its own on first start; production has none that stand in a file of ours
def _kept_secrets() -> dict[str, str]:
    path = DATA / "secrets.json"
    if IS_PRODUCTION or not path.exists():
        return {}
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return kept


_kept = _kept_secrets()
SECRET_KEY = environment.secret(
    "SECRET_KEY",
    _kept.get("SECRET_KEY", ""),
    "Signs sessions and links. At least 50 random characters; required in production. SECRET_KEY_FILE may name a file "
    "instead, as for every secret.",
)
FIELD_KEYS = [
    key.strip()
    for key in environment.secret(
        "FIELD_KEYS",
        _kept.get("FIELD_KEYS", ""),
        "The keys that seal bank details, separated by commas, newest first: the first seals, every one opens. "
        "Made by `python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'`; "
        "required in production.",
    ).split(",")
    if key.strip()
]
# Without a data folder nothing can have been signed yet, so a key for this process alone is enough (linters).
if not IS_PRODUCTION:
    SECRET_KEY = SECRET_KEY or secrets.token_urlsafe(50)

# Where it is reached
ALLOWED_HOSTS = environment.listing(
    "HOSTS",
    "127.0.0.1,localhost,[::1]",
    "The host names under which people reach the installation, separated by commas.",
)
CSRF_TRUSTED_ORIGINS = environment.listing(
    "ORIGINS", "", "Addresses with scheme whose forms are trusted although the host differs, separated by commas."
)
BEHIND_PROXY = environment.flag(
    "BEHIND_PROXY", "A proxy in front ends TLS and sets X-Forwarded-Proto itself.", default=False
)
PUBLIC_URL = environment.text(
    "PUBLIC_URL",
    f"http://{serving.HOST}:{serving.PORT}",
    "The address that links in mails begin with, without a slash at its end.",
).rstrip("/")
ROOT_URLCONF = "clusterxchange.config.urls"
WSGI_APPLICATION = "clusterxchange.config.wsgi.application"

INSTALLED_APPS = [
    # First, so that its templates and catalogues win over those of the packages
    "clusterxchange.management.apps.ManagementConfig",
    "clusterxchange.foundation.apps.FoundationConfig",
    "clusterxchange.scheme.apps.SchemeConfig",
    "clusterxchange.parties.accounts.apps.AccountsConfig",
    "clusterxchange.parties.organisations.apps.OrganisationsConfig",
    "clusterxchange.parties.partnerships.apps.PartnershipsConfig",
    "clusterxchange.workflow.apps.WorkflowConfig",
    "clusterxchange.documents.apps.DocumentsConfig",
    "clusterxchange.phases.registration.apps.RegistrationConfig",
    "clusterxchange.phases.matching.apps.MatchingConfig",
    "clusterxchange.phases.exchange_building.apps.ExchangeBuildingConfig",
    "clusterxchange.phases.finalisation.apps.FinalisationConfig",
    "clusterxchange.journeys.apps.JourneysConfig",
    "clusterxchange.journeys.people.apps.PeopleConfig",
    "clusterxchange.journeys.personal_data.apps.PersonalDataConfig",
    "clusterxchange.journeys.scheme_data.apps.SchemeDataConfig",
    "clusterxchange.journeys.offices.apps.OfficesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    # The plain names of these two undo each other's loaders; the loaders are named below
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "clusterxchange.config.middleware.RequestLogMiddleware",
    # Before those that answer themselves, so that static files and the way to HTTPS bear the same headers
    "csp.middleware.CSPMiddleware",
    "clusterxchange.config.middleware.RefusalsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "clusterxchange.config.middleware.OneTooManyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clusterxchange.config.middleware.ActorMiddleware",
    "clusterxchange.parties.accounts.second_factor.SecondFactorMiddleware",
    "clusterxchange.parties.accounts.proven.ProvenLatelyMiddleware",
    "clusterxchange.parties.accounts.presence.PresenceMiddleware",
    "clusterxchange.parties.accounts.answers.WrongAnswersMiddleware",
    "clusterxchange.config.middleware.AnswersOnlyMiddleware",
    "clusterxchange.config.middleware.RulesReadOnceMiddleware",
    "clusterxchange.config.middleware.ZeroByteMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clusterxchange.config.context.installation",
                "clusterxchange.config.context.ways",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "template_partials.templatetags.partials"],
        },
    }
]

# Database
DATABASE_URL = environment.secret(
    "DATABASE_URL",
    "",
    "The address of PostgreSQL 15 or newer. Without it the tool runs a server of its own in the data folder.",
)
BEHIND_POOLER = environment.flag(
    "BEHIND_POOLER", "DATABASE_URL leads through a pooler that hands out a connection per transaction.", default=False
)
JOBS_DATABASE_URL = environment.secret(
    "JOBS_DATABASE_URL", "", "A direct address for the worker, where DATABASE_URL leads through a pooler."
)
DATABASES = {"default": database_from_address(DATABASE_URL, behind_pooler=BEHIND_POOLER)}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["TEST"] = {
    "NAME": os.environ.get("CLUSTERXCHANGE_TEST_DATABASE") or None,
    "TEMPLATE": os.environ.get("CLUSTERXCHANGE_TEST_TEMPLATE") or None,
}
if MODE == "test":
    # The journal refuses TRUNCATE everywhere but in a database that says this of itself.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c clusterxchange.is_test_database=yes"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Jobs
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": 2,
    "update_heartbeat_interval": 5,
    "stalled_worker_timeout": 20,
    "shutdown_graceful_timeout": 1.5,
}

# Files: private ones have no address at all; a view opens them after asking the table
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # nothing of ours; a file without a storage is a mistake
    "private": private_files.configured(DATA),
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if IS_PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
SCANNER_ADDRESS = environment.text(
    "SCANNER",
    "",
    "Where the virus scanner clamd listens: host and port with a colon between them, or the path of its socket. A file "
    "then waits until clamd says that it is clean. Without a scanner files are not scanned, and the pages say so.",
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
STATIC_ROOT = DATA / "static" if IS_PRODUCTION else None  # elsewhere files are served from where they lie
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
# In tests and development these files may change; a list of them at each start would cost more than it saves.
WHITENOISE_AUTOREFRESH = DEBUG or MODE == "test"

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("pl", _("Polish"))]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Brussels"

# Accounts
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email",)},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if MODE == "test":
    PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # a thousand sign-ins in tests, none of them real
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "clusterxchange.parties.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_PRODUCTION else "http"
# A tour and a browser journey sign in more often in a minute than people do, all from one address.
ACCOUNT_RATE_LIMITS = (
    {"ask_question": "5/m/ip,20/h/ip", "login_failed": "30/m/ip,5/900s/key"}
    if IS_PRODUCTION
    else {
        "login": "600/m/ip",
        "login_failed": "600/m/ip,5/900s/key",
        "signup": "200/m/ip",
        "manage_email": "100/m/user",
        "reauthenticate": "100/m/user",
        "ask_question": "100/m/ip",
    }
)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "clusterxchange.parties.accounts.adapter.SecondFactorAdapter"
# A browser takes a passkey on this machine without TLS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION
SIGN_IN_SERVICES = read_sign_in_services(
    environment.secret(
        "SIGN_IN_SERVICES",
        "",
        "The OpenID Connect providers by which people may sign in, a list in JSON: each with id, name, issuer, "
        "client_id and client_secret. Where a provider's pages are is asked of its issuer.",
    ),
    only_https=IS_PRODUCTION,
)
SOCIALACCOUNT_ADAPTER = "clusterxchange.parties.accounts.services.ServiceAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
# That a service names the address of an account is no proof: its owner links it. Nor is an account opened unasked.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_AUTO_SIGNUP = False
# The steps before which a person says once more who they are.
ASKS_ONCE_MORE = {
    "account_email",
    "account_set_password",
    "socialaccount_connections",
    "exchange_building:bank_details",
    "exchange_building:give_bank_details",
    "exchange_building:delegate_signature",
    "finalisation:payment_account",
    "finalisation:correct_bank_details",
    "banking:bank_file",
    "banking:outside_sepa_as_csv",
    "banking:outside_sepa_as_xlsx",
    "banking:paying_account",
    "offices:confirm_office_change",
}
MFA_TOTP_ISSUER = "ClusterXchange"
MFA_TOTP_TOLERANCE = 1
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "clusterxchange.config.errors.csrf_failure"

# Mail
EMAIL_BACKEND = {
    "demo": "clusterxchange.foundation.mail.DemonstrationMailbox",
    "production": "django.core.mail.backends.smtp.EmailBackend",
    "test": "django.core.mail.backends.locmem.EmailBackend",
}[MODE]
EMAIL_HOST = environment.text("MAIL_HOST", "localhost", "The mail server.")
EMAIL_PORT = environment.number("MAIL_PORT", 25, "The port of the mail server.")
EMAIL_HOST_USER = environment.text("MAIL_USER", "", "The user name at the mail server, if it asks for one.")
EMAIL_HOST_PASSWORD = environment.secret("MAIL_PASSWORD", "", "The password at the mail server.")
EMAIL_USE_TLS = environment.flag(
    "MAIL_STARTTLS", "Begin the mail connection in plain text and turn to TLS.", default=False
)
EMAIL_USE_SSL = environment.flag("MAIL_TLS", "Use TLS from the first byte of the mail connection.", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("MAIL_FROM", "ClusterXchange <no-reply@demo.example>", "The sender of all mails.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# How long personal data is kept
YEARS_OF_CASES = environment.number(
    "YEARS_OF_CASES", 5, "Years for which agreements, evidence and payments are kept after an exchange is over."
)
MONTHS_OF_OUTSIDERS = environment.number(
    "MONTHS_OF_OUTSIDERS", 12, "Months for which questions, guests and ended invitations are kept."
)

# Signatures
TIME_STAMP_SERVICE = environment.text(
    "TIME_STAMP_SERVICE",
    "",
    "The address of a time stamp service (RFC 3161). Without one the installation gives its own time stamps.",
)
TIME_STAMP_ROOTS = environment.file(
    "TIME_STAMP_ROOTS", "", "A PEM file with the root certificates of that time stamp service."
)

# Who may watch
METRICS_TOKEN = environment.secret(
    "METRICS_TOKEN",
    "",
    "Opens /health/metrics to whoever sends it as a bearer token. Without it that address does not exist.",
)
BOUNCE_TOKEN = environment.secret(
    "BOUNCE_TOKEN",
    "",
    "Lets a mail server tell at /mail/bounces/ which mail came back, sent as a bearer token. Without it that address "
    "does not exist.",
)

# What a browser is told to refuse
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
PERMISSIONS_POLICY = ", ".join(
    [
        *(
            f"{name}=()"
            for name in (
                "camera",
                "microphone",
                "geolocation",
                "payment",
                "usb",
                "serial",
                "bluetooth",
                "midi",
                "accelerometer",
                "gyroscope",
                "magnetometer",
                "display-capture",
                "browsing-topics",
            )
        ),
        "publickey-credentials-get=(self)",
        "publickey-credentials-create=(self)",
    ]
)
if IS_PRODUCTION:
    # A browser takes such a cookie from this host alone, over TLS alone, for all its paths.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_PRODUCTION
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Limits by address count whoever asks, not the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
# That the whole domain goes into the browsers' own lists is for its owner to say, not for us.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

if IS_PRODUCTION and (unsafe := list(safety.faults(globals()))):
    raise ImproperlyConfigured("This installation does not start in production:\n" + "\n".join(unsafe))

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "with_request": {"()": "clusterxchange.foundation.logs.WithRequest"},
        "refused_requests": {"()": "clusterxchange.foundation.logs.RefusedRequests"},
        "without_secrets": {"()": "clusterxchange.foundation.logs.AddressesWithoutSecrets"},
    },
    "formatters": {
        "line": {
            "()": "clusterxchange.foundation.logs.TextLine",
            "fmt": "{asctime} {levelname} {name} {request_id}: {message}",
            "style": "{",
        },
        "json": {"()": "clusterxchange.foundation.logs.JsonLine"},
    },
    "handlers": {
        "errors": {
            "class": "logging.StreamHandler",
            "filters": ["with_request", "refused_requests", "without_secrets"],
            "formatter": environment.choice(
                "LOG_FORMAT",
                "line",
                ("line", "json"),
                "How a message is written: as a line to read, or as one JSON object a line. Each names its request.",
            ),
        }
    },
    # What a person mistyped is no fault of the tool; faults are errors.
    # The same holds for a foreign file whose signatures do not: whoever asks is told on the page.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "pyhanko": {"level": "CRITICAL"},
        "pyhanko_certvalidator": {"level": "CRITICAL"},
    },
    "root": {
        "handlers": ["errors"],
        "level": environment.choice(
            "LOG_LEVEL",
            "WARNING",
            ("DEBUG", "INFO", "WARNING", "ERROR"),
            "From which weight on a message is written to standard error.",
        ),
    },
}
