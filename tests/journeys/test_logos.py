"""Logos of partnerships and organisations: drawn anew, shown where their names are, gone when they are taken away."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from PIL.ExifTags import Base

from clusterxchange.foundation import pictures
from clusterxchange.foundation.files import JPEG
from clusterxchange.foundation.models import StoredFile
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration.models import Application, Participation
from tests.bring import bring_participation
from tests.cast import Cast, Person, signed_in
from tests.phases.registration.conftest import start

SECRET = b"48.2082 N"


def picture(kind: str = "JPEG", size: tuple[int, int] = (1600, 400)) -> bytes:
    """Draw a picture that says where it was taken, and by whom."""
    target = io.BytesIO()
    about = Image.Exif()
    about[Base.ImageDescription] = SECRET.decode()
    Image.new("RGB", size, "#046").save(target, kind, exif=about)
    assert SECRET in target.getvalue()
    return target.getvalue()


def a_logo(kind: str = "JPEG", name: str = "logo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(kind))


def test_a_picture_is_drawn_anew_smaller_and_without_what_stood_beside_it() -> None:
    drawn = pictures.drawn_anew(picture(), JPEG, largest_side=640)

    with Image.open(io.BytesIO(drawn)) as shown:
        assert shown.size == (640, 160)
        assert not shown.getexif()
    assert SECRET not in drawn


def shown_at(browser: Client, address: str) -> bytes:
    answer = browser.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg"), address
    assert answer["Content-Disposition"] == "inline"
    return bytes(answer.content)


def test_a_partnership_shows_its_logo_to_everybody(cast: Cast) -> None:
    coordinator, own = signed_in(cast.cosima), "/partnerships/loom/own/logo/"
    assert Client().get("/partnerships/loom/logo/").status_code == 404

    assert coordinator.post(own, {"logo": a_logo()}).status_code == 302

    assert SECRET not in shown_at(Client(), "/partnerships/loom/logo/")
    for page in ("/partnerships/", "/partnerships/loom/"):
        assert 'src="/partnerships/loom/logo/"' in Client().get(page).content.decode()
    nothing = coordinator.post(own, {})
    assert (nothing.status_code, 'data-error="file_missing"' in nothing.content.decode()) == (422, True)
    assert coordinator.post(own, {"remove_logo": "on"}).status_code == 302
    assert Client().get("/partnerships/loom/logo/").status_code == 404
    assert not StoredFile.objects.filter(name="logo.jpg").exists()
    assert signed_in(cast.chiara).post(own, {"logo": a_logo()}).status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("logo.svg", b"<svg onload='alert(1)'/>", "file_type_not_allowed"),
        ("logo.jpg", picture()[:300], "file_is_damaged"),
        ("logo.png", picture(), "file_name_does_not_match"),
        ("logo.jpg", b"", "file_empty"),
    ],
)
def test_what_is_no_picture_is_refused_at_its_field(cast: Cast, name: str, content: bytes, code: str) -> None:
    answer = signed_in(cast.cosima).post("/partnerships/loom/own/logo/", {"logo": SimpleUploadedFile(name, content)})

    assert (answer.status_code, f'data-error="{code}"' in answer.content.decode()) == (422, True)
    assert Partnership.objects.get(slug="loom").logo is None


def profile_of(person: Person) -> str:
    return f"/matching/organisations/{Participation.objects.get(organisation=person.organisation).reference}/"


def test_an_organisation_shows_its_logo_where_it_shows_its_name(cast: Cast) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    bring_participation(cast, cast.bram, partnership=cast.selvedge, officer=cast.dov.actor, role="host")
    organisation = cast.bram.organisation
    assert organisation is not None
    bram, place = signed_in(cast.bram), f"/organisations/{organisation.reference}/profile/"
    form = bram.get(place).context["form"]
    kept = {name: value for name, value in form.initial.items() if value not in (None, [])}

    assert bram.post(place, {**kept, "logo": a_logo()}).status_code == 302

    ana, profile = signed_in(cast.ana), profile_of(cast.bram)
    assert f'src="{profile}logo/"' in ana.get(profile).content.decode()
    assert SECRET not in shown_at(ana, f"{profile}logo/")
    assert bram.post(place, kept).status_code == 302
    assert Organisation.objects.get(pk=organisation.pk).logo is not None
    Participation.objects.filter(organisation=organisation).update(shown_by_name=False)
    assert ana.get(f"{profile}logo/").status_code == 404
    assert "logo/" not in ana.get(profile).content.decode()
    assert bram.post(place, {**kept, "remove_logo": "on"}).status_code == 302
    assert Organisation.objects.get(pk=organisation.pk).logo is None


def test_a_logo_that_comes_with_the_registration_is_drawn_anew_as_well(cast: Cast) -> None:
    application = start(cast.ana)
    place = f"/registration/applications/{application.reference}/sections/profile/"
    sent = {"autosave": "logo", "logo": a_logo()}

    answer = signed_in(cast.ana).post(place, sent, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    logo = Application.objects.get(pk=application.pk).organisation.logo
    assert logo is not None
    assert SECRET not in logo.content.read()
