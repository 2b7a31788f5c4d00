"""Every setting, read once from the environment. `.env.example` documents each name.

Without DATABASE_URL and REDIS_URL the program runs embedded: SQLite, and cache, broker and
channel layer inside the one process of `manage.py serve`. With both it runs in production.
"""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from config.environment import BASE_DIR, env
from config.logs import logging_config
from config.plugs import *  # noqa: F403 (where the floors plug in; settings are read by name)
from config.watch import *  # noqa: F403 (what the watch is told)

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))


def embedded_secret(name: str) -> str:
    """A secret made once and kept beside the embedded database, readable by its owner only."""
    path = DATA_DIR / name
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
PRODUCTION = bool(DATABASE_URL or REDIS_URL)
EMBEDDED = not PRODUCTION
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
DEBUG = False

# In production a secret that is missing stays empty: config.checks then refuses to boot by name.
SECRET_KEY = env.str("SECRET_KEY", default="" if PRODUCTION else embedded_secret("secret_key"))
JWT_SIGNING_KEY = env.str(
    "JWT_SIGNING_KEY", default="" if PRODUCTION else embedded_secret("jwt_key")
)
AUDIT_KEY = env.str("AUDIT_KEY", default="" if PRODUCTION else embedded_secret("audit_key"))
if PRODUCTION and not SECRET_KEY:
    # Django needs some key to reach the checks that name the missing one.
    SECRET_KEY = "insecure-missing-" + secrets.token_urlsafe(48)

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
SECURE_COOKIES = env.bool("SECURE_COOKIES", default=PRODUCTION)
# Plain HTTP in production is refused at boot unless this says that it is meant.
ALLOW_INSECURE_HTTP = env.bool("ALLOW_INSECURE_HTTP", default=False)

# The first encrypts what is stored encrypted, all decrypt; none: SECRET_KEY does.
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])

INSTALLED_APPS = [
    "accounts",
    "ledger",
    "budgeting",
    "goals",
    "debts",
    "insights",
    "security_monitor",
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "corsheaders",
    "channels",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

# Sessions, CSRF and messages serve the admin alone: on the API they would only cost.
MIDDLEWARE = [
    "config.middleware.request_log",
    "config.middleware.watched",
    "config.middleware.security_headers",
    "config.metrics.measured",
    "config.middleware.slash_insensitive_api",
    "django.middleware.security.SecurityMiddleware",
    "config.health.operations",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "config.middleware.bounded_bodies",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.AdminSessions",
    "config.middleware.AdminCsrf",
    "config.middleware.AdminUser",
    "config.middleware.AdminMessages",
]

ROOT_URLCONF = "config.urls"
APPEND_SLASH = False
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES: dict[str, dict[str, Any]]
if DATABASE_URL:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    DATABASES["default"]["OPTIONS"].update(
        # Server-side binding with prepared statements halves PostgreSQL's CPU on the hot list.
        server_side_binding=True,
        prepare_threshold=1,
    )
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=600)
    # The first query of a request is its health check (accounts.sql.fetch_first).
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
else:
    DATABASES = {
        "default": {
            "ENGINE": "config.sqlite",
            "NAME": str(DATA_DIR / "books.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # A transaction that reads and then writes would otherwise fail with "database is
                # locked" as soon as two of them meet: SQLite cannot upgrade both.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                " PRAGMA foreign_keys=ON;",
            },
            "TEST": {"NAME": str(DATA_DIR / "test_books.sqlite3")},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "books",
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_timeout": None, "max_connections": 4096}]
            },
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    # A task that a dead worker held comes back after this long: longer than any task may run.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 2,
        "global_keyprefix": "books:",
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},  # quotas live here: none may be pushed out
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "config.channel_layer.ThreadSafeInMemoryLayer",
            # One channel hears all hints for as long as the process lives.
            "CONFIG": {"capacity": 10_000, "expiry": 10**9, "group_expiry": 10**9},
        }
    }
    CELERY_BROKER_URL = "memory://localhost/"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05}

# People
AUTH_USER_MODEL = "accounts.User"
BCRYPT_ROUNDS = env.int("BCRYPT_ROUNDS", default=12)
HASHING_AT_ONCE = env.int("HASHING_AT_ONCE", default=0)  # in one process; 0: as many as cores
PASSWORD_HASHERS = ["accounts.passwords.BCryptHasher"]
PASSWORD_LENGTH_MIN = env.int("PASSWORD_LENGTH_MIN", default=8)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH_MIN},
    },
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
    {"NAME": "accounts.passwords.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ContextValidator"},
]
# So many wrong passwords in a row are free, for one person and from one source; then each costs time.
LOGIN_FAILURES_MAX = env.int("LOGIN_FAILURES_MAX", default=5)
LOGIN_SOURCE_FAILURES_MAX = env.int("LOGIN_SOURCE_FAILURES_MAX", default=100)
ACCESS_TOKEN_MINUTES = env.int("ACCESS_TOKEN_MINUTES", default=15)
REFRESH_IDLE_DAYS = env.int("REFRESH_IDLE_DAYS", default=14)
SESSION_MAX_DAYS = env.int("SESSION_MAX_DAYS", default=90)
REFRESH_GRACE_SECONDS = 10
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ISSUER": env.str("JWT_ISSUER", default="household-books"),
    "AUDIENCE": env.str("JWT_AUDIENCE", default="household-books-api"),
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_TOKEN_MINUTES),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=REFRESH_IDLE_DAYS),
    "LEEWAY": 10,
    "USER_ID_CLAIM": "sub",
    "UPDATE_LAST_LOGIN": False,
}
# Whether nobody may log in before the address is confirmed.
REQUIRE_VERIFIED_EMAIL = env.bool("REQUIRE_VERIFIED_EMAIL", default=False)
# How long a proof of who speaks is fresh enough for what could lock the owner out.
STEP_UP_MINUTES = env.int("STEP_UP_MINUTES", default=10)
# For so long somebody who wants to be erased can take it back.
ACCOUNT_GRACE_DAYS = env.int("ACCOUNT_GRACE_DAYS", default=14)
# Whether staff without a second factor stay outside the admin.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=PRODUCTION)
SESSION_COOKIE_NAME = "__Host-staff" if SECURE_COOKIES else "staff"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # Forms carry the token; no script reads the cookie.

