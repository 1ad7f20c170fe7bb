"""French text becomes search terms; the question goes through the same door as the texts.

Folds accents, case, ligatures and apostrophes, splits elisions (l', d', qu'…), joins dotted
sigles (G.H.T. → ght) and spaced numbers (1 000 → 1000), drops stop words, stems the rest
(Snowball French). Folding comes before stemming, so that a question typed without accents
meets the same stems.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import Stemmer

from corpus.folding import fold

_TOKEN = re.compile(
    r"""
      \d{1,3}(?:\ \d{3})+(?:[.,]\d+)?(?!\d)   # 1 000 000,5 — fold() made every space plain
    | \d+(?:[.,]\d+)*                         # 35,6  2022  3.1.2
    | (?:[a-z]\.){2,}[a-z]?(?![a-z])          # g.h.t.
    | [^\W_]+(?:'[^\W_]+)*                    # l'hopital, aujourd'hui
    """,
    re.VERBOSE,
)
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu)'(?=.)")
_WHOLE = frozenset({"aujourd'hui", "prud'hommes", "prud'homme", "presqu'ile", "quelqu'un"})
# Folded. Snowball's French list, less the words that can carry a question's topic
# ("état", "été" as a season is lost to its homograph: it was in the list as a participle).
STOP_WORDS = frozenset(
    fold(word)
    for word in """
    au aux avec ce ces cet cette dans de des du elle elles en et eux il ils je la le les leur
    leurs lui ma mais me même mes moi mon ne nos notre nous on ou où par pas pour qu que qui
    quoi quel quelle quels quelles sa se ses si son sur ta te tes toi ton tu un une vos votre
    vous c d j l à m n s t y suis es est sommes êtes sont étais était étions étaient étant
    serai sera serons serez seront serait seraient fus fut furent fût sois soit soyons soient
    ai as a avons avez ont ayant aurai aura aurons auront aurait auraient avais avait avions
    avaient eu eut eurent aie ait aient donc car or ni comme dont ainsi aussi alors cela ceci
    ça ci là lors entre sans sous vers chez afin comment combien quand pourquoi laquelle lequel
    lesquels lesquelles
    """.split()
)
# What frames a question without being its topic, on folded text. A text that holds none of
# these words is not further from the answer.
_FRAMES = re.compile(
    r"""\b(?:
      (?:ca|cela)?\s*(?:veut|veulent)\ dire | signifi(?:e|ent) | design(?:e|ent)
    | (?:a\ )?quoi\ ser(?:t|vent) | ser(?:t|vent)[\ -](?:il|elle|ils|elles|a\ quoi)
    | c'est\ quoi | au\ juste | qu'appelle-t-on | qu'entend-on\ par
    | (?:y\ a|existe)-t-il | exactement
    | (?:le|les|l'|du|des)\ ?(?:sigles?|acronymes?|abreviations?)
    )\b""",
    re.VERBOSE,
)
# What asks for a meaning, on folded text; "à quoi sert" asks for a purpose.
_MEANING = re.compile(
    r"""\b(?:
      (?:veut|veulent)\ dire | signifi(?:e|ent|cation) | design(?:e|ent) | definition | definir
    | c'est\ quoi | qu'est[ -]ce\ qu | qu'appelle-t-on | qu'entend-on
    | sigles? | acronymes? | abreviations?
    )""",
    re.VERBOSE,
)
_stemmer = Stemmer.Stemmer("french")


def terms(text: str) -> list[str]:
    """The search terms of a text or a question, in order, repeats kept.

    >>> terms("L’hôpital et les G.H.T. : 1 000 cliniques")
    ['hopital', 'ght', '1000', 'cliniqu']
    """
    return [term for word in words(text) if (term := term_of(word)) is not None]


def phrases(found: Sequence[str]) -> list[str]:
    """Each two terms that follow one another, as one.

    >>> phrases(terms("hôpital de proximité rurale"))
    ['hopital proximit', 'proximit rural']
    """
    return [f"{first} {second}" for first, second in pairwise(found)]


def question_terms(question: str) -> list[str]:
    """The terms a question is about: as `terms`, less what only frames it.

    >>> question_terms("PTA, ça veut dire quoi ?")
    ['pta']
    """
    topic = terms(_FRAMES.sub(" ", fold(question)))
    return topic or terms(question)


def asks_meaning(question: str) -> bool:
    """Whether a question asks what something is or stands for: "PTA, c'est quoi ?", "PTA ?".

    >>> asks_meaning("Que signifie PTA ?"), asks_meaning("À quoi sert la PTA ?")
    (True, False)
    """
    return _MEANING.search(fold(question)) is not None or len(words(question)) == 1


def words(text: str) -> list[str]:
    """The folded words of a text, elisions split off, before stop words and stemming."""
    found: list[str] = []
    for token in _TOKEN.findall(fold(text)):
        if token[0].isdigit():
            found.append(token.replace(" ", "").replace(",", "."))
        elif "." in token:
            found.append(token.replace(".", ""))
        elif token in _WHOLE:
            found.append(token)
        else:
            rest = _ELISION.sub("", token)
            if rest != token:
                found.append(token[: len(token) - len(rest) - 1])
            found += [rest] if rest in _WHOLE else rest.split("'")
    return found


@lru_cache(maxsize=1 << 16)
def term_of(word: str) -> str | None:
    """The term a folded word is searched as; None for a stop word."""
    if word in STOP_WORDS:
        return None
    return str(_stemmer.stemWord(word))
