"""Counts how texts spell their words: accents, capitals, hyphens. Does not rewrite anything.

Beside the texts it knows the words of French (simplemma's dictionary, without frequencies),
so that a rare word is told from a slip.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from corpus.folding import HYPHENS, INVISIBLE, fold
from index.french import STOP_WORDS

# "le Ministère" in a few places makes no proper name.
_CAPITAL_SHARE = 0.9
# Rarer spellings are taken for slips, unless French has them.
_USUAL_SHARE = 0.05
# A compound that the texts write in separate words more often than this is left alone.
_SPACED_SHARE = 0.05
_FEWEST_COMPOUNDS = 3
# Either way they are French, and mean something else.
_AMBIGUOUS = frozenset({"peut-etre", "bien-etre", "sans-doute", "plus-tot"})
_SHORTEST_ACCENTED = 4  # the dictionary lacks "du" and "oui", and has "dû" and "ouï"
_VERBAL = re.compile(r"[a-z]*(?:ée?s?|ât)")
# Not in the dictionary, and no verb with its pronoun.
_NOUNS = frozenset({"rendez-vous", "garde-a-vous"})
_PRONOUNS = frozenset("je tu il elle on nous vous ils elles ce t y en moi toi lui leur la le les ci".split())

_WORD = re.compile(r"(?<!\w)[^\W\d_][^\W_]*(?:-[^\W_]+)*")
_BREAK = re.compile(r"[\n.!?…:;«»“”\"()\[\]•|*#>—]+")
_PLAIN = str.maketrans(dict.fromkeys(HYPHENS, "-") | dict.fromkeys(INVISIBLE, ""))


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the texts write one folded word, `count` times in all.

    `written` is the usual spelling, capitalised if it nearly always is inside sentences;
    `usual` the texts' other spellings and `french` those that only French has, in lower case.
    """

    written: str
    count: int
    usual: frozenset[str]
    french: frozenset[str]


@dataclass(frozen=True, slots=True)
class Forms:
    """How often texts write each form of a word: `inside` a stretch between two breaks, `first` in
    one, where a capital says nothing, and `shouted` among capitals, where accents are missing too.

    The forms of some texts and those of others add up to those of all.
    """

    inside: Counter[str]
    first: Counter[str]
    shouted: Counter[str]

    def changed(self, removed: Forms, added: Forms) -> Forms:
        """The forms when some texts are gone and others have come."""
        return Forms(
            self.inside - removed.inside + added.inside,
            self.first - removed.first + added.first,
            self.shouted - removed.shouted + added.shouted,
        )


def forms(texts: Iterable[str]) -> Forms:
    """The forms of all words of some texts."""
    found = Forms(Counter(), Counter(), Counter())
    for words in _segments(texts):
        if sum(map(str.isupper, words)) > len(words) / 2 and len(words) > 2:
            found.shouted.update(words)
        else:
            found.first[words[0]] += 1
            found.inside.update(words[1:])
    return found


def spellings(found: Forms) -> dict[str, Spelling]:
    """How the texts spell each word, by folded word, in alphabetical order."""
    inside, first = Counter(found.inside), Counter(found.first)
    for counter in (inside, first):
        for word, count in [(w, n) for w, n in counter.items() if "-" in w]:
            first.update({part: count for part in word.split("-") if part.isalpha()})
            if not _is_name(fold(word)):
                del counter[word]
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    shouting: defaultdict[str, Counter[str]] = defaultdict(Counter)
    # In alphabetical order: the same counts give the same choice, however they were added up.
    for word, count in sorted((inside + first).items()):
        # HOPITAL shows no accents even where the writer would put them.
        side = shouting if word.isupper() and len(word) > 1 else written
        side[fold(word)][word] += count
    for word, count in sorted(found.shouted.items()):
        shouting[fold(word)][word.lower()] += count
    keys = sorted(written.keys() | shouting.keys())
    return {key: _spelling(key, written[key], shouting[key], inside, first) for key in keys}


def _spelling(
    key: str, written: Counter[str], shouting: Counter[str], inside: Counter[str], first: Counter[str]
) -> Spelling:
    known = french_spellings().get(key, frozenset())
    if len(written) == 1 and not shouting:
        ((word, count),) = written.items()
        if word == word.lower():
            # Most words: one spelling, never a capital. The rest comes to the same, ten times slower.
            return Spelling(word, count, frozenset(), known - {word})
    lower: Counter[str] = Counter()
    for word, count in (written or shouting).items():
        lower[word.lower()] += count
    for word, count in written.items():
        # "Etat" is "État" where capitals go without accents.
        accented = next((s for s in lower if s != word.lower() and s[1:] == word[1:].lower()), None)
        if accented is not None and word[0].isupper() and word[0].isascii() and lower[accented]:
            lower[word.lower()] -= count
            lower[accented] += count
    best = min(lower, key=lambda s: (-lower[s], s))
    total = sum(lower.values())
    usual = {s for s, n in lower.items() if n and (n >= _USUAL_SHARE * total or s in known)} - {best}
    cases = Counter({w: inside[w] for w in (*written, *shouting) if inside[w]})
    if not cases:
        # Seen only where any word has a capital: but "GHT" has three.
        cases = Counter({w: first[w] for w in (*written, *shouting) if w[1:] != w[1:].lower()})
    count = total + (sum(shouting.values()) if written else 0)
    return Spelling(_cased(best, cases), count, frozenset(usual), known - usual - {best})


