"""Fits what words weigh beside late interaction: python -m bench.fit_ranking PIAF TRAVAIL [--home DIR]

Both sets are in BEIR layout. Fits LATE_WORD_WEIGHT and LATE_PHRASE_WEIGHT of `index/ranking.py`
on the passages that the search proposes, for the questions of PIAF's fit part and, weighing
less, of TRAVAIL's learn part (`bench/parts.py`). Prints both in units of the token by token
score, without the cosine that `rerank` puts beside it, and nDCG@10 / hit@1 by document on the
test parts. Questions are asked as they are written.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.fitting import Choice, Floats, IndexedSet, indexed, list_wise, own_units, quality
from bench.parts import parts_by_article, parts_by_question
from index.interaction import load_interaction
from index.models import load_encoder
from index.ranking import LATE_PHRASE_WEIGHT, LATE_SHARE, LATE_WORD_WEIGHT
from qa.config import load_settings

# What TRAVAIL's questions weigh together where PIAF's weigh 1: enough that titles of pages,
# short and without a verb, have a say, and no more, for they are 240 of one subject.
OTHER_SHARE = 0.3
_WANTED = 10


@dataclass(frozen=True, slots=True)
class Proposed:
    """A question's candidates: their documents, and what ranks them, late score, words, phrases."""

    documents: tuple[str, ...]
    features: Floats
    right: tuple[bool, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("piaf", type=Path)
    parser.add_argument("travail", type=Path)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    settings = load_settings(home=options.home)
    encoder = load_encoder(None, settings.models)
    sets = [indexed(folder, settings.home, encoder) for folder in (options.piaf, options.travail)]
    parts = [parts_by_question(sets[0].dataset.questions), parts_by_article(sets[1].dataset)]
    found = [proposed(s, p.test + p.fit) for s, p in zip(sets, parts, strict=True)]
    _, words, phrases = fitted = own_units(
        list_wise(
            choices([found[0][i] for i in parts[0].fit], 1)
            + choices([found[1][i] for i in parts[1].fit], OTHER_SHARE)
        )
    )
    print(f"LATE_WORD_WEIGHT = {words:.3f}\nLATE_PHRASE_WEIGHT = {phrases:.3f}")
    print("nDCG@10 / hit@1 on the test parts of", " and ".join(s.dataset.name for s in sets))
    for label, weights in (
        ("late interaction alone", [1, 0, 0]),
        ("the weights in use, without the cosine", [LATE_SHARE, LATE_WORD_WEIGHT, LATE_PHRASE_WEIGHT]),
        ("the weights as fitted", fitted),
    ):
        figures = [
            quality(s.dataset, {i: ranked(f[i], np.asarray(weights, np.float32)) for i in p.test})
            for s, p, f in zip(sets, parts, found, strict=True)
        ]
        print("   ".join(figures), f"  {label}")


def proposed(found: IndexedSet, questions: Sequence[int]) -> dict[int, Proposed]:
    """The candidates of these questions, in the order of the search."""
    retriever, interaction = found.retriever(late=True), load_interaction()
    passages = found.passages()
    result = {}
    for i in questions:
        candidates = retriever.search(found.asked(i, interaction), _WANTED).candidates
        documents = tuple(passages[row].passage.document_id for row in candidates.rows)
        result[i] = Proposed(
            documents,
            np.column_stack([candidates.late, candidates.word_shares, candidates.phrase_shares]),
            tuple(document in found.dataset.questions[i].relevant for document in documents),
        )
    return result


def choices(found: Sequence[Proposed], share: float) -> list[Choice]:
    """The lists to fit on, `share` what those with a right candidate weigh together."""
    told = [f for f in found if any(f.right)]
    return [Choice(f.features, np.array(f.right), share / len(told)) for f in told]


def ranked(found: Proposed, weights: Floats) -> list[str]:
    """The candidates' documents, best first; ties in the order of the search."""
    order = np.argsort(-(found.features @ weights), kind="stable")
    return [found.documents[position] for position in order]


if __name__ == "__main__":
    main()
