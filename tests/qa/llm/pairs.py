"""Sentences made by rule from texts: true ones that say it otherwise, false ones that nearly say it.

`python -m tests.qa.llm.pairs STORE` counts what the checker shows of each kind, over the passages of a
store.sqlite.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.documents import Passage
from index.store import Store
from qa.citing import Citation
from qa.llm.checking import Checker
from qa.llm.sentences import claim_of

_OPPOSITES = (
    ("plus", "moins"), ("tous les", "certains"), ("toutes les", "certaines"), ("avant", "après"),
    ("obligatoires", "facultatives"), ("obligatoire", "facultatif"), ("maximum", "minimum"),
    ("augmente", "diminue"), ("publics", "privés"), ("publique", "privée"), ("peut", "doit"),
    ("peuvent", "doivent"),
    ("souvent", "rarement"), ("premier", "dernier"), ("nationale", "régionale"), ("début", "fin"),
    ("avec", "sans"),
    ("toujours", "parfois"), ("grand", "petit"), ("accepté", "refusé"), ("permet", "interdit"),
)  # fmt: skip
_WORDS = {
    2: "deux",
    3: "trois",
    4: "quatre",
    5: "cinq",
    6: "six",
    7: "sept",
    8: "huit",
    9: "neuf",
    10: "dix",
    12: "douze",
}
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_VERB = re.compile(
    r"\s(est|sont|a|ont|peut|peuvent|doit|doivent|fut|était|étaient|avait|réunit|verse|fixe|prévoit)\s"
)
_NAME = re.compile(r"(?<=[a-zéèà,] )(?:[A-ZÉÈ][\w’'-]+)(?: [A-ZÉÈ][\w’'-]+)*|\b[A-Z]{2,}\b")
_FIGURE = re.compile(r"(?<![\w,.-])\d+(?:[   ]\d{3})*(?:,\d+)?(?![\w,-]|\.\d)")


def true_claims(sentence: str) -> Iterator[tuple[str, str]]:
    """Kind and text of sentences that say the same, or a part of it."""
    yield "verbatim", sentence
    if re.match(r"(?:Les?|La|Une?|Des|En|Chaque|L’|L')\b", sentence):
        yield "framed", f"Selon le texte, {sentence[0].lower()}{sentence[1:]}"
    yield "typed otherwise", sentence.replace("’", "'").replace("\u00a0", " ").replace("-", "‑") + " "
    short = re.sub(r"\s*\([^()]*\)", "", sentence)
    if short != sentence:
        yield "aside left out", short
    dated = re.match(
        r"^(En \d{4}|Depuis \d{4}|Le \d\d? \w+ \d{4}|Depuis le [^,]{4,25}), (.{20,})\.$", sentence
    )
    if dated:
        yield "date moved", f"{dated[2][0].upper()}{dated[2][1:]} {dated[1][0].lower()}{dated[1][1:]}."
    spelled = re.sub(r"(?<![\d,.\s])(\s)(\d\d?)(?=\s[a-zé]{4})(?!\s(?:%|" + "|".join(_MONTHS) + "))",
                     lambda m: m[1] + _WORDS.get(int(m[2]), m[2]), sentence)  # fmt: skip
    if spelled != sentence:
        yield "figure spelled", spelled
    digits = sentence
    for value, word in _WORDS.items():
        digits = re.sub(rf"\b{word}\b(?= [a-zé]{{4}})", str(value), digits)
    digits = re.sub(r"(\d) (\d{3})\b", r"\1\2", digits)
    if digits != sentence:
        yield "figure in digits", digits
    numeric = re.sub(r"\b(\d\d?|1er) (" + "|".join(_MONTHS) + r") (\d{4})", _numeric, sentence)
    if numeric != sentence:
        yield "date in digits", numeric
    first = re.split(r" ; |\u00a0; | : |\u00a0: ", sentence)[0]
    if first != sentence and len(first.split()) > 6:
        yield "first clause", first + "."
    first = re.split(r", (?:mais|et|puis|tandis que|alors que) ", sentence)[0]
    if first != sentence and len(first.split()) > 6:
        yield "first clause", first + "."


def _numeric(date: re.Match[str]) -> str:
    return f"{int(date[1].removesuffix('er')):02}/{_MONTHS.index(date[2]) + 1:02}/{date[3]}"


def false_claims(
    sentence: str, others: Sequence[str], elsewhere: str, draw: random.Random
) -> Iterator[tuple[str, str]]:
    """Kind and text of sentences that it does not say.

    `others`: sentences of the same passage; `elsewhere`: of another.
    """
    yield "of another passage", elsewhere
    numbers = _FIGURE.findall(sentence)
    if numbers:
        chosen = draw.choice(numbers)
        yield (
            "another figure",
            sentence.replace(chosen, str(int(re.sub(r"\D", "", chosen)) + draw.choice((1, 2, 10, 100))), 1),
        )
        near = [n for other in others for n in _FIGURE.findall(other) if n not in numbers]
        if near:
            yield "a neighbour's figure", sentence.replace(chosen, draw.choice(near), 1)
        if len(set(numbers)) > 1:
            a, b = draw.sample(sorted(set(numbers)), 2)
            yield "figures exchanged", sentence.replace(a, "§").replace(b, a).replace("§", b)
    for unit, other in (
        (r"%", "millions"),
        ("euros", "habitants"),
        ("ans", "mois"),
        ("jours", "mois"),
        ("millions", "milliards"),
    ):
        changed = re.sub(rf"(\d[\s ]){unit}(?!\w)", rf"\1{other}", sentence)
        if changed != sentence:
            yield "another unit", changed
    denied = re.sub(r"\s(est|sont|a|ont|peut|peuvent|doit|doivent|était|avait)\s",
                    lambda m: f" {'n’' if m[1][0] in 'aeoé' else 'ne '}{m[1]} "
                              f"pas ", sentence, count=1)  # fmt: skip
    if denied != sentence and " pas " not in sentence:
        yield "denied", denied
    affirmed = re.sub(r"\bn(?:e |['’])(\w+) (?:pas|plus|jamais) ", r"\1 ", sentence, count=1)
    if affirmed != sentence:
        yield "denial left out", affirmed
    names = _NAME.findall(sentence)
    near = [n for other in (*others, elsewhere) for n in _NAME.findall(other) if n not in sentence]
    if names and near:
        yield "another name", sentence.replace(draw.choice(names), draw.choice(near), 1)
    if len(set(names)) > 1:
        a, b = draw.sample(sorted(set(names)), 2)
        if a not in b and b not in a:
            yield "names exchanged", sentence.replace(a, "§").replace(b, a).replace("§", b)
    verb = _VERB.search(sentence)
    for other in others:
        second = _VERB.search(other)
        if verb and second and 4 < verb.start() < 60 and sentence[: verb.start()] not in other:
            yield "another's subject", sentence[: verb.start()] + other[second.start() :]
            break
    for pair in _OPPOSITES:
        for word, opposite in (pair, pair[::-1]):
            changed = re.sub(rf"\b{word}\b", opposite, sentence, count=1)
            if changed != sentence:
                yield "opposite", changed
    long = re.findall(r"\b[a-zéèêàç]{6,}\b", sentence)
    near = [w for other in others for w in re.findall(r"\b[a-zéèêàç]{6,}\b", other) if w[:5] not in sentence]
    if long and near:
        yield "a word of the passage", sentence.replace(draw.choice(long), draw.choice(near), 1)
    far = [w for w in re.findall(r"\b[a-zéèêàç]{6,}\b", elsewhere) if w[:5] not in sentence]
    if long and far:
        yield "a word from elsewhere", sentence.replace(draw.choice(long), draw.choice(far), 1)
    if len(set(long)) > 3:
        a, b = draw.sample(sorted(set(long)), 2)
        if a[:4] != b[:4]:
            yield "words exchanged", sentence.replace(a, "§").replace(b, a).replace("§", b)
    bare = re.sub(
        r"\b(?:moins|plus|près) d(?:e |['’])|\benviron |\bau moins |\bjusqu['’]à |\bpresque ",
        "",
        sentence,
        count=1,
    )
    if bare != sentence and any(c.isdigit() for c in sentence):
        yield "bound left out", bare
    free = re.sub(r"\b(?:peuvent|peut|doit|doivent) (?=\w+er\b)", "va ", sentence, count=1)
    if free != sentence:
        yield "may left out", free
    yield "a year added", sentence.rstrip(".") + " depuis 2021."


def citation_of(number: int, passage: Passage, title: str = "Titre") -> Citation:
    """A passage as the citation of that number."""
    return Citation(
        number, passage.document_id, title, passage.headings, passage.start, passage.end, passage.text,
        None, (), 0.9, ("vectors",),
    )  # fmt: skip


def counted(
    store: Store, most: int, seed: int = 7
) -> tuple[Counter[str], Counter[str], list[tuple[str, str, str]]]:
    """How many claims of each kind were made and shown, "+" before the true kinds; the false ones shown."""
    draw = random.Random(seed)
    passages = [p for document in store.summaries() for p in store.passages_of(document.id)]
    draw.shuffle(passages)
    made: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    wrong = []
    glossary = store.glossary()
    for i, passage in enumerate(passages[:most]):
        sentences = [passage.slice(s) for s in passage.sentences]
        plain = [
            s
            for s in sentences
            if s.endswith(".") and len(s.split()) > 6 and not re.search(r"\n|\]\(|\?|^[\d*]", s)
        ]
        if not plain:
            continue
        checker = Checker([citation_of(1, passage)], glossary)
        sentence = draw.choice(plain)
        other = passages[(i + 1) % len(passages)]
        elsewhere = other.slice(draw.choice(other.sentences))
        claims = [(f"+ {kind}", text) for kind, text in true_claims(sentence)]
        others = [s for s in plain if s != sentence]
        claims += [
            (f"- {k}", t)
            for k, t in false_claims(sentence, others, elsewhere, draw)
            if t.strip() not in passage.text
        ]
        for kind, text in claims:
            claim = claim_of(f"{text} [1]")
            if claim is None:
                continue
            made[kind] += 1
            verdict = checker.check(claim)
            shown[kind] += verdict.problem is None
            if kind[0] == "-" and verdict.problem is None:
                wrong.append((kind, text, sentence))
            if kind[0] == "+" and verdict.problem is not None:
                wrong.append((f"{kind}: {verdict.problem}", text, sentence))
    return made, shown, wrong


def main() -> None:
    made, shown, wrong = counted(Store(Path(sys.argv[1])), int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
    for sign in "+-":
        kinds = [kind for kind in made if kind[0] == sign]
        for kind in sorted(kinds):
            print(f"{kind:28} {shown[kind]:5} of {made[kind]:5}")
        print(f"{sign} shown: {sum(shown[k] for k in kinds)} of {sum(made[k] for k in kinds)}")
    if len(sys.argv) > 3:
        for each in wrong:
            if each[0].startswith(sys.argv[3]):
                print(*each, sep="\n   ")


if __name__ == "__main__":
    main()
