"""Pages of a group exchange that reach into its exchanges: a change, and many consents at once."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, Capacity, H
from clusterxchange.foundation import clock
from clusterxchange.journeys.group_exchanges import operations
from clusterxchange.journeys.group_exchanges.operations import AMENDED, DRAFTED, WAITS
from clusterxchange.phases.exchange_building.forms import own_password
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.exchange_building.states import COMMITMENT, EXCHANGE
from clusterxchange.phases.matching import queries
from clusterxchange.phases.matching.forms import ProgrammeForm
from clusterxchange.phases.matching.models import Programme
from clusterxchange.phases.matching.states import PROGRAMME
from clusterxchange.phases.matching.views.programmes import days_to_plan, refuse_form, show_form
from clusterxchange.workflow import cases, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import FORBIDDEN, UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal

# In the order of a text's life; each is given by the host, by its contact point, or by both.
CONSENTS: tuple[tuple[Action, tuple[Capacity, ...]], ...] = (
    (Action.AGREE_COMMITMENT, (H,)),
    (Action.VALIDATE_COMMITMENT, (HP,)),
    (Action.SIGN_COMMITMENT, (H, HP)),
)
FOLLOWS = {
    DRAFTED: gettext_lazy("%(visitor)s: the draft gets the new days and agenda; both agree to it again."),
    AMENDED: gettext_lazy("%(visitor)s: a next version is drafted; it is validated and signed again."),
    WAITS: gettext_lazy(
        "%(visitor)s: it waits for validation. Once a contact point returns it, it gets the new days and agenda."
    ),
}


def _programme(request: HttpRequest, reference: str) -> Programme:
    found = queries.programmes_for(actor_of(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


@signed_in
def change_programme(request: HttpRequest, reference: str) -> HttpResponse:
    """Change days, place or agenda; the page says first what it means for each exchange."""
    at, actor, programme = clock.now(), actor_of(request), _programme(request, reference)
    if request.method != "POST" and not decide.may(actor, "programme", Action.CHANGE_PROGRAMME, programme):
        return redirect(PROGRAMME.address(programme))
    scheme = PROGRAMME.scheme_of(programme, at)
    days = days_to_plan(scheme, programme.host_participation.organisation.country)
    following = [
        str(FOLLOWS[one.what]) % {"visitor": one.exchange.visiting_organisation.legal_name}
        for one in map(operations.consequence_for, operations.exchanges_of(programme))
        if decide.may(actor, "programme", Action.CHANGE_PROGRAMME, programme)
    ]
    if request.method != "POST":
        form = ProgrammeForm(days=days, initial=_answers_of(programme))
        return show_form(request, form, programme=programme, following=following)
    form = ProgrammeForm(request.POST, days=days)
    if not decide.may(actor, "programme", Action.CHANGE_PROGRAMME, programme):
        refused = (Action.CHANGE_PROGRAMME, Refusal("not_allowed"))
        return show_form(request, form, status=FORBIDDEN, refused=refused, programme=programme)
    if not form.is_valid():
        return show_form(request, form, status=UNPROCESSABLE, programme=programme, following=following)
    try:
        found = operations.change_programme(programme, values=form.values(), actor=actor, at=at)
    except NotDone as reason:
        return refuse_form(
            request, form, Action.CHANGE_PROGRAMME, reason.refusal, programme=programme, following=following
        )
    number = sum(one.what != WAITS for one in found)
    happened = ngettext(
        "The group exchange is changed, and the text of %(count)d exchange with it.",
        "The group exchange is changed, and the texts of %(count)d exchanges with it.",
        number,
    )
    messages.success(request, happened % {"count": number})
    return redirect(PROGRAMME.address(programme))


def _answers_of(programme: Programme) -> dict[str, Any]:
    columns = ("title", "description", "place", "places")
    days = ("first_day", "last_day", "asked_until")
    agenda = {f"agenda_{row['day']}_{row['half']}": row["activity"] for row in programme.agenda}
    return (
        {name: getattr(programme, name) for name in columns}
        | {name: _iso(getattr(programme, name)) for name in days}
        | agenda
    )


def _iso(day: date) -> str:
    return day.isoformat()


class PasswordForm(forms.Form):
    """Who signs shows once more who they are, once for all texts chosen."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        help_text=gettext_lazy("Once, for all texts that you have chosen."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_password(self) -> str:
        """Refuse a password that is not the account's."""
        return own_password(self.cleaned_data["password"], self.actor)


