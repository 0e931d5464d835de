"""Django's settings: everything that differs between installations comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from haihe.look import words as catalogues
from haihe.records import home, keys


def database() -> dict[str, object]:
    """Django's own connection (accounts and sessions); records keeps connections of its own."""
    url = home.database_url()
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home.sqlite_file()),
            "OPTIONS": {
                "timeout": 15,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def whole_number(name: str, default: str) -> int:
    """A setting that is a number of things."""
    told = os.environ.get(name, default)
    if not told.isdecimal():
        raise home.UnusableSetting(f"{name} must be a whole number like 0 or 1")
    return int(told)


def identity_provider(issuer: str) -> dict[str, object]:
    """The provider as allauth takes it; what it says travels over TLS, except on this machine."""
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise home.UnusableSetting("HAIHE_OIDC_ISSUER must begin with https://")
    client = os.environ.get("HAIHE_OIDC_CLIENT", "")
    secret = os.environ.get("HAIHE_OIDC_SECRET_FILE", "")
    if not client or not secret:
        raise home.UnusableSetting(
            "HAIHE_OIDC_ISSUER needs HAIHE_OIDC_CLIENT and HAIHE_OIDC_SECRET_FILE beside it"
        )
    return {
        "provider_id": "national",
        "name": "国家网络身份认证",
        "client_id": client,
        "secret": Path(secret).read_text(encoding="utf-8").strip(),
        "settings": {"server_url": issuer, "scope": ["openid", "phone"]},
    }


def words(name: str, default: str) -> list[str]:
    """A setting that lists words with commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


SECRET_KEY, *SECRET_KEY_FALLBACKS = keys.django_secrets()
DEBUG = os.environ.get("HAIHE_DEBUG") == "1"
ALLOWED_HOSTS = words("HAIHE_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = words("HAIHE_ORIGINS", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "haihe.identity",  # before allauth: its templates are found first
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "haihe.records",
    "haihe.look",
    "haihe.citizen",
    "haihe.apply",
    "haihe.officer",
    "haihe.center",
    "haihe.hall",
]
MIDDLEWARE = [
    "haihe.config.secrets.fresh_secrets",
    "haihe.look.headers.strict_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "haihe.look.choices.chosen_language",
    "haihe.look.told_pages.told_to_reader",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "haihe.identity.sessions.session_limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "haihe.look.errors.not_opened",
]
CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "haihe.identity.context.account",
    "haihe.look.choices.look",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT},
    }
]

ROOT_URLCONF = "haihe.config.urls"
WSGI_APPLICATION = "haihe.config.wsgi.application"
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Chinese is the language of the words in the code; English lies in haihe/*/locale (words.py).
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = catalogues.ready()
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# How codes reach phones ("" = not at all), and how many proxies of our own stand before us.
HAIHE_SENDER = os.environ.get("HAIHE_SENDER", "")
HAIHE_SOURCES = os.environ.get("HAIHE_SOURCES", "haihe.connectors.registers:connected")
HAIHE_PROXIES = whole_number("HAIHE_PROXIES", "0")

# The national identity provider; without one nothing of it is loaded.
HAIHE_OIDC_ISSUER = os.environ.get("HAIHE_OIDC_ISSUER", "")
if HAIHE_OIDC_ISSUER:
    provider = identity_provider(HAIHE_OIDC_ISSUER)
    INSTALLED_APPS += [
        "allauth.socialaccount",
        "allauth.socialaccount.providers.openid_connect",
    ]
    SOCIALACCOUNT_ADAPTER = "haihe.identity.provider.CitizenDoor"
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [provider]}}
    SOCIALACCOUNT_REQUESTS_TIMEOUT = 10  # seconds

# The demo's own pages (enter as anybody in one click) exist only where `haihe run --demo` serves.
HAIHE_DEMO = os.environ.get("HAIHE_DEMO") == "1"
if HAIHE_DEMO:
    INSTALLED_APPS += ["haihe.demo"]
    CONTEXT.append("haihe.demo.context.guide")

# Errors go to standard error, whoever runs the server; refused pages (403, 404) are not errors.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.security.csrf": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # served from where they lie: nothing to collect before the start
WHITENOISE_MAX_AGE = 300  # seconds

# What is too large for memory waits sealed in HAIHE_HOME (docs/traces.md).
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "haihe.look.uploads.SealedOnArrival",
]

# How staff sign in (docs/identity.md). Limits on tries are ours: attempts.py, for all processes.
ACCOUNT_ADAPTER = "haihe.identity.staff_door.StaffDoor"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "haihe.identity.staff_door.SignInForm"}
ACCOUNT_RATE_LIMITS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds
MFA_ADAPTER = "haihe.identity.staff_door.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "海河"
MFA_TOTP_TOLERANCE = 1  # a clock half a minute off still signs in
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "haihe.identity.staff_door.FactorForm",
    "reauthenticate": "haihe.identity.staff_door.ConfirmForm",
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "haihe.identity.passwords.LongOrMixed"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

LOGIN_URL = "officer:login"
LOGIN_REDIRECT_URL = "officer:inbox"
CSRF_FAILURE_VIEW = "haihe.look.errors.forged"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if os.environ.get("HAIHE_HTTPS") == "1":
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
