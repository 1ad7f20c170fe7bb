"""How a model's products are put in 8 bits without costing quality. Pure: knows no graph and runs nothing.

A product takes its input as u8 = clip(round(x / s / step) + zero) and its weights as i8 by column.
`s` is a scale by channel (SmoothQuant, Xiao et al. 2023): few channels are ten times larger than the
others, and would leave these two bits. Ranges are fixed, not taken from each input, so that a text's
vectors do not depend on what is encoded beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# How much of a channel's size is moved from activations to weights, and how many more channels the
# largest ones are cut in before the last product of a layer. Tokens' cosine to float32, on Wikipedia
# and labour law: 0.9989; without the cuts 0.9984 at best (0.8), 0.990 at 0.5 (bench/RESULTS.md).
_SMOOTHING, _PARTS = 0.6, 32
# Texts go beyond the sample's ranges: with 1.0 the worst hundredth of tokens has 0.9952, with 1.15
# 0.9960; with 1.4 it has 0.9966, but all tokens 0.9987 instead of 0.9989.
_MARGIN = 1.15


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest value of each channel of an activation; shape (channels,)."""

    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Linear:
    """`weight` (inputs, outputs), `bias` (outputs,)."""

    weight: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Coding:
    """How the input of a product becomes codes: divided by `scale`, by channel, unless `is_scaled`
    already; then in equal steps over what is left of `span`.
    """

    span: Range
    scale: Floats
    is_scaled: bool = False

    def steps(self) -> tuple[Floats, NDArray[np.uint8]]:
        """The step between two codes, and the code of zero; both of shape ()."""
        low = min(float((self.span.low / self.scale).min()), 0.0) * _MARGIN
        high = max(float((self.span.high / self.scale).max()), 0.0) * _MARGIN
        step = np.array(max(high - low, 1e-6) / 255, np.float32)
        return step, np.array(np.rint(-low / step), np.uint8)


def smoothing(span: Range, linears: Sequence[Linear]) -> Floats:
    """The scale of each channel: large where activations are, and weights are not; about 1 for most."""
    activations = np.maximum(np.maximum(np.abs(span.low), np.abs(span.high)), 1e-4)
    weights = np.maximum(np.max([np.abs(linear.weight).max(axis=1) for linear in linears], axis=0), 1e-5)
    scale = activations**_SMOOTHING / weights ** (1 - _SMOOTHING)
    return np.asarray(scale / np.median(scale), np.float32)


def split(inner: Linear, outer: Linear, span: Range) -> tuple[Linear, Linear, Coding]:
    """Two products, the largest channels between them cut in equal parts, and how these are coded.

    A channel in two parts is two that the first product computes alike and of which the second takes
    half each (outlier channel splitting, Zhao et al. 2019): exact, and free but for its columns.
    """
    scale = smoothing(span, [outer])
    greatest = np.maximum(np.abs(span.low), np.abs(span.high)) / scale
    parts = np.ones(len(greatest), np.float32)
    for _ in range(_PARTS):
        parts[np.argmax(greatest / parts)] += 1
    whole = np.repeat(np.arange(len(parts)), parts.astype(np.int64))
    return (
        Linear(inner.weight[:, whole], inner.bias[whole]),
        Linear((outer.weight / parts[:, None])[whole], outer.bias),
        Coding(Range(span.low[whole], span.high[whole]), (scale * parts)[whole]),
    )


def steps_of(greatest: Floats) -> Floats:
    """The step of an i8 code, from the greatest magnitude; 1 where all is zero."""
    return np.where(greatest == 0, np.float32(1), greatest / np.float32(127)).astype(np.float32)
