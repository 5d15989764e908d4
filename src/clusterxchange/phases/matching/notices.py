"""Every sentence about proposals, and the reasons of a ranking in words."""

from collections.abc import Callable, Iterable

from babel import Locale
from babel.lists import format_list
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action
from clusterxchange.phases.matching.engine import Reason
from clusterxchange.phases.matching.models import (
    AbuseReportState,
    ConversationState,
    MatchPlanState,
    ProgrammeState,
    ProposalState,
)
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.countries import country_name
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import sentences
from clusterxchange.workflow.sentences import ActionSentences

WORDS_SHOWN = 4
# What stands against an exchange of two, whatever they write.
BROKEN_CONDITIONS = {
    "other_edition": _(
        "The two take part in different editions of the programme. Choose a partner of your own edition."
    ),
    "own_organisation": _("It is the same organisation on both sides. Choose another partner."),
    "roles_do_not_complete": _(
        "An exchange needs one visiting and one host organisation. Choose a partner with the other role."
    ),
    "same_country": _("Both organisations are in the same country. An exchange needs two different ones."),
    "visit_already_used": _("The visiting organisation has used its one visit, or another exchange has claimed it."),
    "windows_do_not_overlap": _(
        "The two are not available together for enough working days. Agree on other dates, or on a virtual exchange."
    ),
}

