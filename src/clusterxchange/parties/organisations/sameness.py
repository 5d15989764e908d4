"""By what two entries are known to be one organisation: name, VAT number, web domain (scheme.md section 9)."""

import re
from contextlib import suppress
from urllib.parse import urlsplit

NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
LONGEST_DOMAIN = 200
# Many have a page there, so the domain says nothing of who they are.
SHARED_DOMAINS = frozenset(
    {"facebook.com", "instagram.com", "linkedin.com", "sites.google.com", "github.io", "xing.com", "youtube.com"}
)


def folded_vat_number(vat_number: str) -> str:
    """Give a VAT number as it is compared: letters and digits only, in capitals."""
    return NEITHER_LETTER_NOR_DIGIT.sub("", vat_number).upper()


def web_domain(website: str) -> str:
    """Give the domain of a website as it is compared: without scheme, port, path and a leading www; empty for none."""
    address = website.strip()
    if not address:
        return ""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    host = host.rstrip(".").removeprefix("www.")
    with suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    return host if "." in host and len(host) <= LONGEST_DOMAIN and host not in SHARED_DOMAINS else ""
