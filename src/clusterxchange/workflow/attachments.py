"""Files in the threads of cases: how they come in with a message, and how they are handed out."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation.files import DOCX, JPEG, PDF, PNG, FileRefused, check
from clusterxchange.workflow.sentences import Text
from clusterxchange.workflow.thread import Attachment

TAKEN = (PDF, DOCX, JPEG, PNG)
REFUSALS: dict[str, Text] = {
    "file_empty": _("The file is empty. Choose another one."),
    "file_too_large": _("The file is larger than 10 MB. Choose a smaller one."),
    "file_type_not_allowed": _("This kind of file is not taken. Choose a PDF, DOCX, JPEG or PNG file."),
    "file_name_does_not_match": _("The name of the file does not fit its content. Save it anew first."),
    "file_has_active_content": _("The file carries out something when it is opened. Print it to a new PDF first."),
    "file_unpacks_too_large": _("The file is too large once it is unpacked. Save it as PDF first."),
}


class AttachmentField(forms.FileField):
    """A file beside a message: looked at from its content, never from its name."""

    def clean(self, data: Any, initial: Any = None) -> Attachment | None:  # noqa: ANN401 -- Django's signature
        """Give the file as the thread keeps it, None where none was chosen."""
        if not isinstance(data, UploadedFile):
            return None
        if not data.size:
            raise _refused("file_empty")
        super().clean(data, initial)
        try:
            return Attachment(*check(data, TAKEN))
        except FileRefused as refused:
            raise _refused(refused.code) from None


def _refused(code: str) -> ValidationError:
    return ValidationError(str(REFUSALS[code]), code=code)
