"""SentencePiece cuts a text where Hugging Face's tokenizer does, and says the same places in it."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer as FromRust

from index import default_model, onnx_export, tokenisation
from index.sentencepiece_export import sentencepiece_of
from index.texts import read_folder
from index.tokenisation import HuggingFaceTokenizer, SentencePieceTokenizer, Tokenizer, Tokens
from qa.config import load_settings
from tests.index.tiny_models import LONG, SENTENCES, unigram

ROOT = Path(__file__).resolve().parents[2]
# More than any text here has.
ALL = 10_000
# The characters of French texts, a decomposed letter among them, and of some that are not.
FRENCH = (
    *"abcdeijlmnoprstuvàâçéèêëîïôùûüÿœæABCDEÀÉÈŒ0123456789.,;:!?()[]/+=%&*'\"-_#@<>|\\~`",
    *"’‘“”«»…–—•€°²³½№ﬁ™ᵉº´",
    *("e\u0301", "a\u0300", "\u200b", "\xad", "\ufeff", "🎉", "👏🏽", "β", "Ω", "я", "日"),
    *(" ", " ", " ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u202f", "\u2009"),
    *("le ", "pont ", "Ville"),
)
LINES = (
    *SENTENCES,
    LONG,
    "le\x85pont\x85",
    "",
    " ",
    "\n\n",
    "L’œuvre, le cœur et les œufs ; æ, ÿ, Ç, É, ŒUVRE",
    "12 m², 3 km³, 1ᵉʳ, 2ᵉ, nᵒ 5, №\u202f7, ½, ¾, ‰, ≥ 4,5 %",
    "Coût : 1\u202f234,50 €, £5, $6 ; © ® ™ § ¶ † ‡ • – — … « ‹ › »",
    "Bravo 🎉👏🏽 ! 👨‍👩‍👧 🇫🇷 ❤️ ☎",
    "de\u0301ja\u0300 vu, ﬁn, Ⅳ, ＡＢＣ, lʼeau, l´eau, ´ seul",
    "\ufeffun\u00a0deux\u2009trois\u200b\tquatre\r\n\x00cinq\n",
    "  # Titre\n\n- un\n- deux\n\n\n| a | b |\n|---|---|\n",
    "ART. 12 – LE PRENEUR RÈGLE SON LOYER LE 5 DE CHAQUE MOIS…",
    "https://exemple.fr/a_b?c=d&e=1#f nom@exemple.fr",
)


def both(theirs: FromRust) -> tuple[Tokenizer, Tokenizer]:
    """SentencePiece's and Hugging Face's."""
    model = sentencepiece_of(json.loads(theirs.to_str()), SENTENCES)
    assert model is not None
    processor = SentencePieceProcessor(model_proto=model.content)
    ours = SentencePieceTokenizer(processor, spaces_apart=model.spaces_apart)
    return ours, HuggingFaceTokenizer(theirs)


@pytest.fixture(scope="module")
def joined() -> tuple[Tokenizer, Tokenizer]:
    return both(unigram(spaces="joined"))


@pytest.fixture(scope="module")
def apart() -> tuple[Tokenizer, Tokenizer]:
    return both(unigram(spaces="apart"))


@pytest.fixture(scope="module", params=["joined", "apart"])
def tokenizers(request: pytest.FixtureRequest) -> tuple[Tokenizer, Tokenizer]:
    found: tuple[Tokenizer, Tokenizer] = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def default() -> tuple[Tokenizer, Tokenizer]:
    """Of the default model's vocabulary, without the other scripts."""
    folder = default_model.prepare(load_settings().models)
    whole = FromRust.from_file(str(folder / "tokenizer.json"))
    whole.no_truncation()
    whole.no_padding()
    written = json.loads(whole.to_str())
    onnx_export._latin(written)
    return both(FromRust.from_str(json.dumps(written)))


def assert_same(tokenizers: tuple[Tokenizer, Tokenizer], text: str) -> None:
    found, expected = (tokenizer.encode(text, ALL) for tokenizer in tokenizers)
    assert found == expected
    assert len(found.ids) < ALL


def spelled(tokens: Tokens, text: str) -> list[str]:
    return [text[start:end] for start, end in tokens.offsets]


@pytest.mark.parametrize("text", LINES)
def test_ids_and_offsets_are_hugging_faces(tokenizers: tuple[Tokenizer, Tokenizer], text: str) -> None:
    assert_same(tokenizers, text)
    found, expected = (list(tokenizer.starts(text)) for tokenizer in tokenizers)
    assert found == expected


@pytest.mark.model
@pytest.mark.parametrize("text", LINES)
def test_ids_and_offsets_are_hugging_faces_for_the_default_model(
    default: tuple[Tokenizer, Tokenizer], text: str
) -> None:
    assert_same(default, text)


@pytest.mark.model
def test_every_demonstration_text_is_cut_alike_whole_and_line_by_line(
    default: tuple[Tokenizer, Tokenizer],
) -> None:
    read, unread = read_folder(ROOT / "corpus" / "texts")
    assert (len(read) >= 10, unread) == (True, [])
    for each in read:
        text = each.extraction.text
        for part in (text, *text.splitlines(keepends=True)):
            found, expected = (tokenizer.encode(part, 100_000) for tokenizer in default)
            assert found == expected


