"""What the public sees of partnerships."""

from django.db.models import QuerySet

from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.scheme.models import Edition


def partnerships_of(edition: Edition, *, ecosystem: str = "", country: str = "") -> list[Partnership]:
    """Give the partnerships of an edition, by acronym, narrowed to a field of work and a country of their members."""
    found = (
        Partnership.objects.filter(edition=edition)
        .select_related("edition")
        .prefetch_related("members")
        .order_by("acronym")
    )
    if ecosystem:
        found = found.filter(ecosystems__contains=[ecosystem])
    if country:
        found = found.filter(members__country=country).distinct()
    return list(found)


def profile(edition: Edition | None, slug: str) -> Partnership | None:
    """Give a partnership by its acronym in the address: of the open edition, else of the newest one that had it."""
    found: QuerySet[Partnership] = (
        Partnership.objects.filter(slug=slug).select_related("edition").prefetch_related("members", "planned_events")
    )
    if edition is not None and (own := found.filter(edition=edition).first()) is not None:
        return own
    return found.order_by("-edition__valid_from").first()


def editions_with_partnerships() -> list[Edition]:
    """Give the editions that have partnerships, the newest first."""
    return list(Edition.objects.filter(partnerships__isnull=False).distinct().order_by("-valid_from"))


def member_countries(edition: Edition) -> list[str]:
    """Give the countries in which members of an edition's partnerships are."""
    found = Partnership.objects.filter(edition=edition, members__country__gt="").values_list(
        "members__country", flat=True
    )
    return sorted(set(found))
