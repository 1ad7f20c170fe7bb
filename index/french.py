"""French text becomes search terms; the question goes through the same door as the texts.

Folds accents, case, ligatures and apostrophes, splits elisions (l', d', qu'…), gives one form
to what is written in several (G.H.T. and GHT, 1 000 and 1.000, XIXe and 19ème, 12/05/2021 and
12 mai 2021, art. L. 3141-3 and article L3141-3), drops stop words, stems the rest (Snowball
French). Folding comes before stemming, so that a question typed without accents meets the same
stems: lemmas, which need the accents, lose 2.7 points there (python -m bench.words).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import Stemmer

from corpus.folding import fold

# On folded text, where every space is plain, and every apostrophe and every hyphen one.
_TOKEN = re.compile(
    r"""
    (?=[^\W_]|[%€$])(?:                                                     # no time lost on spaces
      (?P<plain>(?!art\b)[a-hj-qstuwyz][a-z]+(?![\w']))                     # most words, so first
    | (?P<law>\b[lrd]\*?(?:\.\*?\ ?(?!(?:19|20)\d\d(?![-\d]))\d+(?:-\d+)*   # l. 3141-3  r.* 12
                          |\ ?\d+(?:-\d+)+|\ ?\d{3,})(?!\w))                # l3141-3  d 412
    | (?P<article>\bart\.(?=\ ?(?:[lrd]\b|\d)))                             # art. 12
    | (?P<date>\d\d?(?:/\d\d?/|\.\d\d?\.|-\d\d?-)(?:19|20)\d\d(?!\d))       # 12/05/2021
    | (?P<iso_date>(?:19|20)\d\d-\d\d-\d\d(?!\d))                           # 2021-05-12
    | (?P<ordinal>\d+(?:ers?|e?res?|n?des?|i?emes?|es?)(?![^\W_]))          # 1er  2e  19eme
    | (?P<thousands>\d{1,3}(?:\ \d{3})+(?:[.,]\d+)?(?!\d)                   # 1 000 000,5
                   |[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?(?![.\d]))             # 1.000.000,5
    | (?P<number>\d+(?:[.,]\d+)*)                                           # 35,6  2022  3.1.2
    | (?P<roman>(?:x{1,3}(?:ix|iv|v?i{0,3})|ix|iv|vi{2,3}|i{2,3}|v|vi(?=i?eme|e\ (?:siecle|republique)))
                (?:i?eme|e)s?(?![^\W_]))                                    # xixe  vie siecle
    | (?P<first>ier(?![^\W_]))                                             # Francois Ier
    | (?P<compound>rendez[-\ ]vous(?![^\W_])|rdv(?![^\W_]))
    | (?P<elided>(?:[cdjlmnst]|qu)'(?=(?:[a-z]\.-?){2}|art\.\ ?(?:[lrd]\b|\d)))  # l'a.r.s.
    | (?P<sigle>(?:[a-z]\.-?){2,}[a-z]?(?![a-z]))                           # g.h.t.
    | (?P<sign>[%€$])
    | (?P<word>[^\W_]+(?:'[^\W_]+)*)                                        # l'hopital, aujourd'hui
    )
    """,
    re.VERBOSE,
)
# Where a token may go on after a space: "l. 3141", "1 000", "art. 12", "vie siecle", "rendez vous".
_GOES_ON = ("art.", "vie siecle", "vie republique", "rendez vous")
_NUMBER_GOES_ON = re.compile(r" (?<=[lrd.*\d] )\d")  # a space first: nothing else is looked at
# Around a word and in no token of `_TOKEN`: one entry of the cache for "soins", "soins," and "(soins)".
_AROUND = ',;:!?()[]«»"“”…'
# A whole piece that is a "plain" token.
_PLAIN = re.compile(r"(?!art\Z)[a-hj-qstuwyz][a-z]+")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}
_SIGNS = {"%": "pourcentage", "€": "euros", "$": "dollars"}
_MONTHS = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
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
# these words is not further from the answer. Without "peut", "doit", "faut", BM25 alone gains
# 0.4 points of nDCG@10 on questions about rights, none on others (python -m bench.words).
_FRAMES = re.compile(
    r"""\b(?:
      (?:ca|cela)?\s*(?:veut|veulent)\ dire | signifi(?:e|ent) | design(?:e|ent)
    | (?:a\ )?quoi\ ser(?:t|vent) | ser(?:t|vent)[\ -](?:il|elle|ils|elles|a\ quoi)
    | c'est\ quoi | au\ juste | qu'appelle-t-on | qu'entend-on\ par
    | (?:y\ a|existe)-t-il | exactement
    | peux | peut | peuvent | puis | pouvez | dois | doit | doivent | devez | faut
    | (?:le|les|l'|du|des)\ ?(?:sigles?|acronymes?|abreviations?)
    )\b""",
    re.VERBOSE,
)
# Its own cache costs more than a stem: `_terms_of` has one of what stems and all before give.
_stemmer = Stemmer.Stemmer("french", 0)


def terms(text: str) -> list[str]:
    """The search terms of a text or a question, in order, repeats kept.

    >>> terms("L’hôpital et les G.H.T. : 1 000 cliniques")
    ['hopital', 'ght', '1000', 'cliniqu']
    """
    folded = fold(text)
    found: list[str] = []
    if not (_NUMBER_GOES_ON.search(folded) or any(each in folded for each in _GOES_ON)):
        for piece in folded.split():
            found += _terms_of(piece.strip(_AROUND))
        return found
    for match in _TOKEN.finditer(folded):
        kind, token = match.lastgroup or "word", match.group()
        found += _terms_of(token) if kind == "plain" else _stems(_words_of(kind, token))
    return found


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


def words(text: str) -> list[str]:
    """The folded words of a text, elisions split off, before stop words and stemming."""
    found: list[str] = []
    for match in _TOKEN.finditer(fold(text)):
        found += _words_of(match.lastgroup or "word", match.group())
    return found


def _words_of(kind: str, token: str) -> tuple[str, ...]:
    """What a token of `_TOKEN` counts as, by the name of the group that matched it."""
    match kind:
        case "plain":
            return (token,)
        case "word":
            return _unelided(token)
        case "number":
            return (token.replace(",", "."),)
        case "thousands":
            return (re.sub(r" |\.(?=\d{3}(?:\D|$))", "", token).replace(",", "."),)
        case "law":
            return (re.sub(r"[^\w-]", "", token),)
        case "date" | "iso_date":
            parts = re.findall(r"\d+", token)
            day, month, year = parts if kind == "date" else reversed(parts)
            named = _MONTHS[int(month) - 1 : int(month)] or [month]
            return (day.lstrip("0"), *named, year)
        case "ordinal":
            return (re.sub(r"\D", "", token),)
        case "roman":
            return (str(_roman_value(re.sub(r"[^ivx]|i?eme.*", "", token))),)
        case "sigle" | "elided":
            return (re.sub(r"\W", "", token),)
        case "sign":
            return (_SIGNS[token],)
        case "article":
            return ("article",)
        case "first":
            return ("1",)
        case _:
            return ("rendezvous",)


def _stems(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(term for word in found if (term := term_of(word)) is not None)


# Most words were met before, and no token but those of `_GOES_ON` has a space in it: a sentence of 25
# words takes 5 µs instead of 17.
@lru_cache(maxsize=1 << 16)
def _terms_of(piece: str) -> tuple[str, ...]:
    """The terms of a folded piece of text without a space, or of one token."""
    return _stems((piece,) if _PLAIN.fullmatch(piece) else words(piece))


def _unelided(token: str) -> tuple[str, ...]:
    if token in _WHOLE:
        return (token,)
    rest = _ELISION.sub("", token)
    first = (token[: len(token) - len(rest) - 1],) if rest != token else ()
    return (*first, rest) if rest in _WHOLE else (*first, *rest.split("'"))


def _roman_value(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    return sum(-v if v < following else v for v, following in zip(values, [*values[1:], 0], strict=True))


def term_of(word: str) -> str | None:
    """The term a folded word is searched as; None for a stop word."""
    if word in STOP_WORDS:
        return None
    return str(_stemmer.stemWord(word))
