"""A unigram tokenizer is written for SentencePiece where that cuts alike, and left as it is elsewhere."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sentencepiece import SentencePieceProcessor

from index import sentencepiece_export
from index.sentencepiece_export import SentencePieceModel, _table, sentencepiece_of
from tests.index.tiny_models import LONG, SENTENCES, Spaces, byte_pairs, unigram, word_pieces

TEXTS = (*SENTENCES, LONG)
Written = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[bytes]:
    """The table of characters, made once: all tokenizers here that need one need this, a second's work."""
    made = _table(unigram(spaces="joined").normalizer.normalize_str)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentencepiece_export, "_table", lambda normalise: made)
        yield made


def written(spaces: Spaces = "joined", extra: tuple[str, ...] = ()) -> Written:
    """What a `tokenizer.json` says."""
    found: Written = json.loads(unigram(extra, spaces).to_str())
    return found


@pytest.mark.parametrize(("spaces", "spaces_apart"), [("joined", False), ("apart", True)])
def test_a_known_shape_is_written_and_the_same_each_time(spaces: Spaces, spaces_apart: bool) -> None:
    found = sentencepiece_of(written(spaces), TEXTS)
    assert isinstance(found, SentencePieceModel)
    assert found.spaces_apart is spaces_apart
    assert found == sentencepiece_of(written(spaces), TEXTS)


def test_a_table_says_what_becomes_of_each_character_and_of_those_that_are_composed(table: bytes) -> None:
    def normalise(text: str) -> str:
        return unicodedata.normalize("NFKC", text).replace("\n", " ")

    made = _table(normalise)
    assert made == _table(normalise)
    assert made != table
    tokenizer = SentencePieceProcessor(
        model_proto=sentencepiece_export._model(written(), [0, 2], made).SerializeToString()
    )
    text = "½\nﬁn…\u00a0de\u0301ja\u0300 e\u0302\u0301 ê\u0301 \u1100\u1161\u11a8 x\u0301"
    assert tokenizer.normalize(text) == "▁" + normalise(text).replace(" ", "▁")


def test_every_piece_keeps_its_number_its_score_and_its_part() -> None:
    tokenizer = written()
    found = sentencepiece_of(tokenizer, TEXTS)
    assert found is not None
    model = SentencePieceProcessor(model_proto=found.content)
    vocabulary = tokenizer["model"]["vocab"]
    assert [model.id_to_piece(n) for n in range(len(model))] == [piece for piece, _ in vocabulary]
    for number, (_, score) in enumerate(vocabulary):
        assert model.get_score(number) == pytest.approx(score)
    assert (model.bos_id(), model.eos_id(), model.unk_id()) == (0, 2, 3)
    assert [n for n in range(len(model)) if model.is_control(n)] == [0, 1, 2]
    assert [n for n in range(len(model)) if model.is_unknown(n)] == [3]
    assert model.encode("<pad> le", return_type=str) == ["▁", "<", "p", "a", "d", ">", "▁le"]


def with_normaliser(normaliser: Written | None) -> Callable[[Written], None]:
    def change(tokenizer: Written) -> None:
        tokenizer["normalizer"] = normaliser

    return change


def lower_case(tokenizer: Written) -> None:
    tokenizer["normalizer"]["normalizers"].append({"type": "Lowercase"})


def spaces_to_two(tokenizer: Written) -> None:
    tokenizer["normalizer"]["normalizers"][1]["content"] = "  "


def no_prefix(tokenizer: Written) -> None:
    tokenizer["pre_tokenizer"]["prepend_scheme"] = "never"


def not_split(tokenizer: Written) -> None:
    tokenizer["pre_tokenizer"]["split"] = False


def no_splitter(tokenizer: Written) -> None:
    tokenizer["pre_tokenizer"] = None


def split_at_spaces(tokenizer: Written) -> None:
    both = [{"type": "WhitespaceSplit"}, tokenizer["pre_tokenizer"]]
    tokenizer["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": both}


def no_specials(tokenizer: Written) -> None:
    tokenizer["post_processor"] = None


def end_only(tokenizer: Written) -> None:
    tokenizer["post_processor"]["single"] = tokenizer["post_processor"]["single"][1:]


def bytes_of_unknowns(tokenizer: Written) -> None:
    tokenizer["model"]["vocab"] += [[f"<0x{byte:02X}>", -9.0] for byte in range(256)]
    tokenizer["model"]["byte_fallback"] = True


def added_word(tokenizer: Written) -> None:
    added = tokenizer["added_tokens"][-1]
    tokenizer["added_tokens"].append(added | {"id": 4, "content": "▁le", "special": False})


def piece_of_two_words(tokenizer: Written) -> None:
    tokenizer["model"]["vocab"].append(["▁le▁pont", -1.0])


def twice_a_piece(tokenizer: Written) -> None:
    tokenizer["model"]["vocab"].append(["▁le", -1.0])


def empty_piece(tokenizer: Written) -> None:
    tokenizer["model"]["vocab"].append(["", -1.0])


@pytest.mark.parametrize(
    "change",
    [
        with_normaliser(None),
        with_normaliser({"type": "NFKC"}),
        with_normaliser({"type": "NFC"}),
        lower_case,
        spaces_to_two,
        no_prefix,
        not_split,
        no_splitter,
        split_at_spaces,
        no_specials,
        end_only,
        bytes_of_unknowns,
        added_word,
        piece_of_two_words,
        twice_a_piece,
        empty_piece,
    ],
)
def test_a_tokenizer_that_is_odd_in_one_thing_is_not_written(change: Callable[[Written], None]) -> None:
    tokenizer = written()
    assert sentencepiece_of(tokenizer, TEXTS) is not None
    change(tokenizer)
    assert sentencepiece_of(tokenizer, TEXTS) is None


@pytest.mark.parametrize("made", [word_pieces, byte_pairs])
def test_another_kind_of_vocabulary_is_not_written(made: Callable[[], Any]) -> None:
    assert sentencepiece_of(json.loads(made().to_str()), TEXTS) is None


def test_a_model_that_cuts_one_of_the_texts_otherwise_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentencepiece_export, "_UNEVEN", ())
    tables = [_table(lambda text: text.replace("Q", "q")), _table(lambda text: text.replace("E", "e"))]
    found = []
    for table in tables:
        monkeypatch.setattr(sentencepiece_export, "_table", lambda normalise, table=table: table)
        found.append([sentencepiece_of(written(), [text]) is not None for text in ("le pont", "LE PONT")])
    assert found == [[True, True], [True, False]]


def test_texts_are_also_tried_with_their_lines_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentencepiece_export, "_UNEVEN", ())
    monkeypatch.setattr(sentencepiece_export, "_table", lambda normalise: b"")
    assert sentencepiece_of(written(), ["le pont"]) is not None
    assert sentencepiece_of(written(), ["le", "pont"]) is None
