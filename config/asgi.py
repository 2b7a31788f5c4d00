"""WebSockets for production: `uvicorn config.asgi:application`. HTTP goes through config.wsgi."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

application = None
