"""What an index gives to questions that it cannot answer, learned from its own texts.

A sentence of a document is asked while that document is left out: what is found then is as
near as the texts come to a question of their own subject whose answer they do not hold. In a
folder where texts repeat one another that is near indeed, in an encyclopaedia it is far. Does
not decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass

import numpy as np

from corpus.documents import Passage
from index.default_model import MODEL_NAME
from index.embedding import Encoder
from index.french import terms
from index.retrieval import Asked, Found, Retriever, ask

# Sentences asked: the mean of so many is known to a tenth of their spread.
_SAMPLE = 128
# A sentence of fewer terms says too little, of more than a question would.
_FEWEST_TERMS, _MOST_TERMS = 5, 20
# In a small folder the usual levels weigh as much as so many sentences.
_USUAL_WEIGHT = 20


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
    rarities = {term: retriever.words.rarity(term) for term in set(asked.terms)}
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
    retriever: Retriever, encoder: Encoder, passages: Sequence[tuple[str, Passage]]
) -> Match:
    """The mean match of sentences of these passages, each asked without its own document.

    `passages` are those of the retriever, row by row, each with its document's title.
    """
    documents = np.unique([p.document_id for _, p in passages], return_inverse=True)[1]
    matches = [USUAL] * _USUAL_WEIGHT if encoder.fingerprint.startswith(MODEL_NAME) else []
    # Seeded: the same texts give the same level.
    for row in np.random.default_rng(9).permutation(len(passages))[:_SAMPLE]:
        sentence = _telling_sentence(passages[row][1])
        allowed = (documents != documents[row]) & (retriever.groups.first != retriever.groups.first[row])
        if sentence is None or not allowed.any():
            continue
        asked = ask(encoder, sentence)
        found = retriever.search(asked, 1, allowed)
        matches.append(match(retriever, asked, found, read_text(*passages[found.candidates.rows[0]])))
    return Match(*np.mean([astuple(m) for m in matches or [USUAL]], axis=0).tolist())


def as_record(level: Match) -> dict[str, float]:
    """For the manifest."""
    return {name: round(value, 6) for name, value in asdict(level).items()}


def _share(held: frozenset[str], rarities: Mapping[str, float]) -> float:
    total = sum(rarities.values())
    return sum(rarity for term, rarity in rarities.items() if term in held) / total if total else 0.0


def _telling_sentence(passage: Passage) -> str | None:
    sentences = (passage.slice(sentence) for sentence in passage.sentences)
    return next((s for s in sentences if _FEWEST_TERMS <= len(terms(s)) <= _MOST_TERMS), None)
