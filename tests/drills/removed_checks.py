"""Checks that guard something, each with how it is taken away and with the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass

SIGNING_IN, SERVICES = "tests/parties/test_signing_in.py", "tests/parties/test_sign_in_services.py"
FILES, DECIDE = "tests/foundation/test_hostile_files.py", "tests/access/test_decide.py"
READINGS, PRODUCTION = "tests/access/test_one_table_two_readings.py", "tests/config/test_production.py"
ENTERING, FOUR_EYES = "tests/parties/test_accounts.py", "tests/access/test_decide.py"
ACCOUNTS, KEYS = "src/clusterxchange/parties/accounts/", "tests/foundation/test_key_rotation.py"
DOOR, SAFETY = "src/clusterxchange/foundation/files.py", "src/clusterxchange/config/safety.py"


@dataclass(frozen=True)
class Check:
    """One check: where it stands, its words, what stands there once it is gone, and who must notice."""

    what: str
    file: str
    words: str
    instead: str
    noticed_by: str


CHECKS = (
    # Signing in
    Check("five tries", f"{ACCOUNTS}guessing.py", ".count() >= MOST_TRIES", ".count() < 0", SIGNING_IN),
    Check(
        "a device is its owner's", f"{ACCOUNTS}guessing.py", 'return name if known else ""', "return name", SIGNING_IN
    ),
    Check(
        "five passwords under a text",
        f"{ACCOUNTS}guessing.py",
        "begun = begin_try(account.email, SIGNED_IN)\n    if begun is None:",
        "begun = begin_try(account.email, SIGNED_IN)\n    if False:",
        SIGNING_IN,
    ),
    Check("a password is not looked at", f"{ACCOUNTS}adapter.py", "if begun is None:", "if False:", SIGNING_IN),
    Check(
        "the same work at sign-up",
        f"{ACCOUNTS}adapter.py",
        "            make_password(password)",
        "            pass",
        SIGNING_IN,
    ),
    Check("a new device is told", f"{ACCOUNTS}adapter.py", "and knew_others:", "and False:", SIGNING_IN),
    Check("who it is, once more", f"{ACCOUNTS}proven.py", "return not records or", "return True or", SIGNING_IN),
    Check(
        "an office needs a second factor",
        f"{ACCOUNTS}second_factor.py",
        "if not must_have_second_factor(cast(",
        "if True or not must_have_second_factor(cast(",
        ENTERING,
    ),
    Check(
        "secrets of second factors are sealed",
        f"{ACCOUNTS}adapter.py",
        "return box().encrypt(text.encode()).decode()",
        "return text",
        ENTERING,
    ),
    Check(
        "a mark of origin",
        "src/clusterxchange/config/settings.py",
        '    "django.middleware.csrf.CsrfViewMiddleware",\n',
        "",
        PRODUCTION,
    ),
    # Services to sign in by
    Check("the last way stays", f"{ACCOUNTS}services.py", "and not others.exists():", "and False:", SERVICES),
    Check(
        "another's service stays",
        f"{ACCOUNTS}services.py",
        "SocialAccount.objects.filter(user=account)\n\n",
        "SocialAccount.objects.all()\n\n",
        SERVICES,
    ),
    Check("linking asks once more", f"{ACCOUNTS}services.py", "if links and not (", "if False and not (", SERVICES),
    Check(
        "one person in an answer",
        f"{ACCOUNTS}services.py",
        "if signed is None or told not in {None, signed}:",
        "if False:",
        SERVICES,
    ),
    Check(
        "no more is kept than needed", f"{ACCOUNTS}services.py", "sociallogin.account.extra_data = {}", "pass", SERVICES
    ),
    Check(
        "the way back is ours",
        f"{ACCOUNTS}services.py",
        "return address if is_own else None",
        "return address",
        SERVICES,
    ),
    # Who may do what
    Check(
        "a capacity is asked for",
        "src/clusterxchange/access/decide.py",
        "if not row.capacities & capacities_of(actor, kind, thing):",
        "if False:",
        DECIDE,
    ),
    Check(
        "conflicts of interest",
        "src/clusterxchange/access/decide.py",
        "        if holds(actor, condition.relation, thing):\n            return condition.code\n"
        "    for condition in row.only:",
        "        pass\n    for condition in row.only:",
        DECIDE,
    ),
    Check(
        "nobody speaks for all",
        "src/clusterxchange/access/decide.py",
        "return bool(own) and any(value in own for value in values_at(thing, relation.path))",
        "return bool(own)",
        READINGS,
    ),
    Check(
        "two people pay",
        "src/clusterxchange/access/table.py",
        "A.RELEASE_PAYMENT: may(PR, unless=(WHO_ORDERED,)),",
        "A.RELEASE_PAYMENT: may(PR),",
        FOUR_EYES,
    ),
    # Files
    Check("at most ten megabytes", DOOR, "if upload.size > LARGEST:", "if False:", FILES),
    Check(
        "only kinds that are asked for", DOOR, "if kind is None or kind not in set(allowed):", "if kind is None:", FILES
    ),
    Check(
        "one file is one thing",
        DOOR,
        "return None if zipfile.is_zipfile(io.BytesIO(content)) else PDF",
        "return PDF",
        FILES,
    ),
    Check("an ending fits", DOOR, "if ending not in set(endings):", "if False:", FILES),
    Check("no script in a PDF", DOOR, "if kind == PDF and any(", "if False and any(", FILES),
    Check(
        "letters as numbers",
        DOOR,
        "return NUMBERED_LETTER.sub(lambda found: bytes([int(found[1], 16)]), part)",
        "return part",
        FILES,
    ),
    Check("no macros", DOOR, 'if any(word in f"/{path}" for word in MACRO_PARTS):', "if False:", FILES),
    Check(
        "no entities",
        DOOR,
        "for rule in (MACRO_TYPE, OWN_ENTITIES, OUTSIDE_TEMPLATE)",
        "for rule in (MACRO_TYPE, OUTSIDE_TEMPLATE)",
        FILES,
    ),
    Check("nothing unpacks to much more", DOOR, "if len(parts) > MOST_PARTS or", "if False and", FILES),
    Check("no part outside its folder", DOOR, 'if path.startswith("/") or ".." in path.split("/") or', "if", FILES),
    Check("what is not clean stays", DOOR, "if stored.state != StoredFile.State.CLEAN:", "if False:", FILES),
    Check(
        "handed out in a sandbox",
        DOOR,
        "\"sandbox; default-src 'none'; frame-ancestors 'none'\"",
        "\"default-src 'none'\"",
        FILES,
    ),
    Check("no guessing of kinds", DOOR, 'answer["X-Content-Type-Options"] = "nosniff"', "pass", FILES),
    Check(
        "a photo tells no place",
        "src/clusterxchange/phases/finalisation/cleaning.py",
        "return pictures.drawn_anew(content, content_type)",
        "return content",
        FILES,
    ),
    # What is kept
    Check(
        "bank details are sealed",
        "src/clusterxchange/foundation/encrypted.py",
        'return value if value in (None, "") else box().encrypt(str(value).encode()).decode()',
        "return value",
        KEYS,
    ),
    Check(
        "every value is sealed anew",
        "src/clusterxchange/foundation/key_rotation.py",
        "if anew is not None:\n                    cursor",
        "if False:\n                    cursor",
        KEYS,
    ),
    Check(
        "no formulas in lists",
        "src/clusterxchange/foundation/spreadsheets.py",
        'return f"\'{written}" if written.startswith(BEGINS_A_FORMULA) else written',
        "return written",
        "tests/journeys/test_desk.py",
    ),
    # The installation
    Check("HTTPS only", SAFETY, 'if public.scheme != "https":', "if False:", PRODUCTION),
    Check("a long secret", SAFETY, "if len(key) < SHORTEST_KEY or", "if", PRODUCTION),
    Check("hosts have names", SAFETY, 'if "*" in hosts:', "if False:", PRODUCTION),
    Check(
        "services by HTTPS",
        "src/clusterxchange/foundation/sign_in_services.py",
        'if only_https and issuer.scheme != "https":',
        "if False:",
        SERVICES,
    ),
    Check(
        "figures need a token",
        "src/clusterxchange/config/health.py",
        'if not settings.METRICS_TOKEN or not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):',
        "if False:",
        "tests/journeys/test_health.py",
    ),
)
