"""The people, partnerships and organisations of the demonstration, before anything has happened to them."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.parties.partnerships.models import Budget, MemberCluster, Partnership, PartnershipPerson
from clusterxchange.phases.finalisation.models import PayingAccount
from clusterxchange.scheme.assignment import ecosystem_codes
from clusterxchange.scheme.models import Edition

HERE = Path(__file__).parent
PARTNERSHIPS = HERE.parent.parent / "scheme" / "data" / "partnerships.json"
PASSWORD = "demo-demo-2026"  # noqa: S105 -- the demonstration's password is published
ROLES = ("coordinator", "contact_point", "payer")
BOTH_ROLES = frozenset({"visitor.coordinator@demo.example"})
DEFAULT_PLANNED_EXCHANGES = 50
CENTS_AN_EXCHANGE = 78_000
# The example of the IBAN registry for Belgium.
PAYING_IBAN = "BE68539007547034"


@cache
def read(name: str) -> Any:  # noqa: ANN401 -- what a JSON file holds has no narrower type
    """Read one of the data files beside this module."""
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def profiles() -> list[dict[str, Any]]:
    """Give the invented organisations as they are written down."""
    found = read("organisations.json")
    return list(found if isinstance(found, list) else found["organisations"])


def accounts_file() -> list[dict[str, Any]]:
    """Give the nine accounts for whoever tries the demonstration (contract.md)."""
    organisations = {profile["key"]: profile["legal_name"] for profile in profiles()}
    return [
        {
            "email": one["email"],
            "password": PASSWORD,
            "totp_secret": totp_secret(one["email"]) if one["second_factor"] else None,
            "role": one["role"],
            "organisation": organisations.get(one["organisation"]),
            "partnership": one["partnership"],
            "language": one["language"],
        }
        for one in read("contact_points.json")["accounts"]
    ]


def totp_secret(email: str) -> str:
    """Give the second factor's secret of an account: the same on every machine, since it protects nothing real."""
    return base64.b32encode(hashlib.sha256(f"demonstration {email}".encode()).digest()[:20]).decode()


@cache
def hashed_password() -> str:
    """Hash the password that all accounts share: half a second of work, done once."""
    return make_password(PASSWORD, salt="demonstration")


def make_people(edition: Edition, at: datetime) -> None:
    """Make partnerships with their people and budgets, and the accounts that belong to no organisation."""
    hashed = hashed_password()
    people = read("contact_points.json")
    special = {(one["partnership"], one["role"]): one for one in people["accounts"] if one["second_factor"]}
    named = {one["acronym"]: one for one in people["partnerships"]}
    for row in json.loads(PARTNERSHIPS.read_text(encoding="utf-8"))["partnerships"]:
        partnership = _make_partnership(row, named[row["acronym"]], edition)
        for role in ROLES:
            person = special.get((row["acronym"], role)) or named[row["acronym"]][role]
            account = make_account(person, hashed, at, second_factor=True)
            PartnershipPerson.objects.create(partnership=partnership, account=account, role=role)
            if account.email in BOTH_ROLES:
                # One person may hold both, so that the rule of four eyes can be tried.
                PartnershipPerson.objects.create(partnership=partnership, account=account, role="payer")
            if role == "coordinator":
                _give_paying_account(partnership, account, at)
    for one in people["accounts"]:
        if one["role"] in {"support_office", "agency"}:
            make_account(one, hashed, at, second_factor=True)
        elif one["organisation"] is None and one["partnership"] is None:
            make_account(one, hashed, at, second_factor=False, is_new=True)
    for one in people["colleagues"]:
        # A second person of the support office, so that what needs two can be tried.
        make_account(one, hashed, at, second_factor=True)


def _give_paying_account(partnership: Partnership, account: Account, at: datetime) -> None:
    PayingAccount.objects.create(
        partnership=partnership,
        account_holder=partnership.acronym,
        iban=PAYING_IBAN,
        account_ending=PAYING_IBAN[-4:],
        given_by=account,
        given_at=at,
    )


def _make_partnership(row: Mapping[str, Any], named: Mapping[str, Any], edition: Edition) -> Partnership:
    codes = ecosystem_codes()
    planned = row["planned_exchanges"] or DEFAULT_PLANNED_EXCHANGES
    partnership = Partnership.objects.create(
        edition=edition,
        acronym=row["acronym"],
        slug=slugify(row["acronym"].replace(".", "-")),
        title=row["title"],
        ecosystems=[codes[name] for name in row["ecosystems"]],
        keywords=row["keywords"],
        coordinating_country=next((member["country"] for member in row["members"] if member["country"]), "BE"),
        planned_exchanges=row["planned_exchanges"],
        email=named["contact_point"]["email"],
    )
    MemberCluster.objects.bulk_create(
        MemberCluster(partnership=partnership, name=member["name"], country=member["country"] or "", position=position)
        for position, member in enumerate(row["members"], start=1)
    )
    money = planned * CENTS_AN_EXCHANGE
    Budget.objects.create(partnership=partnership, planned_cents=money, free_cents=money)
    return partnership


def make_account(
    person: Mapping[str, Any], hashed: str, at: datetime, *, second_factor: bool, is_new: bool = False
) -> Account:
    """Make an account that can sign in, with its address verified and its second factor set up where one is asked."""
    account = Account.objects.create(
        email=person["email"],
        first_name=person["first_name"],
        last_name=person["last_name"],
        language=person.get("language", "en"),
        password=hashed,
        is_support_office=person.get("role") == "support_office",
        is_agency=person.get("role") == "agency",
        joined_at=at,
        last_seen_at=at,
        shows_first_steps=is_new,
    )
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    if second_factor:
        TOTP.activate(account, totp_secret(account.email))
    return account


def make_representative(profile: Mapping[str, Any], at: datetime) -> Representative:
    """Make an organisation with the person who speaks for it, as they would stand after the form was filled in."""
    hashed = hashed_password()
    person = profile["person"]
    demo = next((one for one in read("contact_points.json")["accounts"] if one["organisation"] == profile["key"]), None)
    account = make_account(demo or {**person, "language": "en"}, hashed, at, second_factor=False)
    organisation = Organisation.objects.create(**organisation_columns(profile), created_at=at)
    return Representative.objects.create(
        account=account,
        organisation=organisation,
        position=person["position"],
        phone=person["phone"],
        based_in=profile["country"],
        nationality=profile["country"],
        languages={one["language"]: one["level"] for one in person["languages"]},
        works_for_organisation=True,
        since=at,
    )


def organisation_columns(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns of an organisation from its profile."""
    same = (
        "legal_name", "short_name", "organisation_type", "people", "turnover_eur", "balance_eur", "registration_number",
        "founded", "street", "postcode", "city", "region", "country", "latitude", "longitude", "website", "description",
        "ecosystems", "nace", "members_total", "members_smes", "members_research",
    )  # fmt: skip
    membership = next(iter(profile["cluster_memberships"] or []), None)
    return {
        **{name: profile[name] for name in same},
        "sub_type": profile["sub_type"] or "",
        "vat_number": profile["vat_number"] or "",
        "profile_language": profile["text_language"],
        "keywords": ", ".join(profile["keywords"]),
        "offers": ", ".join(profile["offers"] or []),
        "cluster_membership": ("yes" if membership["profiled"] else "unprofiled") if membership else "no",
        "cluster_name": membership["name"] if membership else "",
        "cluster_since": membership["since"] if membership else None,
    }
