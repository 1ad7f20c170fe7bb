"""Rewrites a question as the texts would write it, since the embedding model reads accents,
capitals and hyphens, and reads a word with a wrong letter as another word.

Mends odd apostrophes, spaces and hyphens, capitals without accents, missing accents, oe for œ,
dropped hyphens, dotted or plural sigles, and one wrong letter in a word that neither the texts
nor French know. A word that the texts know is never made another; a well-written question
comes back as it is, and so does a mended one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING

from corpus.folding import APOSTROPHES, INVISIBLE, fold
from index.french import term_of

if TYPE_CHECKING:
    from index.lexicon import Lexicon

_SHORTEST_MISSPELT, _LONGEST_MISSPELT = 5, 25  # shorter words have too many neighbours, longer are none
# The first letter is seldom the wrong one, "ernée" seldom meant as a name, and the same letters
# doubled or swapped ("cilent") are the likeliest slip. Of 490 PIAF questions with a letter wrong
# (bench/twins.py), 78 % become what they were.
_OTHER_INITIAL, _OTHER_CASE, _OTHER_LETTERS = 0.1, 0.1, 0.2
# Seen so often with its accents and never without, a word is meant with them, though French has
# both: "salarié" where a text has it ten times, not "il propage" for one "propagé".
_OFTEN = 10
_SHOUTED_SHARE = 0.8
_SHORTEST_EMPHASIS = 5  # letters; shorter capitals may be a sigle that the texts do not have
_LONGEST_COMPOUND = 6  # words
# Both spellings are French's commonest words: only the sentence tells which is meant.
_PAIRS = frozenset("a ou la des du sur mais".split())

_WORD = re.compile(r"(?<!\w)[^\W\d_][^\W_]*(?:-[^\W_]+)*")
_SIGLE = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){2,}[^\W\d_]?(?!\w)")
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_ODD_APOSTROPHE = re.compile(r"(?<=[^\W\d_])[ʼ‘‛`´′＇](?=[^\W\d_])")
_ODD_HYPHEN = re.compile(r"(?<=\w)[\u2010\u2011](?=\w)")
_ELISION = re.compile(
    rf"(?i)(?<![\w'’])([cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)"
    rf"(?: ([{APOSTROPHES}]) ?|([{APOSTROPHES}]) )(?=\w)"
)
_APART = str.maketrans({"œ": "oe", "æ": "ae"})


def mend(question: str, lexicon: Lexicon) -> str:
    """`question` as the texts of `lexicon` would write it."""
    text = _tidied(question)
    text = _SIGLE.sub(lambda m: _undotted(m.group(), lexicon), text)
    habits = _habits(text, lexicon)
    text = _WORD.sub(lambda m: _mended_word(m.group(), lexicon, habits, inside=m.start() > 0), text)
    text = _hyphened(text, lexicon)
    return text[:1].upper() + text[1:] if habits.shouts else text


@dataclass(frozen=True, slots=True)
class _Habits:
    """How whoever typed the question types: all in capitals, with any capital, with any accent.

    `drops_accents`: without any, and with a word that cannot do without.
    """

    shouts: bool
    capitals: bool
    accents: bool
    drops_accents: bool


def _habits(text: str, lexicon: Lexicon) -> _Habits:
    words = [(word, fold(word)) for word in _WORD.findall(text)]
    # Sigles shout on their own account, once mended too.
    plain = [w for w, key in words if not (_is_sigle(key, lexicon) or _is_sigle(key.rstrip("s"), lexicon))]
    letters = "".join(plain)
    raised = sum(map(str.isupper, letters))
    accents = not text.isascii() and any(c.isalpha() and not c.isascii() for c in text)
    return _Habits(
        shouts=raised >= _SHOUTED_SHARE * len(letters) and sum(len(w) > 1 and w.isupper() for w in plain) > 1,
        capitals=any(map(str.isupper, text)),
        accents=accents,
        drops_accents=not accents and any(_needs_accents(word, key, lexicon) for word, key in words),
    )


def _is_sigle(key: str, lexicon: Lexicon) -> bool:
    return lexicon.written.get(key, "").isupper()


def _needs_accents(word: str, key: str, lexicon: Lexicon) -> bool:
    written = lexicon.written.get(key)
    if written is None:
        return word.islower() and key in lexicon.accented
    return written.lower() != key and key not in lexicon.usual and key not in lexicon.french


def _tidied(question: str) -> str:
    """Spaces, apostrophes and hyphens as a keyboard and a careful typist make them.

    ’ and the unbreakable space before a mark are as good as ' and the plain space.
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", question)).strip()
    text = _SPACE.sub(lambda m: m.group() if _is_usual_space(text, m.start(), m.end()) else " ", text)
    text = _ELISION.sub(lambda m: m[1] + (m[2] or m[3]), text)
    return _ODD_HYPHEN.sub("-", _ODD_APOSTROPHE.sub("'", text))


def _is_usual_space(text: str, start: int, end: int) -> bool:
    if end - start > 1 or text[start] not in " \u00a0\u202f":
        return False
    marked = text[end] in "?!:;»%€" or text[start - 1] == "«"
    return text[start] == " " or marked or (text[start - 1].isdigit() and text[end].isdigit())


def _undotted(sigle: str, lexicon: Lexicon) -> str:
    key = fold(sigle.replace(".", ""))
    return lexicon.written[key] if _is_sigle(key, lexicon) else sigle


