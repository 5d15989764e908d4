"""What is asked where a partnership and its bank meet."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from clusterxchange.foundation.files import FileRefused
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.finalisation.banking.statement import LARGEST, read_statement
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow.sentences import refusal_sentence


class PayingAccountForm(forms.Form):
    """The account from which a partnership pays: one in SEPA."""

    account_holder = forms.CharField(label=_("Account holder"), max_length=70)
    iban = forms.CharField(label=_("IBAN"), max_length=50)
    bic = forms.CharField(
        label=_("BIC"), max_length=20, required=False, help_text=_("Most banks find it from the IBAN.")
    )

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.scheme = scheme

    def clean_iban(self) -> str:
        """Take an IBAN of a country in SEPA."""
        try:
            iban = IBAN(self.cleaned_data["iban"], validate_bban=True)
        except SchwiftyException:
            raise _refused("iban_invalid") from None
        country = self.scheme.countries.get(str(iban.country_code))
        if country is None or not country.in_sepa:
            raise _refused("account_outside_sepa")
        return str(iban)

    def clean_bic(self) -> str:
        """Take a BIC that can be one."""
        given = str(self.cleaned_data["bic"]).strip()
        try:
            return str(BIC(given)) if given else ""
        except SchwiftyException:
            raise _refused("bic_invalid") from None


class StatementForm(forms.Form):
    """A file of the bank."""

    file = forms.FileField(
        label=_("File of the bank"),
        help_text=_("camt.053 or pain.002, an XML file up to 5 MB. You see each line before anything changes."),
        widget=forms.FileInput(attrs={"accept": ".xml"}),
    )

    def __init__(self, *args: Any, partnerships: list[Partnership], **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.partnerships = {str(one.pk): one for one in partnerships}
        if len(partnerships) > 1:
            self.fields["partnership"] = forms.ChoiceField(
                label=_("Partnership"), choices=[(key, one.acronym) for key, one in self.partnerships.items()]
            )

    @property
    def partnership(self) -> Partnership:
        """The partnership whose statement it is."""
        chosen = self.cleaned_data.get("partnership")
        return self.partnerships[chosen] if chosen else next(iter(self.partnerships.values()))

    def clean_file(self) -> Any:  # noqa: ANN401 -- Django's upload
        """Take a file that can be read, and keep its content."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise _refused("statement_too_large")
        self.content = upload.read()
        try:
            read_statement(self.content)
        except FileRefused as refused:
            raise _refused(refused.code) from None
        return upload


def _refused(code: str) -> ValidationError:
    return ValidationError(refusal_sentence(code, {}), code=code)
