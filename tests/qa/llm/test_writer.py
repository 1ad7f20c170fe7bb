"""The writer against a real HTTP server that answers well or invents, and who leaves before the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest
from starlette.responses import JSONResponse

from qa.llm.records import Ending, Written
from qa.llm.writer import Writer
from tests.qa.llm.model_server import DONE, ModelServer, chunk, streamed
from tests.qa.llm.support import CPTS, MONEY, WHO, answer_on, engine, written
from tests.qa.llm.test_checking import FALSE, TRUE

GOOD = ("L'ARS contrôle les cliniques [3].", "Près de 80 % des soins sont pris en charge [1].")
SAID = ["L'ARS contrôle les cliniques.", "Près de 80 % des soins sont pris en charge."]
ANSWER = answer_on(MONEY, CPTS, WHO)
KEY = "sk-tres-secrete-0123456789"


def texts(sentences: Sequence[Written]) -> list[str]:
    return [sentence.text for sentence in sentences]


def test_all_that_a_good_model_writes_is_shown_and_nothing_that_a_bad_one_invents(model: ModelServer) -> None:
    """Every case of the table of claims, streamed one by one over HTTP."""
    for text in TRUE:
        model.answers(streamed(text))
        sentences, ending = written(model.url, ANSWER)
        assert (len(sentences), ending) == (1, Ending(0, None)), text
    for _, text in FALSE:
        model.answers(streamed(text))
        sentences, ending = written(model.url, ANSWER)
        assert (sentences, ending.failure) == ([], None), text
        assert ending.dropped >= 1
    assert (len(TRUE), len(FALSE)) == (21, 57)


def test_the_true_sentences_of_a_mixed_answer_are_shown_and_the_others_counted(model: ModelServer) -> None:
    invented = [text for _, text in FALSE]
    model.answers(streamed("\n".join(part for pair in zip(TRUE, invented, strict=False) for part in pair)))
    sentences, ending = written(model.url, ANSWER)
    assert (len(sentences), ending) == (len(TRUE), Ending(len(TRUE), None))


def test_the_numbers_of_a_sentence_are_those_it_rests_on(model: ModelServer) -> None:
    model.answers(streamed(" ".join(GOOD)))
    assert written(model.url, ANSWER)[0] == [Written(SAID[0], (3,)), Written(SAID[1], (1,))]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_however_small_the_pieces_the_sentences_are_the_same(model: ModelServer, size: int) -> None:
    model.answers(streamed(" ".join(GOOD), size=size))
    assert texts(written(model.url, ANSWER)[0]) == SAID


def test_a_reply_that_is_not_streamed_is_read(model: ModelServer) -> None:
    reply = {
        "choices": [{"message": {"role": "assistant", "content": " ".join(GOOD)}, "finish_reason": "stop"}]
    }
    model.reply = lambda _: JSONResponse(reply)
    sentences, ending = written(model.url, ANSWER)
    assert (texts(sentences), ending) == (SAID, Ending())


@pytest.mark.parametrize(
    "end", [[chunk(finish="stop")], [chunk(finish="stop"), b'data: {"choices": [], "usage": {}}\n\n', DONE]]
)
def test_a_server_may_end_as_others_do(model: ModelServer, end: list[bytes]) -> None:
    model.answers([b": bonjour\n\n", b"event: message\n", chunk(GOOD[0]), *end])
    assert written(model.url, ANSWER) == ([Written(SAID[0], (3,))], Ending())


def test_a_sentence_said_twice_is_shown_once(model: ModelServer) -> None:
    model.answers(streamed(f"{GOOD[0]} {GOOD[0]}"))
    assert written(model.url, ANSWER) == ([Written(SAID[0], (3,))], Ending())


def test_what_is_far_from_the_passage_it_cites_is_dropped(model: ModelServer) -> None:
    model.answers(streamed(TRUE[0], " ", "La loi est votée par le Parlement [3]."))
    assert texts(written(model.url, ANSWER, near=0.72)[0]) == [
        TRUE[0][:-5] + ".",
        "La loi est votée par le Parlement.",
    ]
    # A copy needs no likeness.
    model.answers(streamed(TRUE[0], " ", "La loi est votée par le Parlement [3]."))
    sentences, ending = written(model.url, ANSWER, near=0.70)
    assert (texts(sentences), ending) == (["La loi est votée par le Parlement."], Ending(1, None))


def test_what_the_service_is_too_busy_to_check_is_dropped(model: ModelServer) -> None:
    copied = "La loi est votée par le Parlement."
    reply = streamed(TRUE[0], " ", "La loi est votée par le Parlement [3].")
    model.answers(reply)
    assert len(written(model.url, ANSWER)[0]) == 2
    model.answers(reply)
    sentences, ending = written(model.url, ANSWER, is_full=True)
    assert (texts(sentences), ending) == ([copied], Ending(1, None))


def test_only_the_passages_and_the_question_are_sent(model: ModelServer) -> None:
    model.answers(streamed(GOOD[0]))
    written(model.url, ANSWER, key=KEY)
    sent = model.requests[-1]
    assert (sent["model"], sent["stream"], sent["temperature"]) == ("essai", True, 0)
    assert model.headers[-1]["authorization"] == f"Bearer {KEY}"
    content = json.dumps(sent["messages"], ensure_ascii=False)
    assert all(passage in content for passage in (MONEY, CPTS, WHO))
    assert "1.txt" not in content
    model.answers(streamed(GOOD[0]))
    written(model.url, ANSWER)
    assert "authorization" not in model.headers[-1]


def test_who_leaves_closes_the_call_at_once(model: ModelServer) -> None:
    model.answers([chunk(GOOD[0] + " Puis la suite"), *[0.1, chunk(" mot")] * 200])

    async def leave() -> tuple[Written | Ending, int]:
        writer = Writer(model.url, "essai", None)
        parts = writer.write(engine(), "Qui ?", ANSWER)
        first = await anext(parts)
        under_way = model.open_streams
        await parts.aclose()
        for _ in range(100):
            if not model.open_streams:
                break
            await asyncio.sleep(0.05)
        left = model.open_streams
        await writer.aclose()
        assert left == 0
        return first, under_way

    assert asyncio.run(leave()) == (Written(SAID[0], (3,)), 1)


def test_who_is_cancelled_closes_the_call_at_once(model: ModelServer) -> None:
    model.answers([chunk("Puis"), *[0.1, chunk(" mot")] * 200])

    async def cancel() -> int:
        writer = Writer(model.url, "essai", None)

        async def consume() -> None:
            async for _ in writer.write(engine(), "Qui ?", ANSWER):
                pass

        task = asyncio.create_task(consume())
        while not model.open_streams:
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for _ in range(100):
            if not model.open_streams:
                break
            await asyncio.sleep(0.05)
        await writer.aclose()
        return model.open_streams

    assert asyncio.run(cancel()) == 0
