"""The encoder that answers and builds: a model that `onnx_export` has written, run by ONNX Runtime.

Imports neither torch nor transformers. Each run takes one core: several texts are read at once by
several threads, which is faster than one text by several cores.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus import cores
from index.embedding import (
    EncodedPassage,
    EncodedQuestion,
    EncoderInput,
    Prompts,
    ReadText,
    Vectors,
    fingerprint_with,
    passage_of,
    question_of,
    unit,
)
from index.errors import ModelUnavailable
from index.interaction import Interaction
from index.tokenisation import Tokens, open_tokenizer

GRAPH = "model.onnx"
DESCRIPTION = "encoder.json"
TABLE = "embeddings.bin"
# A run reads at most so many tokens: below, operators' own cost shows; above, states leave the cache.
_BUDGET = 256
# So many passages are sorted by length, that those of one length be read together, without padding.
_WINDOW = 512


@dataclass(frozen=True, slots=True)
class Description:
    """What a written model says of itself. `longest`: the tokens that it reads; `first_position`: the
    place of a text's first token in its table; `pooling`: "mean" or "cls"; `precision`: "int8" or
    "float32"; `files`: the sha256 of each of the others; `spaces_apart`: see `SentencePieceTokenizer`.
    """

    name: str
    fingerprint: str
    dimension: int
    longest: int
    first_position: int
    pooling: str
    precision: str
    question_prompt: str
    passage_prompt: str
    files: Mapping[str, str]
    spaces_apart: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


class OnnxEncoder:
    """A model of a folder that `onnx_export.export` wrote. See `Encoder`.

    Methods are safe to call from several threads. A text's vectors do not depend on what is read beside
    it: in 8 bits to the last bit, in float32 but for the rounding of a sum.
    """

    def __init__(self, folder: Path, interaction: Interaction | None = None) -> None:
        """Raises ModelUnavailable."""
        self._description = read_description(folder)
        files = self._description.files
        # The table of words is mapped, not parsed: it alone may be opened while it is hashed.
        table = {name: digest for name, digest in files.items() if name == TABLE}
        with ThreadPoolExecutor(1, thread_name_prefix="hashing") as pool:
            try:
                _check(folder, {name: digest for name, digest in files.items() if name not in table})
                checked = pool.submit(_check, folder, table)
                self._tokenizer = open_tokenizer(folder, files, spaces_apart=self._description.spaces_apart)
                self._session = open_session(folder / GRAPH)
                checked.result()
            except ModelUnavailable:
                raise
            # ONNX Runtime's errors have many classes.
            except Exception as error:
                raise _damaged(folder, error) from error
        self.name = self._description.name
        self.dimension = self._description.dimension
        self.interaction = interaction
        self.fingerprint = fingerprint_with(self._description.fingerprint, interaction)
        self._prompts = Prompts(self._description.question_prompt, self._description.passage_prompt)

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        """See Encoder."""
        return self.encode_questions([(question, aside)])[0]

    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        """See Encoder."""
        prompts = self._prompts
        read = self._read(
            [self._tokens(prompts.question + question + aside) for question, aside in questions]
        )
        return [question_of(r, prompts, question) for r, (question, _) in zip(read, questions, strict=True)]

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        """See Encoder. On all cores; passages are tokenised as results are consumed."""
        count = cores.count()
        with ThreadPoolExecutor(count, thread_name_prefix="encoder") as pool:
            running: deque[Future[list[tuple[int, EncodedPassage]]]] = deque()
            for batch in self._batches(passages):
                running.append(pool.submit(self._encode, passages, batch))
                if len(running) > 2 * count:
                    yield from running.popleft().result()
            while running:
                yield from running.popleft().result()

    def token_starts(self, text: str) -> Sequence[int]:
        """See Encoder."""
        return self._tokenizer.starts(text)

    def fed(self, text: str) -> dict[str, NDArray[Any]]:
        """The graph's inputs for one text, as it is."""
        return _feed([self._tokens(text)], self._description.first_position)

    def _batches(self, passages: Sequence[EncoderInput]) -> Iterator[list[tuple[int, Tokens]]]:
        """Passages of one length in tokens, few enough for one run."""
        for start in range(0, len(passages), _WINDOW):
            window = [
                (i, self._tokens(self._prompts.before(passages[i]) + passages[i].text))
                for i in range(start, min(start + _WINDOW, len(passages)))
            ]
            window.sort(key=lambda each: len(each[1].ids))
            batch: list[tuple[int, Tokens]] = []
            for each in window:
                length = len(each[1].ids)
                if batch and (len(batch[0][1].ids) != length or (len(batch) + 1) * length > _BUDGET):
                    yield batch
                    batch = []
                batch.append(each)
            yield batch

    def _encode(
        self, passages: Sequence[EncoderInput], batch: Sequence[tuple[int, Tokens]]
    ) -> list[tuple[int, EncodedPassage]]:
        read = self._read([tokens for _, tokens in batch])
        return [
            (i, passage_of(r, self._prompts, passages[i], self.interaction))
            for r, (i, _) in zip(read, batch, strict=True)
        ]

    def _tokens(self, text: str) -> Tokens:
        return self._tokenizer.encode(text, self._description.longest)

    def _read(self, texts: Sequence[Tokens]) -> list[ReadText]:
        states = self._session.run(["states"], _feed(texts, self._description.first_position))[0]
        return [
            self._pooled(rows[: len(tokens.ids)], tokens) for rows, tokens in zip(states, texts, strict=True)
        ]

    def _pooled(self, states: Vectors, tokens: Tokens) -> ReadText:
        vector = states[0] if self._description.pooling == "cls" else states.mean(axis=0)
        return ReadText(unit(vector), states, np.array(tokens.offsets, np.int64).reshape(-1, 2))


def read_description(folder: Path) -> Description:
    """What the model of a folder says of itself. Raises ModelUnavailable."""
    try:
        return Description(**json.loads((folder / DESCRIPTION).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(folder, error) from error


def _check(folder: Path, files: Mapping[str, str]) -> None:
    """Raises ValueError unless each file has its sha256: a wrong weight shows in nothing but answers."""
    for name, expected in files.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ValueError(name)


def open_session(graph: Path) -> Any:
    """An ONNX Runtime session of one core: what runs at once is for its callers to choose."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph is written as it is to run; further fusions are slower (see `onnx_graph`). But products of
    # u8 by i8 overflow on an x86 without VNNI: there ONNX Runtime rewrites them, in an extended step.
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_EXTENDED if _overflows() else levels.ORT_ENABLE_BASIC
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def _damaged(folder: Path, error: Exception) -> ModelUnavailable:
    return ModelUnavailable(
        f"le modèle préparé {folder} ne se charge pas ({type(error).__name__}) ; "
        "supprimez ce dossier, il sera préparé de nouveau"
    )


def _feed(texts: Sequence[Tokens], first_position: int) -> dict[str, NDArray[Any]]:
    """The graph's inputs: see `onnx_graph.build_graph`."""
    shape = (len(texts), max(len(tokens.ids) for tokens in texts))
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int32)
    for row, tokens in enumerate(texts):
        ids[row, : len(tokens.ids)] = tokens.ids
        mask[row, : len(tokens.ids)] = 1
    positions = np.broadcast_to(np.arange(first_position, first_position + shape[1]), shape)
    return {"tokens": ids, "positions": positions, "mask": mask}


def _overflows() -> bool:
    """Whether this processor is an x86 without instructions for 8-bit products."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return False
    try:
        return "vnni" not in Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return True  # slower, and right
