"""A text becomes the tokens that a model reads, each with its place in the text.

Two tokenizers, that cut alike: Hugging Face's runs any model from its `tokenizer.json`; Google's
SentencePiece runs a unigram model from a file that `sentencepiece_export` wrote, where that cuts as
the first does: the default model's takes 24 MB instead of 107, and two thirds of the time. Each is
imported only where it runs. Writes nothing, and learns no vocabulary.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index.errors import ModelUnavailable

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

TOKENIZER = "tokenizer.json"
SENTENCEPIECE = "tokenizer.model"
# What stands for the space before a word, in its token.
SPACE = "▁"

# What a regular expression of `tokenizers` takes for white space: Python also has four separators of
# information, which are characters as any other there.
_WHITE, _INK = r"[^\S\x1c-\x1f]", r"[\S\x1c-\x1f]"
# Accents that stand alone: NFKC makes of each a space and a combining accent, so that the white space
# before it is nobody's.
_ALONE = (
    "[\xa8\xaf\xb4\xb8\u02d8-\u02dd\u037a\u0384\u0385\u1fbd\u1fbf-\u1fc1\u1fcd-\u1fcf\u1fdd-\u1fdf"
    "\u1fed\u1fee\u1ffd\u1ffe\u2017\u203e\u309b\u309c\ufc5e-\ufc63\ufe49-\ufe4c\ufe70\ufe72\ufe74\ufe76"
    "\ufe78\ufe7a\ufe7c\ufe7e\uffe3]"
)
# SentencePiece adds up scores in 32 bits from the start of what it is given, Hugging Face's in 64 bits
# from the start of each word: over 16 words the two agree to 1e-4, over a page to 2e-3, which changed 3
# French texts in 15,000 (bench/RESULTS.md, "Encoder"). Words do not depend on one another, so a text may
# be given in parts; a word is never parted: one of a million characters takes 330 MB while it is cut.
_WORDS = 16
# White space of more than one character parts too: of it, only the last belongs to the word after it.
_PART = re.compile(
    f"(?:{_WHITE}(?!{_ALONE}))?{_INK}+(?:{_WHITE}(?!{_ALONE}){_INK}+){{0,{_WORDS - 1}}}",
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as a model reads it: `ids`, and `offsets`, the (start, end) of each in the text, in Unicode
    code points; (0, 0) for a special one, which is no part of the text.
    """

    ids: Sequence[int]
    offsets: Sequence[tuple[int, int]]


class Tokenizer(Protocol):
    """Cuts texts for one model. Safe to call from several threads."""

    def encode(self, text: str, longest: int) -> Tokens:
        """The first tokens of a text, `longest` at most, of which the special ones before and after it."""
        ...

    def starts(self, text: str) -> Sequence[int]:
        """The offset in `text` at which each of its tokens starts: all of them, none special."""
        ...


