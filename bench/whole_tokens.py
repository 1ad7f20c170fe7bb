"""The token embeddings of a set's passages as the encoder gives them, before any projection.

Encoded once and kept in half precision beside the set's index. Learns nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.fitting import Floats, IndexedSet
from index.encoding import encoder_input
from index.interaction import Codes, Interaction
from index.models import load_encoder
from index.ragged import Ragged
from index.store import StoredPassage
from qa.terminal import progress


@dataclass(frozen=True, slots=True)
class Uncoded(Interaction):
    """Codes nothing: a token's code is the bytes of its own coordinates, in half precision."""

    def codes(self, tokens: Floats) -> Codes:
        return np.ascontiguousarray(tokens, np.float16).view(np.uint8)


def whole_tokens(found: IndexedSet, passages: list[StoredPassage], models: Path) -> Ragged:
    """The tokens of all passages, kept or encoded by the default model, prepared in `models`.

    `decoded` reads them.
    """
    kept, kept_starts = (
        found.home / "fitting" / f"{found.generation.name}-{name}.npy" for name in ("tokens", "starts")
    )
    if not kept.exists():
        encoder = load_encoder(None, models, interaction=False)
        nothing = np.zeros(0, np.float32)
        encoder.interaction = Uncoded(nothing, nothing, 0.0, nothing, nothing)
        inputs = [encoder_input(stored.title, stored.passage) for stored in passages]
        codes: dict[int, Codes] = {}
        with progress() as show:
            for done, (row, encoded) in enumerate(encoder.encode_passages(inputs), 1):
                if encoded.codes is not None:
                    codes[row] = encoded.codes
                show("encodage", done, len(inputs))
        in_order = [codes[row] for row in range(len(inputs))]
        np.save(kept_starts, np.cumsum([0, *map(len, in_order)]))
        # Last, and whole or not there: it is what tells that nothing is left to encode.
        draft = kept.with_suffix(".draft.npy")
        np.save(draft, np.concatenate(in_order))
        draft.rename(kept)
    return Ragged(np.load(kept, mmap_mode="r", allow_pickle=False), np.load(kept_starts, allow_pickle=False))


def decoded(codes: Codes) -> Floats:
    """Whole tokens (count, 2 × dimension bytes) as numbers (count, dimension)."""
    return np.ascontiguousarray(codes).view(np.float16).astype(np.float32)
