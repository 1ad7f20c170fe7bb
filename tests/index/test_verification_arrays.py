"""Each fault that a build could leave in the arrays of a generation is told in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import files
from tests.index.support import problems_of, reseal


def _array(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], None]:  # type: ignore[type-arg]
    def run(folder: Path) -> None:
        np.save(folder / name, change(np.load(folder / name)))

    return run


def _replaced(row: int, value: float) -> Callable[[np.ndarray], np.ndarray]:  # type: ignore[type-arg]
    def change(array: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        array[row] = value
        return array

    return change


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (
            _array(files.VECTORS, lambda v: v * 1.01),
            [f"{files.VECTORS} : vecteurs qui ne sont pas de norme 1 : 2"],
        ),
        (
            _array(files.VECTORS, lambda v: v[::-1]),
            [
                f"{files.VECTORS} : le passage 0 s'encode autrement",
                f"{files.VECTORS} : le passage 1 s'encode autrement",
            ],
        ),
        (
            _array(files.VECTORS, lambda v: v[:1]),
            [f"{files.VECTORS} : 1 lignes, mais 2 passages dans {files.STORE}"],
        ),
        (
            _array(files.VECTORS, lambda v: np.concatenate([v, v], axis=1) / np.sqrt(2)),
            [f"{files.VECTORS} : tableau (2, 128), mais les vecteurs du modèle sont de 64"],
        ),
        (
            _array(files.SENTENCES, _replaced(1, np.nan)),
            [f"{files.SENTENCES} : vecteurs qui ne sont pas de norme 1 : 1"],
        ),
        (_array(files.SENTENCES, _replaced(1, 0)), []),  # a sentence that the model did not reach
        (
            _array(files.SENTENCE_STARTS, _replaced(1, 1)),
            [f"{files.SENTENCE_STARTS} : passages au nombre de phrases autre : 2, d'abord la ligne 0"],
        ),
        (
            _array(files.SENTENCES, lambda s: s[:-1]),
            [f"{files.SENTENCES} : ses lignes ne se suivent pas de 0 à 3"],
        ),
        (
            _array(files.TOKEN_STARTS, lambda s: s[:-1]),
            [
                f"{files.TOKEN_STARTS} : 1 lignes, mais 2 passages dans {files.STORE}",
                f"{files.TOKENS} : ses lignes ne se suivent pas de 0 à ",
            ],
        ),
        (
            _array(files.DUPLICATES, lambda d: d[:-1]),
            [f"{files.DUPLICATES} : 1 lignes, mais 2 passages dans {files.STORE}"],
        ),
        (
            _array(files.WORDS.rows, _replaced(0, 2)),
            [f"{files.WORDS.rows} : lignes qui ne sont celles d'aucun passage : 1"],
        ),
        (
            _array(files.PHRASES.rows, _replaced(1, -1)),
            [f"{files.PHRASES.rows} : lignes qui ne sont celles d'aucun passage : 1"],
        ),
        (
            _array(files.WORDS.rows, lambda r: r[:-1]),
            [
                f"{files.WORDS.rows} : ses lignes ne se suivent pas de 0 à ",
                f"{files.WORDS.rows} : ",
            ],
        ),
        (
            _array(files.WORDS.terms, lambda t: t[:-1]),
            [f"{files.WORDS.starts} : "],
        ),
        (
            _array(files.WORDS.terms, lambda t: t[::-1]),
            [f"{files.WORDS.terms} : n'est pas en ordre croissant"],
        ),
        (
            _array(files.WORDS.starts, _replaced(2, 1)),
            [f"{files.WORDS.starts} : n'est pas en ordre croissant"],
        ),
        (
            _array(files.PHRASES.starts, lambda s: s[:0]),
            [
                f"{files.PHRASES.starts} : 0 débuts, mais ",
                f"{files.PHRASES.rows} : ses lignes ne se suivent pas de 0 à ",
            ],
        ),
        (
            lambda folder: (folder / files.WORDS.counts).write_bytes(b"rien"),
            [", ".join([files.VECTORS, files.SENTENCES])],
        ),
    ],
)
def test_each_fault_of_the_arrays_is_told(
    folder: Path, harm: Callable[[Path], object], expected: list[str]
) -> None:
    assert problems_of(folder) == ()
    harm(folder)
    reseal(folder)
    told = problems_of(folder)
    assert [p[: len(e)] for p, e in zip(told, expected, strict=True)] == expected
