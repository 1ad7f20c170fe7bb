"""How well words alone find: python -m bench.words DATASET [--limit 1500]

DATASET is in BEIR layout. BM25 over passages, each document ranked by its best one, with three
ways to make a word a search term: as it is, its Snowball stem, its lemma (simplemma); and for
questions typed without accents. Needs no model: passages are cut by counting pieces of words.
"""

from __future__ import annotations

import argparse
import math
import re
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from simplemma import lemmatize

from bench.beir import Question, load_questions, write_texts
from corpus.folding import fold
from index import french
from index.counting import count_terms
from index.texts import cut_documents, read_folder
from index.words import build_word_index

TOP = 10
# About as many as the default model's tokens: PIAF makes 2,061 passages, 1,970 with the model.
_PIECE = re.compile(r"[^\W_]{1,5}|[^\w\s]|_")

# text → its terms; the second is for questions.
Analyzer = tuple[Callable[[str], list[str]], Callable[[str], list[str]]]


def as_they_are(text: str) -> list[str]:
    return [word for word in french.words(text) if word not in french.STOP_WORDS]


def lemmas(text: str) -> list[str]:
    """Lemmas are looked up with the accents that the text has, and compared without."""
    written = {fold(word): word for word in re.findall(r"[^\W\d_]+", text.casefold())}
    return [fold(lemmatize(written.get(word, word), lang="fr")) for word in as_they_are(text)]


ANALYZERS: dict[str, Analyzer] = {
    "words as they are": (as_they_are, as_they_are),
    "lemmas": (lemmas, lemmas),
    "stems": (french.terms, french.terms),
    "stems, less what frames a question": (french.terms, french.question_terms),
}


def without_accents(text: str) -> str:
    """The text as typed on a keyboard without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--limit", type=int, default=1500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_texts(options.dataset, Path(folder))
        read, _ = read_folder(Path(folder))
    documents = cut_documents(read, lambda text: [m.start() for m in _PIECE.finditer(text)])
    names = [Path(cut.document.id).stem for cut in documents for _ in cut.passages]
    texts = [
        "\n".join([cut.document.title, *passage.headings, passage.text])
        for cut in documents
        for passage in cut.passages
    ]
    questions = load_questions(options.dataset, options.limit)
    plain = [Question(without_accents(q.text), q.relevant) for q in questions]
    print(f"{len(texts)} passages, {len(questions)} questions: nDCG@{TOP} / hit@1; without accents")
    for name, (of_text, of_question) in ANALYZERS.items():
        started = time.perf_counter()
        index = build_word_index(count_terms([Counter(of_text(text)) for text in texts]))
        took = time.perf_counter() - started

        def ranked(question: str, index=index, of_question=of_question) -> list[str]:  # type: ignore[no-untyped-def]
            best = index.asked(of_question(question)).best(8 * TOP).tolist()
            return list(dict.fromkeys(names[row] for row in best))

        typed, untyped = _quality(ranked, questions), _quality(ranked, plain)
        print(f"{name}: {typed}; {untyped}   ({took:.1f} s to index)")


def _quality(ranked: Callable[[str], list[str]], questions: Sequence[Question]) -> str:
    gains, first = 0.0, 0
    for question in questions:
        found = ranked(question.text)[:TOP]
        ideal = sum(1 / math.log2(i + 2) for i in range(min(TOP, len(question.relevant))))
        gains += sum(1 / math.log2(i + 2) for i, d in enumerate(found) if d in question.relevant) / ideal
        first += found[0] in question.relevant
    return f"{gains / len(questions):.4f} / {first / len(questions):.4f}"


if __name__ == "__main__":
    main()
