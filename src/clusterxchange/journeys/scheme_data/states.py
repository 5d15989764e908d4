"""The life of a drafted version: one person writes and proposes it, another one decides."""

from collections.abc import Mapping

from clusterxchange.access.actions import Action as A
from clusterxchange.access.capacities import SO
from clusterxchange.journeys.scheme_data import effects, guards
from clusterxchange.journeys.scheme_data.models import EditionDraft, EditionDraftState
from clusterxchange.scheme.current import scheme_where_no_edition_is_named
from clusterxchange.workflow.guards import reason_is_given
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import Machine, row

S = EditionDraftState


def _describe(draft: EditionDraft) -> Mapping[str, str]:
    name = str(draft.names["name"])
    return {"reference": draft.reference or "", "organisation": name, "edition": name}


def address(draft: EditionDraft) -> str:
    """Give where a drafted version is written and decided on."""
    return f"/support/scheme/drafts/{draft.reference}/"


EDITION_DRAFT = register(
    Machine(
        name="edition_draft",
        model=EditionDraft,
        states=tuple(S.values),
        scheme_of=scheme_where_no_edition_is_named,
        describe=_describe,
        related=("edition", "base", "drafted_by"),
        locks=("edition",),
        address=address,
        rows=(
            row(A.START_VERSION, None, S.DRAFT),
            row(
                A.PROPOSE_VERSION,
                S.DRAFT,
                S.PROPOSED,
                only_if=(guards.something_changes, guards.base_still_holds),
                answers=(guards.day_fits, guards.document_stands, reason_is_given),
                writes=(effects.keep_proposal,),
            ),
            row(
                A.APPROVE_VERSION,
                S.PROPOSED,
                S.APPROVED,
                only_if=(guards.base_still_holds, guards.proposed_day_is_ahead, guards.proposed_document_stands),
                writes=(effects.make_version,),
                asks={SO},
                tells={SO},
            ),
            row(
                A.RETURN_VERSION,
                S.PROPOSED,
                S.DRAFT,
                answers=(reason_is_given,),
                writes=(effects.keep_why_returned,),
                tells={SO},
            ),
            row(A.WITHDRAW_VERSION, {S.DRAFT, S.PROPOSED}, S.WITHDRAWN),
        ),
    )
)