def has_no_special_token(text: str) -> bool:
    return re.search("</?s>|<pad>|<unk>", text) is None


ALWAYS = settings(derandomize=True, deadline=None, max_examples=200)


@ALWAYS
@given(st.lists(st.sampled_from(FRENCH), max_size=60).map("".join).filter(has_no_special_token))
@example("….")
@example(" ´ le")
def test_any_text_of_french_characters_is_cut_alike_by_a_small_vocabulary(
    joined: tuple[Tokenizer, Tokenizer], apart: tuple[Tokenizer, Tokenizer], text: str
) -> None:
    assert_same(joined, text)
    assert_same(apart, text)


@ALWAYS
@given(
    st.text(st.characters(exclude_categories=("Cs", "Mn", "Mc", "Me"), exclude_characters="▁")).filter(
        lambda text: has_no_special_token(text) and not re.search("[\u1160-\u11ff]", text)
    )
)
def test_any_text_without_combining_characters_or_hangul_in_parts_is_cut_alike(
    joined: tuple[Tokenizer, Tokenizer], text: str
) -> None:
    assert_same(joined, text)


def test_offsets_are_in_code_points_and_a_space_belongs_to_the_word_after_it(
    joined: tuple[Tokenizer, Tokenizer],
) -> None:
    text = " 🎉 le\n\n  pont…\u00a0de\u0301 \n"
    found = joined[0].encode(text, ALL)
    assert found.offsets == [
        *((0, 0), (0, 1), (1, 2), (2, 5), (8, 13), (13, 14), (13, 14), (13, 14)),
        *((14, 15), (15, 16), (16, 17), (19, 20), (0, 0)),
    ]
    assert spelled(found, text)[3:6] == [" le", " pont", "…"]
    assert found.offsets == joined[1].encode(text, ALL).offsets
    assert joined[0].starts(text) == [0, 1, 2, 8, 13, 13, 13, 14, 15, 16, 19]


def test_where_spaces_are_apart_they_are_in_no_token(apart: tuple[Tokenizer, Tokenizer]) -> None:
    text = " 🎉 le\n\n  pont \n"
    found = apart[0].encode(text, ALL)
    assert found.offsets == [(0, 0), (1, 2), (1, 2), (3, 5), (9, 13), (0, 0)]
    assert found.offsets == apart[1].encode(text, ALL).offsets


@pytest.mark.parametrize("longest", [2, 3, 17, 18, 40, 512])
@pytest.mark.parametrize("text", [LONG, LONG * 20, "pont " * 600, "pont" * 600, "le", "", " \n"])
def test_a_text_is_cut_where_the_model_stops_reading(
    tokenizers: tuple[Tokenizer, Tokenizer], text: str, longest: int
) -> None:
    found, expected = (tokenizer.encode(text, longest) for tokenizer in tokenizers)
    assert found == expected
    assert len(found.ids) <= longest
    assert (found.ids[0], found.ids[-1]) == (0, 2)
    assert (found.offsets[0], found.offsets[-1]) == ((0, 0), (0, 0))


def test_no_more_of_a_text_is_cut_than_is_read(
    joined: tuple[Tokenizer, Tokenizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = joined[0]
    given: list[str] = []

    class Counted:
        def __getattr__(self, name: str) -> object:
            return getattr(processor, name)

        def encode(self, part: str, **options: Any) -> object:
            given.append(part)
            return processor.encode(part, **options)

    assert isinstance(ours, SentencePieceTokenizer)
    processor = ours._processor
    monkeypatch.setattr(ours, "_processor", Counted())
    assert len(ours.encode("pont " * 10_000, 512).ids) == 512
    assert sum(part.count("pont") for part in given) == 512
    assert len(ours.starts("pont " * 10_000)) == 10_001


def test_a_special_token_spelled_out_in_a_text_is_text(joined: tuple[Tokenizer, Tokenizer]) -> None:
    text = "le </s>pont"
    ours, theirs = (tokenizer.encode(text, ALL) for tokenizer in joined)
    assert spelled(ours, text) == ["", "le", " ", "<", "/", "s", ">", "p", "o", "n", "t", ""]
    assert list(ours.ids).count(2) == 1
    assert list(theirs.ids).count(2) == 2


def test_accents_that_stand_alone_are_those_of_which_nfkc_makes_a_space_and_more() -> None:
    every = [chr(number) for number in range(sys.maxunicode + 1)]
    expected = [each for each in every if re.fullmatch(r"\s.+", unicodedata.normalize("NFKC", each))]
    assert [each for each in every if re.fullmatch(tokenisation._ALONE, each)] == expected


def test_eight_threads_at_once_are_given_what_one_is(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    ours = tokenizers[0]
    texts = [line[:length] for line in LINES for length in (3, 9, 30, 90)] * 4
    alone = [ours.encode(text, ALL) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda text: ours.encode(text, ALL), texts)) == alone
