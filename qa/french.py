"""The French words for what the rooms below name in English."""

from __future__ import annotations

from corpus.documents import Reason

REASONS: dict[Reason, str] = {
    Reason.HEADING: "titre",
    Reason.TITLE_REPEATED: "titre répété",
    Reason.SEE_ALSO: "renvoi vers un autre article",
    Reason.SHARING: "boutons de partage",
    Reason.SUBSCRIPTION: "abonnement",
    Reason.COMMENTS: "commentaires",
    Reason.NEWS_TICKER: "fil d'actualité",
    Reason.DOWNLOAD: "lien de téléchargement",
    Reason.CREDIT: "crédit",
    Reason.CAPTION: "légende d'image",
    Reason.BYLINE: "auteur et date",
    Reason.MENU: "menu",
    Reason.RECURRING: "ligne répétée de page en page",
    Reason.MARKUP: "balisage",
    Reason.SEPARATOR: "séparateur",
}

FACTS = {"author": "auteur", "date": "date"}


def counted(count: int, noun: str) -> str:
    """A number and its noun: "0 passage", "1 passage", "2 passages"."""
    return f"{count} {noun}{'s' if count > 1 else ''}"


def decimal(number: float) -> str:
    """A number with one digit after the comma: "1,5"."""
    return f"{number:.1f}".replace(".", ",")
