"""Whether a model's sentence is a passage's own words, and where they stand. Pure; judges no paraphrase.

Copied are whole sentences: half of one can say the contrary. What an order to a model covers is copied
only between « and », with the order itself, so that who reads it sees what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.documents import Span
from corpus.folding import APOSTROPHES, HYPHENS, INVISIBLE
from corpus.sentences import split_sentences
from index.french import terms
from qa.citing import Citation
from qa.llm.orders import orders
from qa.llm.polarity import clause_marks, sentence_marks

_QUOTATION = re.compile(r"«\s*([^«»]+?)\s*»|“\s*([^“”]+?)\s*”")
# What may stand around a quotation: who says it, and nothing of what is said.
_FRAMING = frozenset(
    terms(
        "selon d'après passage texte document source extrait citation cite indique précise écrit dit lit "
        "contient phrase suivant termes page comme on peut lire figure ceci cela il y est"
    )
)
_ITEM = re.compile(r"\s*(?:[-*•–—+]|\(?\d{1,2}[.)])\s+")
_EMPHASIS = "*`"
_ONE = dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS, "-")
_ENDS = ".!;…"


def quotations(text: str) -> list[str]:
    """What stands between quotation marks."""
    return [quoted for match in _QUOTATION.finditer(text) for quoted in match.groups() if quoted]


def _frames(around: str) -> bool:
    """Whether what stands around a quotation only says where it comes from, and denies nothing."""
    said = set(terms(around)) <= _FRAMING and re.search(r"\d", around) is None
    return said and not (clause_marks(around) or sentence_marks(around) - {"said"})


def stands(text: str, passage: str) -> bool:
    """Whether a passage has these words, whatever its white space, apostrophes and hyphens."""
    return next(_places(text, passage), None) is not None


def copied(text: str, cited: Sequence[Citation]) -> tuple[str, tuple[int, ...]] | None:
    """The text, what it quotes exact to the character, and the numbers of those it was copied from.

    None where it is no copy.
    """
    match = _QUOTATION.search(text)
    if match is not None:
        around = text[: match.start()] + " " + text[match.end() :]
        if not _QUOTATION.search(around) and _frames(around):
            quoted = next(q for q in match.groups() if q)
            found = {c.number: whole for c in cited if (whole := _whole(quoted, c.quote, quoted=True))}
            if found:
                exact = next(iter(found.values()))
                shown = f"{text[: match.start()]}« {exact} »{text[match.end() :]}"
                return shown, tuple(n for n, whole in found.items() if whole == exact)
    numbers = tuple(c.number for c in cited if _whole(text, c.quote, quoted=False))
    return (text, numbers) if numbers else None


def _whole(text: str, passage: str, *, quoted: bool) -> str | None:
    """The slice of the passage that is this text and whole sentences; None where there is none."""
    lines = [line.span() for line in re.finditer(r"[^\n]+", passage)]
    sentences = [s for span in [(0, len(passage)), *lines] for s in split_sentences(passage, *span)]
    starts = {s.start for s in sentences} | {
        item.end() for s in sentences if (item := _ITEM.match(passage, s.start))
    }
    starts |= {start + len(re.match(r"[*`]*", passage[start:]).group()) for start in starts}  # type: ignore[union-attr]
    ends = {s.end for s in sentences} | {s.end - 1 for s in sentences if passage[s.end - 1] in _ENDS}
    ends |= {end - len(re.search(r"[*`]*$", passage[:end]).group()) for end in ends}  # type: ignore[union-attr]
    planted = orders(passage)
    for start, end in _places(text, passage):
        shown = all(quoted and start <= o.start < end for o in planted if _meet(o, start, end))
        if start in starts and end in ends and shown:
            return passage[start:end]
    return None


def _meet(span: Span, start: int, end: int) -> bool:
    return span.start < end and start < span.end


def _places(text: str, passage: str) -> Iterator[tuple[int, int]]:
    """Where a text stands in a passage, its last full stop taken in where the passage has one."""
    plain, offsets = _plain(passage)
    wanted = _plain(text)[0].strip().rstrip(_ENDS).strip()
    if len(wanted) < 2:
        return
    at = plain.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        inside = (at and plain[at - 1].isalnum()) or (end < len(plain) and plain[end].isalnum())
        if not inside:
            last = end + (end < len(plain) and plain[end] in _ENDS)
            yield offsets[at], offsets[last - 1] + 1
        at = plain.find(wanted, at + 1)


def _plain(text: str) -> tuple[str, list[int]]:
    """The text with its signs made one, emphasis left out, white space single; each one's offset."""
    plain: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if character in INVISIBLE or character in _EMPHASIS:
            continue
        sign = " " if character.isspace() else _ONE.get(character, character)
        if sign == " " and (not plain or plain[-1] == " "):
            continue
        plain.append(sign)
        offsets.append(offset)
    return "".join(plain), offsets
