"""A zero byte, which the database keeps nowhere, is answered by a page wherever it stands in a request."""

from __future__ import annotations

import pytest

from tests.bring import bring_exchange_to
from tests.cast import Cast, signed_in

UNREADABLE = "This request could not be read"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/matching/organisations/%00/", 400),
        ("/matching/proposals/PRO-%00/", 400),
        ("/exchanges/%00/", 400),
        ("/matching/catalogue/compare/?with=%00&with=x", 400),
        ("/matching/catalogue/?q=%00", 422),  # the form says it at the field
        ("/desk/?%00=1", 200),
    ],
)
def test_an_address_with_a_zero_byte_is_answered_by_a_page(cast: Cast, address: str, status: int) -> None:
    bring_exchange_to(cast, "matched")

    answer = signed_in(cast.ana).get(address)

    assert answer.status_code == status
    assert (UNREADABLE in answer.content.decode()) == (status == 400)


def test_a_form_with_a_zero_byte_in_what_no_field_reads_is_answered_by_a_page(cast: Cast) -> None:
    answer = signed_in(cast.edda).post("/desk/together/", {"together": "open", "pick": "APP-\x00"})

    assert answer.status_code == 400
    assert UNREADABLE in answer.content.decode()
