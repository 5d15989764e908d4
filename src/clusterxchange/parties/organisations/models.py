"""An organisation and the people who speak for it (scheme.md sections 2 to 4).

What an organisation is stands here once; a registration, a profile and an agreement all read it.
"""

import re
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation.folding import fold, searched
from clusterxchange.parties.organisations.capitals import capital_of
from clusterxchange.parties.organisations.sameness import folded_vat_number, web_domain
from clusterxchange.scheme.regions import written

SEPARATOR = re.compile("[,;]")


class Organisation(models.Model):
    """A visiting or host organisation. Empty texts are answers not given yet."""

    legal_name = models.CharField(_("Legal name"), max_length=200, blank=True)
    short_name = models.CharField(_("Short name"), max_length=80, blank=True)
    organisation_type = models.CharField(_("Type of organisation"), max_length=40, blank=True)
    sub_type = models.CharField(_("Kind of support organisation"), max_length=60, blank=True)
    people = models.PositiveIntegerField(_("People working there"), null=True, blank=True)
    turnover_eur = models.PositiveBigIntegerField(_("Turnover in euros a year"), null=True, blank=True)
    balance_eur = models.PositiveBigIntegerField(_("Balance sheet total in euros"), null=True, blank=True)
    cluster_membership = models.CharField(_("Member of a cluster"), max_length=20, blank=True)
    cluster_name = models.CharField(_("Name of the cluster"), max_length=200, blank=True)
    cluster_profile = models.URLField(
        _("Profile of the cluster on the European Cluster Collaboration Platform"), blank=True
    )
    cluster_since = models.PositiveIntegerField(_("Member since (year)"), null=True, blank=True)
    registration_number = models.CharField(_("Registration number"), max_length=60, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=30, blank=True)
    founded = models.PositiveIntegerField(_("Year of foundation"), null=True, blank=True)
    street = models.CharField(_("Street and number"), max_length=200, blank=True)
    postcode = models.CharField(_("Postcode"), max_length=20, blank=True)
    city = models.CharField(_("Town"), max_length=100, blank=True)
    region = models.CharField(_("Region"), max_length=100, blank=True)
    country = models.CharField(_("Country"), max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    website = models.URLField(_("Website"), blank=True)
    logo = models.ForeignKey("foundation.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    description = models.TextField(_("What the organisation does"), blank=True)
    profile_language = models.CharField(max_length=10, blank=True)
    ecosystems = models.JSONField(_("Industrial ecosystems"), default=list, blank=True)
    nace = models.CharField(_("NACE division"), max_length=10, blank=True)
    keywords = models.CharField(_("Keywords of your own"), max_length=300, blank=True)
    offers = models.CharField(_("What you offer, in keywords"), max_length=300, blank=True)
    members_total = models.PositiveIntegerField(_("Members in all"), null=True, blank=True)
    members_smes = models.PositiveIntegerField(
        _("Members that are small or medium-sized companies"), null=True, blank=True
    )
    members_research = models.PositiveIntegerField(_("Members that do research"), null=True, blank=True)
    sort_name = models.CharField(max_length=200, blank=True, db_index=True, db_collation="C")
    folded_vat_number = models.CharField(max_length=30, blank=True, db_index=True)
    web_domain = models.CharField(max_length=200, blank=True, db_index=True)
    search_text = models.TextField(blank=True)
    # What the catalogue searches: apart, since the name of whoever is shown by a number must not be found.
    searched_names = models.TextField(blank=True)
    searched_profile = models.TextField(blank=True)
    folded_keywords = models.TextField(blank=True)
    created_at = models.DateTimeField()
    # A second entry of an organisation stays for the journal that names it; nothing hangs on it, and nothing finds it.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.legal_name

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        """Keep the folded columns in step with what they are made from."""
        self.fold_columns()
        super().save(*args, **kwargs)

    def fold_columns(self) -> None:
        """Work out every column that is kept folded; those of an entry that was merged into another are empty."""
        if self.merged_into_id is not None:
            self._empty_folded_columns()
            return
        self.sort_name = fold(self.legal_name)
        self.folded_vat_number = folded_vat_number(self.vat_number)
        self.web_domain = web_domain(self.website)
        self.search_text = fold(
            f"{self.legal_name} {self.short_name} {self.city} {self.description} "
            f"{self.keywords} {self.offers} {self.cluster_name}"
        )
        region = written(self.region)
        self.searched_names = searched((self.legal_name, self.short_name, self.cluster_name, self.web_domain))
        self.searched_profile = searched((self.city, region, self.description, self.keywords, self.offers))
        keywords = (fold(keyword) for keyword in SEPARATOR.split(self.keywords))
        self.folded_keywords = ",".join(dict.fromkeys(keyword for keyword in keywords if keyword))

    def _empty_folded_columns(self) -> None:
        self.sort_name = self.folded_vat_number = self.web_domain = self.search_text = ""
        self.searched_names = self.searched_profile = self.folded_keywords = ""

    # The journal asks each thing for its state; an organisation has no life of its own.
    state = ""

    @property
    def reference(self) -> str:
        """The name of the organisation in addresses and in the journal."""
        return f"ORG-{self.created_at.year}-{self.pk:06d}"

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude of the registered place in degrees, or of the capital where that is not known."""
        if self.latitude is None or self.longitude is None:
            return capital_of(self.country)
        return self.latitude, self.longitude

    @property
    def has_own_position(self) -> bool:
        """Whether the position is that of the place itself."""
        return self.latitude is not None and self.longitude is not None


class Representative(models.Model):
    """A person who speaks for an organisation, with what the registration asks of them (scheme.md section 4)."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="representations")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="representatives")
    title = models.CharField(_("Title"), max_length=30, blank=True)
    position = models.CharField(_("Position in the organisation"), max_length=120, blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    based_in = models.CharField(_("Country where you are based"), max_length=2, blank=True)
    nationality = models.CharField(_("Nationality"), max_length=2, blank=True)
    has_residence_permit = models.BooleanField(_("183 days in a participating country with a permit"), default=False)
    has_started_business = models.BooleanField(
        _("Business started or intended in a participating country"), default=False
    )
    gender = models.CharField(_("Gender"), max_length=20, blank=True)
    languages = models.JSONField(_("Languages"), default=dict, blank=True)
    profile_link = models.URLField(_("Link to a profile"), blank=True)
    works_for_organisation = models.BooleanField(_("I work for this organisation"), default=False)
    curriculum_vitae = models.ForeignKey(
        "foundation.StoredFile", models.PROTECT, null=True, blank=True, related_name="+"
    )
    permit_document = models.ForeignKey(
        "foundation.StoredFile", models.PROTECT, null=True, blank=True, related_name="+"
    )
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "organisation"), name="one_representation_each"),)

    def __str__(self) -> str:
        return f"{self.account} ({self.organisation})"
