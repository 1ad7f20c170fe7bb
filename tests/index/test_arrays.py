"""What an index knows of each passage is read back as written, and moves with its passage."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import pytest

from index.arrays import Analyses, Encodings, Searchable, read_arrays, read_ragged, write_arrays
from index.calibration import read_text
from index.duplicates import likenesses
from index.encoding import contents, encode
from index.files import PASSAGES, PHRASES, SENTENCE_STARTS, SENTENCES, TOKEN_STARTS, TOKENS, VECTORS, WORDS
from index.french import phrases, terms
from index.words import count_terms
from tests.conftest import FakeEncoder
from tests.index.support import interacting_encoder, passage_of

SENTENCES_OF = [
    ["Le lit est libre.", "Il est au nord."],
    ["La salle est fermée."],
    ["Le lit est libre.", "Il est au nord."],
    ["Une infirmière répond.", "Elle écoute.", "Elle oriente les malades."],
    ["***"],
]


def known(places: list[int], encoder: FakeEncoder) -> tuple[Encodings, Analyses]:
    """What an index of these passages knows, in this order."""
    titled = [(f"Titre {place}", passage_of(*SENTENCES_OF[place])) for place in places]
    found = [terms(read_text(title, p)) for title, p in titled]
    analyses = Analyses(
        contents(titled),
        likenesses([p.text for _, p in titled]),
        count_terms([Counter(each) for each in found]),
        count_terms([Counter(phrases(each)) for each in found]),
    )
    encodings = encode(titled, encoder, lambda *_: None)
    encodings.truncated[:] = [place == 3 for place in places]
    return encodings, analyses


def written(folder: Path, encodings: Encodings, analyses: Analyses) -> dict[str, bytes]:
    """The files' bytes by name."""
    folder.mkdir()
    write_arrays(folder, encodings, analyses)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(params=["with tokens", "without tokens"])
def encoder(request: pytest.FixtureRequest) -> FakeEncoder:
    return interacting_encoder() if request.param == "with tokens" else FakeEncoder()


def test_each_array_has_its_file_and_tokens_only_with_an_interaction(tmp_path: Path) -> None:
    names = {VECTORS, WORDS, PHRASES, SENTENCES, SENTENCE_STARTS, PASSAGES}
    assert set(written(tmp_path / "without", *known([0, 1], FakeEncoder()))) == names
    found = written(tmp_path / "with", *known([0, 1], interacting_encoder()))
    assert set(found) == names | {TOKENS, TOKEN_STARTS}


@pytest.mark.parametrize("places", [[0, 1, 2, 3, 4], [3], []])
def test_what_is_read_back_is_what_was_written(
    tmp_path: Path, encoder: FakeEncoder, places: list[int]
) -> None:
    encodings, analyses = known(places, encoder)
    write_arrays(tmp_path, encodings, analyses)
    copy, read = read_arrays(tmp_path)
    pairs = [
        (copy.vectors, encodings.vectors),
        (copy.sentences.values, encodings.sentences.values),
        (copy.sentences.starts, encodings.sentences.starts),
        (copy.truncated, encodings.truncated),
        (read.contents, analyses.contents),
        (read.likenesses, analyses.likenesses),
    ]
    assert (copy.tokens is None) is (encodings.tokens is None) is (encoder.interaction is None)
    if copy.tokens is not None and encodings.tokens is not None:
        pairs += [
            (copy.tokens.values, encodings.tokens.values),
            (copy.tokens.starts, encodings.tokens.starts),
        ]
    for found, counted in ((read.terms, analyses.terms), (read.phrases, analyses.phrases)):
        assert found.vocabulary == counted.vocabulary
        pairs += [(found.rows.values, counted.rows.values), (found.rows.starts, counted.rows.starts)]
    for found, given in pairs:
        assert (found.shape, found.dtype) == (given.shape, given.dtype)
        assert np.array_equal(found, given)


def test_the_large_arrays_stay_on_disk_until_they_are_needed(tmp_path: Path) -> None:
    encodings, analyses = known([0, 1, 3], interacting_encoder())
    write_arrays(tmp_path, encodings, analyses)
    for values, starts in ((SENTENCES, SENTENCE_STARTS), (TOKENS, TOKEN_STARTS)):
        found = read_ragged(tmp_path, values, starts)
        assert isinstance(found.values, np.memmap)
        assert found.values.mode == "r"
        assert not isinstance(found.starts, np.memmap)
    copy, _ = read_arrays(tmp_path)
    assert isinstance(copy.sentences.values, np.memmap)
    assert copy.tokens is not None
    assert isinstance(copy.tokens.values, np.memmap)


def test_the_indexes_returned_are_those_that_are_in_the_files(tmp_path: Path, encoder: FakeEncoder) -> None:
    encodings, analyses = known([0, 1, 2, 3], encoder)
    found = write_arrays(tmp_path, encodings, analyses)
    assert isinstance(found, Searchable)
    files = {VECTORS: found.vectors, WORDS: found.words, PHRASES: found.phrases}
    for name, index in files.items():
        assert (tmp_path / name).read_bytes() == index.to_bytes()
    assert np.array_equal(found.vectors.vectors(), encodings.vectors)
    assert list(found.words.vocabulary) == list(analyses.terms.vocabulary)
    assert list(found.phrases.vocabulary) == list(analyses.phrases.vocabulary)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    given = known([0], FakeEncoder())
    write_arrays(tmp_path, *given)
    with pytest.raises(FileExistsError):
        write_arrays(tmp_path, *given)


@pytest.mark.parametrize(
    ("before", "fresh", "origin"),
    [
        pytest.param([0, 1, 2], [], [0, 1, 2], id="everything kept"),
        pytest.param([0, 1, 2], [3, 4], [~0, ~1], id="nothing kept"),
        pytest.param([0, 1, 2, 3], [], [1], id="one row kept"),
        pytest.param([], [3, 4], [~0, ~1], id="nothing before"),
        pytest.param([0], [], [], id="nothing left"),
        pytest.param([0, 1, 2], [3, 4], [2, ~1, 0, ~0, ~0], id="a bit of all"),
    ],
)
def test_merged_rows_give_the_files_of_an_index_from_nothing(
    tmp_path: Path, encoder: FakeEncoder, before: list[int], fresh: list[int], origin: list[int]
) -> None:
    check_merging(tmp_path, encoder, before, fresh, origin)


def test_rows_drawn_at_random_give_the_files_of_an_index_from_nothing(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    random = Random(11)
    for turn in range(20):
        before, fresh = (random.choices(range(5), k=random.randint(1, 6)) for _ in range(2))
        places = [*range(len(before)), *(~i for i in range(len(fresh)))]
        folder = tmp_path / str(turn)
        folder.mkdir()
        check_merging(folder, encoder, before, fresh, random.choices(places, k=random.randint(0, 9)))


def check_merging(
    folder: Path, encoder: FakeEncoder, before: list[int], fresh: list[int], origin: list[int]
) -> None:
    written(folder / "before", *known(before, encoder))
    encodings, analyses = read_arrays(folder / "before")
    encoded, analysed = known(fresh, encoder)
    rows = np.array(origin, np.int64)
    merged = written(folder / "merged", encodings.merged(encoded, rows), analyses.merged(analysed, rows))
    expected = [before[row] if row >= 0 else fresh[~row] for row in origin]
    assert merged == written(folder / "expected", *known(expected, encoder))
