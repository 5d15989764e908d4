"""Each page has a section of the manual: what the Help at its top opens."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from clusterxchange.journeys.manual.reading import MANUALS, text_of
from clusterxchange.journeys.manual.routes import OF_A_DEMONSTRATION, ROUTES_OF_SECTION


def routes_of(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes_of(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


def test_every_named_route_has_one_section_of_the_manual() -> None:
    mapped = [
        route for table in (ROUTES_OF_SECTION, OF_A_DEMONSTRATION) for routes in table.values() for route in routes
    ]
    routes = set(routes_of(get_resolver()))

    assert len(set(mapped)) == len(mapped)
    assert routes - set(mapped) == set(), "Say in journeys/manual/routes.py which section is about these pages."
    assert set(mapped) - routes == set(), "These routes of journeys/manual/routes.py are not there any more."


def test_every_section_that_a_page_leads_to_stands_in_a_manual() -> None:
    texts = "".join(text_of(name, "en") for name in MANUALS)

    assert [section for section in ROUTES_OF_SECTION if f"{{#{section}}}" not in texts] == []
