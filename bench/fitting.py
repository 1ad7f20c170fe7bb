"""What the programs that fit constants share: a set's index, its questions encoded, a regression.

An index is built once, and is the one that `sourcier eval` uses; encoded questions are kept
beside it. Splits nothing and decides on no constant.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from index import generation
from index.arrays import read_ragged
from index.duplicates import Groups
from index.embedding import EncodedQuestion, Encoder
from index.files import DUPLICATES, PHRASES, STORE, TOKEN_STARTS, TOKENS, WORDS
from index.french import question_terms
from index.interaction import Interaction
from index.mapped import open_array
from index.questions import specifics
from index.retrieval import Asked, Retriever
from index.store import Store, StoredPassage
from index.vectors import open_vectors
from index.words import WordIndex, open_word_index
from qa.evaluation.beir import load_dataset
from qa.evaluation.dataset_index import build_dataset, home_of, is_built
from qa.evaluation.records import Dataset
from qa.evaluation.retrieval import retrieval_scores
from qa.terminal import progress

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

# On weights of columns of deviation 1: so little that it only settles columns that tell the same.
PENALTY = 1e-3


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from: `features` (items, columns), which items are `right` (items,)."""

    features: Floats
    right: Bools
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class IndexedSet:
    """A question set, the `generation` of its texts below `home`, the questions in their order."""

    dataset: Dataset
    home: Path
    generation: Path
    encoded: list[EncodedQuestion]

    def passages(self) -> list[StoredPassage]:
        """Every passage, by row."""
        store = Store(self.generation / STORE)
        try:
            return store.passages(range(sum(d.passages for d in store.document_rows())))
        finally:
            store.close()

    def asked(self, question: int, interaction: Interaction | None) -> Asked:
        """A question as the searchers need it, as it is written."""
        text, encoded = self.dataset.questions[question].question, self.encoded[question]
        tokens = (interaction.asked(encoded.tokens),) if interaction else ()
        return Asked(encoded.vector, tokens, tuple(question_terms(text)), specifics(text))

    def words(self) -> WordIndex:
        """The word index."""
        return open_word_index(self.generation, WORDS)

    def retriever(self, *, late: bool) -> Retriever:
        """The searchers; `late` says whether candidates meet the question token by token."""
        tokens = None
        if late:
            tokens = read_ragged(self.generation, TOKENS, TOKEN_STARTS)
        return Retriever(
            open_vectors(self.generation),
            self.words(),
            open_word_index(self.generation, PHRASES),
            Groups(open_array(self.generation / DUPLICATES)[:]),
            tokens,
        )


def indexed(folder: Path, home: Path, encoder: Encoder) -> IndexedSet:
    """The set in `folder` (BEIR layout), its index below `home`, built where it was not."""
    dataset = load_dataset(folder)
    own = home_of(home, dataset.name, dataset.documents, encoder)
    if not is_built(own):
        with progress() as show:
            build_dataset(own, dataset.documents, encoder, show)
    return IndexedSet(dataset, own, generation.current(own), _encoded_questions(dataset, own, encoder))


def quality(dataset: Dataset, ranked: Mapping[int, Sequence[str]]) -> str:
    """nDCG@10 / hit@1 of these questions' documents, best first; one that comes again is dropped."""
    relevant = {dataset.questions[i].id: dataset.questions[i].relevant for i in ranked}
    found = {dataset.questions[i].id: list(dict.fromkeys(sources)) for i, sources in ranked.items()}
    scores = retrieval_scores(relevant, found).values()
    return " / ".join(f"{np.mean([s[name] for s in scores]):.4f}" for name in ("nDCG@10", "Success@1"))


def list_wise(choices: Sequence[Choice]) -> Floats:
    """The weights, shape (columns,), under which each list's right items are the likeliest.

    List-wise logistic regression (Cao et al. 2007, "Learning to Rank: From Pairwise Approach to
    Listwise Approach"): a softmax over each list's items, whose right ones together are to be
    likely. A list without a right item says nothing and is left out.
    """
    told = [c for c in choices if c.right.any()]
    longest = max(len(c.right) for c in told)
    features = torch.zeros(len(told), longest, told[0].features.shape[1])
    present = torch.zeros(len(told), longest, dtype=torch.bool)
    right = torch.zeros(len(told), longest, dtype=torch.bool)
    for i, choice in enumerate(told):
        count = len(choice.right)
        features[i, :count] = torch.from_numpy(choice.features)
        present[i, :count] = True
        right[i, :count] = torch.from_numpy(choice.right)
    shares = torch.tensor([c.weight for c in told])
    shares /= shares.sum()
    mean, deviation = features[present].mean(0), features[present].std(0) + 1e-6
    standard = (features - mean) / deviation
    weights = torch.zeros(features.shape[2], requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = (standard @ weights).masked_fill(~present, -torch.inf)
        likely = torch.log_softmax(scores, 1).masked_fill(~right, -torch.inf)
        total = -(shares * likely.logsumexp(1)).sum() + PENALTY * weights.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return np.asarray((weights.detach() / deviation).numpy(), np.float32)


def own_units(weights: Floats) -> Floats:
    """The weights in units of the first, which becomes 1."""
    return np.asarray(weights / weights[0], np.float32)


def _encoded_questions(dataset: Dataset, home: Path, encoder: Encoder) -> list[EncodedQuestion]:
    asked = [question.question for question in dataset.questions]
    kept = home / "fitting" / f"questions-{_digest([encoder.fingerprint, asked])}.npz"
    if not kept.exists():
        encoded = []
        with progress() as show:
            for done, question in enumerate(asked, 1):
                encoded.append(encoder.encode_question(question))
                show("questions", done, len(asked))
        _keep(kept, encoded)
    with np.load(kept, allow_pickle=False) as arrays:
        tokens, starts = arrays["tokens"], arrays["starts"]
        return [
            EncodedQuestion(vector, tokens[start:end].astype(np.float32), tokens[:0].astype(np.float32))
            for vector, start, end in zip(arrays["vectors"], starts[:-1], starts[1:], strict=True)
        ]


def _keep(path: Path, encoded: Sequence[EncodedQuestion]) -> None:
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".draft.npz")
    np.savez(
        draft,
        vectors=np.stack([e.vector for e in encoded]),
        # Half precision is finer than the 4 bits that a passage's token keeps.
        tokens=np.concatenate([e.tokens for e in encoded]).astype(np.float16),
        starts=np.cumsum([0, *(len(e.tokens) for e in encoded)]),
    )
    draft.rename(path)


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
