"""Every sentence about a move, from one place: banner, desk, mail, badge and refusal say the same.

The phases fill the tables from their notices.py; each value is translated when it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action

Text = str | Promise


@dataclass(frozen=True)
class ActionSentences:
    """What is said of an action, with the names that the life's `describe` gives and %(party)s for who acts.

    `button` is verb and object, `asked` what the reader must do, `waiting` what others must, `happened` what was done.
    """

    button: Text
    happened: Text
    asked: Text = ""
    waiting: Text = ""
    hint: Text = ""


ACTIONS: dict[Action, ActionSentences] = {
    Action.SAY_SOMETHING: ActionSentences(button=_("Send the message"), happened=_("%(party)s wrote a message")),
    Action.REMIND_PARTY: ActionSentences(
        button=_("Remind, with a preview"), happened=_("%(party)s sent a reminder of what is to be done.")
    ),
}
STATES: dict[tuple[str, str], Text] = {}
KINDS: dict[str, Text] = {}
WORDS: dict[str, Text] = {}
REFUSALS: dict[str, Text] = {
    "not_allowed": _("This step is somebody else's to take."),
    "wrong_state": _("This cannot be done any more, or not yet: the page shows how it stands now."),
    "already_signed": _("Your side has done this already; the others are asked for the rest."),
}


def say(
    *,
    actions: Mapping[Action, ActionSentences],
    states: Mapping[tuple[str, str], Text],
    kinds: Mapping[str, Text],
    refusals: Mapping[str, Text],
    words: Mapping[str, Text] | None = None,
) -> None:
    """Add a phase's sentences to the tables; `words` are said of codes among the names."""
    ACTIONS.update(actions)
    STATES.update(states)
    KINDS.update(kinds)
    REFUSALS.update(refusals)
    WORDS.update(words or {})


def _spoken(names: Mapping[str, Any]) -> dict[str, str]:
    """Say each name that is a code, such as `why_code`, in the reader's language, as `why`."""
    return {
        name.removesuffix("_code"): str(WORDS[code]) % names
        for name, code in names.items()
        if name.endswith("_code") and code in WORDS
    }


def filled(text: Text, names: Mapping[str, Any]) -> str:
    """Put the names into a sentence; one that ends with a name such as "Lda." ends with one full stop, not with two."""
    said = str(text) % {**names, **_spoken(names)}
    return said[:-1] if said.endswith("..") and not said.endswith("...") else said


def refusal_sentence(code: str, params: Mapping[str, Any]) -> str:
    """Give the sentence of a refusal in the reader's language."""
    return filled(REFUSALS[code], params)


def state_label(machine_name: str, state: str) -> str:
    """Give the words for a state in the reader's language."""
    return str(STATES[machine_name, state])