# Mail: to the console unless a server is named.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
if globals().get("EMAIL_FILE_PATH"):  # the parser of the URL drops the first stroke
    EMAIL_FILE_PATH = "/" + globals()["EMAIL_FILE_PATH"].lstrip("/")
EMAIL_FROM = DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="household-books@localhost")
EMAIL_TIMEOUT = 10
# Whether a login that is unlike the others waits for a mailed code; by default where mail is sent.
_sends_mail = not env.str("EMAIL_URL", default="consolemail://").startswith("consolemail")
LOGIN_CONFIRMATION = env.bool("LOGIN_CONFIRMATION", default=_sends_mail)
# The address by which people know this server. No link is ever built from a request's Host.
_known_as = (
    f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION and ALLOWED_HOSTS else f"http://localhost:{PORT}"
)
PUBLIC_URL = (env.str("PUBLIC_URL", default="") or _known_as).rstrip("/")

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.WithinScope"],
    "DEFAULT_RENDERER_CLASSES": [
        "accounts.api.rendering.JsonRenderer",
        "accounts.api.rendering.CsvRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsing.StrictJsonParser"],
    "EXCEPTION_HANDLER": "accounts.api.problems.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.HouseSchema",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": 0,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Household books API",
    "DESCRIPTION": "Accounts, transactions, bank files, budgets and the watch over them.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Fields called type and status that have different words in different places.
    "ENUM_NAME_OVERRIDES": {
        "AccountTypeEnum": "ledger.models.AccountType",
        "TransactionStatusEnum": "ledger.models.Status",
        "TransactionInputTypeEnum": "ledger.api.serializers.INPUT_TYPES",
        "TransferStatusEnum": "ledger.api.transfers.STATUSES",
        "DebtTypeEnum": "debts.models.DebtType",
        "ImportStatusEnum": "ledger.models.ImportStatus",
    },
    # Enums stay where they are used: as components two "status" fields would fight for one name.
    "POSTPROCESSING_HOOKS": ["config.schema.house_rules"],
}
BODY_MAX_BYTES = env.int("BODY_MAX_BYTES", default=1_000_000)
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=30_000_000)
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=10_000_000)
ATTACHMENT_QUOTA_BYTES = env.int("ATTACHMENT_QUOTA_BYTES", default=1_000_000_000)  # of one owner
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_MAX_BYTES
HTTP_THREADS = env.int("HTTP_THREADS", default=8)  # of the embedded server
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Request-ID",
]
IDEMPOTENCY_HOURS = 24
# Requests in a time, of one owner, or of one source where nobody is logged in.
QUOTAS = {
    "visit": env.str("QUOTA_VISITS", default="6000/m"),  # register, log in, refresh
    "write": env.str("QUOTA_WRITES", default="30000/m"),
    "report": env.str("QUOTA_REPORTS", default="6000/m"),
    "mail": env.str("QUOTA_MAILS", default="600/h"),  # what makes us send a mail
}

# Open streams from one address, or IPv6 /64, in one process: people behind one router share it.
STREAMS_PER_ADDRESS_MAX = env.int("STREAMS_PER_ADDRESS_MAX", default=1000)
CHANGES_KEPT_DAYS = env.int("CHANGES_KEPT_DAYS", default=90)
RISK_GATE = env.str("RISK_GATE", default="security_monitor.services.gate.assess")

SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # config.middleware.security_headers sends X-Frame-Options on everything
    "security.W003",  # config.middleware.AdminCsrf guards the admin; the API takes no cookie
]

# Celery
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_BACKEND = None
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "books"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
# No schedule file: beat keeps no state and can be started anywhere, any number of times.
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = env.int("TASK_TIME_LIMIT_SECONDS", default=900)

# Pages
STATIC_URL = "/static/"
# Where collectstatic put the pages' files; without it they are served from the packages themselves.
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    # Attachments. Read by their owner through the API alone: no address leads to this folder.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(DATA_DIR / "attachments"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^health", r"^metrics$"]  # asked from inside, behind whatever ends TLS
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = logging_config(level=LOG_LEVEL, json=PRODUCTION)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
