"""The people of the tests, always the same: a reader learns them once.

Ana visits from Spain, Bram hosts in Portugal. Chiara is the contact point of Ana's partnership (LOOM), Cosima its
coordinator; Dov is the contact point of Bram's partnership (SELVEDGE). Edda is the support office, Aurel the agency,
Zoe takes part elsewhere and sees nobody's case but her own; Nuno is new and has no organisation.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from clusterxchange.access.actor import Actor
from clusterxchange.foundation.files import PDF, store
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.parties.partnerships.models import Budget, MemberCluster, Partnership, PartnershipPerson
from clusterxchange.scheme.current import install_editions
from clusterxchange.scheme.models import Edition

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PASSWORD = "a long enough password 26"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CURRICULUM_VITAE = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True)
class Place:
    """Where an organisation of the cast is established."""

    country: str
    city: str
    region: str
    latitude: float
    longitude: float


ALCOI = Place("ES", "Alcoi", "ES52", 38.6985, -0.4736)
GUIMARAES = Place("PT", "Guimarães", "PT11", 41.4425, -8.2918)
AARHUS = Place("DK", "Aarhus", "DK04", 56.1629, 10.2039)


@dataclass(frozen=True)
class Person:
    """Somebody of the cast: an account, and the actor behind it as it stands when asked for."""

    account: Account
    organisation: Organisation | None = None
    representative: Representative | None = None
    partnership: Partnership | None = None

    @property
    def actor(self) -> Actor:
        return actor_for(self.account)


@dataclass(frozen=True)
class Cast:
    """Everybody, with the two partnerships."""

    ana: Person
    bram: Person
    chiara: Person
    cosima: Person
    dov: Person
    edda: Person
    aurel: Person
    zoe: Person
    nuno: Person
    loom: Partnership
    selvedge: Partnership
    edition: Edition


def signed_in(person: Person) -> Client:
    """Give a browser as it is after signing in; the second factor has tests of its own."""
    client = Client()
    client.force_login(person.account)
    return client


def make_cast() -> Cast:
    if not Edition.objects.exists():
        # A test with transactions of its own has flushed what the migrations had put there.
        install_editions()
    edition = Edition.objects.get(code="demonstration")
    loom = make_partnership(edition, "LOOM", "ES", ["textiles"], member="Fils de Llevant")
    selvedge = make_partnership(edition, "SELVEDGE", "PT", ["textiles"], member="Fios do Norte")
    make_partnership(edition, "KILN", "DK", ["construction"], member="Ler og Lys")
    return Cast(
        ana=make_speaker("ana", "Ana Sorribes", "Teixits Almarge, S.L.", ALCOI, cluster="Fils de Llevant"),
        bram=make_speaker("bram", "Bram Teixeira", "Tecelagem Orvalhinho, Lda.", GUIMARAES, cluster="Fios do Norte"),
        zoe=make_speaker("zoe", "Zoe Krogsager", "Krogsager Teglværk ApS", AARHUS, cluster="Ler og Lys"),
        chiara=make_officer("chiara", "Chiara", "Bellandi", loom, "contact_point"),
        cosima=make_officer("cosima", "Cosima", "Ferrant", loom, "coordinator"),
        dov=make_officer("dov", "Dov", "Amaral", selvedge, "contact_point"),
        edda=Person(make_account("edda", "Edda", "Lindqvarn", is_support_office=True)),
        aurel=Person(make_account("aurel", "Aurel", "Dumbravan", is_agency=True)),
        nuno=Person(make_account("nuno", "Nuno", "Valadim")),
        loom=loom,
        selvedge=selvedge,
        edition=edition,
    )  # fmt: skip


def make_account(name: str, first: str, last: str, **offices: bool) -> Account:
    account = Account.objects.create_user(
        f"{name}@cast.example",
        PASSWORD,
        first_name=first,
        last_name=last,
        joined_at=MONDAY,
        last_seen_at=MONDAY,
        **offices,
    )
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    if offices:
        give_second_factor(account)
    return account


def give_second_factor(account: Account) -> None:
    """Set up the app with codes that people with an office must have."""
    TOTP.activate(account, TOTP_SECRET)


def make_partnership(
    edition: Edition, acronym: str, country: str, ecosystems: list[str], *, member: str
) -> Partnership:
    partnership = Partnership.objects.create(
        edition=edition,
        acronym=acronym,
        slug=acronym.lower(),
        title=f"{acronym} together",
        ecosystems=ecosystems,
        coordinating_country=country,
    )
    MemberCluster.objects.create(partnership=partnership, name=member, country=country, position=1)
    Budget.objects.create(partnership=partnership, planned_cents=1_000_000, free_cents=1_000_000)
    return partnership


def make_officer(name: str, first: str, last: str, partnership: Partnership, role: str) -> Person:
    account = make_account(name, first, last)
    PartnershipPerson.objects.create(partnership=partnership, account=account, role=role)
    give_second_factor(account)
    return Person(account, partnership=partnership)


def make_speaker(name: str, full_name: str, legal_name: str, place: Place, *, cluster: str) -> Person:
    account = make_account(name, *full_name.split(" ", 1))
    organisation = Organisation.objects.create(
        legal_name=legal_name,
        organisation_type="sme",
        people=24,
        turnover_eur=3_000_000,
        balance_eur=2_000_000,
        cluster_membership="yes",
        cluster_name=cluster,
        cluster_since=2015,
        registration_number=f"{place.country} 4711",
        street="Mill Lane 3",
        postcode="1000",
        city=place.city,
        region=place.region,
        country=place.country,
        latitude=place.latitude,
        longitude=place.longitude,
        website=f"https://{name}.example",
        description="Weaves and spins.",
        profile_language="en",
        ecosystems=["textiles"],
        nace="13",
        keywords="recycled yarn",
        offers="loom trials",
        created_at=MONDAY,
    )
    representative = Representative.objects.create(
        account=account,
        organisation=organisation,
        position="Head of development",
        phone="+34 000 000 000",
        based_in=place.country,
        nationality=place.country,
        languages={"en": "B2"},
        works_for_organisation=True,
        curriculum_vitae=store(CURRICULUM_VITAE, "cv.pdf", PDF, MONDAY),
        since=MONDAY,
    )
    return Person(account, organisation, representative)
