"""Filters of the work queue that somebody keeps under a name of their own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clusterxchange.access.actor import NOBODY, Actor
from clusterxchange.journeys.models import SavedFilter
from clusterxchange.journeys.work_queue import DUE, Chosen, partnerships_offered, read_chosen, works_on_a_queue
from clusterxchange.workflow.pages import UNPROCESSABLE, actor_of, signed_in

MOST = 20


class NarrowForm(forms.Form):
    """Which part of the queue is shown; sent by the address."""

    show = forms.CharField(required=False, widget=forms.HiddenInput)
    due = forms.ChoiceField(label=gettext_lazy("By when"), required=False)
    partnership = forms.ChoiceField(label=gettext_lazy("Which partnership must act"), required=False)

    def __init__(self, *, chosen: Chosen, actor: Actor) -> None:
        """Offer what there is to choose from, with what is chosen."""
        super().__init__(initial={"show": chosen.show, "due": chosen.due, "partnership": chosen.partnership})
        self._choices("due", list(DUE.items()))
        offered = partnerships_offered(actor)
        if offered:
            self._choices("partnership", [("", _("Any")), *offered])
        else:
            del self.fields["partnership"]

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- as declared above
        field.choices = choices


class FilterForm(forms.Form):
    """The name under which a filter is kept."""

    query = forms.CharField(max_length=200, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name of this filter"), max_length=60)

    def __init__(self, *args: Any, actor: Actor | None = None, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        self.actor = actor
        self.fields["name"].error_messages["required"] = _("Write a name, for example Overdue registrations.")

    def clean_name(self) -> str:
        """Ask for another name where one is taken, and for fewer filters where there are too many."""
        name: str = self.cleaned_data["name"]
        kept = SavedFilter.objects.filter(account_id=(self.actor or NOBODY).account_id or 0)
        if kept.filter(name=name).exists():
            raise ValidationError(_("You have a filter of this name. Choose another name."), code="name_taken")
        if kept.count() >= MOST:
            raise ValidationError(_("You have 20 filters. Remove one first."), code="too_many_filters")
        return name

    def clean_query(self) -> str:
        """Keep what the queue understands, and nothing else."""
        chosen, _faults = read_chosen(QueryDict(self.cleaned_data["query"]).dict(), self.actor or NOBODY)
        return chosen.query


def own_filters(actor: Actor) -> list[SavedFilter]:
    """Give the filters that the reader keeps, oldest first."""
    return list(SavedFilter.objects.filter(account_id=actor.account_id or 0))


def as_links(actor: Actor, chosen: Chosen) -> list[dict[str, object]]:
    """Give the reader's filters as rows of a side list."""
    return [
        {"url": f"/desk/?{one.query}", "label": one.name, "current": one.query == chosen.query}
        for one in own_filters(actor)
    ]


@require_POST
@signed_in
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter on screen under a name."""
    actor = actor_of(request)
    if not works_on_a_queue(actor):
        raise Http404
    form = FilterForm(request.POST, actor=actor)
    if not form.is_valid():
        context = {"title": _("Save this filter"), "form": form, "has_errors": True}
        return render(request, "journeys/save_filter.html", context, status=UNPROCESSABLE)
    kept = SavedFilter.objects.create(account_id=actor.account_id or 0, **form.cleaned_data)
    messages.success(request, _("The filter %(name)s stands beside the queue.") % {"name": kept.name})
    return redirect(f"/desk/?{kept.query}")


@require_http_methods(["GET", "POST"])
@signed_in
def remove_filter(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a filter shall go, and remove it."""
    kept = SavedFilter.objects.filter(pk=number, account_id=actor_of(request).account_id or 0).first()
    if kept is None:
        raise Http404
    if request.method == "POST":
        kept.delete()
        messages.success(request, _("The filter %(name)s is removed.") % {"name": kept.name})
        return redirect("journeys:preferences")
    return render(request, "journeys/remove_filter.html", {"kept": kept, "title": _("Remove the filter")})
