"""What an index knows of each passage is read back as written, and moves with its passage."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import numpy as np
import pytest

from index import disk
from index.array_writing import ArraysWriter, Written
from index.arrays import Analyses, Encodings, read_arrays, read_ragged
from index.calibration import Titled
from index.encoding import Contents, encode
from index.files import PASSAGES, PHRASES, SENTENCE_STARTS, SENTENCES, TOKEN_STARTS, TOKENS, VECTORS, WORDS
from index.ragged import Ragged
from index.vectors import open_vectors
from index.windows import stretch_of
from index.words import open_word_index
from tests.conftest import FakeEncoder
from tests.faults.strikes import door, refused
from tests.index.support import interacting_encoder, passage_of, write_arrays

SENTENCES_OF = [
    ["Le lit est libre.", "Il est au nord."],
    ["La salle est fermée."],
    ["Le lit est libre.", "Il est au nord."],
    ["Une infirmière répond.", "Elle écoute.", "Elle oriente les malades."],
    ["***"],
]


def titled(places: list[int]) -> list[Titled]:
    return [(f"Titre {place}", passage_of(*SENTENCES_OF[place])) for place in places]


def known(places: list[int], encoder: FakeEncoder) -> tuple[Encodings, Analyses]:
    """What an index of these passages knows, in this order."""
    encodings = encode(titled(places), encoder, lambda *_: None)
    encodings.truncated[:] = [place == 3 for place in places]
    return encodings, stretch_of(titled=titled(places)).analyses


def written(folder: Path, encodings: Encodings, analyses: Analyses) -> dict[str, bytes]:
    """The files' bytes by name."""
    folder.mkdir()
    write_arrays(folder, encodings, analyses)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(params=["with tokens", "without tokens"])
def encoder(request: pytest.FixtureRequest) -> FakeEncoder:
    return interacting_encoder() if request.param == "with tokens" else FakeEncoder()


def test_each_array_has_its_file_and_tokens_only_with_an_interaction(tmp_path: Path) -> None:
    names = {VECTORS, SENTENCES, SENTENCE_STARTS, PASSAGES}
    for index in (WORDS, PHRASES):
        names |= {index.terms, index.starts, index.rows, index.weights, index.counts, index.count_starts}
    assert set(written(tmp_path / "without", *known([0, 1], FakeEncoder()))) == names
    found = written(tmp_path / "with", *known([0, 1], interacting_encoder()))
    assert set(found) == names | {TOKENS, TOKEN_STARTS}


def test_the_indexes_returned_are_those_that_are_in_the_files(tmp_path: Path, encoder: FakeEncoder) -> None:
    encodings, analyses = known([0, 1, 2, 3], encoder)
    found = write_arrays(tmp_path, encodings, analyses)
    assert np.array_equal(found.vectors.vectors(), encodings.vectors)
    assert np.array_equal(open_vectors(tmp_path).vectors(), encodings.vectors)
    asked = ["lit", "nord", "infirm", "lit libr"]
    for name, index in ((WORDS, found.words), (PHRASES, found.phrases)):
        opened = open_word_index(tmp_path, name)
        assert [term in index for term in asked] == [term in opened for term in asked]
        rows = np.arange(len(encodings.vectors))
        scores = index.asked(asked).scores(rows)
        assert scores.tolist() == opened.asked(asked).scores(rows).tolist()
        assert max(scores) > 0


def equal(one: Ragged, other: Ragged) -> bool:
    return one.starts.tolist() == other.starts.tolist() and np.array_equal(one.values[:], other.values[:])


@pytest.mark.parametrize("places", [[0, 1, 2, 3, 4], [3], []])
def test_what_is_read_back_is_what_was_written(
    tmp_path: Path, encoder: FakeEncoder, places: list[int]
) -> None:
    encodings, analyses = known(places, encoder)
    write_arrays(tmp_path, encodings, analyses)
    copy, read = read_arrays(tmp_path)
    for found, given in (
        (copy.vectors[:], encodings.vectors),
        (copy.truncated, encodings.truncated),
        (read.contents, analyses.contents),
        (read.likenesses, analyses.likenesses),
    ):
        assert (found.shape, found.dtype) == (given.shape, given.dtype)
        assert np.array_equal(found, given)
    assert equal(copy.sentences, encodings.sentences)
    assert equal(read.terms.rows, analyses.terms.rows)
    assert equal(read.phrases.rows, analyses.phrases.rows)
    assert (copy.tokens is None) is (encodings.tokens is None) is (encoder.interaction is None)
    if copy.tokens is not None and encodings.tokens is not None:
        assert equal(copy.tokens, encodings.tokens)


def test_the_large_arrays_stay_on_disk_until_they_are_needed(tmp_path: Path) -> None:
    write_arrays(tmp_path, *known([0, 1, 3], interacting_encoder()))
    for values, starts in ((SENTENCES, SENTENCE_STARTS), (TOKENS, TOKEN_STARTS)):
        found = read_ragged(tmp_path, values, starts)
        assert is_mapped(found.values)
        assert not is_mapped(found.starts)
    copy, _ = read_arrays(tmp_path)
    assert is_mapped(copy.sentences.values)
    assert copy.tokens is not None
    assert is_mapped(copy.tokens.values)


def is_mapped(array: np.ndarray) -> bool:
    """Whether an array is a view of a file."""
    base: object = array
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    return isinstance(base, np.memmap)


