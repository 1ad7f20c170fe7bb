"""Whether a model's standalone question may be searched with: it brings in nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.folding import fold
from index.french import terms, words
from qa.conversation.turns import Turn
from qa.llm.figures import figures
from qa.llm.orders import reads_like_an_order
from qa.llm.polarity import clause_marks

_LONGEST = 300
_THOUGHTS = re.compile(r"<(think|thinking|reasoning|thought)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(r"^\s*(?:question(?: réécrite| autonome)?|réécriture)\s*:\s*", re.IGNORECASE)
_AROUND = ' \t\r\n*_`"“”«»'
# A question may be put in another way; these say what it asks for, not what about.
_ASKING = frozenset(
    terms(
        "quel quelle est-ce combien nombre quand où comment pourquoi qui que existe montant date année rôle"
    )
)
_DENYING = frozenset({"negation", "not", "without", "forbidden"})


def accepted(written: str, question: str, history: Sequence[Turn]) -> str | None:
    """The question as it may be searched, or None.

    One short line, all of whose words, names and figures come from the question or the history, which
    denies no more than the question does.
    """
    bare = _LABEL.sub("", _THOUGHTS.sub("", written).strip(_AROUND)).strip(_AROUND)
    if not bare or "\n" in bare or len(bare) > _LONGEST or not terms(bare):
        return None
    if re.search(r"[<>\[\]{}]|https?:", bare) or reads_like_an_order(bare):
        return None
    if not bare.endswith("?") and re.search(r"[.!]\s", bare):
        return None
    said = "\n".join([question, *(turn.text for turn in history)])
    known = {*terms(said), *_ASKING}
    if not set(terms(bare)) <= known or not _names(bare) <= {fold(w) for w in words(said)}:
        return None
    if not {(f.kind, f.value) for f in figures(bare)} <= {(f.kind, f.value) for f in figures(said)}:
        return None
    if clause_marks(bare) & _DENYING != clause_marks(question) & _DENYING:
        return None
    # What it asks about is still there: a question is completed, not changed.
    return bare if set(terms(question)) - _ASKING <= set(terms(bare)) else None


def _names(text: str) -> set[str]:
    """The folded words of the capitalised words of a question, but the first."""
    capitals = re.findall(r"(?<=\s)(?:[a-zA-Z]['’])?([A-ZÀ-Ý][\w-]*)", text)
    return {word for name in capitals for word in words(name)}
