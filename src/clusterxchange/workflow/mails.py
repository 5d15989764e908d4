"""The text of a notice, in its reader's language: the same sentence as banner and desk, and one link."""

from collections.abc import Sequence
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusterxchange.access.actions import Action
from clusterxchange.foundation.mail import one_line
from clusterxchange.workflow import registry, sentences
from clusterxchange.workflow.cases import date_in_words, last_day_of
from clusterxchange.workflow.models import DayHead, MailPreferences, Notice, Obligation
from clusterxchange.workflow.parties import capacity_label
from clusterxchange.workflow.tables import Attachment, Occasion


def mail_of(notice: Notice, *, is_for_others: bool = False) -> EmailMessage:
    """Write the mail of a notice; subject and text stand in the reader's language.

    `is_for_others` leaves the link out: one that lets its reader in must not be seen by whoever looks over the mail.
    """
    with translation.override(notice.account.language):
        texts = sentences.ACTIONS[Action(notice.action)]
        names = {**notice.params, "party": party_named(notice)}
        hint = sentences.filled(texts.hint, names) if notice.asked else ""
        if notice.topic in (Notice.Topic.HAPPENED, Notice.Topic.MESSAGE):
            sentence = sentences.filled(texts.happened, names)
        elif notice.topic == Notice.Topic.OVERDUE:
            # Whoever reads this watches over others: the mail says whose turn it is.
            sentence, hint = sentences.filled(texts.waiting, names), _("Ask %(party)s what is in the way.") % names
        else:
            sentence = sentences.filled(texts.asked, names)
        subject = {
            Notice.Topic.YOUR_TURN: _("Your turn: %(sentence)s"),
            Notice.Topic.REMINDER: _("Reminder: %(sentence)s"),
            Notice.Topic.OVERDUE: _("Overdue: %(sentence)s"),
        }.get(Notice.Topic(notice.topic), "%(sentence)s") % {"sentence": sentence}
        text = render_to_string("mail/notice.txt", _context(notice, sentence, hint, is_for_others=is_for_others))
        mail = EmailMessage(
            one_line(f"{subject} ({notice.reference})"),
            text,
            to=[notice.account.email],
            headers={"Content-Language": notice.account.language},
        )
        if (found := _attachment(notice)) is not None:
            mail.attach(found.name, found.content, found.content_type)
        return mail


def digest_of(notices: Sequence[Notice]) -> EmailMessage:
    """Write one mail of several notices to one person: each with its sentence, its last day and its link."""
    account = notices[0].account
    with translation.override(account.language):
        count = len(notices)
        subject = ngettext("%(count)d thing in your cases", "%(count)d things in your cases", count) % {"count": count}
        parts = [mail_of(notice) for notice in notices]
        things = [
            {
                "sentence": part.subject,
                "link": urljoin(settings.PUBLIC_URL, notice.path),
                "letter": notice.params.get("letter", ""),
                "by_when": _by_when(notice),
            }
            for part, notice in zip(parts, notices, strict=True)
        ]
        is_chosen = MailPreferences.objects.filter(account=account, is_digest=True).exists()
        context = {"person": account.full_name, "things": things, "is_chosen": is_chosen}
        text = render_to_string("mail/digest.txt", context)
        mail = EmailMessage(subject, text, to=[account.email], headers={"Content-Language": account.language})
        for part in parts:
            mail.attachments.extend(part.attachments)
        return mail


def is_settled(notice: Notice) -> bool:
    """Whether what a notice asks for is done by now; one that brings a letter or a file has its use in any case."""
    asks = notice.topic in (Notice.Topic.YOUR_TURN, Notice.Topic.REMINDER, Notice.Topic.OVERDUE)
    if not asks or notice.params.get("letter") or _attachment(notice) is not None:
        return False
    same = {"kind": notice.kind, "subject_id": notice.subject_id, "action": notice.action}
    asked = Obligation.objects.filter(**same, capacity=notice.params["capacity"])
    closed = list(asked.values_list("closed_at", flat=True))
    # Some remind of what is no obligation, as of proposals that were left unanswered.
    return bool(closed) and None not in closed


def _attachment(notice: Notice) -> Attachment | None:
    machine = registry.machine_named(notice.kind)
    if machine.attaches is None:
        return None
    subject = machine.model._default_manager.select_related(*machine.related).filter(pk=notice.subject_id).first()
    occasion = Occasion(Action(notice.action), notice.topic, notice.account.email, notice.at)
    return machine.attaches(subject, occasion) if subject is not None else None


def _context(notice: Notice, sentence: str, hint: str, *, is_for_others: bool) -> dict[str, str]:
    by_when = _by_when(notice)
    link = _("[Here stands the link of the reader.]") if is_for_others else urljoin(settings.PUBLIC_URL, notice.path)
    anchor = ""
    if notice.account.partnership_roles.exists() and (last := DayHead.objects.order_by("-day").first()) is not None:
        anchor = _("Journal on %(day)s: entry %(n)s, %(hash)s") % {
            "day": last.day.isoformat(),
            "n": last.n,
            "hash": last.hash,
        }
    return {
        "person": notice.account.full_name,
        "sentence": sentence,
        "letter": notice.params.get("letter", ""),
        "next": " ".join(part for part in (hint, by_when) if part),
        "added": _text_of_edition(notice),
        "link": link,
        "anchor": anchor,
    }


def _by_when(notice: Notice) -> str:
    if notice.due_at is None:
        return ""
    is_over = notice.topic == Notice.Topic.OVERDUE
    words = _("The last day for it was %(day)s.") if is_over else _("The last day for it is %(day)s.")
    return words % {"day": date_in_words(last_day_of(notice.due_at))}


def _text_of_edition(notice: Notice) -> str:
    """Give what the edition adds to the mail that asks for a step, in the reader's language."""
    machine = registry.machine_named(notice.kind)
    subject = machine.model._default_manager.filter(pk=notice.subject_id).first() if notice.asked else None
    if subject is None:
        return ""
    texts = machine.scheme_of(subject, notice.at).mail_texts.get(notice.asked, {})
    return texts.get(notice.account.language) or texts.get("en", "")


def party_named(notice: Notice) -> str:
    """Give the name of the party that acted or must act."""
    capacity = notice.params["capacity"]
    return notice.params.get(f"name_{capacity}") or capacity_label(capacity)
