"""Learns `index/interaction.npz`: python -m bench.fit_interaction PIAF TRAVAIL [--out FILE] [--home DIR]

Both sets are in BEIR layout. Learns the projection of tokens, what a question's tokens are worth
and how the scores combine, together, on the learn parts (`bench/parts.py`); then chooses the
levels of the 4-bit codes. Prints nDCG@10 / hit@1 by document on the test parts, before and
after, as `index.ranking.rerank` orders; writes FILE, which `index.interaction.from_bytes` reads.
How the scores combine is not kept: `bench.fit_ranking` fits it on questions that taught nothing.
Tokens are encoded once and kept beside the index, 0.8 GB for the two sets; then learning takes
a minute on one core.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import normalize, softplus

from bench.fitting import Bools, Floats, IndexedSet, indexed, quality
from bench.parts import Parts, parts_by_article, parts_by_question
from bench.whole_tokens import decoded, whole_tokens
from index.interaction import LEVELS, SHARPNESS, Interaction, from_bytes, late_scores
from index.models import load_encoder
from index.ragged import Ragged
from index.ranking import Candidates, Rows, rerank
from index.retrieval import RERANKED
from qa.config import load_settings

SIZE = 256
BATCH = 16  # questions
# So few of TRAVAIL's questions learn that each is learned so often.
OTHER_REPEATED = 4
# Of a question's candidates: right ones, the best wrong ones, and some drawn from the rest of
# those that a search could mistake for right.
RIGHT, BEST_WRONG, DRAWN_WRONG, MISTAKABLE = 3, 7, 4, 40

PROJECTION_RATE, WORTH_RATE, FUSION_RATE, LEAST_RATE = 7e-4, 1e-2, 0.3, 0.05
# Of 2.2, 2.5, 2.8 and 3.2 deviations about the mean, coded tokens are nearest to themselves.
DEVIATIONS = 2.5
# Directions and levels are told well enough by every so many-th token.
_SAMPLED = 15
# Where late score, words and phrases start to combine: about as `index.ranking` has them, times
# what makes a softmax of them neither flat nor sure. Without the cosine, so that tokens learn all that
# they can.
_FUSION = (50.0, 2.0, 1.0)
_WANTED = 10


@dataclass(frozen=True, slots=True)
class Example:
    """A question's `asked` tokens and its candidates, as fused; which of these are `right`."""

    asked: Floats
    candidates: Candidates
    right: Bools


@dataclass(frozen=True, slots=True)
class Material:
    """A set ready to learn from: its passages' tokens whole, and examples by question."""

    found: IndexedSet
    parts: Parts
    documents: list[str]
    tokens: Ragged
    examples: dict[int, Example]

    def passage_tokens(self, rows: Rows) -> tuple[torch.Tensor, list[int]]:
        """The tokens (count, dimension) of these rows, one after another, and how many each has."""
        codes, starts = self.tokens.taken(rows)
        return torch.from_numpy(decoded(codes)), np.diff([*starts, len(codes)]).tolist()


