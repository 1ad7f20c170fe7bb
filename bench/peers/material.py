"""What every system is given: passages, texts, questions; and how its replies are judged.

A passage's id is its place: source, "#", and where it starts in the document. Runs no system.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from tokenizers import Tokenizer

from bench.peers.processes import VAR
from bench.peers.protocol import DEPTH
from bench.peers.records import Counted
from corpus.folding import fold
from index.encoding import encoder_input
from index.engine import Engine
from index.opening import open_engine
from qa.building import load
from qa.config import Settings
from qa.evaluation import beir, load_questions
from qa.evaluation.drawing import Draw, draw
from qa.evaluation.retrieval import retrieval_scores

# Passages of one build that is timed: with 300, three rounds of five systems take a quarter of an hour
# on two cores.
SAMPLE = 300
# Questions drawn: the peers are asked the first of them, the service all.
DRAWN = 1000
# What the peers give the model before each text, of which it reads so many tokens.
_PROMPT, _LONGEST = "passage: ", 512
_EVIDENCE = "evidence"

Passages = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """`relevant`: grades of the sources that answer; where there are none, any of `holders` does,
    which are ids of passages.
    """

    text: str
    relevant: Mapping[str, int]
    holders: frozenset[str]


@dataclass(frozen=True, slots=True)
class Material:
    """`passages` and `sample` are (id, text), `texts` and `sample_texts` folders of the same texts."""

    name: str
    passages: Passages
    texts: Path
    sample: Passages
    sample_texts: Path
    questions: tuple[Asked, ...]


def chosen(dataset: Path | None, settings: Settings) -> Material:
    """That of a set in BEIR's layout, its texts written in var/peers; or of the demonstration."""
    if dataset is None:
        return of_demonstration(settings, Path("tests/questions.jsonl"))
    work = VAR / "texts" / dataset.resolve().name
    shutil.rmtree(work, ignore_errors=True)
    return of_dataset(dataset, work)


def of_dataset(folder: Path, work: Path) -> Material:
    """A set in BEIR's layout: a paragraph is a passage for the peers, and a text file for us."""
    dataset = beir.load_dataset(folder)
    sampled = dataset.documents[:SAMPLE]
    texts, sample_texts = work / "texts", work / "sample_texts"
    beir.write_texts(dataset.documents, texts)
    beir.write_texts(sampled, sample_texts)
    asked = {
        q.question: Asked(q.question, q.relevant, frozenset())
        for q in draw(dataset.questions, Draw(limit=DRAWN))
    }
    return Material(
        dataset.name,
        tuple((f"{d.source}#0", d.text.strip()) for d in dataset.documents),
        texts,
        tuple((f"{d.source}#0", d.text.strip()) for d in sampled),
        sample_texts,
        tuple(asked.values()),
    )


def of_demonstration(settings: Settings, questions: Path) -> Material:
    """The demonstration texts as they are cut for the index of `settings.home`, and their questions."""
    with_places = read_by_model(settings.home, settings)
    passages = tuple((f"{source}#{start}", text) for source, start, text in with_places)
    folded = [(source, fold(text), f"{source}#{start}") for source, start, text in with_places]
    asked = []
    for question in load_questions(questions):
        evidence = [(e.source, fold(e.quote)) for e in question.evidence]
        holders = (id for source, text, id in folded for s, q in evidence if source == s and q in text)
        if question.answerable:
            asked.append(Asked(question.question, {}, frozenset(holders)))
    texts = Path("corpus/texts")
    return Material("demonstration texts", passages, texts, passages, texts, tuple(asked))


def read_by_model(home: Path, settings: Settings) -> list[tuple[str, int, str]]:
    """Source, start, and all that our own model reads of each passage of an index."""
    engine: Engine = open_engine(home, load(settings))
    read = []
    for document in engine.documents():
        for passage in engine.passages_of(document.id):
            given = encoder_input(document.title, passage)
            read.append((document.id, passage.start, f"{given.context}\n{given.text}"))
    engine.close()
    return read


def counted(texts: Sequence[str], model: Path) -> Counted:
    """How many passages, and tokens as the model reads them."""
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    lengths = [len(e.ids) for e in tokenizer.encode_batch([_PROMPT + text for text in texts])]
    return Counted(len(texts), sum(min(_LONGEST, length) for length in lengths))


def judged(questions: Sequence[Asked], found: Mapping[str, Sequence[str]]) -> tuple[float, float]:
    """nDCG@10 and hit@1 of the ids found for each question's text, best first."""
    relevant, ranked = {}, {}
    for question in questions:
        relevant[question.text] = dict(question.relevant) or {_EVIDENCE: 1}
        ids = found[question.text][:DEPTH]
        if question.relevant:
            names = [id.rpartition("#")[0] for id in ids]
        else:
            names = [_EVIDENCE if id in question.holders else id for id in ids]
        ranked[question.text] = list(dict.fromkeys(names))
    scores = retrieval_scores(relevant, ranked).values()
    return mean(s["nDCG@10"] for s in scores), mean(s["Success@1"] for s in scores)
