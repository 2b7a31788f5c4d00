"""HTTP for production servers: `granian --interface wsgi config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()

from config.boot import refuse_unsafe_start  # noqa: E402  (needs the apps loaded)
from config.chunked import with_length  # noqa: E402

refuse_unsafe_start()
application = with_length(django_application)
