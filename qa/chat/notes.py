"""What is said in a reply about the reply: a line in italics, known again in the next request."""

from __future__ import annotations

import re

_DROPPED_ONE = "1 phrase du modèle écartée : les textes ne suffisent pas à la vérifier."
_DROPPED = "{count} phrases du modèle écartées : les textes ne suffisent pas à les vérifier."
_INSTEAD = "{why} Voici les phrases des textes elles-mêmes."
_NOTHING_HELD = "Le modèle n'a rien écrit que les textes disent."
_CUT_SHORT = "La réponse du modèle est incomplète : {failure}."
_NOTE = re.compile(
    r"^\*(?:\d+ phrases? du modèle écartées? :.*|La réponse du modèle est incomplète :.*"
    r"|.* Voici les phrases des textes elles-mêmes\.)\*$\n*",
    re.MULTILINE,
)


def instead_note(failure: str | None) -> str:
    """Goes before the plain answer, given where a model was to write: why it is not the model's."""
    why = _clause(failure) + "." if failure else _NOTHING_HELD
    return _italic(_INSTEAD.format(why=why[:1].upper() + why[1:]))


def closing_notes(dropped: int, failure: str | None) -> str:
    """Goes after what a model wrote: that it stops short, and how many sentences were left out.

    Empty where there is nothing to say.
    """
    notes = []
    if failure:
        notes.append(_CUT_SHORT.format(failure=_clause(failure)))
    if dropped:
        notes.append(_DROPPED_ONE if dropped == 1 else _DROPPED.format(count=dropped))
    return "\n\n".join(map(_italic, notes))


def without_notes(text: str) -> str:
    """A reply without them, as it is read when it comes back as history."""
    return _NOTE.sub("", text)


def _clause(failure: str) -> str:
    """A failure as the end of a sentence, on one line, and nothing that ends the italics."""
    return " ".join(failure.replace("*", "").split()).rstrip(".")


def _italic(sentence: str) -> str:
    return f"*{sentence}*"
