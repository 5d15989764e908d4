"""What the public sees of partnerships."""

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from clusterxchange.foundation.folding import fold
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.scheme.models import Edition


def partnerships_of(edition: Edition) -> list[Partnership]:
    """Give the partnerships of an edition, by acronym, with their members."""
    found = Partnership.objects.filter(edition=edition).select_related("edition", "logo").prefetch_related("members")
    return list(found.order_by("acronym"))


def fits(partnership: Partnership, *, q: str = "", ecosystem: str = "", country: str = "", region: str = "") -> bool:
    """Tell whether a partnership has all the words, and the field, country and region of one of its members."""
    members = list(partnership.members.all())
    said = [partnership.acronym, partnership.title, *partnership.keywords]
    said += [f"{member.name} {member.region}" for member in members]
    text = fold(" ".join(said))
    return (
        all(word in text for word in fold(q).split())
        and (not ecosystem or ecosystem in partnership.ecosystems)
        and (not country or any(member.country == country for member in members))
        and (not region or any(fold(member.region) == fold(region) for member in members))
    )


def profile(edition: Edition | None, slug: str) -> Partnership | None:
    """Give a partnership by its acronym in the address: of the open edition, else of the newest one that had it."""
    found: QuerySet[Partnership] = (
        Partnership.objects.filter(slug=slug)
        .select_related("edition", "logo")
        .prefetch_related("members", "planned_events")
    )
    if edition is not None and (own := found.filter(edition=edition).first()) is not None:
        return own
    return found.order_by("-edition__valid_from").first()


def is_found_by_acronym(edition: Edition | None) -> "ExpressionWrapper[Q]":
    """Give whether `profile` finds a partnership by its acronym, as a column of a query for partnerships."""
    same = Partnership.objects.filter(slug=OuterRef("slug")).exclude(pk=OuterRef("pk"))
    before = Q(edition__valid_from__gt=OuterRef("edition__valid_from"))
    own = Q(pk__in=[])
    if edition is not None:
        before |= Q(edition=edition)
        own = Q(edition=edition)
    return ExpressionWrapper(own | ~Q(Exists(same.filter(before))), output_field=BooleanField())


def editions_with_partnerships() -> list[Edition]:
    """Give the editions that have partnerships, the newest first."""
    return list(Edition.objects.filter(partnerships__isnull=False).distinct().order_by("-valid_from"))
