"""Fits SENTENCE_WORD_WEIGHT of `index/embedded.py`: python -m bench.fit_sentences PIAF [--home DIR]

PIAF is in BEIR layout, with annotated answers. For each question, the sentences of the passage
that holds an answer; the right ones hold the first character of one. Fits on the fit and learn
parts (`bench/parts.py`), prints what the share of the question's rare words weighs where the
sentence's cosine weighs 1, and on the test part the share of questions whose best sentence is
right. Questions are asked as they are written.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.fitting import Choice, IndexedSet, indexed, list_wise, own_units
from bench.parts import parts_by_question
from index.calibration import covered_share
from index.embedded import SENTENCE_WORD_WEIGHT
from index.files import SENTENCES
from index.french import question_terms
from index.models import load_encoder
from index.store import StoredPassage
from qa.config import load_settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("piaf", type=Path)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    settings = load_settings(home=options.home)
    found = indexed(options.piaf, settings.home, load_encoder(None, settings.models))
    choices = sentence_choices(found)
    parts = parts_by_question(found.dataset.questions)
    learned = [choices[i] for i in (*parts.fit, *parts.learn) if i in choices]
    tested = [choices[i] for i in parts.test if i in choices]
    _, fitted = own_units(list_wise(learned))
    print(f"SENTENCE_WORD_WEIGHT = {fitted:.3f}   fitted on {len(learned)} questions")
    print(f"share of {len(tested)} questions whose best sentence is right:")
    for label, cosine, words in (
        ("first sentence", 0, 0),
        ("words alone", 0, 1),
        ("cosine alone", 1, 0),
        ("the weight in use", 1, SENTENCE_WORD_WEIGHT),
        ("the weight as fitted", 1, fitted),
    ):
        print(f"{share_right(tested, (cosine, words)):.4f}  {label}")


def sentence_choices(found: IndexedSet) -> dict[int, Choice]:
    """The sentences to choose from, by question: cosine and share of words of each.

    None where no passage holds an answer of the question.
    """
    by_document: defaultdict[str, list[StoredPassage]] = defaultdict(list)
    for stored in found.passages():
        by_document[stored.passage.document_id].append(stored)
    sentences = np.load(found.generation / SENTENCES, mmap_mode="r", allow_pickle=False)
    words = found.words()
    choices = {}
    for i, question in enumerate(found.dataset.questions):
        held = holder(question.answer_starts, by_document)
        if held is None:
            continue
        stored, starts = held
        passage = stored.passage
        rows = sentences[stored.first_sentence : stored.first_sentence + len(passage.sentences)]
        rarities = {term: words.rarity(term) for term in set(question_terms(question.question))}
        shares = [covered_share(passage.slice(sentence), rarities) for sentence in passage.sentences]
        choices[i] = Choice(
            np.column_stack([rows.astype(np.float32) @ found.encoded[i].vector, shares]).astype(np.float32),
            np.array([any(s.start <= start < s.end for start in starts) for s in passage.sentences]),
        )
    return choices


def holder(
    answer_starts: Mapping[str, Sequence[int]], by_document: Mapping[str, Sequence[StoredPassage]]
) -> tuple[StoredPassage, Sequence[int]] | None:
    """The first passage that holds the start of an answer, and where answers start in its document."""
    for source, starts in answer_starts.items():
        for stored in by_document.get(source, ()):
            if any(stored.passage.start <= start < stored.passage.end for start in starts):
                return stored, starts
    return None


def share_right(choices: Sequence[Choice], weights: Sequence[float]) -> float:
    """The share of the lists whose best item is right; the first of those that tie."""
    return float(np.mean([c.right[np.argmax(c.features @ np.asarray(weights, np.float32))] for c in choices]))


if __name__ == "__main__":
    main()