sentences.say(
    actions={
        Action.SEND_PROPOSAL: ActionSentences(
            button=_("Send the proposal"),
            happened=_("%(party)s sent a proposal for an exchange of %(visitor)s and %(host)s"),
        ),
        Action.SUGGEST_MATCH: ActionSentences(
            button=_("Suggest the two to each other"),
            happened=_("%(party)s suggested an exchange of %(visitor)s and %(host)s"),
        ),
        Action.INVITE_PARTNER: ActionSentences(
            button=_("Invite the partner"),
            happened=_("%(party)s sent an invitation for an exchange of %(visitor)s and %(host)s"),
        ),
        Action.ACCEPT_PROPOSAL: ActionSentences(
            button=_("Accept the proposal"),
            asked=_("Answer the proposal for an exchange of %(visitor)s and %(host)s"),
            waiting=_("%(party)s answers the proposal"),
            happened=_("%(party)s accepted the proposal: %(visitor)s visits %(host)s"),
            hint=_("With your yes the match is made. Each side then sees the other's contact person and CV."),
        ),
        Action.ACCEPT_SUGGESTION: ActionSentences(
            button=_("Agree to the suggestion"),
            asked=_("Answer the suggestion of an exchange of %(visitor)s and %(host)s"),
            waiting=_("%(party)s answers the suggestion"),
            happened=_("%(party)s agreed to the exchange of %(visitor)s and %(host)s"),
            hint=_(
                "The match is made when both sides have agreed. Each then sees the other's contact person and "
                "CV."
            ),
        ),
        Action.DECLINE_PROPOSAL: ActionSentences(
            button=_("Decline the proposal"),
            happened=_("%(party)s declined the proposal for an exchange of %(visitor)s and %(host)s"),
        ),
        Action.WITHDRAW_PROPOSAL: ActionSentences(
            button=_("Withdraw the proposal"),
            happened=_("%(party)s withdrew the proposal for an exchange of %(visitor)s and %(host)s"),
        ),
        Action.EXPIRE_PROPOSAL: ActionSentences(
            button=_("Close the proposal as expired"),
            asked=_("Answer proposals to %(host)s in time: several have expired"),
            waiting=_("The proposal waits for an answer"),
            happened=_("The proposal for an exchange of %(visitor)s and %(host)s expired without an answer"),
            hint=_("%(host)s is hidden from the lists until it answers a proposal or sends one itself."),
        ),
        Action.CLOSE_PROPOSAL: ActionSentences(
            button=_("Close the proposal"),
            happened=_(
                "The proposal for an exchange of %(visitor)s and %(host)s closed: %(visitor)s has found a match, or "
                "the group is cancelled"
            ),
        ),
        Action.OFFER_DATES: ActionSentences(
            button=_("Offer these days"),
            happened=_("%(party)s offered days for the exchange of %(visitor)s and %(host)s"),
        ),
        Action.ACCEPT_DATES: ActionSentences(
            button=_("Agree to these days"),
            happened=_("%(party)s agreed to the days offered for the exchange of %(visitor)s and %(host)s"),
        ),
        Action.PUBLISH_PROGRAMME: ActionSentences(
            button=_("Publish the group exchange"), happened=_("%(party)s published the group exchange: %(title)s")
        ),
        Action.CHANGE_PROGRAMME: ActionSentences(
            button=_("Change the group exchange"), happened=_("%(party)s changed the group exchange: %(title)s")
        ),
        Action.CLOSE_PROGRAMME: ActionSentences(
            button=_("Take no more requests"),
            happened=_("%(party)s takes no more requests for the group exchange: %(title)s"),
            hint=_("Those who have asked can still get a seat."),
        ),
        Action.CANCEL_PROGRAMME: ActionSentences(
            button=_("Cancel the group exchange"),
            happened=_("%(party)s cancelled the group exchange: %(title)s"),
            hint=_("Those who have asked for a seat are told. It cannot be taken back."),
        ),
        Action.BEGIN_PROGRAMME: ActionSentences(
            button=_("Let the group exchange begin"), happened=_("The group exchange has begun: %(title)s")
        ),
        Action.NAME_GUESTS: ActionSentences(
            button=_("Add the guest"), happened=_("%(party)s changed the list of guests")
        ),
        Action.CONFIRM_SUGGESTION: ActionSentences(
            button=_("Suggest the two to each other"),
            happened=_("The support office suggested an exchange of %(visitor)s and %(host)s"),
        ),
        Action.ASK_FOR_PLAN: ActionSentences(
            button=_("Work out a plan"), happened=_("The support office asked for a plan for the programme")
        ),
        Action.MAKE_PLAN: ActionSentences(
            button=_("Keep the plan"), happened=_("A plan for the programme is worked out: %(reference)s")
        ),
        Action.START_CONVERSATION: ActionSentences(
            button=_("Start the conversation"), happened=_("%(party)s started a conversation")
        ),
        Action.BLOCK_CONVERSATION: ActionSentences(
            button=_("Block the other side"),
            happened=_("%(party)s blocked the conversation"),
            hint=_("Neither side can write or send a proposal then. You can take it back; nobody gets a mail."),
        ),
        Action.UNBLOCK_CONVERSATION: ActionSentences(
            button=_("Open the conversation again"), happened=_("%(party)s opened the conversation again")
        ),
        Action.REPORT_ABUSE: ActionSentences(
            button=_("Report abuse"),
            happened=_("%(party)s reported something to the support office"),
            hint=_("The support office reads the conversation and answers you. The other side is not told."),
        ),
        Action.CLOSE_ABUSE_REPORT: ActionSentences(
            button=_("Close the report"),
            asked=_("Answer a report of abuse about the conversation of %(visitor)s and %(host)s"),
            waiting=_("%(party)s answers a report of abuse"),
            happened=_("The support office has answered a report of abuse"),
        ),
        Action.SAVE_ORGANISATION: ActionSentences(
            button=_("Save"), happened=_("You have saved %(partner)s. Nobody else is told.")
        ),
        Action.REMOVE_SAVED_ORGANISATION: ActionSentences(
            button=_("Remove from the saved ones"), happened=_("You have removed %(partner)s from the saved ones.")
        ),
        Action.HIDE_ORGANISATION: ActionSentences(
            button=_("Hide"), happened=_("You have hidden %(partner)s from your best matches. Nobody else is told.")
        ),
        Action.SHOW_ORGANISATION_AGAIN: ActionSentences(
            button=_("Show again"), happened=_("%(partner)s stands among your best matches again.")
        ),
        Action.SAVE_SEARCH: ActionSentences(
            button=_("Save this search"), happened=_("The search is saved. New results come to you by mail.")
        ),
        Action.SWITCH_SEARCH_MAILS: ActionSentences(
            button=_("Change whether mails come"), happened=_("It is changed whether mails come for the search.")
        ),
        Action.REMOVE_SAVED_SEARCH: ActionSentences(
            button=_("Remove the search"), happened=_("The search is removed. No mails come for it any more.")
        ),
        Action.REPORT_IMPOSSIBLE_INVITATION: ActionSentences(
            button=_("Say why there is no exchange"),
            happened=_("Your invitation cannot become a proposal. %(why)s"),
        ),
        Action.TELL_OF_NEW_RESULTS: ActionSentences(
            button=_("Tell who is new"),
            happened=_("New in a search that you have saved: %(names)s"),
            hint=_("Mails for a search stop when you switch them off among your saved searches."),
        ),
        Action.OPEN_INVITATION: ActionSentences(
            button=_("Turn the invitation into a proposal"),
            happened=_(
                "The invited partner is accepted; the proposal of %(visitor)s and %(host)s waits for an answer"
            ),
        ),
    },
    states={("proposal", state.value): state.label for state in ProposalState}
    | {("conversation", state.value): state.label for state in ConversationState}
    | {("abuse_report", state.value): state.label for state in AbuseReportState}
    | {("programme", state.value): state.label for state in ProgrammeState}
    | {("match_plan", state.value): state.label for state in MatchPlanState},
    kinds={"proposal": _("Proposal"), "programme": _("Group exchange"),
        "match_plan": _("Plan for the programme"), "conversation": _("Conversation"),
        "abuse_report": _("Report of abuse")},
    words=BROKEN_CONDITIONS,
    refusals=BROKEN_CONDITIONS
    | {
        "message_missing": _("Write a message to the partner: who you are and what you want to do together."),
        "own_participation_not_available": _(
            "Your own participation is not open at present. Ask your contact point how to open it again."
        ),
        "partner_not_available": _("This organisation is not open to proposals at present. Choose another partner."),
        "no_place_left": _(
            "The host organisation has no place left at present. Choose another host, or wait until one is "
            "free."
        ),
        "too_many_open_proposals": _(
            "You have %(most)s proposals open. Withdraw one, or wait for an answer, before you send the "
            "next."
        ),
        "same_partner_asked_lately": _(
            "You asked this partner less than %(days)s days ago. Write in that proposal's conversation, or "
            "choose another partner."
        ),
        "proposal_is_open_already": _(
            "A proposal between the two is open already. Answer it, or write in its conversation."
        ),
        "proposal_expired": _(
            "The time for an answer is over. Send a new proposal, if both sides still want the exchange."
        ),
        "decline_reason_missing": _("Choose the reason that fits best."),
        "programme_has_begun": _("This group exchange has begun, so seats are no longer given. Look for another one."),
        "programme_closed": _("Seats of this group exchange cannot be asked for any more. Look for another one."),
        "places_are_given": _("%(given)s seats are confirmed already. There cannot be fewer places."),
        "seats_are_confirmed": _("Seats are confirmed. Cancel their exchanges first, so that each visitor learns why."),
        "asked_until_after_start": _("The last day to ask for a seat must be before the first day."),
        "programme_without_place": _("A group exchange needs at least one place."),
        "agenda_too_short": _(
            "At least three working days need something in the morning and in the afternoon, or they do not count."
        ),
        "guest_from_another_country": _(
            "Guests come from the host's country. Visitors from another one ask for a seat."
        ),
        "suggested_already": _("This pair was suggested to both already."),
        "address_in_message": _(
            "Leave out e-mail addresses and telephone numbers until both have agreed on an exchange. Then each side "
            "sees the other's."
        ),
        "conversation_blocked": _(
            "One of the two sides has blocked this conversation. Your contact point can help where that is a mistake."
        ),
        "abuse_reason_missing": _("Choose what is wrong."),
        "abuse_text_missing": _("Write in your own words what is wrong."),
        "too_many_saved_searches": _(
            "You have %(most)s searches saved for this participant. Remove one before you save the next."
        ),
        "partner_is_registered": _(
            "This partner takes part already. Look it up in the catalogue and send a proposal there."
        ),
    },
)  # fmt: skip

