"""The life of a change in an office: one person of the support office proposes it, another one decides."""

from collections.abc import Mapping

from clusterxchange.access.actions import Action as A
from clusterxchange.access.capacities import SO
from clusterxchange.journeys.offices import effects, guards
from clusterxchange.journeys.offices.models import OfficeChange, OfficeChangeState
from clusterxchange.scheme.current import scheme_where_no_edition_is_named
from clusterxchange.workflow.guards import reason_is_given
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import Machine, row

S = OfficeChangeState


def _describe(change: OfficeChange) -> Mapping[str, str]:
    person = str(change.account)
    return {
        "reference": change.reference or "",
        "organisation": person,
        "person": person,
        "change_code": f"{'leaves' if change.is_end else 'joins'}_{change.role}",
    }


OFFICE_CHANGE = register(
    Machine(
        name="office_change",
        model=OfficeChange,
        states=tuple(S.values),
        scheme_of=scheme_where_no_edition_is_named,
        describe=_describe,
        related=("account", "proposed_by"),
        locks=("account",),
        address=lambda change: f"/support/offices/{change.reference}/",
        rows=(
            row(A.PROPOSE_APPOINTMENT, None, S.PROPOSED, only_if=(guards.nothing_waits, guards.fits_what_is_held)),
            row(A.PROPOSE_REMOVAL, None, S.PROPOSED, only_if=(guards.nothing_waits, guards.fits_what_is_held)),
            row(
                A.APPOINT_PERSON,
                None,
                S.CONFIRMED,
                only_if=(guards.fits_what_is_held,),
                writes=(effects.put_into_force,),
                afterwards=(effects.tell_person_and_office,),
            ),
            row(
                A.CONFIRM_OFFICE_CHANGE,
                S.PROPOSED,
                S.CONFIRMED,
                only_if=(guards.account_is_open, guards.fits_what_is_held, guards.somebody_remains),
                writes=(effects.put_into_force,),
                afterwards=(effects.tell_person_and_office,),
                asks={SO},
            ),
            row(
                A.DECLINE_OFFICE_CHANGE,
                S.PROPOSED,
                S.DECLINED,
                answers=(reason_is_given,),
                writes=(effects.keep_answer,),
                tells={SO},
            ),
            row(A.WITHDRAW_OFFICE_CHANGE, S.PROPOSED, S.WITHDRAWN),
        ),
    )
)
