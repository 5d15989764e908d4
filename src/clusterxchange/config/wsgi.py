"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

from clusterxchange.foundation.garbage import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clusterxchange.config.settings")
application = get_wsgi_application()
collect_seldom()
