"""The clock of a demonstration as an address; in production there is none."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clusterxchange.foundation import clock


@csrf_exempt  # A script moves the clock without a session; a demonstration has nothing that could be taken.
@never_cache
@require_http_methods(["GET", "POST"])
def clock_page(request: HttpRequest) -> JsonResponse:
    """Tell the time, or move it forward to `now`."""
    if request.method == "POST":
        try:
            # A plus sign that was not escaped in a form arrives as a space.
            wanted = datetime.fromisoformat(request.POST.get("now", "").replace(" ", "+"))
            clock.set_clock(wanted if wanted.tzinfo else wanted.replace(tzinfo=clock.BRUSSELS))
        except ValueError:
            return JsonResponse({"error": "not_a_moment"}, status=422)
        except clock.ClockGoesBackwards as refused:
            return JsonResponse({"error": "clock_goes_backwards", "now": refused.now.isoformat()}, status=409)
    return JsonResponse({"now": clock.now().isoformat()})