class Scorer(torch.nn.Module):
    """What is learned. Starts from a projection, with question tokens of one worth."""

    def __init__(self, projection: torch.Tensor) -> None:
        super().__init__()
        self.projection = torch.nn.Parameter(projection.clone())
        self.weight = torch.nn.Parameter(torch.zeros(len(projection)))
        self.bias = torch.nn.Parameter(torch.zeros(()))
        self.fusion = torch.nn.Parameter(torch.tensor(_FUSION))

    def late(self, asked: torch.Tensor, tokens: torch.Tensor, lengths: list[int]) -> torch.Tensor:
        """The late score of passages whose tokens follow one another; shape (len(lengths),)."""
        worth = softplus(SHARPNESS * (asked @ self.weight) + self.bias)
        cosines = normalize(tokens @ self.projection) @ normalize(asked @ self.projection).T
        best = torch.stack([of_passage.amax(0) for of_passage in torch.split(cosines, lengths)])
        return best @ (worth / worth.sum())

    def loss(self, material: Material, example: Example, chosen: NDArray[np.int64]) -> torch.Tensor:
        """How unlikely the right ones of the chosen candidates are."""
        given = example.candidates.taken(chosen)
        shares = np.column_stack([given.word_shares, given.phrase_shares])
        tokens, lengths = material.passage_tokens(given.rows)
        late = self.late(torch.from_numpy(example.asked), tokens, lengths)
        scores = self.fusion[0] * late + torch.from_numpy(shares) @ self.fusion[1:]
        return -torch.log_softmax(scores, 0)[torch.from_numpy(example.right[chosen])].logsumexp(0)

    def interaction(self, sample: torch.Tensor) -> Interaction:
        """What was learned, with levels for tokens like those of `sample`; as it reads when kept."""
        with torch.no_grad():
            projected = normalize(sample @ self.projection).numpy()
            mean, deviation = projected.mean(0), projected.std(0)
            learned = Interaction(
                self.projection.numpy(),
                self.weight.numpy(),
                float(self.bias),
                mean - DEVIATIONS * deviation,
                2 * DEVIATIONS * deviation / (LEVELS - 1),
            )
        return from_bytes(learned.to_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("piaf", type=Path)
    parser.add_argument("travail", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    settings = load_settings(home=options.home)
    encoder = load_encoder(None, settings.models)
    piaf, travail = (indexed(folder, settings.home, encoder) for folder in (options.piaf, options.travail))
    sets = [
        material(piaf, parts_by_question(piaf.dataset.questions), settings.models),
        material(travail, parts_by_article(travail.dataset), settings.models),
    ]
    sample = torch.from_numpy(np.concatenate([decoded(m.tokens.codes[::_SAMPLED]) for m in sets]))
    scorer = Scorer(principal_directions(sample, SIZE))
    print("nDCG@10 / hit@1 on the test parts of", " and ".join(m.found.dataset.name for m in sets))
    print("   ".join(tested(m, scorer, sample) for m in sets), "  before", flush=True)
    learn(scorer, sets)
    print("   ".join(tested(m, scorer, sample) for m in sets), "  after")
    if options.out:
        options.out.write_bytes(scorer.interaction(sample).to_bytes())


def material(found: IndexedSet, parts: Parts, models: Path) -> Material:
    """The set's tokens, and examples of its test and learn parts."""
    passages = found.passages()
    documents = [stored.passage.document_id for stored in passages]
    tokens = whole_tokens(found, passages, models)
    retriever = found.retriever(late=False)
    examples = {}
    for i in (*parts.test, *parts.learn):
        best = retriever.search(found.asked(i, None), _WANTED).candidates
        best = best.taken(list(range(min(RERANKED, len(best)))))
        examples[i] = Example(
            found.encoded[i].tokens,
            best,
            np.array([documents[row] in found.dataset.questions[i].relevant for row in best.rows]),
        )
    return Material(found, parts, documents, tokens, examples)


def principal_directions(tokens: torch.Tensor, size: int) -> torch.Tensor:
    """The orthonormal directions along which tokens, uncentred, are longest: (dimension, size)."""
    directions: torch.Tensor = torch.linalg.svd(tokens.T @ tokens / len(tokens)).U[:, :size]
    return directions


def learn(scorer: Scorer, sets: Sequence[Material]) -> None:
    """One pass of Adam (Kingma & Ba 2015) over the questions that learn, at a falling rate."""
    turns = [
        (m, m.examples[i])
        for m, times in zip(sets, (1, OTHER_REPEATED), strict=True)
        for i in m.parts.learn * times
        if m.examples[i].right[:MISTAKABLE].any()
    ]
    random.Random(0).shuffle(turns)
    optimizer = torch.optim.Adam(
        [
            {"params": [scorer.projection], "lr": PROJECTION_RATE},
            {"params": [scorer.weight, scorer.bias], "lr": WORTH_RATE},
            {"params": [scorer.fusion], "lr": FUSION_RATE},
        ]
    )
    steps = len(turns) / BATCH
    falling = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(LEAST_RATE, 1 - step / steps))
    for start in range(0, len(turns), BATCH):
        chance = np.random.default_rng(start)
        losses = [scorer.loss(m, e, chosen(e.right, chance)) for m, e in turns[start : start + BATCH]]
        optimizer.zero_grad()
        torch.stack(losses).mean().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        falling.step()


def chosen(right: Bools, chance: np.random.Generator) -> NDArray[np.int64]:
    """The positions of the candidates to learn from: right ones, the best wrong ones, some others."""
    wrong = np.flatnonzero(~right[:MISTAKABLE])
    others = wrong[BEST_WRONG:]
    drawn = chance.choice(others, min(DRAWN_WRONG, len(others)), replace=False)
    return np.concatenate([np.flatnonzero(right[:MISTAKABLE])[:RIGHT], wrong[:BEST_WRONG], drawn])


def tested(material: Material, scorer: Scorer, sample: torch.Tensor) -> str:
    """nDCG@10 / hit@1 on the test part, passages coded as an index keeps them."""
    interaction = scorer.interaction(sample)
    starts = material.tokens.starts
    codes = [interaction.codes(decoded(material.tokens.codes[start:end])) for start, end in pairwise(starts)]
    coded = Ragged(np.concatenate(codes), starts)
    ranked = {}
    for i in material.parts.test:
        example = material.examples[i]
        late = late_scores(interaction.asked(example.asked), *coded.of(example.candidates.rows))
        ranked[i] = [material.documents[row] for row in rerank(example.candidates, late).rows]
    return quality(material.found.dataset, ranked)


if __name__ == "__main__":
    main()
