"""Whether a word that could lean has its antecedent in the question itself.

"Quand une CPTS signe-t-elle son accord ?" needs nothing from before.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.conversation import vocabulary as v
from qa.conversation.pronouns import is_infinitive
from qa.conversation.records import NounPhrase, Role, Word
from qa.conversation.subjects import is_open
from qa.conversation.tokens import Token

_WITH_VERB = frozenset("ne n se s y en le la les l lui leur me m te t".split())
# Whose owner may be anybody: "comment choisir son médecin", "peut-on perdre son emploi".
_ANYBODY = frozenset("on chacun chaque quelqu'un".split())


def agrees(phrase: NounPhrase, feminine: bool | None, plural: bool | None) -> bool:
    """Whether gender and number, where both are known, are the same."""
    return (None in (phrase.feminine, feminine) or phrase.feminine == feminine) and (
        None in (phrase.plural, plural) or phrase.plural == plural
    )


def bound(at: int, word: Word, tokens: Sequence[Token], phrases: Sequence[NounPhrase]) -> bool:
    """Whether the word at token `at` finds what it stands for in its own question."""
    others = [phrase for phrase in phrases if not phrase.first <= at <= phrase.last]
    if any(_detached(phrase, tokens) and agrees(phrase, word.feminine, word.plural) for phrase in others):
        return True
    before = [phrase for phrase in others if phrase.last < at]
    match word.role:
        case Role.SUBJECT:
            plain = [phrase for phrase in before if not phrase.asked]
            together = word.plural is True and len(plain) > 1
            if any(phrase.last == first_of_verb(word.at, tokens) - 1 for phrase in plain):
                return True
            # "Quelle filière est-elle proposée ?"
            wanted = any(p.asked and not p.preposition and p.last == word.at - 2 for p in before)
            if (
                wanted
                and tokens[word.at - 1].folded in v.ETRE
                and agrees(before[-1], word.feminine, word.plural)
            ):
                return True
            return (
                together
                or _unmarked_subject(word, tokens, phrases)
                or any(agrees(phrase, word.feminine, word.plural) for phrase in plain)
            )
        case Role.POSSESSIVE:
            return _possessed(word, before, tokens)
        case Role.OBJECT | Role.INDIRECT | Role.OF_IT | Role.POINTING | Role.TONIC:
            return any(
                agrees(phrase, word.feminine, word.plural)
                for phrase in before
                if not phrase.asked and _in_other_clause(phrase, word.at, tokens)
            )
        case Role.THERE:
            return any(
                phrase.preposition in ("dans", "en", "chez", "sur", "vers")
                or (phrase.first == 0 and not phrase.determiner and not phrase.named)
                or _in_other_clause(phrase, word.at, tokens)
                for phrase in before
            )
        case Role.DEMONSTRATIVE:
            return _specified(word, tokens) or any(not phrase.asked for phrase in before)
        case Role.NEUTRAL:
            return _identified(word, tokens, others)
        case _:
            return False


def first_of_verb(at: int, tokens: Sequence[Token]) -> int:
    """Where the verb of a pronoun at `at` begins, the small words before it included."""
    first = at - 1 if tokens[at].inverted else at
    while first > 0 and tokens[first - 1].folded in _WITH_VERB:
        first -= 1
    return first


def _unmarked_subject(word: Word, tokens: Sequence[Token], phrases: Sequence[NounPhrase]) -> bool:
    """Whether a name without its capital stands before the verb: "quand napoleon est-il mort"."""
    at = first_of_verb(word.at, tokens) - 1
    covered = any(phrase.first <= at <= phrase.last for phrase in phrases)
    return at >= 0 and not covered and is_open(tokens[at])


def _detached(phrase: NounPhrase, tokens: Sequence[Token]) -> bool:
    """Whether a comma sets a phrase apart at either end: "les CPTS, qui les dirige ?"."""
    before = tokens[phrase.first - 1] if phrase.first else None
    after = tokens[phrase.last + 1] if phrase.last + 1 < len(tokens) else None
    opens = phrase.first <= 2 and after is not None and after.text in ",:"
    closes = (
        before is not None
        and (before.text == "," or (before.folded == "de" and tokens[phrase.first - 2].text == ","))
        and (after is None or after.mark)
    )
    return opens or closes


def _in_other_clause(phrase: NounPhrase, at: int, tokens: Sequence[Token]) -> bool:
    """Whether a clause ends between a phrase and token `at`: in its own, a subject is no object."""
    breaks = [i for i in range(phrase.last + 1, at) if tokens[i].mark or tokens[i].folded in v.CLAUSES]
    # "Un patient qui n'en a pas": the phrase is the subject of that clause too.
    return bool(breaks) and not (breaks[-1] == phrase.last + 1 and tokens[breaks[-1]].folded == "qui")


def _possessed(word: Word, before: Sequence[NounPhrase], tokens: Sequence[Token]) -> bool:
    # "Le nom de sa sœur": what is hers is not she.
    possible = [phrase for phrase in before if phrase.owner is None or phrase.owner.first != word.at]
    owners = [phrase for phrase in possible if phrase.plural is None or phrase.plural == word.plural]
    if owners or (word.plural and len(possible) > 1):
        return True
    earlier = [token.folded for token in tokens[: word.at]]
    if word.plural:
        return False
    if any(each in _ANYBODY | v.OTHER_SUBJECTS for each in earlier) or any(map(is_infinitive, earlier)):
        return True
    # "Qui a perdu son emploi ?" but "qui est son directeur ?"
    owned = word.phrase is not None and word.phrase.head in v.OWNED_NOUNS
    if owned and not any(each in v.AVOIR for each in earlier):
        return False  # "qui nomme son directeur ?"
    return "qui" in earlier and not any(each in v.ETRE for each in earlier)


def _specified(word: Word, tokens: Sequence[Token]) -> bool:
    """Whether what follows says which: "ces hôpitaux qui ferment", "ce Pascal"."""
    phrase = word.phrase
    if phrase is None or phrase.named:
        return True
    following = tokens[phrase.last + 1].folded if phrase.last + 1 < len(tokens) else ""
    return following in ("qui", "que", "qu", "dont", "de", "d")


def _identified(word: Word, tokens: Sequence[Token], others: Sequence[NounPhrase]) -> bool:
    """Whether "ça", "c'" announces or repeats something said: "c'est quoi, un GHT ?"."""
    after = [token.folded for token in tokens[word.at + 1 : word.at + 3]]
    if tokens[word.at].folded == "est-ce" and after[:1] and after[0] in ("un", "une", "des"):
        return False
    if tokens[word.at].folded == "c" and len(after) > 1 and after[1] in ("un", "une", "des"):
        return False
    return any(phrase.named or phrase.preposition == "" for phrase in others)
