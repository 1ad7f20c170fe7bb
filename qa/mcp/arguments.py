"""What the tools take. Checks it, and says in a French sentence what is wrong; runs no tool.

Descriptions are French: assistants read them to decide what to send.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from corpus.errors import SourcierError
from index.filtering import Filters
from qa.schemas import DEFAULT_TOP_K, LONGEST_QUESTION, MOST_HITS, TurnIn, check_question

# Characters. Some 1,800 tokens of French by default; at most what leaves an assistant with a small
# context room for its own work.
DEFAULT_BUDGET, LEAST_BUDGET, LARGEST_BUDGET = 6000, 200, 20_000
DEFAULT_PAGE, LARGEST_PAGE = 50, 200
_LARGEST_OFFSET = 10**9

Some = TypeVar("Some", bound="Arguments")


class BadArguments(SourcierError):
    """A tool was called with arguments that it cannot take."""


class Arguments(BaseModel):
    """The arguments of a tool; others are refused, so that an assistant notices its mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# Assistants often send a value where a list of one is meant.
_Several = Annotated[list[str], BeforeValidator(lambda sent: [sent] if isinstance(sent, str) else sent)]
_Source = Annotated[str, Field(description="le chemin du document, tel que les citations le donnent")]
_Offset = Annotated[int, Field(ge=0, le=_LARGEST_OFFSET)]


class SearchArguments(Arguments):
    """A question, how many passages, and where to look for them."""

    question: Annotated[str, AfterValidator(check_question)] = Field(
        description=f"la question, en français courant et complète, {LONGEST_QUESTION} caractères au plus"
    )
    top_k: int = Field(DEFAULT_TOP_K, ge=1, le=MOST_HITS, description="le nombre de passages voulus")
    folder: _Several = Field([], description="seulement ces dossiers, avec ce qui est au-dessous")
    source: _Several = Field([], description="seulement ces documents, par leur chemin exact")
    format: _Several = Field([], description="seulement ces formats : txt, md, html, pdf, docx")

    def filters(self) -> Filters:
        """What the engine takes."""
        return Filters(tuple(self.folder), tuple(self.source), tuple(self.format))


class AskArguments(SearchArguments):
    """A question, perhaps one that leans on what was said before."""

    history: list[TurnIn] = Field(
        [],
        description="les messages d'avant, du plus ancien au plus récent, pour une question de suite "
        "(« Et combien y en a-t-il ? ») ; inutile si la question se comprend seule",
    )


class ReadArguments(Arguments):
    """A stretch of a document, in code points."""

    source: _Source
    start: _Offset = Field(0, description="le premier caractère voulu, celui d'une citation par exemple")
    end: _Offset | None = Field(None, description="la fin, exclue ; à défaut, celle du document")
    around: _Offset = Field(
        0, description="autant de caractères en plus avant et après, pour lire autour d'une citation"
    )
    max_characters: int = Field(
        DEFAULT_BUDGET,
        ge=LEAST_BUDGET,
        le=LARGEST_BUDGET,
        description="le plus de caractères à donner ; au-delà le texte est coupé, et la suite indiquée",
    )


class ListArguments(Arguments):
    """One page of the list of documents."""

    folder: str = Field("", description="seulement ce dossier, avec ce qui est au-dessous")
    offset: _Offset = Field(0, description="combien en passer, d'après « next_offset »")
    limit: int = Field(DEFAULT_PAGE, ge=1, le=LARGEST_PAGE, description="combien en donner")


class GlossaryArguments(Arguments):
    """One acronym, or one page of all."""

    acronym: str = Field("", description="un sigle ; à défaut, tous ceux que les textes développent")
    offset: _Offset = Field(0, description="combien en passer, d'après « next_offset »")
    limit: int = Field(DEFAULT_PAGE, ge=1, le=LARGEST_PAGE, description="combien en donner")


# pydantic's error types → a sentence about the argument. Others get the last one.
_SENTENCES = {
    "missing": "l'argument « {name} » manque",
    "extra_forbidden": "un argument est inconnu ; les arguments possibles sont {names}",
    "string_type": "l'argument « {name} » doit être une chaîne de caractères",
    "list_type": "l'argument « {name} » doit être une liste",
    "int_type": "l'argument « {name} » doit être un nombre entier",
    "int_parsing": "l'argument « {name} » doit être un nombre entier",
    "int_from_float": "l'argument « {name} » doit être un nombre entier",
    "greater_than_equal": "l'argument « {name} » est trop petit : {ge} au moins",
    "less_than_equal": "l'argument « {name} » est trop grand : {le} au plus",
}
_OTHER = "l'argument « {name} » est inutilisable ; voyez le schéma de l'outil"


def checked(model: type[Some], sent: Mapping[str, Any]) -> Some:
    """The arguments sent, null ones left out. Raises BadArguments, all that is wrong in one sentence."""
    if not is_unicode(json.dumps(sent, ensure_ascii=False)):
        raise BadArguments("un argument n'est pas de l'Unicode valide")
    try:
        return model.model_validate({name: value for name, value in sent.items() if value is not None})
    except ValidationError as error:
        names = ", ".join(f"« {name} »" for name in model.model_fields)
        sentences = [_sentence(dict(item), names) for item in error.errors()]
        raise BadArguments(" ; ".join(dict.fromkeys(sentences))) from None


def is_unicode(text: str) -> bool:
    """Whether it can be stored and searched: JSON's escapes can write halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sentence(item: dict[str, Any], names: str) -> str:
    kind = str(item["type"])
    if kind.startswith("question_"):
        return str(item["msg"])  # raised by `check_question`, in French
    name = str(item["loc"][0]) if kind != "extra_forbidden" else ""
    return _SENTENCES.get(kind, _OTHER).format(name=name, names=names, **item.get("ctx", {}))
