"""What was typed wrong on a page of the sign-in package is answered as on every other page: 422."""

from collections.abc import Callable
from http import HTTPStatus

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


class WrongAnswersMiddleware:
    """Give the package's pages the status that ours have when a form on them has errors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on; the answer is looked at before it is rendered."""
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Look for a form with errors among what the page shows."""
        if request.method == "POST" and response.status_code == HTTPStatus.OK:
            shown = (response.context_data or {}).values()
            if any(isinstance(one, BaseForm) and one.is_bound and one.errors for one in shown):
                response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response