def _cased(best: str, cases: Counter[str]) -> str:
    capitals = sum(
        count for word, count in cases.items() if word[0].isupper() or word[1:] != word[1:].lower()
    )
    if not cases or capitals < _CAPITAL_SHARE * sum(cases.values()):
        return best
    word = min(cases, key=lambda w: (-cases[w], w))
    if word.lower() == best:
        return word
    return best.upper() if word.isupper() and len(word) > 1 else best[0].upper() + best[1:]


def spaced_compounds(known: Mapping[str, Spelling]) -> dict[str, str]:
    """The compounds of the texts, in separate words, to their key: "ile de france"."""
    return {
        key.replace("-", " "): key
        for key, spelling in known.items()
        if "-" in key and spelling.count >= _FEWEST_COMPOUNDS and key not in _AMBIGUOUS
    }


def written_apart(texts: Iterable[str], spaced: Collection[str]) -> Counter[str]:
    """How often texts write each of these compounds in separate words."""
    wanted = frozenset(spaced)
    beginnings = {tuple(each.split(" ")[:2]) for each in wanted}
    longest = max((each.count(" ") + 1 for each in wanted), default=0)
    apart: Counter[str] = Counter()
    folded = lru_cache(maxsize=1 << 16)(fold)
    for words in _segments(texts) if wanted else ():
        keys = [folded(word) for word in words]
        for i in range(len(keys) - 1):
            if (keys[i], keys[i + 1]) in beginnings:
                runs = (" ".join(keys[i : i + n]) for n in range(2, longest + 1) if i + n <= len(keys))
                apart.update(run for run in runs if run in wanted)
    return apart


def compounds(known: Mapping[str, Spelling], apart: Mapping[str, int]) -> dict[str, str]:
    """Compounds, joined by spaces or by nothing, to the spelling with hyphens.

    Left out where it would change the meaning: what the texts also write in separate words, as
    `apart` counts it, and a joined form that is a word ("contre-faire").
    """
    found = {}
    for spaced, key in spaced_compounds(known).items():
        if apart.get(spaced, 0) <= _SPACED_SHARE * known[key].count:
            found[spaced] = known[key].written
            joined = key.replace("-", "")
            if joined not in known and joined not in french_words():
                found[joined] = known[key].written
    return found


def _is_name(key: str) -> bool:
    """Whether a compound is no verb with its pronoun: "dit-il" is two words, "rendez-vous" one."""
    return key.rpartition("-")[2] not in _PRONOUNS or key in _NOUNS or key in french_words()


def _segments(texts: Iterable[str]) -> Iterator[list[str]]:
    """The words of each stretch between breaks, with their hyphens, elisions split off."""
    for text in texts:
        for segment in _BREAK.split(unicodedata.normalize("NFC", text.translate(_PLAIN))):
            if words := _WORD.findall(segment):
                yield words


@lru_cache(maxsize=1)
def french_spellings() -> dict[str, frozenset[str]]:
    """The spellings that French has, in lower case, by folded word; a second to load, once."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for word in DefaultDictionaryFactory().get_dictionary("fr"):
        found[fold(word)].add(word.lower())
    return {key: frozenset(spelled) for key, spelled in found.items()}


@lru_cache(maxsize=1)
def french_words() -> frozenset[str]:
    """The words of French, folded, with the stop words that the dictionary leaves out."""
    return STOP_WORDS.union(french_spellings())


@lru_cache(maxsize=1)
def accented_words() -> dict[str, str]:
    """The words that French only spells with accents, the fewest where it has a choice."""
    found = {}
    for key, choice in french_spellings().items():
        best = min(choice, key=lambda s: (sum(not c.isascii() for c in s), s))
        # A participle without its present tells that the dictionary has a gap: "silicosé".
        sure = not best.isascii() and (not _VERBAL.fullmatch(best) or best.endswith(("té", "tés")))
        if sure and key.isalpha() and len(key) >= _SHORTEST_ACCENTED:
            found[key] = best
    return found
