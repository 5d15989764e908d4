"""What was said about a proposal stands in the conversation of its two sides from now on."""

from typing import Any

from django.db import migrations


def move_threads(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401, ARG001 -- as Django calls it
    """Give each pair of a proposal its conversation, and the messages of the proposal to it."""
    conversations = apps.get_model("matching", "Conversation").objects
    proposals = apps.get_model("matching", "Proposal").objects.filter(
        visitor_participation__isnull=False, host_participation__isnull=False
    )
    for proposal in proposals.order_by("pk"):
        conversation, is_new = conversations.get_or_create(
            visitor_participation_id=proposal.visitor_participation_id,
            host_participation_id=proposal.host_participation_id,
            defaults={"state": "OPEN", "state_since": proposal.created_at, "created_at": proposal.created_at},
        )
        if is_new:
            conversation.reference = f"CON-{conversation.created_at.year}-{conversation.pk:06d}"
            conversation.save(update_fields=["reference"])
        messages = apps.get_model("workflow", "Message").objects.filter(kind="proposal", subject_id=proposal.pk)
        messages.update(kind="conversation", subject_id=conversation.pk)


class Migration(migrations.Migration):
    dependencies = (
        ("matching", "0004_keep_conversations"),
        ("workflow", "0004_keep_attachments_and_reading"),
    )
    operations = (migrations.RunPython(move_threads, migrations.RunPython.noop),)