class HuggingFaceTokenizer:
    """Whatever a `tokenizer.json` says. See `Tokenizer`."""

    def __init__(self, tokenizer: Any) -> None:
        """`tokenizer`: a `tokenizers.Tokenizer` that neither truncates nor pads."""
        self._tokenizer = tokenizer
        self._specials = tokenizer.num_special_tokens_to_add(False)

    def encode(self, text: str, longest: int) -> Tokens:
        """See Tokenizer."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        encoding.truncate(longest - self._specials)
        whole = self._tokenizer.post_process(encoding)
        return Tokens(whole.ids, whole.offsets)

    def starts(self, text: str) -> Sequence[int]:
        """See Tokenizer."""
        return [start for start, _ in self._tokenizer.encode(text, add_special_tokens=False).offsets]


class SentencePieceTokenizer:
    """A unigram model (Kudo 2018) run by SentencePiece, one special token at each end. See `Tokenizer`.

    The ids and offsets are Hugging Face's for the same model: of the default one, for all 15,378 titles,
    passages and questions of two French collections (PIAF, and the labour ministry's questions and
    answers). They differ, on purpose, for a special token spelled out in a text ("<s>"): here it is text.
    And they can for what is hardly written: "▁" at an end of a word; combining accents in another
    order than Unicode's, or after a character that stands for several ("ﬁ"); two cuts of one word with
    nearly one score, as "…" and "." or "." and "…" for "….": of 60,000 random strings of French
    characters, 25; a Hangul syllable and its last consonant, written apart; and, where white space is
    apart, control characters from U+000B on.
    """

    def __init__(self, processor: SentencePieceProcessor, *, spaces_apart: bool) -> None:
        """`spaces_apart`: whether white space is in no token's offsets, and no token at a text's end."""
        self._processor = processor
        self._spaces_apart = spaces_apart
        self._start, self._end = processor.bos_id(), processor.eos_id()
        self._space = processor.piece_to_id(SPACE)

    def encode(self, text: str, longest: int) -> Tokens:
        """See Tokenizer."""
        count = longest - 2
        ids, offsets = self._cut(text, count)
        return Tokens([self._start, *ids[:count], self._end], [(0, 0), *offsets[:count], (0, 0)])

    def starts(self, text: str) -> Sequence[int]:
        """See Tokenizer."""
        return [start for start, _ in self._cut(text, sys.maxsize)[1]]

    def _cut(self, text: str, enough: int) -> tuple[list[int], list[tuple[int, int]]]:
        """Ids and offsets of a text's tokens, to the end of the part that reaches so many."""
        ids: list[int] = []
        offsets: list[tuple[int, int]] = []
        end = 0
        for found in _PART.finditer(text):
            if len(ids) >= enough:
                return ids, offsets
            # White space for Hugging Face's, ink in SentencePiece's own table.
            part, (start, end) = found.group().replace("\x85", " "), found.span()
            cut = self._processor.encode(part, return_type="offset_mapping")
            ids += cut["ids"]
            offsets += self._placed(part, start, cut["pieces"])
        if end < len(text) and not self._spaces_apart:
            ids.append(self._space)
            offsets.append((len(text) - 1, len(text)))
        return ids, offsets

    def _placed(self, part: str, start: int, pieces: Sequence[str]) -> list[tuple[int, int]]:
        """Where the pieces of a part stand in the text, in which the part stands at `start`.

        SentencePiece's own offsets end a piece before a character of which it holds only a part ("…",
        cut in two), and after a combining accent that it holds; Hugging Face's the other way round.
        """
        normalised, places = self._processor.normalize(part, with_offsets=True)
        # The space at its head was taken off, and another put there.
        places[0] = 0
        offsets, first = [], 0
        for piece in pieces:
            last = first + len(piece) - 1
            shown = first + (self._spaces_apart and normalised[first] == SPACE)
            offsets.append((start + places[shown], start + places[max(last, shown)] + 1))
            first = last + 1
        return offsets


def open_tokenizer(folder: Path, files: Collection[str], *, spaces_apart: bool) -> Tokenizer:
    """The tokenizer of a prepared model, from the one of its two files that is among `files`.

    Raises ModelUnavailable.
    """
    path = folder / (SENTENCEPIECE if SENTENCEPIECE in files else TOKENIZER)
    try:
        if path.name == SENTENCEPIECE:
            from sentencepiece import SentencePieceProcessor

            return SentencePieceTokenizer(
                SentencePieceProcessor(model_file=str(path)), spaces_apart=spaces_apart
            )
        from tokenizers import Tokenizer as FromRust

        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        return HuggingFaceTokenizer(FromRust.from_file(str(path)))
    except ImportError as error:
        raise ModelUnavailable(
            f"{error.name} ne s'importe pas ; réinstallez les dépendances : make install"
        ) from error
    # Hugging Face's errors have no class of their own.
    except Exception as error:
        raise ModelUnavailable(
            f"{path} ne se lit pas ({type(error).__name__}) ; supprimez le dossier {folder}, "
            "le modèle sera préparé de nouveau"
        ) from error
