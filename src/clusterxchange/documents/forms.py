"""The form by which anybody has a file checked."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from clusterxchange.documents.verdicts import Verdict, verdict_on
from clusterxchange.foundation.files import PDF, FileRefused, check

SENTENCES = {
    "file_empty": _("The file is empty. Choose another one."),
    "file_too_large": _("The file is larger than 10 MB. Choose the file as you received it."),
    "file_type_not_allowed": _("This is no PDF file. Choose the file as you received it."),
    "file_name_does_not_match": _("The name does not end in .pdf. Choose the file as you received it."),
    "file_not_readable": _("This PDF file is damaged, so it cannot be checked. Ask for it once more."),
}


class CheckDocument(forms.Form):
    """Takes one PDF file and keeps nothing of it."""

    file = forms.FileField(
        label=_("PDF file"),
        help_text=_("An agreement as you received it, at most 10 MB. It is not kept."),
        error_messages={"required": _("Choose the PDF file that you want to have checked")},
        widget=forms.ClearableFileInput(attrs={"accept": PDF}),
    )
    verdict: Verdict

    def clean_file(self) -> "UploadedFile[bytes]":
        """Check the file at once: what is no PDF file is told at the field."""
        from clusterxchange.documents.signing.checking import NotReadable  # noqa: PLC0415 -- slow to load, and most processes never sign or check a file

        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            content, _kind, _name = check(upload, (PDF,))
            self.verdict = verdict_on(content)
        except FileRefused as reason:
            raise ValidationError(SENTENCES[reason.code], code=reason.code) from None
        except NotReadable:
            raise ValidationError(SENTENCES["file_not_readable"], code="file_not_readable") from None
        return upload
