"""Finds the noun phrases of a question: its names, its nouns with what belongs to them.

Closed classes and endings only: no dictionary, no model. Does not choose among them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from qa.conversation import vocabulary as v
from qa.conversation.pronouns import is_infinitive, is_object_pronoun, is_preposition
from qa.conversation.records import NounPhrase
from qa.conversation.tokens import Token, tokenised

_ADJECTIVE = re.compile(
    r".{2,}(?:al|ales?|aux|els?|elles?|aires?|ifs?|ives?|iques?|iens?|iennes?|iers?|ieres?|eux|euses?"
    r"|ables?|ibles?|iles?|ils?|ants?|antes?|oise?s?|aine?s?|aises?|istes?|esques?)$"
)
_PARTICIPLE = re.compile(r".{2,}(?:é|ée|és|ées)$", re.IGNORECASE)
_YEAR = re.compile(r"(?:1\d|20)\d\d$")
_MOST_ADJECTIVES = 2
_COUNTING = frozenset({"combien", "plus", "moins"})


def is_date(token: Token) -> bool:
    """Whether a token is a year or a month."""
    return _YEAR.match(token.folded) is not None or token.folded in v.MONTHS


def is_open(token: Token) -> bool:
    """Whether a token may be a noun, an adjective, a name or an unknown verb."""
    return not (
        token.mark
        or token.inverted
        or token.folded in v.SMALL_WORDS
        or token.folded in v.DETERMINERS
        or token.folded in v.PREPOSITIONS
        or token.folded in v.QUESTION_WORDS
        or token.folded in v.VERBS
    )


def noun_phrases(text: str, acronyms: Collection[str] = ()) -> list[NounPhrase]:
    """The noun phrases of a question, in order. `acronyms`: those known, folded.

    >>> [(p.text, p.asked) for p in noun_phrases("Combien de lits ont les hôpitaux de proximité ?")]
    [('les lits', True), ('les hôpitaux de proximité', False)]
    """
    return _Chunker(text, tokenised(text), acronyms).phrases()


@dataclass(frozen=True, slots=True)
class _Chunker:
    text: str
    tokens: Sequence[Token]
    acronyms: Collection[str]

    def phrases(self) -> list[NounPhrase]:
        found: list[NounPhrase] = []
        i = 0
        while i < len(self.tokens):
            head = self._head(i)
            if head is None:
                i += 1
            else:
                found.append(self._phrase(i, head, found[-1] if found else None))
                i = found[-1].last + 1
        for k in range(len(found) - 1, 0, -1):
            phrase, before = found[k], found[k - 1]
            linked = phrase.preposition == "de" or (phrase.preposition == "a" and phrase.determiner != "")
            if linked and phrase.head not in v.ADVERBIAL and phrase.first - before.last <= 2:
                found[k - 1] = replace(before, owner=phrase)
        return found

    def _head(self, i: int) -> int | None:
        """The token that is the head of the phrase beginning at `i`; None where none begins."""
        tokens, token = self.tokens, self.tokens[i]
        if token.mark or token.inverted:
            return None
        if self._counts(i) or token.folded in v.DETERMINERS:
            if token.folded in (*v.OBJECT_PRONOUNS, "leur") and is_object_pronoun(tokens, i):
                return None
            at = i + 1
            while at < len(tokens) - 1 and (
                tokens[at].folded in v.DETERMINERS | v.PRENOMINAL or tokens[at].text.isdigit()
            ):
                at += 1
            if at < len(tokens) and self._nominal(at):
                return at
            return at - 1 if tokens[at - 1].folded in v.PRENOMINAL else None
        if not is_open(token) or self._is_verb(i):
            return None
        if self._named(i):
            return i
        if token.text[0].isdigit() or is_infinitive(token.folded) or is_date(token):
            return None
        opening = all(t.mark or t.folded in v.CONNECTORS for t in tokens[:i])
        return i if opening or (i > 0 and is_preposition(tokens, i - 1)) else None

    def _counts(self, i: int) -> bool:
        """Whether "de" at `i` is that of "combien de"."""
        return self.tokens[i].folded in ("de", "d") and i > 0 and self.tokens[i - 1].folded in _COUNTING

    def _nominal(self, i: int) -> bool:
        return is_open(self.tokens[i]) or self.tokens[i].folded in v.PRENOMINAL

    def _is_verb(self, i: int) -> bool:
        """Whether a pronoun turned round follows: "dirige-t-elle"."""
        return i + 1 < len(self.tokens) and self.tokens[i + 1].inverted and not self._named(i, first=False)

    def _named(self, i: int, first: bool = True) -> bool:
        token = self.tokens[i]
        capital = token.capital and (i > 0 or (first and token.text[1:] != token.text[1:].lower()))
        opens = (
            i == 0 and token.capital and first and not (i + 1 < len(self.tokens) and self.tokens[1].inverted)
        )
        return token.folded in self.acronyms or ((capital or opens) and is_open(token))

    def _phrase(self, i: int, head: int, previous: NounPhrase | None) -> NounPhrase:
        tokens = self.tokens
        counted = self._counts(i)
        has_determiner = counted or tokens[i].folded in v.DETERMINERS
        determiner = tokens[i].folded if has_determiner else ""
        written = determiner
        plural = (counted or determiner in v.PLURAL) if determiner and determiner != "leur" else None
        last = self._last(head, plural is True, counted or determiner in v.WHICH)
        preposition = tokens[i - 1].folded if i and is_preposition(tokens, i - 1) else ""
        if written in ("du", "au", "aux") or (
            written == "des" and previous is not None and previous.last == i - 1
        ):
            preposition = v.CONTRACTED[written]
            determiner = "le" if written in ("du", "au") else "les"
        preposition = "de" if preposition == "d" else preposition
        # "Quel est le budget ?" asks for it; "quel est le premier album ?" is about one.
        copular = i > 1 and tokens[i - 1].folded in v.ETRE and tokens[i - 2].folded in v.WHICH
        copular = copular and v.singular(tokens[head].folded) in v.OWNED_NOUNS
        gender = determiner in v.FEMININE if determiner in v.FEMININE | v.MASCULINE else None
        start = tokens[i + 1 if has_determiner else i].start
        return NounPhrase(
            i,
            last,
            determiner,
            self.text[start : tokens[last].end],
            v.singular(tokens[head].folded),
            preposition,
            gender,
            plural,
            counted or determiner in v.WHICH or copular,
            any(self._named(k) for k in range(head, last + 1)),
            last == head,
        )

    def _last(self, head: int, plural: bool, which: bool) -> int:
        """Where the phrase around the noun at `head` ends: adjectives, names, "de proximité"."""
        last, adjectives = head, 0
        if (
            self.tokens[head].folded in v.PRENOMINAL
            and head + 1 < len(self.tokens)
            and is_open(self.tokens[head + 1])
        ):
            last = head + 1
        while last + 1 < len(self.tokens):
            following = self.tokens[last + 1]
            if self._is_verb(last + 1):
                break
            if which and self._named(last + 1):
                break
            if self._named(last + 1) or (following.text.isdigit() and not is_date(following)):
                last += 1
            elif adjectives < _MOST_ADJECTIVES and self._is_adjective(last + 1, plural):
                last, adjectives = last + 1, adjectives + 1
            elif self._complement(last + 1):
                last, adjectives = last + 2, 0
            elif (end := self._rest_of_name(last + 1)) is not None and self._named(last):
                last = end
            else:
                break
        return last

    def _is_adjective(self, i: int, plural: bool) -> bool:
        token = self.tokens[i]
        if not is_open(token) or token.text[0].isdigit() or token.folded in v.NOT_ADJECTIVES:
            return False
        if token.folded in v.ADJECTIVES | v.OF_AGE or _PARTICIPLE.match(token.text):
            return True
        if self.tokens[i - 1].folded in self.acronyms:
            return False
        return _ADJECTIVE.match(token.folded) is not None or (plural and token.folded[-1] in "sx")

    def _complement(self, i: int) -> bool:
        """Whether "de" or "en" at `i` and a noun without a determiner follow: "de proximité"."""
        if i + 1 >= len(self.tokens) or self.tokens[i].folded not in ("de", "d", "en", "a"):
            return False
        if not is_preposition(self.tokens, i):
            return False
        noun = self.tokens[i + 1]
        if not is_open(noun) or is_date(noun) or noun.text[0].isdigit() or self._is_verb(i + 1):
            return False
        if self.tokens[i].folded in ("en", "a"):
            return not noun.capital and not is_infinitive(noun.folded) and not _PARTICIPLE.match(noun.text)
        # What is of a name is its own phrase, "les missions de Paris", unless a name goes on.
        return not self._named(i + 1) and not is_infinitive(noun.folded)

    def _rest_of_name(self, i: int) -> int | None:
        """Where a name that goes on after a small word ends: "Charles de Gaulle"."""
        at = i
        while at < len(self.tokens) and self.tokens[at].folded in ("de", "du", "des", "d", "la", "le", "l"):
            at += 1
        return at if i < at < len(self.tokens) and at - i < 3 and self._named(at) else None
