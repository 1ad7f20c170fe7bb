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
from numpy.typing import NDArray

from corpus.cleaning import edge_lines, recurring_lines
from corpus.documents import CutDocument, Passage, Span, Unread
from corpus.glossary import mine
from corpus.passages import PassageSize, TokenStarts, cut_document
from corpus.reading.folder import Read, list_files, read_files
from index import duplicates, generation, vectors, words
from index.calibration import as_record, read_text, unanswerable_level
from index.duplicates import Groups
from index.embedding import Encoder, EncoderInput, Vectors
from index.errors import NothingIndexed
from index.french import phrases, terms
from index.interaction import Codes
from index.lexicon import build_lexicon
from index.retrieval import Retriever, Tokens
from index.store import write_store

STORE, VECTORS, SENTENCES = "store.sqlite", "vectors.faiss", "sentences.npy"
WORDS, PHRASES = "words.npz", "phrases.npz"
DUPLICATES, LEXICON = "duplicates.npy", "lexicon.npz"
# Only where the model has an interaction.
TOKENS, TOKEN_STARTS = "tokens.npy", "token_starts.npy"

Titled = tuple[str, Passage]

# stage ("lecture", "découpage", "encodage"), done, total.
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
        encoded = _encode([(c.document.title, p) for c in documents for p in c.passages], encoder, progress)
        lap("encodage")
        counts, level = _write(draft, documents, unread, encoded, encoder)
        lap("index")
        manifest = generation.commit(
            draft,
            model=encoder.name,
            fingerprint=encoder.fingerprint,
            dimension=encoder.dimension,
            counts=counts,
            level=level,
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


@dataclass(frozen=True, slots=True)
class _Encoded:
    """What the encoder gave: a row of `vectors` a passage, of `sentences` a sentence."""

    titled: list[Titled]
    vectors: Vectors
    sentences: NDArray[np.float16]
    codes: list[Codes]
    truncated: int


def _encode(titled: list[Titled], encoder: Encoder, progress: Progress) -> _Encoded:
    passage_vectors = np.zeros((len(titled), encoder.dimension), np.float32)
    first = np.cumsum([0, *(len(p.sentences) for _, p in titled)])
    # Half precision: sentence vectors only choose among a passage's own sentences.
    sentence_vectors = np.zeros((int(first[-1]), encoder.dimension), np.float16)
    codes: dict[int, Codes] = {}
    truncated = 0
    inputs = [encoder_input(title, p) for title, p in titled]
    for done, (i, encoded) in enumerate(encoder.encode_passages(inputs), 1):
        passage_vectors[i] = encoded.vector
        sentence_vectors[first[i] : first[i + 1]] = encoded.sentences
        if encoded.codes is not None:
            # A passage of which the model reads nothing still has its place.
            codes[i] = (
                encoded.codes
                if len(encoded.codes)
                else np.zeros_like(encoded.codes, shape=(1, encoded.codes.shape[1]))
            )
        truncated += encoded.truncated
        progress("encodage", done, len(titled))
    return _Encoded(titled, passage_vectors, sentence_vectors, [codes[i] for i in sorted(codes)], truncated)


def _write(
    draft: Path,
    documents: Sequence[CutDocument],
    unread: Sequence[Unread],
    encoded: _Encoded,
    encoder: Encoder,
) -> tuple[dict[str, int], dict[str, float]]:
    """Writes every file of the generation. Returns its counts and its level of calibration."""
    titled = encoded.titled
    glossary = mine(documents)
    write_store(draft / STORE, documents, glossary, unread)
    vector_index = vectors.build_vector_index(encoded.vectors)
    (draft / VECTORS).write_bytes(vector_index.to_bytes())
    # Headings count as much as the text: bench/RESULTS.md, "Word index".
    found = [terms(read_text(title, p)) for title, p in titled]
    word_index = words.build_word_index([Counter(each) for each in found])
    (draft / WORDS).write_bytes(word_index.to_bytes())
    phrase_index = words.build_word_index([Counter(phrases(each)) for each in found])
    (draft / PHRASES).write_bytes(phrase_index.to_bytes())
    # A title stands before each of its passages, and counts once.
    written = dict.fromkeys(part for title, p in titled for part in (title, *p.headings, p.text))
    (draft / LEXICON).write_bytes(build_lexicon(written).to_bytes())
    groups = duplicates.group([p.text for _, p in titled])
    np.save(draft / DUPLICATES, groups, allow_pickle=False)
    np.save(draft / SENTENCES, encoded.sentences, allow_pickle=False)
    tokens = None
    if encoded.codes:
        starts = np.cumsum([0, *map(len, encoded.codes)], dtype=np.int64)
        tokens = Tokens(np.concatenate(encoded.codes), starts)
        np.save(draft / TOKENS, tokens.codes, allow_pickle=False)
        np.save(draft / TOKEN_STARTS, tokens.starts, allow_pickle=False)
    retriever = Retriever(vector_index, word_index, phrase_index, Groups(groups), tokens)
    level = unanswerable_level(retriever, encoder, titled)
    counts = {
        "documents": len(documents),
        "passages": len(titled),
        "sentences": len(encoded.sentences),
        "meanings": len(glossary),
        "set_aside": sum(len(cut.set_aside) for cut in documents),
        "unread": len(unread),
        "truncated": encoded.truncated,
    }
    return counts, as_record(level)


def _nothing(texts: Path, unread: Sequence[Unread]) -> str:
    if not unread:
        return f"le dossier {texts} ne contient aucun texte ; déposez-y des .txt, .md, .html, .pdf ou .docx"
    named = " ; ".join(f"{u.source} ({u.reason})" for u in unread[:5])
    return f"aucun texte lisible dans {texts} : {named}"
