"""The order of terms: whether one sentence says things in the order of another. Pure; knows no meaning."""

from __future__ import annotations

from collections.abc import Sequence


def within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether a part stands in a whole, unbroken."""
    size = len(part)
    return any(tuple(whole[i : i + size]) == tuple(part) for i in range(len(whole) - size + 1))


# The most terms that who does something is taken to have.
_LONGEST_AGENT = 3


def turned(found: list[str], agent: int) -> list[list[str]]:
    """« La loi est votée par le Parlement »: parlement, voté, loi; for each number of terms that whoever
    stands behind « par » may have.
    """
    before, behind = found[:agent], found[agent:]
    return [
        [*behind[:size], *before[-1:], *before[:-1], *behind[size:]]
        for size in range(1, min(_LONGEST_AGENT, len(behind)) + 1)
    ]


def same_order(said: Sequence[str], source: Sequence[str], movable: Sequence[Sequence[str]]) -> bool:
    """Whether terms come in the order of the source, but for one stretch moved whole to an end, or from it.

    `movable`: the stretches that may be, as they come in the source. « Pendant l'épidémie, les soins … »
    may be put last; two words may not change places, nor what a verb is said of.
    """
    kept = _longest_common(said, source)
    moved = [i for i in range(len(said)) if i not in kept]
    if not moved:
        return True
    stretch = tuple(said[moved[0] : moved[-1] + 1])
    outer = moved[0] == 0 or moved[-1] == len(said) - 1
    return outer and any(tuple(each) == stretch for each in movable)


def _longest_common(first: Sequence[str], second: Sequence[str]) -> frozenset[int]:
    """The positions in `first` of a longest common subsequence."""
    lengths = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, each in enumerate(first):
        for j, other in enumerate(second):
            lengths[i + 1][j + 1] = (
                lengths[i][j] + 1 if each == other else max(lengths[i][j + 1], lengths[i + 1][j])
            )
    kept, i, j = set(), len(first), len(second)
    while i and j:
        if first[i - 1] == second[j - 1]:
            kept.add(i - 1)
            i, j = i - 1, j - 1
        elif lengths[i - 1][j] >= lengths[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return frozenset(kept)
