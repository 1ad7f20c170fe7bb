"""The pipeline: a folder of texts becomes a committed generation.

Reads, cuts, encodes, writes, commits. Answers nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.cleaning import edge_lines, recurring_lines
from corpus.documents import CutDocument, Passage, Span, Unread
from corpus.glossary import mine
from corpus.passages import PassageSize, TokenStarts, cut_document
from corpus.reading.folder import Read, list_files, read_files
from index import duplicates, generation, vectors, words
from index.embedding import Encoder, EncoderInput
from index.errors import NothingIndexed
from index.french import phrases, terms
from index.store import write_store

STORE, VECTORS, SENTENCES = "store.sqlite", "vectors.faiss", "sentences.npy"
WORDS, PHRASES = "words.npz", "phrases.npz"
DUPLICATES = "duplicates.npy"

# stage ("lecture", "découpage", "encodage", "écriture"), done, total.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `seconds` by stage; `truncated`: passages longer than the model reads."""

    generation: str
    documents: int
    passages: int
    truncated: int
    unread: tuple[Unread, ...]
    seconds: dict[str, float]


def build(texts: Path, home: Path, encoder: Encoder, progress: Progress = lambda *_: None) -> BuildReport:
    """Builds the index of a folder and makes it the one served.

    Raises MissingTexts, or NothingIndexed when no file could be read: the index that was
    there then stays.
    """
    seconds: dict[str, float] = {}
    started = time.perf_counter()

    def lap(stage: str) -> None:
        seconds[stage] = time.perf_counter() - started - sum(seconds.values())

    read, unread = read_folder(texts, progress)
    lap("lecture")
    documents = cut_documents(read, encoder.token_starts, progress)
    lap("découpage")
    if not any(cut.passages for cut in documents):
        raise NothingIndexed(_nothing(texts, unread))
    draft = generation.new_draft(home)
    try:
        counts = _write(draft, documents, unread, encoder, progress)
        lap("encodage")
        manifest = generation.commit(
            draft,
            model=encoder.name,
            fingerprint=encoder.fingerprint,
            dimension=encoder.dimension,
            counts=counts,
        )
    finally:
        generation.discard(draft)
    lap("écriture")
    return BuildReport(
        manifest.generation,
        counts["documents"],
        counts["passages"],
        counts["truncated"],
        tuple(unread),
        seconds,
    )


def read_folder(texts: Path, progress: Progress = lambda *_: None) -> tuple[list[Read], list[Unread]]:
    """Every text of a folder, read; and every file that was not, with the reason."""
    sources, unread = list_files(texts)
    read: list[Read] = []
    for done, result in enumerate(read_files(texts, sources), 1):
        if isinstance(result, Read):
            read.append(result)
        else:
            unread.append(result)
        progress("lecture", done, len(sources))
    return read, sorted(unread, key=lambda u: u.source)


def cut_documents(
    read: Sequence[Read],
    token_starts: TokenStarts,
    progress: Progress = lambda *_: None,
    size: PassageSize | None = None,
) -> list[CutDocument]:
    """Cuts each text, knowing which lines come back in many of them."""
    recurring = recurring_lines(edge_lines(r.extraction.text) for r in read)
    documents = []
    for done, r in enumerate(read, 1):
        documents.append(
            cut_document(
                r.extraction,
                source=r.source,
                sha256=r.sha256,
                file_format=r.format,
                token_starts=token_starts,
                recurring=recurring,
                size=size,
            )
        )
        progress("découpage", done, len(read))
    return documents


def encoder_input(title: str, passage: Passage) -> EncoderInput:
    """What the encoder reads of a passage: title and headings as context, then the text."""
    return EncoderInput(
        " > ".join([title, *passage.headings]),
        passage.text,
        tuple(Span(s.start - passage.start, s.end - passage.start) for s in passage.sentences),
    )


def searched_terms(title: str, passage: Passage) -> list[str]:
    """The passage's terms after those of its title and headings, which count as much.

    Measured on PIAF: bench/RESULTS.md, "Word index".
    """
    return terms("\n".join([title, *passage.headings, passage.text]))


def _write(
    draft: Path,
    documents: Sequence[CutDocument],
    unread: Sequence[Unread],
    encoder: Encoder,
    progress: Progress,
) -> dict[str, int]:
    titled = [(cut.document.title, p) for cut in documents for p in cut.passages]
    passage_vectors = np.zeros((len(titled), encoder.dimension), np.float32)
    first = np.cumsum([0, *(len(p.sentences) for _, p in titled)])
    # Half precision: sentence vectors only choose among a passage's own sentences.
    sentence_vectors = np.zeros((int(first[-1]), encoder.dimension), np.float16)
    truncated = 0
    inputs = [encoder_input(title, p) for title, p in titled]
    for done, (i, encoded) in enumerate(encoder.encode_passages(inputs), 1):
        passage_vectors[i] = encoded.vector
        sentence_vectors[first[i] : first[i + 1]] = encoded.sentences
        truncated += encoded.truncated
        progress("encodage", done, len(titled))
    glossary = mine(documents)
    write_store(draft / STORE, documents, glossary, unread)
    (draft / VECTORS).write_bytes(vectors.build_vector_index(passage_vectors).to_bytes())
    found = [searched_terms(title, p) for title, p in titled]
    word_index = words.build_word_index([Counter(each) for each in found])
    (draft / WORDS).write_bytes(word_index.to_bytes())
    phrase_index = words.build_word_index([Counter(phrases(each)) for each in found])
    (draft / PHRASES).write_bytes(phrase_index.to_bytes())
    np.save(draft / SENTENCES, sentence_vectors, allow_pickle=False)
    np.save(draft / DUPLICATES, duplicates.group([p.text for _, p in titled]), allow_pickle=False)
    return {
        "documents": len(documents),
        "passages": len(titled),
        "sentences": len(sentence_vectors),
        "meanings": len(glossary),
        "set_aside": sum(len(cut.set_aside) for cut in documents),
        "unread": len(unread),
        "truncated": truncated,
    }


def _nothing(texts: Path, unread: Sequence[Unread]) -> str:
    if not unread:
        return f"le dossier {texts} ne contient aucun texte ; déposez-y des .txt, .md, .html, .pdf ou .docx"
    named = " ; ".join(f"{u.source} ({u.reason})" for u in unread[:5])
    return f"aucun texte lisible dans {texts} : {named}"
