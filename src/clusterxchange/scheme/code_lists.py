"""What the codes of the scheme are called.

Which codes an edition offers stands in its document. The words for those that come with the tool are here, so that they
are translated with everything else; the words for a code that an edition adds stand in the document.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clusterxchange.scheme.countries import language_name
from clusterxchange.scheme.document import Scheme

FALLBACK_LANGUAGE = "en"

LABELS: Mapping[str, Mapping[str, Promise]] = {
    "ecosystems": {
        "aerospace_and_defence": _("Aerospace and defence"),
        "agri_food": _("Agri-food"),
        "construction": _("Construction"),
        "cultural_and_creative": _("Cultural and creative industries"),
        "digital": pgettext_lazy("industrial ecosystem", "Digital"),
        "electronics": _("Electronics"),
        "energy_intensive": _("Energy-intensive industries"),
        "energy_renewables": _("Energy-renewables"),
        "health": _("Health"),
        "mobility": _("Mobility-transport-automotive"),
        "proximity_and_social_economy": _("Proximity, social economy and civil security"),
        "retail": _("Retail"),
        "textiles": _("Textiles"),
        "tourism": _("Tourism"),
    },
    "emerging_industries": {
        "advanced_packaging": _("Advanced packaging"),
        "biopharmaceuticals": _("Biopharmaceuticals"),
        "blue_growth": _("Blue growth industries"),
        "creative_industries": _("Creative industries"),
        "digital_industries": _("Digital industries"),
        "environmental_industries": _("Environmental industries"),
        "experience_industries": _("Experience industries"),
        "logistical_services": _("Logistical services"),
        "medical_devices": _("Medical devices"),
        "mobility_technologies": _("Mobility technologies"),
    },
    "organisation_types": {
        "cluster_organisation": _("Cluster organisation"),
        "business_network": _("Business network organisation"),
        "scaling_up_support": _("Scaling-up support organisation"),
        "sme": _("Small or medium-sized enterprise"),
        "large_company": _("Large company"),
        "public_authority": _("Public authority"),
        "training_provider": _("Training provider"),
    },
    "scaling_up_support_types": {
        "technology_centre": _("Technology centre"),
        "research_institute": _("Research institute"),
        "innovation_hub": _("Innovation hub"),
        "fab_lab": _("Fab lab"),
        "creative_hub": _("Creative hub"),
        "resource_efficiency_service_provider": _("Provider of services for resource efficiency"),
        "incubator": _("Incubator"),
        "accelerator": _("Accelerator"),
    },
    "roles": {"visit": _("Visiting organisation"), "host": _("Host organisation")},
    "memberships": {
        "yes": _("Member of a cluster organisation that has a profile on the European Cluster Collaboration Platform"),
        "unprofiled": _("Member of a cluster organisation without a profile on that platform"),
        "business-network": _("Member of a business network only"),
        "no": _("No member of a cluster"),
    },
    "formats": {"physical": _("Physical exchange"), "virtual": _("Virtual exchange")},
    "format_preferences": {
        "physical": _("Physical exchange"),
        "virtual": _("Virtual exchange"),
        "both": _("Physical or virtual exchange"),
    },
    "halves_of_a_day": {"morning": _("Morning"), "afternoon": _("Afternoon")},
    "purposes": {
        "learn_from_actors": _("Learn from people in another cluster or country"),
        "explore_new_markets": _("Explore how to grow in new markets"),
        "adopt_technologies": _("Take up new technologies, digital, green or low-carbon solutions"),
        "strategic_collaboration": _("Invest in strategic collaboration between regions"),
    },
    "activity_types": {
        "capacity_building": _("Building skills, alone or in a group"),
        "sharing_knowledge": _("Sharing knowledge in one area"),
        "project_development": _("Developing a project, innovation or research"),
        "market_research": _("Market research"),
        "networking": _("Networking and finding partners"),
    },
    "language_levels": {
        "A1": _("A1, first words"),
        "A2": _("A2, simple talk"),
        "B1": _("B1, everyday talk"),
        "B2": _("B2, talk about one's work"),
        "C1": _("C1, fluent"),
        "C2": _("C2, as in one's first language"),
    },
    "titles": {
        "ms": pgettext_lazy("title of a person", "Ms"),
        "mr": pgettext_lazy("title of a person", "Mr"),
        "mx": pgettext_lazy("title of a person", "Mx"),
        "dr": pgettext_lazy("title of a person", "Dr"),
        "professor": pgettext_lazy("title of a person", "Professor"),
    },
    "genders": {
        "woman": _("Woman"),
        "man": _("Man"),
        "another": pgettext_lazy("gender", "Another"),
        "not_said": _("I prefer not to say"),
    },
    "business_in_a_participating_country": {
        "started": _("I have started a business in a participating country"),
        "intended": _("I intend to start a business in a participating country"),
    },
    "proposal_decline_reasons": {
        "dates_do_not_fit": _("The dates do not fit"),
        "no_place_free": _("No place is free"),
        "topic_does_not_fit": _("The topic does not fit"),
        "objectives_not_clear": _("The objectives are not clear"),
        "language_does_not_fit": _("There is no common working language"),
        "agreed_with_another_partner": _("Another partner has been agreed"),
        "not_available_any_more": _("Not available any more"),
        "other": _("Another reason"),
    },
    "application_refusal_reasons": {
        "type_not_eligible": _("This type of organisation may not take part in this role"),
        "country_not_eligible": _("The country does not take part"),
        "membership_not_shown": _("The membership of a cluster was not shown"),
        "person_not_entitled": _("The person may not speak for the organisation"),
        "has_visited_before": _("The organisation has visited before"),
        "motivation_not_concrete": _("The motivation is not concrete enough"),
        "internship": _("It is about an internship, a work placement or employment"),
        "information_missing": _("Information that was asked for is missing"),
        "other": _("Another reason"),
    },
    "change_request_reasons": {
        "internship": _("It is about an internship, a work placement or employment"),
        "dates": _("The dates need a change"),
        "length": _("The length needs a change"),
        "programme_incomplete": _("The programme is not complete"),
        "objectives_not_clear": _("The objectives are not clear"),
        "outcomes_not_clear": _("The expected outcomes are not clear"),
        "costs_or_funding": _("The amount or the distance needs a change"),
        "declarations": _("A declaration is not right"),
        "other": _("Another reason"),
    },
    "signature_decline_reasons": {
        "dates_changed": _("The dates do not hold any more"),
        "content_changed": _("The content does not hold any more"),
        "not_entitled_to_sign": _("I may not sign for the organisation"),
        "no_longer_wanted": _("The exchange is no longer wanted"),
        "other": _("Another reason"),
    },
    "cancellation_reasons": {
        "illness": _("Illness"),
        "travel_not_possible": _("Travel is not possible"),
        "partner_withdrew": _("The partner withdrew"),
        "business_reasons": _("Business reasons"),
        "force_majeure": _("Force majeure"),
        "no_show": _("The visitor did not come"),
        "duplicate": _("Entered twice"),
        "other": _("Another reason"),
    },
    "evidence_kinds": {
        "boarding_pass": _("Boarding pass"),
        "ticket": pgettext_lazy("travel", "Ticket"),
        "travel_invoice": _("Invoice for travel"),
        "accommodation_invoice": _("Invoice for accommodation"),
        "host_confirmation": _("Confirmation by the host organisation"),
        "attendance_list": _("Attendance list"),
        "other": _("Another document"),
    },
    "evidence_items": {
        "outward": _("Outward journey"),
        "return": _("Return journey"),
        "stay": _("Stay"),
        "presence": _("Presence at the host organisation"),
        "attendance": _("Attendance"),
    },
    "tax_statuses": {
        "registered_for_vat": _("Registered for value added tax"),
        "not_registered_for_vat": _("Not registered for value added tax"),
        "exempt_from_vat": _("Exempt from value added tax"),
    },
    "report_outcomes": {
        "contacts": _("Contacts made"),
        "meetings": _("Meetings held"),
        "project_ideas": _("Project ideas"),
        "agreements": _("Agreements"),
        "technology": _("Technology taken up"),
        "markets": _("New markets"),
        "green_effect": _("Effect on the environment"),
        "digital_effect": _("Effect on digital work"),
        "new_memberships": _("New memberships"),
    },
    "ratings": {
        "host": _("The host organisation"),
        "visitor_partnership": _("The visitor's partnership"),
        "host_partnership": _("The host's partnership"),
        "tool": _("This tool"),
        "information": _("The information received"),
        "funding": _("The funding"),
    },
    "checklist_outcomes": {
        "pass": pgettext_lazy("outcome of a check", "Pass"),
        "fail": pgettext_lazy("outcome of a check", "Fail"),
        "ask": pgettext_lazy("outcome of a check", "Ask"),
    },
    "checklist": {
        "type_fits_the_role": _("The type of organisation fits the role"),
        "country_participates": _("The country takes part"),
        "size_of_the_enterprise": _("The size of the enterprise is right"),
        "cluster_membership_shown": _("The membership of a cluster is shown"),
        "works_for_the_organisation": _("The person works for the organisation"),
        "third_country_rule": _("A person from a third country meets the rule for them"),
        "has_not_visited": _("The organisation has not visited before"),
        "curriculum_vitae": _("The curriculum vitae is there and can be read"),
        "motivation_is_concrete": _("The motivation is concrete"),
        "purposes_are_allowed": _("The purposes are allowed: no internship, work placement or employment"),
        "preferences_are_workable": _("The preferences can be met"),
        "language": _("There is a language to work in"),
    },
    "size_classes": {
        "micro": _("Micro enterprise"),
        "small": _("Small enterprise"),
        "medium": _("Medium-sized enterprise"),
        "large": _("Large company"),
    },
    "terms": {
        "assessment": _("Assessment of a registration"),
        "on_hold": _("Answer to questions on a registration"),
        "objection": _("Objection to a refusal"),
        "agency_approval": _("Approval by the agency"),
        "objection_decision": _("Decision on an objection"),
        "participation_review": _("Review of a participation"),
        "proposal": _("Answer to a proposal"),
        "idle_commitment": _("Work on the Commitment to Quality"),
        "validation": _("Validation of the Commitment to Quality"),
        "signature": _("Signatures on the Commitment to Quality"),
        "financial_agreement": _("Financial agreement"),
        "unsigned_before_start": _("Signatures before the first day"),
        "confirm_start": _("Confirmation of the start"),
        "confirm_end": _("Confirmation of the end"),
        "report": _("Final activity report"),
        "report_validation": _("Validation of the final activity report"),
        "payment": _("Payment"),
        "receipt": _("Confirmation that the payment arrived"),
        "no_sign_in": _("Sign-in"),
        "low_active": _("Confirmation of interest"),
        "dispute": _("Settling of a dispute"),
        "follow_up_survey": _("Follow-up survey"),
    },
}


def label(scheme: Scheme, code_list: str, code: str) -> str:
    """Give the words for a code in the reader's language, the code itself where nothing has any for it.

    The document of the edition has the first say.
    """
    language = get_language() or FALLBACK_LANGUAGE
    own = scheme.labels.get(code_list, {}).get(code)
    if own:
        return own.get(language) or own.get(FALLBACK_LANGUAGE) or next(iter(own.values()))
    if code_list == "languages":
        return language_name(code, language)
    known = LABELS.get(code_list, {}).get(code)
    return str(known) if known is not None else code


def choices(scheme: Scheme, code_list: str) -> list[tuple[str, str]]:
    """Give the codes that an edition offers with their words, in the order of the document."""
    return [(code, label(scheme, code_list, code)) for code in scheme.code_lists[code_list]]