BAND_LABELS = {3: _("Strong fit"), 2: _("Good fit"), 1: _("Possible fit")}
HIDDEN_LABELS = {"unanswered_proposals": _("Leaves proposals unanswered")}
AVAILABILITY_LABELS = {
    "RESERVED": _("Reserved by its partnership"),
    "LOW_ACTIVE": _("No sign-in for a long time"),
}


def listed(texts: Iterable[str]) -> str:
    """Join texts as the reader's language joins a list."""
    return format_list(list(texts), locale=Locale.parse(get_language() or "en", sep="-"))


def reason_sentence(reason: Reason, asker: str, scheme: Scheme) -> str:
    """Say a reason for a match in the reader's language; `asker` is the name of the side that looks."""
    return SENTENCES_OF_REASONS[reason.code](reason, asker, scheme)


def misfit_sentence(code: str) -> str:
    """Say what does not fit in the reader's language."""
    return str(MISFITS[code])


def _labels(scheme: Scheme, code_list: str, codes: Iterable[str]) -> str:
    return listed(label(scheme, code_list, code) for code in codes)


def _sector(reason: Reason, asker: str, scheme: Scheme) -> str:
    del asker
    if not reason.there:
        return gettext("Both work in the same branch of industry.")
    return gettext("Both work in: %(ecosystems)s.") % {"ecosystems": _labels(scheme, "ecosystems", reason.there)}


def _wished(scheme: Scheme, facts: Iterable[str]) -> str:
    language = get_language() or "en"
    return listed(
        country_name(fact, language) if fact.isupper() else label(scheme, "ecosystems", fact) for fact in facts
    )


def _wishes(reason: Reason, asker: str, scheme: Scheme) -> str:
    names = {"asker": asker, "there": _wished(scheme, reason.there), "back": _wished(scheme, reason.back)}
    if reason.there and reason.back:
        return gettext("It is what %(asker)s wishes (%(there)s), and wishes a partner like it (%(back)s).") % names
    if reason.there:
        return gettext("It is what %(asker)s wishes: %(there)s.") % names
    return gettext("It wishes a partner like %(asker)s: %(back)s.") % names


