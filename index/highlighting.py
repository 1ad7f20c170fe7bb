"""How well each sentence of a passage answers: not the one that repeats the question.

A weighted sum of the sentence's cosine, the question's rare words that it holds, and whether it
holds what is asked for: a figure for "combien", a date for "quand", a name for "qui". Weights
in units of cosine, fitted by `python -m bench.fit_sentences`. Chooses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from corpus.documents import Passage
from corpus.folding import fold
from index.french import terms

# In cosine. A list-wise logistic regression (Cao et al. 2007) on PIAF's annotated answers:
# bench/RESULTS.md, "Highlight".
WEIGHTS = {
    "cosine": 1.0,
    "words": 0.025,
    "telling_words": 0.016,
    "previous_cosine": -0.021,
    "previous_words_of_pronoun": 0.012,
    "length": 0.0026,
    "short": -0.009,
    "introduces": -0.006,
    "figure": 0.036,
    "number_word": 0.027,
    "year": 0.020,
    "date": 0.009,
    "figure_for_date": 0.014,
    "name": 0.010,
    "place": 0.015,
    "reason": 0.014,
    "manner": 0.007,
}

# All on folded text but the two that look for capitals.
_WHICH = r"quel(?:le)?s?\ (?:est\ |sont\ |etait\ |etaient\ )?(?:l'|le\ |la\ |les\ )?"
_ASKS_FIGURE = re.compile(
    rf"""combien | a\ quel\ age | {_WHICH}(?:nombre|pourcentage|montant|taux|age|prix|superficie|surface
    |distance|longueur|hauteur|largeur|duree|population|part|proportion|taille|poids|vitesse|budget
    |score|cout|chiffre|profondeur|altitude|temperature|frequence|somme|quantite|capacite)""",
    re.VERBOSE,
)
_ASKS_DATE = re.compile(
    rf"\bquand\b | {_WHICH}(?:annees?|dates?|siecles?|epoques?|jours?|mois|periodes?|moment|saison|decennie)",
    re.VERBOSE,
)
_ASKS_NAME = re.compile(
    rf"""\bqui\b | {_WHICH}(?:noms?|auteur|realisateur|roi|reine|president|personn(?:e|age)|act(?:eur|rice)
    |chef|general|ministre|peintre|artiste|groupe|equipe|joueur|entreprise|societe|directeur|maire)""",
    re.VERBOSE,
)
_ASKS_PLACE = re.compile(
    rf"""\bou\ (?:est|se|a|sont|etait|peut|vit|va|ont|fut|les?|la|l'|on|s') | ^ou\b | d'ou | dans\ quel
    | {_WHICH}(?:villes?|pays|regions?|lieux?|endroits?|continent|ile|departement|capitale|commune|etat)""",
    re.VERBOSE,
)
_ASKS_REASON = re.compile(
    rf"pourquoi | {_WHICH}(?:raisons?|causes?|but|objectif|motif) | dans\ quel\ but | a\ quoi\ sert",
    re.VERBOSE,
)
_ASKS_MANNER = re.compile(r"\bcomment\b | de\ quelle\ (?:maniere|facon) | par\ quel", re.VERBOSE)

_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"\b(?:1\d{3}|20\d\d)\b")
_NUMBER_WORD = re.compile(
    r"""\b(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize
    |vingt|trente|quarante|cinquante|soixante|cents?|mille|millions?|milliards?|moitie|tiers|quart|double
    |triple|seule?|plusieurs|aucune?)\b""",
    re.VERBOSE,
)
_DATE_WORD = re.compile(
    r"""\b(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|siecle
    |annees?|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|printemps|ete|automne|hiver)\b""",
    re.VERBOSE,
)
_NAME = re.compile(r"(?<!^)(?<![.!?:]\ )\b[A-ZÀ-Þ][\w’'-]+")
_PLACE = re.compile(
    r"\b(?:à|aux?|en|dans|de|du|vers|près\ de|sur|d['’])\ ?(?:l['’]|la\ |les?\ )?([A-ZÀ-Þ]\w+)", re.VERBOSE
)
_REASON = re.compile(
    r"""\b(?:car|parce\ que?|afin|pour|en\ raison|grace\ a|a\ cause|puisque|ainsi|permet(?:tre)?|suite\ a
    |du\ fait|faute\ de|par\ crainte|but)\b""",
    re.VERBOSE,
)
_MANNER = re.compile(r"\b(?:par|grace|au\ moyen|en\ \w+ant|a\ l'aide|avec|selon|via|ainsi)\b", re.VERBOSE)
_PRONOUN = re.compile(
    r"(?:ils?|elles?|ce|cet(?:te)?|ces|celui|celle|ceux|cela|son|sa|ses|leurs?|en\ effet|cependant|ainsi"
    r"|de\ plus|toutefois|mais|y|en)\b"
)
_SHORT = 40  # characters


def sentence_scores(
    question: str, passage: Passage, cosines: Sequence[float], rarities: Mapping[str, float]
) -> tuple[float, ...]:
    """A score for each sentence of the passage, in units of cosine; comparable inside one passage.

    `cosines` are those of its sentences, `rarities` the question's terms and what they weigh.
    """
    return tuple(
        sum(WEIGHTS[name] * value for name, value in features.items())
        for features in sentence_features(question, passage, cosines, rarities)
    )


def sentence_features(
    question: str, passage: Passage, cosines: Sequence[float], rarities: Mapping[str, float]
) -> list[dict[str, float]]:
    """What the weights weigh, for each sentence; the keys are those of WEIGHTS."""
    texts = [passage.slice(sentence) for sentence in passage.sentences]
    found = [frozenset(terms(text)) for text in texts]
    shares = [_share(f, rarities) for f in found]
    telling = _telling(rarities, found, frozenset(terms(" ".join(passage.headings))))
    wanted = _wanted(question)
    average = sum(cosines) / (len(cosines) or 1)
    features = []
    for i, text in enumerate(texts):
        previous = shares[i - 1] if i else 0.0
        pronoun = _PRONOUN.match(fold(text)) is not None
        features.append(
            {
                "cosine": cosines[i],
                "words": shares[i],
                "telling_words": _share(found[i], telling),
                "previous_cosine": cosines[i - 1] if i else average,
                "previous_words_of_pronoun": previous * pronoun,
                "length": min(len(text), 400) / 100,
                "short": float(len(text) < _SHORT),
                "introduces": float(text.rstrip().endswith(":")),
                **_answers(question, text, wanted),
            }
        )
    return features


def _share(found: frozenset[str], rarities: Mapping[str, float]) -> float:
    total = sum(rarities.values())
    return sum(rarity for term, rarity in rarities.items() if term in found) / total if total else 0.0


def _telling(
    rarities: Mapping[str, float], found: Sequence[frozenset[str]], headings: frozenset[str]
) -> dict[str, float]:
    """Rarities inside the passage: a word of its headings, or of all its sentences, tells little."""
    telling = {}
    for term, rarity in rarities.items():
        holders = sum(term in f for f in found)
        if holders:
            telling[term] = rarity * (0.4 if term in headings else 1.0) * (1 - (holders - 1) / len(found))
    return telling


def _wanted(question: str) -> dict[str, bool]:
    folded = fold(question)
    return {
        "figure": _ASKS_FIGURE.search(folded) is not None,
        "date": _ASKS_DATE.search(folded) is not None,
        "name": _ASKS_NAME.search(folded) is not None,
        "place": _ASKS_PLACE.search(folded) is not None,
        "reason": _ASKS_REASON.search(folded) is not None,
        "manner": _ASKS_MANNER.search(folded) is not None,
    }


def _answers(question: str, text: str, wanted: Mapping[str, bool]) -> dict[str, float]:
    """Whether a sentence holds what is asked for, and that the question does not say itself."""
    folded, asked = fold(text), fold(question)
    said = set(re.findall(r"\w+", asked))
    figure = bool(set(_DIGITS.findall(folded)) - said)
    held = {
        "figure": wanted["figure"] and figure,
        "number_word": wanted["figure"] and not figure and _NUMBER_WORD.search(folded) is not None,
        "year": wanted["date"] and bool(set(_YEAR.findall(folded)) - said),
        "date": wanted["date"] and _DATE_WORD.search(folded) is not None,
        "figure_for_date": wanted["date"] and figure,
        "name": wanted["name"] and any(_last(name) not in said for name in _NAME.findall(text)),
        "place": wanted["place"] and any(fold(place) not in said for place in _PLACE.findall(text)),
        "reason": wanted["reason"] and _REASON.search(folded) is not None,
        "manner": wanted["manner"] and _MANNER.search(folded) is not None,
    }
    return {name: float(value) for name, value in held.items()}


def _last(name: str) -> str:
    """A name without what is elided before it: "d'Arc" is Arc."""
    return fold(name).split("'")[-1]
