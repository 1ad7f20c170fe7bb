"""What crosses the rooms of a conversation: noun phrases, words that lean, how a question leans.

Finds nothing and rewrites nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from qa.conversation import vocabulary as v
from qa.conversation.phrasing import determined, of, plural, to


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """The tokens `first` to `last` of a question, determiner included, preposition not.

    `core`: without the determiner. `head`: its noun, folded and singular. `feminine`, `plural`:
    None where nothing tells. `asked`: what the question wants to know ("quelles missions").
    `named`: a name or an acronym. `bare`: a noun alone. `owner`: what it is of.
    """

    first: int
    last: int
    determiner: str
    core: str
    head: str
    preposition: str = ""
    feminine: bool | None = None
    plural: bool | None = None
    asked: bool = False
    named: bool = False
    bare: bool = True
    owner: NounPhrase | None = None

    @property
    def whole(self) -> str:
        """The core and what it is of: "missions d'une CPTS"."""
        if self.owner is None:
            return self.core
        link = to if self.owner.preposition == "a" else of
        return f"{self.core} {link(self.owner.article, self.owner.whole)}"

    @property
    def article(self) -> str:
        """Its determiner when it is named again: "quelle loi" is "la loi"."""
        if self.determiner not in (*v.WHICH, "de", "d"):
            return self.determiner
        return "les" if self.plural else "la" if self.feminine else "le"

    @property
    def text(self) -> str:
        """As one would name it again: "les missions d'une CPTS"."""
        return determined(self.article, self.whole)

    @property
    def several(self) -> NounPhrase:
        """All of its kind: "une CPTS" becomes "les CPTS"."""
        if self.determiner not in ("un", "une"):
            return self
        first, space, rest = self.core.partition(" de ")
        core = " ".join(plural(word) for word in first.split(" ")) + space + rest
        return replace(self, determiner="les", core=core, plural=True)


class Role(Enum):
    """What a word that leans does in its sentence."""

    SUBJECT = "il, elle"
    OBJECT = "le, la, les"
    INDIRECT = "lui, leur"
    TONIC = "pour elle, avec eux"
    OF_IT = "en"
    THERE = "y"
    POSSESSIVE = "son, leur"
    DEMONSTRATIVE = "cette structure"
    POINTING = "celle-ci, ce dernier"
    NEUTRAL = "ça, cela, c'"
    WHICH_ONES = "lesquelles"


class Shape(Enum):
    """How a question leans on what came before."""

    ALONE = "stands alone"
    WORDS = "some of its words do"
    FRAGMENT = "et en 2018 ?"
    QUESTION_FRAGMENT = "pourquoi ? par quelle loi ?"
    SUBJECTLESS = "quel est le budget ?"


@dataclass(frozen=True, slots=True)
class Word:
    """A word that leans, at token `at`; `feminine`, `plural`: None where it does not tell."""

    at: int
    role: Role
    feminine: bool | None = None
    plural: bool | None = None
    phrase: NounPhrase | None = None


@dataclass(frozen=True, slots=True)
class Leaning:
    """`words` are those of `Shape.WORDS`; `body`: the token where the question begins, after "et"."""

    shape: Shape
    words: tuple[Word, ...] = ()
    body: int = 0


ALONE = Leaning(Shape.ALONE)