@signed_in
def together(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what the reader can agree to, validate or sign for all visitors of the group, and do it for those chosen."""
    actor, programme = actor_of(request), _programme(request, reference)
    if not decide.may(actor, "programme", Action.SEE, programme):
        return redirect(PROGRAMME.address(programme))
    if request.method != "POST":
        return _show(request, programme)
    wanted = next((one for one in CONSENTS if one[0] == request.POST.get("action")), None)
    capacity = next((one for one in (wanted or (None, ()))[1] if one == request.POST.get("capacity")), None)
    if wanted is None or capacity is None:
        return _show(request, programme, status=UNPROCESSABLE)
    action = wanted[0]
    password = PasswordForm(request.POST, actor=actor) if action is Action.SIGN_COMMITMENT else None
    if password is not None and not password.is_valid():
        return _show(request, programme, password=password, status=UNPROCESSABLE)
    seen = {}
    for pick in request.POST.getlist("pick"):
        one, version, fingerprint = (*pick.split(" "), "", "", "")[:3]
        seen[one] = (version, fingerprint)
    results = operations.consent_together(
        programme, action, capacity=capacity, seen=seen, is_authenticated=password is not None, actor=actor,
        at=clock.now(),
    )  # fmt: skip
    return _show(request, programme, results=[_result_shown(one, action) for one in results])


def _result_shown(one: operations.Result, action: Action) -> dict[str, Any]:
    refusal = one.refusal
    return {
        "title": one.exchange.visiting_organisation.legal_name,
        "url": COMMITMENT.address(operations.latest_text(one.exchange)),
        "reference": one.exchange.reference,
        "state": "done" if refusal is None else "no",
        "when": _("Done") if refusal is None else sentences.refusal_sentence(refusal.code, refusal.params),
        "action": str(action),
    }


def _show(
    request: HttpRequest,
    programme: Programme,
    *,
    password: PasswordForm | None = None,
    results: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    at, actor = clock.now(), actor_of(request)
    exchanges = list(operations.exchanges_of(programme))
    blocks = [
        {
            "action": str(action),
            "capacity": str(capacity),
            "label": str(sentences.ACTIONS[action].button),
            "rows": rows,
            "password": (password or PasswordForm(actor=actor)) if action is Action.SIGN_COMMITMENT else None,
        }
        for action, capacities in CONSENTS
        for capacity in capacities
        if (rows := [_row(one) for one in exchanges if _is_possible(one, action, capacity, actor, at)])
    ]
    context = {
        "programme": programme,
        "address": f"{PROGRAMME.address(programme)}together/",
        "back": PROGRAMME.address(programme),
        "blocks": blocks,
        "results": results or [],
        "count": len(exchanges),
        "has_errors": password is not None,
        "password": password,
    }
    return render(request, "journeys/group_exchange_together.html", context, status=status)


def _is_possible(exchange: Exchange, action: Action, capacity: Capacity, actor: Actor, at: datetime) -> bool:
    text = operations.latest_text(exchange)
    if capacity not in decide.acting_capacities(actor, "commitment", action, text):
        return False
    return cases.standing_refusal(COMMITMENT, text, action, actor, capacity, at) is None


def _row(exchange: Exchange) -> dict[str, Any]:
    text = operations.latest_text(exchange)
    return {
        "reference": exchange.reference,
        "title": exchange.visiting_organisation.legal_name,
        "url": COMMITMENT.address(text),
        "exchange_url": EXCHANGE.address(exchange),
        "pick": f"{exchange.reference} {text.version} {text.text_sha256}",
        "version": text.version,
        "sha256": text.text_sha256,
    }
