"""Which small words of a question are pronouns: "les" in "qui les dirige", "en" in "combien y en a".

Looks at the neighbours only. Does not say whether the antecedent is in the question itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from qa.conversation import vocabulary as v
from qa.conversation.tokens import Token

_INFINITIVE = re.compile(r"[^\W\d_]{2,}(?:er|ir|oir|[dt]re|uire|crire)$")
# Nouns that end as infinitives do, and often follow "le", "la", "les" in a question.
_NOUNS_LIKE_INFINITIVES = frozenset(
    """
    centre maire titre ministere dossier metier loyer pouvoir avenir mer ordre hiver cancer papier quartier
    hier desir plaisir devoir savoir membre nombre arbre livre chiffre offre cadre ministre registre
    affaire notaire salaire horaire formulaire territoire histoire victoire memoire laboratoire conjoint
    premier dernier particulier rendre lettre fenetre pretre maitre peintre theatre ancetre ventre guerre
    terre pierre biere verre empire navire rire sire cimetiere lumiere riviere frontiere matiere infirmier
    infirmiere chantier escalier clavier courrier fer ver acier foyer chancelier conseiller banquier
    """.split()
)
_IMPERSONAL = re.compile(
    r"(?:faut|fallait|faudra|faudrait|agit|suffit|existe|existait|pleut|neige|vaut|reste|arrive|passe"
    r"|semble|parait|convient)$"
)
_WHAT_FOLLOWS_IMPERSONAL = v.DETERMINERS | v.PREPOSITIONS | frozenset({"que", "qu", "mieux", "y", "possible"})
_BEFORE_PRONOUN_AND_INFINITIVE = frozenset({"comment", "pourquoi", "ou", "quand", "pour", "sans"})
_FIRST_WORDS = 4
# "Qu'est-il proposé ?", "que s'est-il passé ?": nobody does it.
_HAPPENS = frozenset(
    "passe produit propose prevu question arrive advenu fait temps possible interdit".split()
)


_SHORT_INFINITIVES = frozenset(
    """
    lire dire voir avoir etre faire rire clore vivre suivre poursuivre boire croire plaire refaire defaire
    rompre interdire predire elire relire satisfaire
    """.split()
)


def is_infinitive(word: str) -> bool:
    """Whether a folded word ends as infinitives do.

    >>> is_infinitive("financer"), is_infinitive("dossier")
    (True, False)
    """
    if word in _SHORT_INFINITIVES:
        return True
    return word not in _NOUNS_LIKE_INFINITIVES and _INFINITIVE.match(word) is not None


def _at(tokens: Sequence[Token], i: int) -> Token | None:
    return tokens[i] if 0 <= i < len(tokens) else None


def _folded(tokens: Sequence[Token], i: int) -> str:
    token = _at(tokens, i)
    return "" if token is None or token.mark else token.folded


def _inverts(tokens: Sequence[Token], i: int) -> bool:
    token = _at(tokens, i)
    return token is not None and token.inverted


def is_object_pronoun(tokens: Sequence[Token], i: int) -> bool:
    """Whether "le", "la", "les", "l'" or "leur" at `i` stands for something, before its verb."""
    before, after = _folded(tokens, i - 1), _folded(tokens, i + 1)
    if not after or _inverts(tokens, i) or after.startswith("emport"):
        return False
    if _inverts(tokens, i + 2) or after in v.AVOIR:
        # "les a-t-on créés", "qui l'a créée", "la gère-t-on"
        return not tokens[i + 1].capital
    inverted_later = any(token.inverted for token in tokens[i + 2 :])
    if before == "qui" and i > 1 and is_preposition(tokens, i - 2):
        return False
    if before == "ne" and tokens[i - 1].text.lower() != "ne":
        return False  # "né le structuralisme"
    if before in ("qui", "ne", "n", *v.SUBJECT_PRONOUNS, *v.OTHER_SUBJECTS) and not _inverts(tokens, i - 1):
        return not inverted_later and (before != "qui" or not tokens[i + 1].capital)
    if _inverts(tokens, i - 1):
        return _folded(tokens, i - 2) in v.MODALS and is_infinitive(after)
    if before in ("de", "a") and tokens[i].folded in ("le", "les") and is_infinitive(after):
        return True  # "de le déployer": before a noun it would be "du"
    if before in _BEFORE_PRONOUN_AND_INFINITIVE or before in v.MODALS:
        return is_infinitive(after) and not inverted_later
    # "Quel organisme les finance ?", but "en quelle année le club a disparu".
    ends = sum(not token.mark for token in tokens[i + 1 :]) == 1
    return ends and _folded(tokens, i - 2) in v.WHICH and before not in v.VERBS and i < _FIRST_WORDS


def is_preposition(tokens: Sequence[Token], i: int) -> bool:
    """Whether a token is a preposition: not "a" of "a créé", nor "en" of "en existe-t-il"."""
    token = tokens[i]
    if token.folded not in v.PREPOSITIONS or token.inverted:
        return False
    if token.folded == "en":
        return not is_en_pronoun(tokens, i)
    if token.folded == "a" and "\u0300" not in normalize("NFD", token.text):
        # Typed without its accent, at the head of a question or of what follows "et".
        following = _folded(tokens, i + 1)
        return (
            _opens(tokens, i) and following not in ("t", "il", "elle", "on") and not _inverts(tokens, i + 1)
        )
    return True


def _opens(tokens: Sequence[Token], i: int) -> bool:
    return all(token.mark or token.folded in v.CONNECTORS for token in tokens[:i])


def is_en_pronoun(tokens: Sequence[Token], i: int) -> bool:
    """Whether "en" at `i` stands for something: not in "en 2018", "en Bretagne"."""
    before, after = _folded(tokens, i - 1), _folded(tokens, i + 1)
    if not after:
        return before == "y"
    if (
        tokens[i + 1].capital
        or after in ("compte", "charge", "place", "cas", "ligne")
        or after[0].isdigit()
        or after in v.MONTHS
        or after in v.SEASONS
    ):
        return False
    if before == "y" or after in v.VERBS or _inverts(tokens, i + 2):
        return True
    if _inverts(tokens, i - 1):
        return _folded(tokens, i - 2) in v.MODALS and is_infinitive(after)
    if before in ("qui", "s", "m", "t", "n", "ne", *v.SUBJECT_PRONOUNS, *v.OTHER_SUBJECTS):
        return not after.endswith("ant") or before == "qui"
    governs = before in v.MODALS or before in _BEFORE_PRONOUN_AND_INFINITIVE
    return governs and is_infinitive(after)


def is_impersonal(tokens: Sequence[Token], i: int) -> bool:
    """Whether "il" at `i` stands for nothing: "faut-il", "il y a", "est-il possible de".

    >>> from qa.conversation.tokens import tokenised
    >>> is_impersonal(tokenised("Faut-il un accord ?"), 1), is_impersonal(tokenised("Est-il gratuit ?"), 1)
    (True, False)
    """
    if tokens[i].folded != "il":
        return False
    before, after = _folded(tokens, i - 1), _folded(tokens, i + 1)
    if not tokens[i].inverted:
        second = _folded(tokens, i + 2)
        if after in ("ne", "n"):
            after, second = second, _folded(tokens, i + 3)
        return after == "y" or _IMPERSONAL.match(after) is not None or (after == "s" and second == "agit")
    if before == "y-a":
        return True
    if "y" in (_folded(tokens, i - 2), _folded(tokens, i - 3), after):
        return True
    if _folded(tokens, i - 2) == "en" and _IMPERSONAL.match(before):
        return True
    if before in v.ETRE:
        rest = [token.folded for token in tokens[i + 1 : i + 5]]
        if after in _HAPPENS:
            return True
        return any(word in ("de", "d", "que", "qu") for word in rest[1:]) and rest[0] not in v.DETERMINERS
    if before.startswith(("faut", "faudra", "fallait", "agi")) or _folded(tokens, i - 2) == "s":
        return before not in ("trouve", "appelle", "situe")
    # "existe-t-il des aides" and "se passe-t-il", but not "comment existe-t-il"
    if _IMPERSONAL.match(before):
        return _folded(tokens, i - 2) == "se" or after in _WHAT_FOLLOWS_IMPERSONAL or before == "vaut"
    return False


def is_there_is(tokens: Sequence[Token], i: int) -> bool:
    """Whether "y" at `i` is that of "il y a" and "y a-t-il", which is nowhere."""
    after = _folded(tokens, i + 1)
    if after == "en":
        after = _folded(tokens, i + 2)
    if after not in ("a", "avait", "aura", "aurait", "ait", "avoir", "eut"):
        return False
    # "L'employeur y a-t-il accès ?" is about a place, "quels avantages y a-t-il ?" is not.
    determiner = next(
        (t.folded for t in reversed(tokens[:i]) if t.folded in v.DETERMINERS | {"de", "d"}), "de"
    )
    return _folded(tokens, i - 1) == "il" or determiner in v.WHICH | {"de", "d"}
