"""Late interaction: each word of a question meets each word of a passage (Khattab & Zaharia 2020).

The encoder's token embeddings are projected and kept in 4 bits a dimension; a passage's score
is the mean, weighted by what each question token is worth, of its best cosine in the passage.
Projection and weights were learned for one model: `bench/fit_interaction.py`, of which the archive
served is from a first version (bench/RESULTS.md, "Ranking"). Does not encode.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.product import product

LEARNED = Path(__file__).with_name("interaction.npz")
# A code is half a byte.
LEVELS = 16
# So many tokens' levels are apart at once, 512 KB: those of sixty passages would leave the cache.
_ROWS = 2048
# The largest coordinate of a direction, in 16 bits: its high byte is then 127, its low byte 0.
_FINEST = 127 * 256
# A question token's weight is softplus of a score that this steepens, as it was learned.
SHARPNESS = 5.0

Floats = NDArray[np.float32]
Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class AskedTokens:
    """A question's tokens, ready to meet codes: `directions` (tokens, size), the rest (tokens,).

    `weights` add up to 1.
    """

    directions: Floats
    constants: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Interaction:
    """What was learned for a model of this dimension.

    `projection` (dimension, size); `weight` (dimension,) and `bias` give a question token's
    worth; a coordinate is coded as `low + step × code`, both of shape (size,).
    """

    projection: Floats
    weight: Floats
    bias: float
    low: Floats
    step: Floats

    @property
    def bytes_per_token(self) -> int:
        """Two coordinates share a byte."""
        return int(self.projection.shape[1]) // 2

    @property
    def fingerprint(self) -> str:
        """Changes whenever the codes or the scores would."""
        digest = hashlib.sha256()
        for part in (self.projection, self.weight, np.float32(self.bias), self.low, self.step):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()[:12]

    def codes(self, tokens: Floats) -> Codes:
        """The tokens (count, dimension) of a passage, projected and coded: (count, bytes_per_token)."""
        levels = np.rint((self._projected(tokens) - self.low) / self.step)
        coded = np.clip(levels, 0, LEVELS - 1).astype(np.uint8)
        half = self.bytes_per_token
        packed: Codes = coded[:, :half] << 4 | coded[:, half:]
        return packed

    def asked(self, tokens: Floats) -> AskedTokens:
        """The tokens (count, dimension) of a question, ready to meet codes."""
        projected = self._projected(tokens)
        worth = np.logaddexp(0, SHARPNESS * (tokens @ self.weight) + self.bias)
        return AskedTokens(
            projected * self.step,
            projected @ self.low,
            (worth / worth.sum()).astype(np.float32) if len(worth) else worth.astype(np.float32),
        )

    def _projected(self, tokens: Floats) -> Floats:
        projected = tokens @ self.projection
        norms = np.sqrt(np.add.reduce(projected * projected, axis=1, keepdims=True))
        return np.asarray(projected / np.where(norms == 0, 1, norms), np.float32)

    def to_bytes(self) -> bytes:
        """One .npz archive, without pickled objects; the projection in half precision."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            projection=self.projection.astype(np.float16),
            weight=self.weight,
            bias=np.float32(self.bias),
            low=self.low,
            step=self.step,
        )
        return buffer.getvalue()


def from_bytes(data: bytes) -> Interaction:
    """The interaction that `to_bytes` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Interaction(
            arrays["projection"].astype(np.float32),
            arrays["weight"],
            float(arrays["bias"]),
            arrays["low"],
            arrays["step"],
        )


def load_interaction() -> Interaction:
    """The interaction learned for the default model."""
    return from_bytes(LEARNED.read_bytes())


def late_scores(asked: AskedTokens, codes: Codes, starts: NDArray[np.int64]) -> Floats:
    """How well each passage answers token by token, about 0 to 1; shape (len(starts),).

    `codes` are the passages' tokens, one passage after another, the first of each at `starts`;
    every passage has a token.
    """
    half, count = codes.shape[1], len(asked.directions)
    halves, unit = _in_two_bytes(asked.directions)
    products = np.empty((len(codes), count), np.int32)
    levels = np.empty((min(_ROWS, len(codes)), 2 * half), np.uint8)
    for start in range(0, len(codes), _ROWS):
        rows = codes[start : start + _ROWS]
        np.right_shift(rows, 4, out=levels[: len(rows), :half])
        np.bitwise_and(rows, LEVELS - 1, out=levels[: len(rows), half:])
        found = product(levels[: len(rows)], halves)
        products[start : start + _ROWS] = found[:, :count] * 256 + found[:, count:]
    best = np.maximum.reduceat(products, starts, axis=0) * unit + asked.constants
    return np.asarray(best @ asked.weights, np.float32)


def _in_two_bytes(directions: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Directions (tokens, size) as columns of bytes, (size, 2 × tokens): the high ones of all, then the low
    ones; and of each token, what one is worth. A score moves by 1e-5 at most (PIAF, 600 questions).
    """
    unit = np.abs(directions).max(axis=1) / _FINEST
    whole = np.rint(directions / np.where(unit == 0, 1, unit)[:, None])
    high = np.floor((whole + 128) / 256)  # so that the low byte is from -128 to 127
    return np.concatenate([high, whole - 256 * high]).astype(np.int8).T, unit
