"""Fits WEIGHTS of `index/highlighting.py`: python -m bench.fit_sentences PIAF [--home DIR]

PIAF is in BEIR layout, with annotated answers. For each question, the sentences of the passage
that holds an answer; the right ones hold the first character of one. Fits on the fit and learn
parts (`bench/parts.py`), prints the weights with the cosine's made 1, and on the test part the
share of questions whose best sentence is right. Questions are asked as they are written.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.fitting import Choice, Floats, IndexedSet, indexed, list_wise
from bench.parts import parts_by_question
from index.build import SENTENCES
from index.embedding import load_encoder
from index.french import question_terms
from index.highlighting import WEIGHTS, sentence_features
from index.store import StoredPassage
from qa.config import load_settings

NAMES = tuple(WEIGHTS)


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
    fitted = in_cosine(list_wise(learned))
    print(f"fitted on {len(learned)} passages, tested on {len(tested)}\nWEIGHTS = {{")
    for name, weight in zip(NAMES, fitted, strict=True):
        print(f'    "{name}": {weight:.3f},')
    print("}")
    both = [NAMES.index("cosine"), NAMES.index("words")]
    pair = np.zeros(len(NAMES), np.float32)
    pair[both] = in_cosine(list_wise([Choice(c.features[:, both], c.right) for c in learned]))
    for label, weights in (
        ("first sentence", np.zeros(len(NAMES), np.float32)),
        ("cosine", np.eye(len(NAMES), dtype=np.float32)[both[0]]),
        (f"cosine + {pair[both[1]]:.3f} × words", pair),
        ("the weights in use", np.array([WEIGHTS[name] for name in NAMES], np.float32)),
        ("the weights as fitted", np.round(fitted, 3)),
    ):
        print(f"{share_right(tested, weights):.4f}  {label}")


def sentence_choices(found: IndexedSet) -> dict[int, Choice]:
    """The sentences to choose from, by question; none where no passage holds its answer."""
    by_document: defaultdict[str, list[StoredPassage]] = defaultdict(list)
    for stored in found.passages():
        by_document[stored.passage.document_id].append(stored)
    sentences = np.load(found.generation / SENTENCES, mmap_mode="r", allow_pickle=False)
    words = found.words()
    choices = {}
    for i, question in enumerate(found.dataset.questions):
        held = _holder(question.answer_starts, by_document)
        if held is None:
            continue
        stored, starts = held
        passage = stored.passage
        rows = sentences[stored.first_sentence : stored.first_sentence + len(passage.sentences)]
        cosines = [float(c) for c in rows.astype(np.float32) @ found.encoded[i].vector]
        rarities = {term: words.rarity(term) for term in set(question_terms(question.question))}
        features = sentence_features(question.question, passage, cosines, rarities)
        choices[i] = Choice(
            np.array([[row[name] for name in NAMES] for row in features], np.float32),
            np.array([any(s.start <= start < s.end for start in starts) for s in passage.sentences]),
        )
    return choices


def in_cosine(weights: Floats) -> Floats:
    """The weights in units of the first, the cosine's."""
    return weights / weights[0]


def share_right(choices: Sequence[Choice], weights: Floats) -> float:
    """The share of the lists whose best item is right; the first of those that tie."""
    return float(np.mean([c.right[np.argmax(c.features @ weights)] for c in choices]))


def _holder(
    answer_starts: Mapping[str, Sequence[int]], by_document: Mapping[str, Sequence[StoredPassage]]
) -> tuple[StoredPassage, Sequence[int]] | None:
    """The first passage that holds the start of an answer, and where answers start in its document."""
    for source, starts in answer_starts.items():
        for stored in by_document.get(source, ()):
            if any(stored.passage.start <= start < stored.passage.end for start in starts):
                return stored, starts
    return None


if __name__ == "__main__":
    main()