def test_every_file_is_finished_through_the_door(tmp_path: Path) -> None:
    with door(refused, -1) as calls:
        write_arrays(tmp_path, *known([0, 1, 3], interacting_encoder()))
    # Vectors, sentences, tokens; of words and of phrases the counts, then four arrays.
    assert calls.calls.count("finish") == 3 + 2 * 5


def test_rows_are_written_once_in_the_files_where_they_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    appended: Counter[str] = Counter()
    real = disk.append

    def noted(file: disk.ArrayFile, rows: np.ndarray) -> None:
        appended[file.path.name] += len(rows)
        real(file, rows)

    monkeypatch.setattr(disk, "append", noted)
    write_arrays(tmp_path, *known([0, 1, 3], interacting_encoder()))
    names = {VECTORS, SENTENCES, TOKENS, WORDS.counts, PHRASES.counts}
    names |= {name for of in (WORDS, PHRASES) for name in (of.terms, of.starts, of.rows, of.weights)}
    assert appended == {name: len(np.load(tmp_path / name)) for name in names}


def test_nothing_is_written_over(tmp_path: Path) -> None:
    given = known([0], FakeEncoder())
    write_arrays(tmp_path, *given)
    with pytest.raises(FileExistsError):
        write_arrays(tmp_path, *given)


def grown(
    folder: Path, encoder: FakeEncoder, before: list[int], windows: list[list[int] | range]
) -> tuple[dict[str, bytes], Written]:
    """The files, when some rows are kept (a range of those before) and others are new."""
    previous = None
    if before:
        written(folder / "before", *known(before, encoder))
        previous = read_arrays(folder / "before")
    contents = Contents(previous[1].contents if previous else known([], encoder)[1].contents)
    interaction = encoder.interaction
    (folder / "grown").mkdir()
    size = None if interaction is None else interaction.bytes_per_token
    row = 0
    with closing(ArraysWriter(folder / "grown", encoder.dimension, size, previous)) as writer:
        for window in windows:
            if isinstance(window, range):
                writer.keep(window.start, window.stop)
            else:
                analyses = stretch_of(titled=titled(window)).analyses
                origins, wanted = contents.find(analyses.contents, np.arange(row, row + len(window)))
                encoded, _ = known([window[i] for i in wanted], encoder)
                writer.add(analyses, encoded, origins)
            row += len(window)
        found = writer.finish()
    return {path.name: path.read_bytes() for path in (folder / "grown").iterdir()}, found


@pytest.mark.parametrize(
    ("before", "windows"),
    [
        pytest.param([0, 1, 2], [range(3)], id="everything kept"),
        pytest.param([0, 1, 2], [[3, 4]], id="nothing kept"),
        pytest.param([0, 1, 2, 3], [range(1, 2)], id="one row kept"),
        pytest.param([], [[3], [4]], id="nothing before, row by row"),
        pytest.param([0], [], id="nothing left"),
        pytest.param([0, 1], [[], range(2, 2)], id="windows of nothing"),
        pytest.param([0, 1, 2], [[4], range(1, 3), [3, 4], range(1), [1, 3, 3]], id="a bit of all"),
        pytest.param([3], [[3, 3, 4, 3], [4, 3], [4]], id="contents again and again"),
    ],
)
def test_rows_written_in_windows_give_the_files_of_an_index_from_nothing(
    tmp_path: Path, encoder: FakeEncoder, before: list[int], windows: list[list[int] | range]
) -> None:
    check(tmp_path, encoder, before, windows)


def test_rows_drawn_at_random_give_the_files_of_an_index_from_nothing(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    random = Random(11)
    for turn in range(20):
        before = random.choices(range(5), k=random.randint(1, 6))
        windows: list[list[int] | range] = []
        for _ in range(random.randint(0, 4)):
            first = random.randint(0, len(before))
            kept = range(first, random.randint(first, len(before)))
            windows.append(random.choice([kept, random.choices(range(5), k=random.randint(0, 5))]))
        (tmp_path / str(turn)).mkdir()
        check(tmp_path / str(turn), encoder, before, windows)


def test_rows_already_written_are_mapped_once_for_each_window(
    tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped: list[str] = []
    real = disk.ArrayFile.mapped

    def noted(file: disk.ArrayFile) -> np.ndarray:
        mapped.append(file.path.name)
        return real(file)

    monkeypatch.setattr(disk.ArrayFile, "mapped", noted)
    check(tmp_path, encoder, [], [[0, 3, 4], [4, 1, 0, 1, 3]])
    # The second window's, then those of the two that are finished, this one and the one expected.
    assert mapped.count(SENTENCES) == 3


def check(folder: Path, encoder: FakeEncoder, before: list[int], windows: list[list[int] | range]) -> None:
    files, found = grown(folder, encoder, before, windows)
    expected = [
        place
        for window in windows
        for place in ([before[i] for i in window] if isinstance(window, range) else window)
    ]
    encodings, analyses = known(expected, encoder)
    assert files == written(folder / "expected", encodings, analyses)
    assert np.array_equal(found.searchable.vectors.vectors()[:], encodings.vectors)
    assert found.encodings.truncated.tolist() == encodings.truncated.tolist()
    assert equal(found.encodings.sentences, encodings.sentences)


def test_rows_cannot_be_kept_of_nothing(tmp_path: Path) -> None:
    with (
        closing(ArraysWriter(tmp_path, 64, None)) as writer,
        pytest.raises(ValueError, match="nothing was before"),
    ):
        writer.keep(0, 1)
