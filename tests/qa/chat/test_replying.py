"""An answer becomes the pieces of a reply, its citations numbered as the text uses them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from index.engine import Engine
from qa.answer import Answer, CitedSentence
from qa.chat.markdown import paragraph, refusal, sources
from qa.chat.replying import Close, Piece, Pieces, Showing, plain_reply, said, written_reply
from qa.citing import Citation
from qa.llm.records import Ending, Written
from tests.qa.chat.support import BASE, FakeWriter, as_writer, citation

GIVEN = tuple(citation(n, f"La phrase {n}.") for n in range(1, 6))

SHOWN = Showing(BASE)


def answer(*numbers: int, reason: str | None = None) -> Answer:
    """An answer that quotes the citations of these numbers, in this order."""
    sentences = tuple(CitedSentence(GIVEN[n - 1].highlights[0], n) for n in numbers)
    return Answer(sentences, reason, 0.9, GIVEN, "g-1")


def renumbered(*numbers: int) -> tuple[Citation, ...]:
    """The citations of these numbers, from 1 in this order."""
    found = []
    for new, old in enumerate(numbers, 1):
        given = GIVEN[old - 1]
        found.append(
            Citation(
                new,
                given.source,
                given.title,
                (),
                given.start,
                given.end,
                given.quote,
                None,
                *[given.highlights, given.score, given.found_by],
            )
        )
    return tuple(found)


def gathered(pieces: Pieces) -> list[Piece | Close]:
    async def gather() -> list[Piece | Close]:
        return [piece async for piece in pieces]

    return asyncio.run(gather())


def written(writer: FakeWriter, given: Answer, engine: Engine) -> tuple[str, Sequence[Piece | Close]]:
    pieces = gathered(written_reply(as_writer(writer), engine, "Quoi ?", given, SHOWN))
    assert writer.open == 0
    return "".join(p.text for p in pieces if isinstance(p, Piece)), pieces


def test_sentences_then_sources_numbered_from_one_in_the_order_of_the_text() -> None:
    used = renumbered(4, 2)
    assert gathered(plain_reply(answer(4, 2, 4), SHOWN)) == [
        Piece(paragraph("La phrase 4.", (1,), used, BASE) + "\n\n", used[:1]),
        Piece(paragraph("La phrase 2.", (2,), used, BASE) + "\n\n", used[1:]),
        Piece(paragraph("La phrase 4.", (1,), used, BASE) + "\n\n"),
        Piece(sources(used, BASE)),
        Close(used),
    ]


def test_where_cards_are_sent_the_numbers_are_bare() -> None:
    first, *_ = gathered(plain_reply(answer(4), Showing(BASE, cards=True)))
    used = renumbered(4)
    assert first == Piece(paragraph("La phrase 4.", (1,), used, BASE, cards=True) + "\n\n", used)
    assert first.text == "La phrase 4. [1]\n\n"


def test_a_refusal_is_the_reason_and_the_nearest_passages() -> None:
    refused = answer(reason="Les textes ne le disent pas.")
    assert gathered(plain_reply(refused, SHOWN)) == [Piece(refusal(refused, BASE)), Close(GIVEN)]


def test_what_rests_on_nothing_is_said_and_closed() -> None:
    assert gathered(said("Un titre")) == [Piece("Un titre"), Close()]


def test_the_model_s_sentences_follow_one_another_and_their_sources_come_last(engine: Engine) -> None:
    writer = FakeWriter(Written("Il pleut.", (3, 1)), Written("Il vente.", (1,)), Ending())
    text, pieces = written(writer, answer(2), engine)
    used = renumbered(3, 1)
    assert text == (
        f"{paragraph('Il pleut.', (1, 2), used, BASE)} {paragraph('Il vente.', (2,), used, BASE)}"
        f"\n\n{sources(used, BASE)}"
    )
    assert [p.citations for p in pieces if isinstance(p, Piece)] == [used, (), ()]
    assert pieces[-1] == Close(used)
    assert writer.asked == ["Quoi ?"]


def test_a_refusal_is_never_put_to_the_model(engine: Engine) -> None:
    writer = FakeWriter(Written("Il pleut.", (1,)), Ending())
    refused = answer(reason="Les textes ne le disent pas.")
    assert written(writer, refused, engine) == (
        refusal(refused, BASE),
        [Piece(refusal(refused, BASE)), Close(GIVEN)],
    )
    assert writer.opened == 0


@pytest.mark.parametrize(
    ("ending", "note"),
    [
        (
            Ending(0, "le serveur ne *répond* pas ;\nréessayez."),
            "*Le serveur ne répond pas ; réessayez. Voici les phrases des textes elles-mêmes.*",
        ),
        (
            Ending(3),
            "*Le modèle n'a rien écrit que les textes disent. Voici les phrases des textes elles-mêmes.*",
        ),
    ],
)
def test_where_nothing_holds_the_plain_answer_is_given_and_said_so(
    engine: Engine, ending: Ending, note: str
) -> None:
    text, pieces = written(FakeWriter(ending), answer(2), engine)
    plain = "".join(p.text for p in gathered(plain_reply(answer(2), SHOWN)) if isinstance(p, Piece))
    assert text == f"{note}\n\n{plain}"
    assert pieces[-1] == Close(renumbered(2), ending.dropped, ending.failure)


@pytest.mark.parametrize(
    ("ending", "notes"),
    [
        (Ending(1), "*1 phrase du modèle écartée : les textes ne suffisent pas à la vérifier.*"),
        (Ending(2), "*2 phrases du modèle écartées : les textes ne suffisent pas à les vérifier.*"),
        (Ending(0, "trop lent"), "*La réponse du modèle est incomplète : trop lent.*"),
        (
            Ending(2, "trop lent"),
            "*La réponse du modèle est incomplète : trop lent.*\n\n"
            "*2 phrases du modèle écartées : les textes ne suffisent pas à les vérifier.*",
        ),
    ],
)
def test_what_stands_stays_and_what_is_missing_is_said_after_the_sources(
    engine: Engine, ending: Ending, notes: str
) -> None:
    text, pieces = written(FakeWriter(Written("Il pleut.", (2,)), ending), answer(1), engine)
    used = renumbered(2)
    assert text == f"{paragraph('Il pleut.', (1,), used, BASE)}\n\n{sources(used, BASE)}\n\n{notes}"
    assert pieces[-1] == Close(used, ending.dropped, ending.failure)


def test_closing_a_reply_closes_the_model_s_stream(engine: Engine) -> None:
    writer = FakeWriter(Written("Il pleut.", (1,)), Written("Il vente.", (1,)), Ending())

    async def close_after_one() -> None:
        pieces = written_reply(as_writer(writer), engine, "Quoi ?", answer(1), SHOWN)
        await anext(pieces)
        assert writer.open == 1
        await pieces.aclose()
        assert writer.open == 0

    asyncio.run(close_after_one())
