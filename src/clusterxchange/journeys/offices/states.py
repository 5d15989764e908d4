"""The life of a change in an office: one person of the support office proposes it, another one decides."""

from collections.abc import Mapping
from datetime import datetime

from clusterxchange.access.actions import Action as A
from clusterxchange.access.capacities import SO
from clusterxchange.journeys.offices import effects, guards
from clusterxchange.journeys.offices.models import OfficeChange, OfficeChangeState
from clusterxchange.scheme.current import open_edition, scheme_for
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.editions import DEFAULT_EDITION
from clusterxchange.workflow.guards import reason_is_given
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import Machine, row

S = OfficeChangeState


def _scheme(change: OfficeChange, at: datetime) -> Scheme:
    del change
    edition = open_edition(at)
    return scheme_for(edition.code if edition is not None else DEFAULT_EDITION, at)


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
        scheme_of=_scheme,
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