def _mended_word(word: str, lexicon: Lexicon, habits: _Habits, *, inside: bool) -> str:
    key = fold(word)
    written = lexicon.written.get(key)
    if len(key) == 1:  # "a-t-il", "l'", "à"
        return word.lower() if habits.shouts else word
    if written is None and "-" in word:
        parts = (_mended_word(part, lexicon, habits, inside=inside) for part in word.split("-"))
        # "co-fondé" is no CO, even where that is a sigle.
        return "-".join(p.lower() if w.islower() else p for w, p in zip(word.split("-"), parts, strict=True))
    if written is None:
        return _mended_unknown(word, key, lexicon, habits, inside=inside)
    lower, usual = word.lower(), written.lower()
    spelled = usual if _is_misspelt(word, key, usual, lexicon, habits) else lower
    if habits.shouts:
        return written if spelled == usual else spelled
    if word.isupper() and len(word) > 1:
        emphasised = len(word) >= _SHORTEST_EMPHASIS and written == usual and lexicon.is_french(key)
        return spelled if emphasised else word
    if word != lower:
        return word if spelled == lower else written if written != usual else spelled[0].upper() + spelled[1:]
    # "orange" may be the fruit where the texts only have the town, unless no capital is typed at all.
    named = written != usual and spelled == usual and not (habits.capitals and lexicon.is_french(key))
    return written if named else spelled


def _is_misspelt(word: str, key: str, usual: str, lexicon: Lexicon, habits: _Habits) -> bool:
    """Whether a word that the texts know in the spelling `usual` should have it."""
    lower = word.lower()
    if lower == usual or key in _PAIRS:
        return False
    typed_plainly = lower.isascii() and not habits.accents
    if habits.shouts and typed_plainly:
        return True
    if lower in lexicon.usual:
        return False
    # "Etat", "coeur": few keyboards have É and œ.
    if (word[0].isupper() and lower[1:] == usual[1:]) or lower == usual.translate(_APART):
        return True
    if lower not in lexicon.french:
        return True
    return typed_plainly and (habits.drops_accents or lexicon.counts[key] >= _OFTEN)


def _mended_unknown(word: str, key: str, lexicon: Lexicon, habits: _Habits, *, inside: bool) -> str:
    if word[-1] == "s" and len(word) > 2 and word[:-1].isupper():  # "GHTs"
        return lexicon.written.get(key[:-1], word)
    # "Peter" is no "péter".
    if key in lexicon.accented and not habits.accents and (word.islower() or habits.shouts):
        return lexicon.accented[key]
    if key in lexicon.compounds:
        return _like(word, lexicon.compounds[key], habits)
    if _SHORTEST_MISSPELT <= len(key) <= _LONGEST_MISSPELT and key.isalpha() and not lexicon.is_french(key):
        capital = not habits.shouts and word[0].isupper() and (inside or word.isupper())
        meant = _meant(key, lexicon, sigle=capital and word.isupper(), name=capital)
        if meant is not None:
            return _like(word, lexicon.written[meant], habits)
    return word.lower() if habits.shouts else word


def _meant(key: str, lexicon: Lexicon, *, sigle: bool, name: bool) -> str | None:
    """The most frequent word one letter away; None where there is none, or it is an inflection.

    What is typed as a name or a sigle only becomes one.
    """
    near = {
        other
        for other in _one_letter_away(key)
        if other in lexicon.written
        and len(other) >= _SHORTEST_MISSPELT
        and not (name and lexicon.written[other].islower())
        and not (sigle and not _is_sigle(other, lexicon))
    }
    if not near or any(term_of(other) == term_of(key) for other in near):
        return None

    def likelihood(other: str) -> float:
        initial = 1 if other[0] == key[0] else _OTHER_INITIAL
        case = 1 if name or lexicon.written[other].islower() else _OTHER_CASE
        letters = 1 if set(other) == set(key) else _OTHER_LETTERS
        return lexicon.counts[other] * initial * case * letters

    return max(sorted(near), key=likelihood)


def _one_letter_away(word: str) -> Iterator[str]:
    """Words at distance 1 by optimal string alignment (after Norvig's corrector, 2007).

    500 look-ups for a word, whatever the size of the lexicon.
    """
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in ascii_lowercase)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in ascii_lowercase)


def _hyphened(text: str, lexicon: Lexicon) -> str:
    """Compounds typed as separate words get their hyphens back, the longest first."""
    words = list(_WORD.finditer(text))
    keys = [fold(match.group()).replace("-", " ") for match in words]
    pieces, position, i = [], 0, 0
    while i < len(words):
        for n in range(min(_LONGEST_COMPOUND, len(words) - i), 1, -1):
            gaps = (text[a.end() : b.start()] for a, b in zip(words[i:], words[i + 1 : i + n], strict=False))
            compound = lexicon.compounds.get(" ".join(keys[i : i + n]))
            if compound is not None and set(gaps) == {" "}:
                if words[i].group()[0].isupper():
                    compound = compound[0].upper() + compound[1:]
                pieces += [text[position : words[i].start()], compound]
                position = words[i + n - 1].end()
                i += n - 1
                break
        i += 1
    return "".join([*pieces, text[position:]])


def _like(typed: str, written: str, habits: _Habits) -> str:
    """`written` with the capital that was typed."""
    return written[0].upper() + written[1:] if typed[0].isupper() and not habits.shouts else written
