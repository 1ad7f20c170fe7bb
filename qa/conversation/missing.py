"""What a question without pronouns lacks: its verb, its subject, or nothing.

"Par quelle loi ?", "et les cliniques ?", "quel est le budget ?". Reads the question alone, and the
nouns of the answer before. Does not complete it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qa.conversation import vocabulary as v
from qa.conversation.pronouns import is_infinitive, is_preposition
from qa.conversation.records import NounPhrase
from qa.conversation.subjects import is_date, is_open
from qa.conversation.tokens import Token, tokenised

# "Quel était le taux pendant l'épidémie ?" does not ask about the epidemic.
_CIRCUMSTANCES = ("pendant", "avant", "apres", "durant", "lors", "depuis", "sans")
_SHORTEST = 4
_ADDRESSED = frozenset("tu vous toi t te".split())


def compares(phrases: Sequence[NounPhrase]) -> bool:
    """Whether a question compares with one thing only: "quelle différence avec une clinique ?"."""
    return (
        len(phrases) == 2
        and phrases[0].head in ("difference", "lien", "rapport", "relation", "similitude")
        and phrases[0].owner is None
        and phrases[0].asked
        and phrases[1].preposition == "avec"
    )


def has_verb(tokens: Sequence[Token], phrases: Sequence[NounPhrase], body: int) -> bool:
    covered = {i for phrase in phrases for i in range(phrase.first, phrase.last + 1)}
    return any(
        token.inverted
        or (token.folded in v.VERBS and not is_preposition(tokens, i))
        or token.folded in ("est-ce", "y")
        or (
            i not in covered
            and is_open(token)
            and token.folded not in v.PRENOMINAL
            and not is_date(token)
            and not token.text[0].isdigit()
            and not _is_starting_from(tokens, i)
        )
        for i, token in enumerate(tokens)
        if i >= body
    )


def asks(tokens: Sequence[Token], body: int) -> bool:
    """Whether the question begins with a question word, a preposition aside."""
    at = body
    while at < len(tokens) - 1 and (is_preposition(tokens, at) or _is_starting_from(tokens, at)):
        at += 1
    if len(tokens) - body <= _SHORTEST and any(t.folded in v.QUESTION_WORDS for t in tokens[body:]):
        return True  # "tous les combien ?"
    return tokens[at].folded in v.QUESTION_WORDS


def _is_starting_from(tokens: Sequence[Token], i: int) -> bool:
    """Whether a token is "partir" in "à partir de quand"."""
    return tokens[i].folded == "partir" and i > 0 and tokens[i - 1].folded == "a"


def _is_vague(phrase: NounPhrase) -> bool:
    """Whether a phrase says nothing without what it is of: "les missions", "quel budget"."""
    if phrase.named or (phrase.owner is not None and not _is_vague(phrase.owner)):
        return False
    if phrase.determiner in v.POSSESSIVES:
        return False
    if phrase.preposition and phrase.head in v.ADVERBIAL and phrase.bare:
        return True
    if phrase.preposition in _CIRCUMSTANCES and phrase.bare:
        return True
    words = [token.folded for token in tokenised(phrase.core)]
    return all(
        word in v.SMALL_WORDS | v.PREPOSITIONS | v.PRENOMINAL - v.OF_AGE
        or {word, v.singular(word)} & (v.OWNED_NOUNS | v.TIME_NOUNS | v.GENERAL_ADJECTIVES)
        for word in words
    )


def is_short(tokens: Sequence[Token], phrases: Sequence[NounPhrase]) -> bool:
    """Whether what follows a question word is one noun at most, "combien de sites pilotes"."""
    counted = [phrase for phrase in phrases if phrase.head not in v.ADVERBIAL]
    if not counted:
        return True
    if any(is_date(token) for token in tokens):
        return len(counted) == 1 and _is_vague(counted[0])
    plain = not counted[0].named and counted[0].owner is None and counted[0].core.count(" ") < 2
    return len(counted) == 1 and plain


def requests(tokens: Sequence[Token], phrases: Sequence[NounPhrase]) -> bool:
    """Whether a message only asks for more: "peux-tu détailler ?", "donne-moi un exemple"."""
    wanted = any(token.folded in v.REQUESTS for token in tokens)
    short = sum(is_open(token) for token in tokens) <= 2
    return wanted and short and all(_is_vague(phrase) for phrase in phrases)


def supposes(tokens: Sequence[Token], body: int) -> bool:
    """Whether a message is a condition alone: "et si le patient est inconscient ?"."""
    return tokens[body].folded in ("si", "s") and not any(token.text in ",;:" for token in tokens[body:])


def _is_bridge(phrase: NounPhrase, answered: Collection[str]) -> bool:
    """Whether a phrase takes up a noun of the answer before, and says no more of it."""
    return (
        phrase.bare
        and not phrase.named
        and (phrase.owner is None or _is_vague(phrase.owner) or _is_bridge(phrase.owner, answered))
        and phrase.determiner in ("le", "la", "les", "l", "un", "une")
        and phrase.head in answered
    )


def is_subjectless(
    tokens: Sequence[Token], phrases: Sequence[NounPhrase], body: int, answered: Collection[str]
) -> bool:
    """Whether a whole question names nothing: "quelles sont les missions ?", "qui paie ?"."""
    if not all(
        _is_vague(phrase) or is_date(tokens[phrase.last]) or _is_bridge(phrase, answered)
        for phrase in phrases
    ):
        return False
    words = {token.folded for token in tokens}
    end = max((phrase.last for phrase in phrases), default=len(tokens))
    if any(token.folded in v.QUESTION_WORDS for token in tokens[end:]):
        return False  # "le nom de la fondation pour laquelle…"
    if words & _ADDRESSED or any(token.capital and i > body for i, token in enumerate(tokens)):
        return False
    following = tokens[body + 1 : body + 2]
    if tokens[body].folded == "ou" and following and following[0].folded in v.ETRE and not phrases:
        return False  # "où est bennecourt ?"
    questions = words & v.QUESTION_WORDS or "est-ce" in words or any(token.inverted for token in tokens)
    covered = {i for phrase in phrases for i in range(phrase.first, phrase.last + 1)}
    opens = [
        i
        for i, token in enumerate(tokens)
        if i not in covered
        and is_open(token)
        and not is_date(token)
        and token.folded not in v.PRENOMINAL
        and not (i and is_infinitive(token.folded) and tokens[i - 1].folded in ("pour", "a", "de", "d"))
    ]
    # One word more is the verb, two a participle too; a verb that is known needs no other.
    known = any(token.folded in v.VERBS - v.AVOIR - v.ETRE - v.MODALS for token in tokens)
    most = 1 - known + any(token.folded in v.AVOIR | v.ETRE | v.MODALS for token in tokens) * bool(phrases)
    return bool(questions) and len(opens) <= most and not any(tokens[i].text[0].isdigit() for i in opens)


def continues(tokens: Sequence[Token], phrases: Sequence[NounPhrase], body: int) -> bool:
    """Whether words without a verb go on with the question before: "et les cliniques ?", "pour l'ARS ?"."""
    if body == len(tokens) or len(tokens) - body > 14:
        return False
    if any(token.folded in v.QUESTION_WORDS for token in tokens[body:]):
        return False
    linked = any(token.folded in v.CONNECTORS | v.ABOUT_WORDS for token in tokens[:body])
    vague = len(phrases) == 1 and _is_vague(phrases[0]) and phrases[0].determiner != ""
    if not linked and not vague and not is_preposition(tokens, body):
        return False
    # "Et le financement des réseaux ?" says all that it is about.
    first = phrases[0] if phrases else None
    complete = (
        first is not None
        and first.owner is not None
        and (first.head in v.OWNED_NOUNS or first.preposition == "")
        and first.owner.determiner not in v.POSSESSIVES | v.DEMONSTRATIVES
        and _is_vague(NounPhrase(0, 0, "", first.head, first.head))
    )
    return not complete
