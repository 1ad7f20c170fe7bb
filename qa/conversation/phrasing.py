"""French put together: "de" and "le" make "du". Finds nothing in a text."""

from __future__ import annotations

import re

from corpus.folding import fold

_FEMININE_ENDING = re.compile(
    r"(?:[tsx]ion|te|ure|ence|ance|ie|ude|ette|esse|ade|aille|elle|euse|ice|ille)s?$"
)
_WITH_DE = {"le": "du", "les": "des", "du": "du", "des": "des"}
_WITH_A = {"le": "au", "les": "aux", "du": "au", "des": "à des"}


def elides(core: str) -> bool:
    """Whether "de" becomes "d'" before these words."""
    first = fold(core[:1])
    return first in tuple("aeiou") or (first in ("h", "y") and not core[:2].isupper())


def plural(word: str) -> str:
    """A noun or an adjective in the plural; acronyms have none.

    >>> plural("hôpital"), plural("réseau"), plural("CPTS"), plural("parcours")
    ('hôpitaux', 'réseaux', 'CPTS', 'parcours')
    """
    if word.isupper() or word[-1:] in ("s", "x", "z") or not word.isalpha():
        return word
    if word.endswith("al"):
        return word[:-1] + "ux"
    return word + ("x" if word.endswith(("au", "eu")) else "s")


def of(determiner: str, core: str) -> str:
    """What something is of.

    >>> of("les", "cliniques"), of("une", "CPTS"), of("", "Napoléon"), of("", "Avignon")
    ('des cliniques', "d'une CPTS", 'de Napoléon', "d'Avignon")
    """
    if determiner in _WITH_DE:
        return f"{_WITH_DE[determiner]} {core}"
    full = determined(determiner, core)
    return f"d'{full}" if elides(full) else f"de {full}"


def to(determiner: str, core: str) -> str:
    """What something is given to, or where it is.

    >>> to("les", "cliniques"), to("une", "CPTS")
    ('aux cliniques', 'à une CPTS')
    """
    return f"{_WITH_A[determiner]} {core}" if determiner in _WITH_A else f"à {determined(determiner, core)}"


def determined(determiner: str, core: str) -> str:
    """A noun phrase on its own, contractions undone: "du réseau" is "le réseau".

    >>> determined("l", "ARS"), determined("du", "réseau"), determined("", "Pascal")
    ("l'ARS", 'le réseau', 'Pascal')
    """
    plain = {"du": "le", "au": "le", "aux": "les"}.get(determiner, determiner)
    if plain in ("l", "d"):
        return f"{plain}'{core}"
    return f"{plain} {core}" if plain else core


def owned(possessive: str, core: str) -> str:
    """A noun phrase whose possessive gave way to an article, the gender guessed where nothing tells.

    >>> owned("son", "siège"), owned("sa", "limite"), owned("leurs", "buts"), owned("leur", "taille")
    ('le siège', 'la limite', 'les buts', 'la taille')
    """
    if possessive in ("ses", "leurs"):
        return f"les {core}"
    if elides(core):
        return f"l'{core}"
    if possessive == "sa" or (possessive == "leur" and _FEMININE_ENDING.search(fold(core.split(" ")[0]))):
        return f"la {core}"
    return f"le {core}"
