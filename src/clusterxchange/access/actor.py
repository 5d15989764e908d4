"""Who stands in front of the tool: the organisations and partnerships for which a person speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

CONTACT_POINT, COORDINATOR, PAYER = "contact_point", "coordinator", "payer"
PARTNERSHIP_ROLES = frozenset({CONTACT_POINT, COORDINATOR, PAYER})


@dataclass(frozen=True)
class Actor:
    """A person at one moment, with all that the permission table needs to know of them."""

    account_id: int | None = None
    name: str = ""
    organisations: frozenset[int] = frozenset()
    partnerships: Mapping[int, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    support_office: bool = False
    agency: bool = False
    auditor: bool = False
    system: bool = False
    # Who of the support office looks at the tool as this person; then nothing is done in their name.
    viewed_by: int | None = None

    @property
    def is_signed_in(self) -> bool:
        """Whether a person is behind this actor."""
        return self.account_id is not None

    def only_for(self, organisation_id: int) -> "Actor":
        """The same person, as far as they speak for one of their organisations."""
        return replace(self, organisations=self.organisations & {organisation_id})

    def partnerships_as(self, roles: frozenset[str]) -> frozenset[int]:
        """The partnerships in which this actor has one of the roles."""
        return frozenset(pk for pk, held in self.partnerships.items() if held & roles)


NOBODY = Actor()
SYSTEM = Actor(name="ClusterXchange", system=True)