def _offers(reason: Reason, asker: str, scheme: Scheme) -> str:
    del scheme
    names = {"asker": asker, "there": listed(reason.there[:WORDS_SHOWN]), "back": listed(reason.back[:WORDS_SHOWN])}
    if reason.there and reason.back:
        return gettext("It offers what %(asker)s looks for (%(there)s), and the other way round (%(back)s).") % names
    if reason.there:
        return gettext("It offers what %(asker)s looks for: %(there)s.") % names
    return gettext("It looks for what %(asker)s offers: %(back)s.") % names


def _meaning(reason: Reason, asker: str, scheme: Scheme) -> str:
    del reason, asker, scheme
    return gettext("What one side looks for and the other offers is close in meaning, in whatever language.")


def _languages(reason: Reason, asker: str, scheme: Scheme) -> str:
    del asker
    return gettext("Both work in the language: %(languages)s.") % {
        "languages": _labels(scheme, "languages", reason.there)
    }


def _dates(reason: Reason, asker: str, scheme: Scheme) -> str:
    del asker, scheme
    days = int(reason.there[0])
    return ngettext(
        "Both are available on %(days)d working day.", "Both are available on %(days)d working days.", days
    ) % {"days": days}


def _activities(reason: Reason, asker: str, scheme: Scheme) -> str:
    del asker
    return gettext("Both wish this kind of activity: %(activities)s.") % {
        "activities": _labels(scheme, "activity_types", reason.there)
    }


def _purposes(reason: Reason, asker: str, scheme: Scheme) -> str:
    del asker
    return gettext("Both have the same purpose: %(purposes)s.") % {
        "purposes": _labels(scheme, "purposes", reason.there)
    }


def _organisation_type(reason: Reason, asker: str, scheme: Scheme) -> str:
    names = {
        "asker": asker,
        "there": _labels(scheme, "organisation_types", reason.there),
        "back": _labels(scheme, "organisation_types", reason.back),
    }
    if reason.there and reason.back:
        return gettext("Each is of a type that the other wishes: %(there)s and %(back)s.") % names
    if reason.there:
        return gettext("It is of a type that %(asker)s wishes: %(there)s.") % names
    return gettext("It wishes partners of the type of %(asker)s: %(back)s.") % names


def _partnership(reason: Reason, asker: str, scheme: Scheme) -> str:
    del reason, asker, scheme
    return gettext("The same partnership guides both, so one contact point knows the two sides.")


def _format(reason: Reason, asker: str, scheme: Scheme) -> str:
    del asker
    return gettext("Both are open to this format: %(formats)s.") % {"formats": _labels(scheme, "formats", reason.there)}


def _countries(reason: Reason, asker: str, scheme: Scheme) -> str:
    del asker, scheme
    language = get_language() or "en"
    names = listed(country_name(code, language) for code in reason.there)
    return gettext("The two are in different countries: %(countries)s.") % {"countries": names}


def _places(reason: Reason, asker: str, scheme: Scheme) -> str:
    del asker, scheme
    places = int(reason.there[0])
    return ngettext(
        "The host has %(places)d place free.", "The host has %(places)d places free.", places
    ) % {"places": places}  # fmt: skip


def _roles(reason: Reason, asker: str, scheme: Scheme) -> str:
    del reason, asker, scheme
    return gettext("One of the two wishes to visit, the other to host.")


SENTENCES_OF_REASONS: dict[str, Callable[[Reason, str, Scheme], str]] = {
    "sector": _sector,
    "wishes": _wishes,
    "offers": _offers,
    "meaning": _meaning,
    "languages": _languages,
    "dates": _dates,
    "activities": _activities,
    "purposes": _purposes,
    "organisation_type": _organisation_type,
    "partnership": _partnership,
    "format": _format,
    "countries": _countries,
    "places": _places,
    "roles": _roles,
}
# What the ranking compares, in words that stand in its explanation with the weight of each.
FEATURE_LABELS = {
    "sector": _("Industrial ecosystems and branch of industry that both have"),
    "wishes": _("Countries and ecosystems that one side wishes and the other has"),
    "offers": _("Words of what one side looks for in what the other offers"),
    "meaning": _("The meaning of these texts, across languages"),
    "languages": _("Working languages that both have"),
    "dates": _("Working days on which both are available"),
    "purposes": _("Purposes that both have"),
    "activities": _("Types of activity that both wish"),
    "organisation_type": _("Types of organisation that one side wishes and the other is"),
    "partnership": _("The same partnership guides both"),
}
MISFITS = {
    "sector": _("the two have no industrial ecosystem in common."),
    "wishes": _("neither has the countries or sectors that the other wishes."),
    "languages": _("the two have named no common working language."),
    "dates": _("there is no working day on which both are available."),
    "activities": _("the two wish different kinds of activity."),
    "purposes": _("the two have different purposes."),
    "organisation_type": _("neither is of a type that the other wishes."),
}
