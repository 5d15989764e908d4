"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

from clusterxchange.config import serving
from clusterxchange.config.admission import Admission
from clusterxchange.foundation.garbage import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clusterxchange.config.settings")
application = Admission(get_wsgi_application(), at_a_time=serving.WEB_THREADS, waiting=serving.WEB_WAITING)
collect_seldom()
