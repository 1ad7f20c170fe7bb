"""What goes over HTTP, and what `--json` prints, of a question and its answer: the contract's shapes,
with examples.

Checks requests; does not search. Messages are French: the page shows them as they are. Documents are
in `document_schemas`, the index in `index_schemas`.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from qa.filters import FiltersIn

LONGEST_QUESTION = 2000
DEFAULT_TOP_K = 5
MOST_HITS = 50
_WHITE_CONTROLS = "\t\n\r"


def check_question(question: str) -> str:
    """The question without outer white space. Raises PydanticCustomError, in French."""
    question = question.strip()
    if not question:
        raise PydanticCustomError("question_blank", "la question est vide")
    if len(question) > LONGEST_QUESTION:
        raise PydanticCustomError("question_too_long", f"la question dépasse {LONGEST_QUESTION} caractères")
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in _WHITE_CONTROLS for c in question):
        raise PydanticCustomError(
            "question_control_characters", "la question contient des caractères de contrôle"
        )
    return question


def check_turn(turn: object) -> object:
    """A message of the conversation, as it was sent. Raises PydanticCustomError, in French."""
    if not isinstance(turn, dict):
        raise PydanticCustomError("history_message", "chaque message de « history » est un objet JSON")
    if turn.get("role") not in ("user", "assistant"):
        raise PydanticCustomError(
            "history_role", "le rôle (« role ») d'un message de « history » est « user » ou « assistant »"
        )
    return turn


class TurnIn(BaseModel):
    """An earlier message of the conversation, as chat front ends keep them."""

    role: Literal["user", "assistant"]
    content: StrictStr


class QuestionIn(BaseModel):
    """A question in plain language, how many passages to give, and where to look for them.

    `history`: what was said before, oldest first, for a question that leans on it.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": "Qu'est-ce qu'une CPTS ?", "top_k": 5, "filters": {"folder": "acteurs"}},
                {
                    "question": "Qui les finance ?",
                    "history": [
                        {"role": "user", "content": "Qu'est-ce qu'une CPTS ?"},
                        {"role": "assistant", "content": "Une organisation des soins d'un territoire."},
                    ],
                },
            ]
        },
    )

    question: Annotated[StrictStr, AfterValidator(check_question)] = Field(
        description=f"la question, {LONGEST_QUESTION} caractères au plus"
    )
    top_k: Annotated[StrictInt, Field(ge=1, le=MOST_HITS)] = DEFAULT_TOP_K
    filters: FiltersIn = FiltersIn()
    history: list[Annotated[TurnIn, BeforeValidator(check_turn)]] = []


class QuoteOut(BaseModel):
    """Exact characters of the document: `text[start:end] == quote`, in code points."""

    start: int
    end: int
    quote: str


class PlaceOut(QuoteOut):
    """Where another passage stands that says the same thing; `quote` is its own exact text."""

    source: str
    title: str


class CitationOut(BaseModel):
    """A passage that can be checked to the character, with its best sentences.

    `also`: where passages that say the same thing stand; they come nowhere else in a reply.
    """

    number: int
    source: str
    title: str
    headings: list[str]
    start: int
    end: int
    quote: str
    page: int | None
    highlights: list[QuoteOut]
    score: float
    found_by: list[str]
    also: list[PlaceOut]
    url: str


class AnswerOut(BaseModel):
    """`text` is null when refused, and `reason` then says why."""

    text: str | None
    refused: bool
    reason: str | None
    confidence: float


TookMs = Annotated[float, Field(description="le temps de la réponse, en millisecondes")]
StagesMs = Annotated[
    dict[str, float],
    Field(
        description="le même temps par étape : « resolving » la conversation, « mending » l'orthographe de "
        "la question, « waiting » l'attente du modèle, « encoding » le modèle, « proposing » vecteurs et "
        "mots, « reranking » la comparaison mot à mot, « reading » les textes, « composing » la réponse ; "
        "une question posée il y a peu n'est pas cherchée de nouveau, et ces étapes sont à zéro"
    ),
]


class AskOut(BaseModel):
    """An answer made of the texts' own sentences, or an honest refusal, with its sources.

    `searched` is the question as it was searched: another than `question` where that one leans on
    the conversation.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "Qu'est-ce qu'une CPTS ?",
                    "searched": "Qu'est-ce qu'une CPTS ?",
                    "answer": {
                        "text": "Une CPTS réunit des professionnels d'un même territoire. [1]",
                        "refused": False,
                        "reason": None,
                        "confidence": 0.93,
                    },
                    "citations": [
                        {
                            "number": 1,
                            "source": "acteurs/cpts.md",
                            "title": "Les CPTS",
                            "headings": ["Définition"],
                            "start": 120,
                            "end": 176,
                            "quote": "Une CPTS réunit des professionnels d'un même territoire.",
                            "page": None,
                            "highlights": [
                                {
                                    "start": 120,
                                    "end": 176,
                                    "quote": "Une CPTS réunit des professionnels d'un même territoire.",
                                }
                            ],
                            "score": 0.97,
                            "found_by": ["vectors", "words"],
                            "also": [],
                            "url": "/source/acteurs/cpts.md?start=120&end=176#passage",
                        }
                    ],
                    "generation": "g-20260101T090000-1a2b3c4d",
                    "took_ms": 11.8,
                    "stages_ms": {
                        "resolving": 0.01,
                        "mending": 0.11,
                        "waiting": 0.02,
                        "encoding": 9.6,
                        "proposing": 0.13,
                        "reranking": 1.12,
                        "reading": 0.61,
                        "composing": 0.2,
                    },
                }
            ]
        }
    )

    question: str
    searched: str
    answer: AnswerOut
    citations: list[CitationOut]
    generation: str
    took_ms: TookMs
    stages_ms: StagesMs


class SearchOut(BaseModel):
    """The best passages, without an answer."""

    searched: str
    hits: list[CitationOut]
    generation: str
    took_ms: TookMs
    stages_ms: StagesMs
