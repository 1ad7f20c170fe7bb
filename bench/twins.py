"""What careless typing costs: python -m bench.twins DATASET [--limit 500] [--home HOME]

Asks each question as it is and as people type it: without accents, in capitals, with other
apostrophes, oe for œ, odd spaces, no hyphens, one letter wrong. Prints, for the questions that
each way of typing changes, the share that finds its document among the first ten (recall@10)
as written and as typed, and the loss in points. DATASET is in BEIR layout; HOME holds an index
of it, one `<id>.txt` a document, else one is built.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.beir import Question, load_questions, write_texts
from bench.words import without_accents
from index.build import build
from index.engine import Engine
from index.french import term_of, words
from index.models import load_encoder
from index.opening import open_engine
from qa.config import load_settings

FIRST = 10  # documents; several passages may be of one
ASKED = 20  # passages
_WORD = re.compile(r"[^\W\d_]+")
_SPACES = ("  ", "\u00a0", "\u2009", "\u200b ", "\t")


def in_capitals(text: str) -> str:
    return without_accents(text).upper()


def with_typographic_apostrophes(text: str) -> str:
    return text.replace("'", "’")


def with_odd_apostrophes(text: str) -> str:
    return re.sub("['’]", "´", text)


def with_ligatures_apart(text: str) -> str:
    return text.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae").replace("Æ", "Ae")


def with_odd_spaces(text: str) -> str:
    chance = random.Random(text)
    return " " + re.sub(" ", lambda _: chance.choice(_SPACES), text) + " "


def with_hyphens_as_spaces(text: str) -> str:
    return re.sub(r"(?<=\w)-(?=\w)", " ", text)


def without_hyphens(text: str) -> str:
    return re.sub(r"(?<=\w)-(?=\w)", "", text)


def with_a_letter_wrong(text: str) -> str:
    """One letter replaced, dropped, doubled, or swapped with the next, in one word of weight."""
    weighty = [m for m in _WORD.finditer(text) if len(m.group()) >= 5 and term_of(words(m.group())[0])]
    if not weighty:
        return text
    chance = random.Random(text)
    word = chance.choice(weighty)
    at = chance.randrange(word.start() + 1, word.end() - 1)
    letter, following = text[at], text[at + 1]
    wrong = chance.choice(
        [chance.choice("abcdefghijklmnopqrstuvwxyz") + following, following, 2 * letter + following]
        + ([following + letter] if letter != following else [])
    )
    return text[:at] + wrong + text[at + 2 :]


TWINS: dict[str, Callable[[str], str]] = {
    "accents removed": without_accents,
    "capitals without accents": in_capitals,
    "typographic apostrophes": with_typographic_apostrophes,
    "odd apostrophes": with_odd_apostrophes,
    "oe for œ": with_ligatures_apart,
    "odd spaces": with_odd_spaces,
    "hyphens as spaces": with_hyphens_as_spaces,
    "hyphens removed": without_hyphens,
    "one letter wrong": with_a_letter_wrong,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    settings = load_settings()
    encoder = load_encoder(settings.model, settings.models)
    with tempfile.TemporaryDirectory() as folder:
        home = options.home
        if home is None:
            home, texts = Path(folder, "home"), Path(folder, "texts")
            write_texts(options.dataset, texts)
            build(texts, home, encoder)
        engine = open_engine(home, encoder)
        measure(engine, load_questions(options.dataset, options.limit))
        engine.close()


def measure(engine: Engine, questions: list[Question]) -> None:
    """Prints a line for all the questions as written, then one for each way of typing."""
    found = [_found(engine, question.text, question) for question in questions]
    print(f"as written: {len(questions)} questions, recall@{FIRST} {sum(found) / len(found):.3f}")
    for name, typed in TWINS.items():
        changed = [
            (before, _found(engine, typed(question.text), question))
            for before, question in zip(found, questions, strict=True)
            if typed(question.text) != question.text
        ]
        if not changed:
            print(f"{name}: changes no question")
            continue
        before, after = (sum(side) / len(changed) for side in zip(*changed, strict=True))
        print(
            f"{name}: {len(changed)} questions, {before:.3f} → {after:.3f}, "
            f"loss {100 * (before - after):.1f} points"
        )


def _found(engine: Engine, asked: str, question: Question) -> bool:
    hits = engine.search(asked, ASKED).hits
    documents = list(dict.fromkeys(Path(hit.passage.document_id).stem for hit in hits))
    return not question.relevant.isdisjoint(documents[:FIRST])


if __name__ == "__main__":
    main()
