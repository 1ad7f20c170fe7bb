"""What is read of a passage has one digest wherever it stands, and is encoded once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import Passage, Span
from index.calibration import Titled
from index.duplicates import DIGEST
from index.embedding import EncodedPassage, EncoderInput
from index.encoding import Contents, contents, encode, encoder_input
from index.interaction import Codes
from index.ragged import BEFORE, EARLIER, NOW
from tests.conftest import FakeEncoder
from tests.index.support import interacting_encoder, passage_of

LIT = passage_of("Le lit est libre.", "La salle est fermée.", headings=("Lits", "Nord"))


def moved(passage: Passage, by: int) -> Passage:
    """The same passage further on, in another document."""
    return replace(
        passage,
        id="b.txt#7",
        document_id="b.txt",
        start=passage.start + by,
        end=passage.end + by,
        sentences=tuple(Span(s.start + by, s.end + by) for s in passage.sentences),
    )


def test_an_encoder_reads_title_and_headings_before_the_text() -> None:
    assert encoder_input("Le centre", LIT) == EncoderInput(
        "Le centre > Lits > Nord",
        "Le lit est libre. La salle est fermée.",
        (Span(0, 17), Span(18, 38)),
    )
    bare = passage_of("Seule.")
    assert encoder_input("Titre", bare) == EncoderInput("Titre", "Seule.", (Span(0, 6),))


def test_the_same_content_elsewhere_has_the_same_digest() -> None:
    there, here = contents([("Le centre", LIT), ("Le centre", moved(LIT, 40))])
    assert there.tobytes() == here.tobytes()


@pytest.mark.parametrize(
    ("title", "passage"),
    [
        pytest.param("Le Centre", LIT, id="the title"),
        pytest.param("Le centre", replace(LIT, headings=("Lits", "Sud")), id="a heading"),
        pytest.param("Le centre", replace(LIT, headings=("Lits",)), id="a heading less"),
        pytest.param("Le centre", replace(LIT, headings=("Lits > Nord",)), id="two headings in one"),
        pytest.param("Le centre > Lits", replace(LIT, headings=("Nord",)), id="a heading in the title"),
        pytest.param("Le centre", replace(LIT, text=LIT.text.replace("lit", "Lit")), id="the text"),
        pytest.param("Le centre", replace(LIT, sentences=(Span(100, 138),)), id="two sentences in one"),
        pytest.param(
            "Le centre", replace(LIT, sentences=(Span(100, 116), LIT.sentences[1])), id="a sentence's end"
        ),
    ],
)
def test_whatever_else_is_read_has_another_digest(title: str, passage: Passage) -> None:
    there, here = contents([("Le centre", LIT), (title, passage)])
    assert there.tobytes() != here.tobytes()


def test_contents_are_a_row_a_passage() -> None:
    found = contents([("a", LIT), ("b", LIT), ("a", LIT)])
    assert (found.shape, found.dtype) == ((3, DIGEST), np.dtype(np.uint8))
    assert found[0].tolist() == found[2].tolist() != found[1].tolist()
    assert contents([]).shape == (0, DIGEST)


def digests(letters: str) -> np.ndarray:
    return np.frombuffer(b"".join(letter.encode() * DIGEST for letter in letters), np.uint8).reshape(
        -1, DIGEST
    )


def found_in(contents: Contents, letters: str, first: int = 100) -> tuple[list[tuple[int, int]], list[int]]:
    """Whence each comes, as (part, row), and which are wanted; they are rows `first` on of the new index."""
    origins, wanted = contents.find(digests(letters), np.arange(first, first + len(letters)))
    assert (origins.part.dtype, origins.row.dtype) == (np.dtype(np.int8), np.dtype(np.int64))
    return list(zip(origins.part.tolist(), origins.row.tolist(), strict=True)), wanted


@pytest.mark.parametrize(
    ("before", "fresh", "origins", "wanted"),
    [
        pytest.param("abc", "", [], [], id="nothing fresh"),
        pytest.param("", "ab", [(NOW, 0), (NOW, 1)], [0, 1], id="nothing before"),
        pytest.param("abc", "ca", [(BEFORE, 2), (BEFORE, 0)], [], id="everything known"),
        pytest.param(
            "abc", "xbyx", [(NOW, 0), (BEFORE, 1), (NOW, 1), (NOW, 0)], [0, 2], id="one content twice"
        ),
    ],
)
def test_known_contents_are_taken_over_and_each_new_one_is_encoded_once(
    before: str, fresh: str, origins: list[tuple[int, int]], wanted: list[int]
) -> None:
    assert found_in(Contents(digests(before)), fresh) == (origins, wanted)


def test_what_was_encoded_earlier_is_taken_from_where_it_stands() -> None:
    contents = Contents(digests("ab"))
    assert found_in(contents, "xax", first=7) == ([(NOW, 0), (BEFORE, 0), (NOW, 0)], [0])
    assert found_in(contents, "yxb", first=10) == ([(NOW, 0), (EARLIER, 7), (BEFORE, 1)], [0])
    assert found_in(contents, "xy", first=13) == ([(EARLIER, 7), (EARLIER, 10)], [])


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text("abcd", max_size=6), st.lists(st.text("abcdef", max_size=8), max_size=3))
def test_each_origin_has_the_content_that_is_asked(before: str, windows: list[str]) -> None:
    contents, rows, encoded = Contents(digests(before)), "", ""
    for fresh in windows:
        origins, wanted = found_in(contents, fresh, first=len(rows))
        parts = {BEFORE: before, EARLIER: rows, NOW: "".join(fresh[i] for i in wanted)}
        assert "".join(parts[part][row] for part, row in origins) == fresh
        rows, encoded = rows + fresh, encoded + parts[NOW]
    assert sorted(encoded) == sorted(set(rows) - set(before))


class Backwards(FakeEncoder):
    """Yields the last passage first, as an encoder that sorts by length may."""

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        for i, encoded in reversed(list(super().encode_passages(passages))):
            yield i, replace(encoded, truncated="longue" in passages[i].text)


TITLED: list[Titled] = [
    ("Lits", passage_of("Le lit est libre.", "Il est au nord.")),
    ("Salles", passage_of("La salle est longue.")),
    ("Rien", passage_of("Une phrase.", "Deux phrases.", "Trois phrases.")),
]


def test_encodings_are_in_the_order_of_the_passages_whatever_order_they_come_in() -> None:
    encoder, told = Backwards(interacting_encoder().interaction), []
    found = encode(TITLED, encoder, lambda done, total: told.append((done, total)))
    inputs = [encoder_input(title, p) for title, p in TITLED]
    alone = [next(FakeEncoder.encode_passages(encoder, [each]))[1] for each in inputs]
    assert np.array_equal(found.vectors, np.array([each.vector for each in alone]))
    assert found.sentences.starts.tolist() == [0, 2, 3, 6]
    sentences = np.concatenate([each.sentences for each in alone])
    assert np.array_equal(found.sentences.values, sentences.astype(np.float16))
    assert found.tokens is not None
    codes = [each.codes for each in alone if each.codes is not None]
    assert found.tokens.starts.tolist() == np.cumsum([0, *map(len, codes)]).tolist()
    assert np.array_equal(found.tokens.values, np.concatenate(codes))
    assert found.truncated.tolist() == [False, True, False]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_vectors_are_single_sentences_half_and_tokens_half_a_byte_a_coordinate() -> None:
    encoder = interacting_encoder()
    found = encode(TITLED, encoder, lambda *_: None)
    assert found.tokens is not None
    assert encoder.interaction is not None
    dtypes = [a.dtype.name for a in (found.vectors, found.sentences.values, found.tokens.values)]
    assert dtypes == ["float32", "float16", "uint8"]
    assert found.vectors.shape == (3, 64)
    assert found.tokens.values.shape[1] == encoder.interaction.bytes_per_token == 16


def test_without_an_interaction_there_are_no_tokens() -> None:
    assert encode(TITLED, FakeEncoder(), lambda *_: None).tokens is None


def test_nothing_to_encode_asks_no_model_and_has_the_shape_of_no_row() -> None:
    class Asleep(FakeEncoder):
        def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
            raise AssertionError("the model was asked")

    found = encode([], Asleep(interacting_encoder().interaction), lambda *_: None)
    assert found.tokens is not None
    assert (found.vectors.shape, found.truncated.shape) == ((0, 64), (0,))
    assert (found.sentences.values.shape, found.sentences.starts.tolist()) == ((0, 64), [0])
    assert (found.tokens.values.shape, found.tokens.starts.tolist()) == ((0, 16), [0])
    assert encode([], FakeEncoder(), lambda *_: None).tokens is None


def test_a_passage_of_which_the_model_reads_nothing_still_has_a_token() -> None:
    class Blind(FakeEncoder):
        def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
            for i, encoded in super().encode_passages(passages):
                nothing: Codes = np.zeros((0, 16), np.uint8)
                yield i, replace(encoded, codes=nothing) if i == 1 else encoded

    found = encode(TITLED, Blind(interacting_encoder().interaction), lambda *_: None)
    assert found.tokens is not None
    first, last = found.tokens.starts[1:3]
    assert last - first == 1
    assert found.tokens.values[first].tolist() == [0] * 16
    assert (np.diff(found.tokens.starts) > 1).tolist() == [True, False, True]
