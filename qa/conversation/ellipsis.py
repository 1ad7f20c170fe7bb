"""Completes a question that lacks its verb with the question before: "et en 2018 ?".

The part that corresponds is replaced; where none does, the new one is added.
"""

from __future__ import annotations

import re

from index.questions import asks_meaning
from qa.conversation import vocabulary as v
from qa.conversation.antecedents import Exchange, candidates
from qa.conversation.phrasing import determined, of, to
from qa.conversation.pronouns import is_preposition
from qa.conversation.records import NounPhrase
from qa.conversation.rewriting import appended, capitalised, spliced
from qa.conversation.subjects import is_date

_QUESTION_WORD = re.compile(
    r"""^\s*(?:(?:et|mais|ok|alors)\s+)?(?:
      qu['’]est[- ]ce\s+(?:que?|qui)\b['’]?\s* | c['’]est\s+quoi\s+
    | quel(?:le)?s?\s+(?:sont|est|[ée]tai(?:en)?t)\s+
    | combien\s+d['’] | (?P<counted>combien\s+de\s+)
    | (?:(?:depuis|jusqu['’][àa]|[àa]|de|d['’]|par|pour|en|dans|sur|avec|sous)\s*)?
      (?:quand|qui|quoi|comment|pourquoi|o[uù]|combien|que|qu['’])
      (?:\s+est[- ]ce\s+qu(?:e\s|['’]))?(?=\W|$)\s*
    | est[- ]ce\s+qu(?:e\s+|['’])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_END = " ?!.…\u00a0\u202f"


def question_completed(fragment: str, before: Exchange) -> str:
    """A question word with the question before: "Par quelle loi ?", "Pourquoi ?".

    "Quand les GHT ont-ils été créés ?" makes "Par quelle loi les GHT ont-ils été créés ?".
    """
    asked = before.question.strip()
    body = fragment.rstrip(_END)
    first = before.phrases[0] if before.phrases else None
    opening = _QUESTION_WORD.match(asked)
    if opening:
        rest = f"des {asked[opening.end() :]}" if opening["counted"] else asked[opening.end() :]
    elif first is not None and first.determiner in v.WHICH and first.preposition and first.first <= 1:
        rest = before.question[before.tokens[first.last].end :]
    elif first is not None and first.determiner in v.WHICH:
        # What was asked for is part of the subject: "Quel surnom avait-il ? Pourquoi ?"
        return f"{body} ? {asked}"
    else:
        rest = asked[:1].lower() + asked[1:] if asked[1:2].islower() else asked
    rest = rest.strip()
    return f"{body} {rest}" if rest.strip(_END) else f"{body} ? {asked}"


def completed(fragment: Exchange, body: int, before: Exchange) -> str | None:
    """The question before with the part that `fragment` names put in; None where nothing fits."""
    tokens = fragment.tokens[body:]
    said = fragment.question[tokens[0].start :].rstrip(_END)
    if not tokens[0].text[1:].isupper() and is_preposition(fragment.tokens, body):
        said = said[:1].lower() + said[1:]
    phrase = next((p for p in fragment.phrases if p.first >= body), None)
    if phrase is not None and phrase.head in v.PRENOMINAL:
        return _ranked(tokens[-1 if not tokens[-1].mark else -2].text, before)
    if any(is_date(token) for token in tokens) and (
        phrase is None or phrase.head in v.TIME_NOUNS | v.ADVERBIAL
    ):
        return _dated(said, before)
    if phrase is None:
        adverb = tokens[0].folded in v.ADVERBS_OF_TIME or is_preposition(fragment.tokens, body)
        return appended(before.question, said) if adverb else None
    if tokens[0].folded in v.POINTING_PRONOUNS:
        return _pointed(phrase, before) or appended(before.question, said.partition(" ")[2])
    if phrase.head in v.TIME_NOUNS:
        return appended(before.question, said, ", ")
    preposition = tokens[0].folded if is_preposition(fragment.tokens, body) else phrase.preposition
    preposition = v.CONTRACTED.get(preposition, preposition)
    owned = phrase.head in v.OWNED_NOUNS - v.PUBLICS and phrase.owner is None and not phrase.named
    if owned and preposition in ("", "pour", "de"):
        about = _about(before, phrase)
        if about is None:
            return None
        rest = fragment.question[fragment.tokens[phrase.last].end :].rstrip(_END)
        return capitalised(f"{phrase.text} {of(about.article, about.whole)}{rest} ?", "E")
    return _replaced(said, phrase, preposition, before)


def _ranked(rank: str, before: Exchange) -> str:
    """ "Et le deuxième ?" in place of "le premier"."""
    old = next((token for token in before.tokens if token.folded in v.PRENOMINAL), None)
    if old is None:
        return appended(before.question, rank)
    return spliced(before.question, old.start, old.end, rank)


def _about(before: Exchange, new: NounPhrase) -> NounPhrase | None:
    """What the question before asks something of."""
    plain = [phrase for phrase in candidates(before) if not phrase.asked]
    owned = [phrase for phrase in plain if phrase.head not in v.OWNED_NOUNS or phrase.named]
    found = owned or plain or candidates(before)
    return found[0] if found and found[0].head != new.head else None


def _dated(said: str, before: Exchange) -> str:
    """The date replaced, with "en" before it, or added."""
    dates = [i for i, token in enumerate(before.tokens) if is_date(token)]
    if not dates:
        return appended(before.question, said)
    first = last = dates[0]
    while last + 1 < len(before.tokens) and last + 1 in dates:
        last += 1
    while first and (
        before.tokens[first - 1].text.isdigit() or before.tokens[first - 1].folded in ("fin", "debut")
    ):
        first -= 1
    bare = said.isdigit()
    if not bare and first and before.tokens[first - 1].folded in (*v.PREPOSITIONS, "fin", "debut", "le"):
        first -= 1
    return spliced(before.question, before.tokens[first].start, before.tokens[last].end, said)


def _pointed(phrase: NounPhrase, before: Exchange) -> str | None:
    """ "Et celles de la HAS ?": the same noun, of something else."""
    owners = [each for each in before.phrases if each.owner is not None]
    if not owners or owners[0].owner is None:
        return None
    return _with(before, owners[0].owner, phrase)


def _replaced(said: str, phrase: NounPhrase, preposition: str, before: Exchange) -> str:
    if not (phrase.determiner or preposition or phrase.named):
        return appended(before.question, said, ", ")  # "et payant ?"
    old = _counterpart(phrase, preposition, before)
    if old is not None and not preposition and phrase.head in v.PUBLICS and old.head not in v.PUBLICS:
        return appended(before.question, said, ", ")
    aspect = phrase.determiner in v.DEFINITE and not phrase.named
    if old is not None and aspect and old.determiner in ("un", "une") and asks_meaning(before.question):
        # "Qu'est-ce qu'un hôpital de jour ? Et la chirurgie ?" asks what it has of it.
        return f"{capitalised(phrase.text, 'E')} dans {old.text} ?"
    return appended(before.question, said) if old is None else _with(before, old, phrase)


def _counterpart(new: NounPhrase, preposition: str, before: Exchange) -> NounPhrase | None:
    """The phrase of the question before that a new one takes the place of."""
    found = candidates(before)
    if preposition in v.PLACE_PREPOSITIONS:
        same = [p for p in found if p.preposition in v.PLACE_PREPOSITIONS]
        return next((p for p in same if p.preposition == preposition), same[0] if same else None)
    if preposition in ("pour", "chez") and new.head in v.PUBLICS:
        return next((p for p in found if p.preposition in ("pour", "chez")), None)
    if preposition not in ("", "pour", "de", "chez"):
        return next((p for p in found if p.preposition == preposition), None)
    return max(found, key=lambda p: (_likeness(new, p), -p.first), default=None)


def _likeness(new: NounPhrase, old: NounPhrase) -> float:
    shared = set(new.core.lower().split()) & set(old.core.lower().split())
    acronyms = new.core.isupper() and old.core.isupper()
    return (
        2.0 * bool(shared)
        + 1.5 * acronyms
        + 0.5 * (new.named == old.named)
        + 1.0 * (new.determiner == old.determiner)
        + 0.5 * (new.plural == old.plural)
        - 2.0 * old.asked
        - 1.0 * (old.head in v.OWNED_NOUNS)
    )


def _with(before: Exchange, old: NounPhrase, new: NounPhrase) -> str:
    """The question before with a phrase in place of another, and of what that one is of."""
    last = old
    while last.owner is not None:
        last = last.owner
    start, end = before.tokens[old.first].start, before.tokens[last.last].end
    determiner = new.article
    if old.asked and old.determiner in ("de", "d"):
        return spliced(before.question, start, end, of("", new.whole))
    if old.determiner in v.WHICH:
        return spliced(before.question, start, end, f"{old.determiner} {new.whole}")
    if old.preposition in ("de", "a"):
        link = of if old.preposition == "de" else to
        if before.tokens[old.first].folded not in v.CONTRACTED:
            start = before.tokens[old.first - 1].start
        return spliced(before.question, start, end, link(determiner, new.whole))
    written = determined(determiner, new.whole)
    if start and before.question[start - 1] in "'’" and before.tokens[old.first - 1].folded == "qu":
        start = before.tokens[old.first - 1].start
        written = f"qu'{written}" if written[:1].lower() in "aeiouéèêhœ" else f"que {written}"
    return spliced(before.question, start, end, written)
