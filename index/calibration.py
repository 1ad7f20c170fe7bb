"""What an index gives to questions that it cannot answer, learned from its own texts.

A sentence of a document is asked while that document is left out: what is found then is as
near as the texts come to a question of their own subject whose answer they do not hold. In a
folder where texts repeat one another that is near indeed, in an encyclopaedia it is far. Does
not decide anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.documents import Passage
from index.embedding import QuestionEncoder
from index.filtering import Allowed
from index.french import terms
from index.retrieval import Asked, Found, Retriever, ask

# Sentences asked: the mean of so many is known to a tenth of their spread.
_SAMPLE = 128
# A sentence of fewer terms says too little, of more than a question would.
_FEWEST_TERMS, _MOST_TERMS = 5, 20
# In a small folder the usual levels weigh as much as so many sentences.
_USUAL_WEIGHT = 20
# 128 sentences asked of 37,505 passages: 2.3 s by one thread, 1.6 by two, 2.0 by four (two cores, median
# of four rounds); of 7,501, 0.7 by any. Each holds arrays as long as the index.
_THREADS = 2

Titled = tuple[str, Passage]


@dataclass(frozen=True, slots=True)
class Match:
    """How well the best passage found fits the question.

    `cosine`; `coverage`, the share of the question's terms, weighted by rarity, that the passage holds;
    `late`, its token by token score, 0 where the index has none; `missing`, the share of the
    question's names and figures that the passage lacks, 0 without any.
    """

    cosine: float
    coverage: float
    late: float
    missing: float = 0.0


# What the default model gives to PIAF's questions without answer, half of the articles left out.
USUAL = Match(cosine=0.823, coverage=0.19, late=0.70)


def match(retriever: Retriever, asked: Asked, found: Found, read: str) -> Match:
    """The fit of the first candidate, whose title, headings and text are `read`."""
    rarities = {term: retriever.words.rarity(term) for term in dict.fromkeys(asked.terms)}
    held = frozenset(terms(read))
    return Match(
        float(found.candidates.cosines[0]),
        _share(held, rarities),
        float(found.candidates.late[0]),
        len(asked.specifics - held) / (len(asked.specifics) or 1),
    )


def covered_share(text: str, rarities: Mapping[str, float]) -> float:
    """The share of a question's terms that `text` holds, each weighing its rarity; 0 to 1."""
    return _share(frozenset(terms(text)), rarities)


def read_text(title: str, passage: Passage) -> str:
    """What is searched of a passage: title, headings, text."""
    return "\n".join([title, *passage.headings, passage.text])


def unanswerable_level(
    retriever: Retriever,
    encoder: QuestionEncoder,
    contents: NDArray[np.uint8],
    documents: NDArray[np.int32],
    titled: Callable[[Sequence[int]], list[Titled]],
    usual: bool,
) -> Match:
    """The mean match of sentences of these passages, each asked without its own document.

    By row of the retriever: `contents`, a digest of each passage, shape (rows, bytes); `documents`,
    the number of its document; `titled` gives the passages of some rows with their titles. With
    `usual`, the usual level of the default model counts too.
    """
    matches = [USUAL] * _USUAL_WEIGHT if usual else []
    # By digest: the same texts give the same sample, and one text more changes one of it at most.
    sample = _first_rows(contents, _SAMPLE)
    first = retriever.groups.first

    def others(row: int) -> Allowed:
        """The rows of other documents that say something else."""
        allowed: Allowed = (documents != documents[row]) & (first != first[row])
        return allowed

    asked: list[Asked] = []
    rows: list[int] = []
    for row, (_, passage) in zip(sample, titled(sample), strict=True):
        sentence = _telling_sentence(passage)
        if sentence is not None and others(row).any():
            asked.append(ask(encoder, sentence))
            rows.append(row)
    # Arithmetic on arrays, which leaves the interpreter to the other thread.
    with ThreadPoolExecutor(_THREADS) as threads:
        found = list(
            threads.map(lambda question, row: retriever.search(question, 1, others(row)), asked, rows)
        )
    best = titled([int(each.candidates.rows[0]) for each in found])
    matches += [
        match(retriever, question, each, read_text(*passage))
        for question, each, passage in zip(asked, found, best, strict=True)
    ]
    return Match(*np.mean([astuple(m) for m in matches or [USUAL]], axis=0).tolist())


def as_record(level: Match) -> dict[str, float]:
    """For the manifest."""
    return {name: round(value, 6) for name, value in asdict(level).items()}


def _first_rows(digests: NDArray[np.uint8], count: int) -> list[int]:
    """The rows of the least digests, in their order; no array as long as all is sorted."""
    # Of a digest the first bytes tell nearly all apart.
    beginnings = np.ascontiguousarray(digests[:, :8]).view(">u8").ravel().astype(np.uint64)
    if len(beginnings) > count:
        least = np.flatnonzero(beginnings <= np.partition(beginnings, count - 1)[count - 1])
    else:
        least = np.arange(len(beginnings))
    rows: list[int] = least[np.lexsort(digests[least].T[::-1])][:count].tolist()
    return rows


def _share(held: frozenset[str], rarities: Mapping[str, float]) -> float:
    total = sum(rarities.values())
    return sum(rarity for term, rarity in rarities.items() if term in held) / total if total else 0.0


def _telling_sentence(passage: Passage) -> str | None:
    sentences = (passage.slice(sentence) for sentence in passage.sentences)
    return next((s for s in sentences if _FEWEST_TERMS <= len(terms(s)) <= _MOST_TERMS), None)
