"""A server that breaks: what was said before stands, and why there is no more is told."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse

from qa.llm.records import Ending, Written
from qa.llm.writer import Writer
from tests.qa.llm.model_server import DONE, ModelServer, Piece, chunk
from tests.qa.llm.support import CPTS, MONEY, WHO, answer_on, written

GOOD = ("L'ARS contrôle les cliniques [3].", "Près de 80 % des soins sont pris en charge [1].")
SAID = ["L'ARS contrôle les cliniques.", "Près de 80 % des soins sont pris en charge."]
ANSWER = answer_on(MONEY, CPTS, WHO)
FIRST = [chunk(GOOD[0] + " Puis la"), chunk(" suite")]
KEY = "sk-tres-secrete-0123456789"

# What the server sends, and a word of the failure that must be told.
BROKEN: dict[str, tuple[Sequence[Piece], str]] = {
    "the line ends without a word of the end": (FIRST, "interrompue"),
    "what is no JSON": ([*FIRST, b"data: {oups\n\n"], "illisible"),
    "JSON that is no object": ([*FIRST, b"data: [1, 2]\n\n"], "illisible"),
    "an object without choices": ([*FIRST, b'data: {"id": 1}\n\n'], "illisible"),
    "a choice that is no object": ([*FIRST, b'data: {"choices": [7]}\n\n'], "illisible"),
    "an error in the stream": ([*FIRST, b'data: {"error": {"message": "sk-tres-secrete"}}\n\n'], "erreur"),
    "the length reached": ([*FIRST, chunk(finish="length"), DONE], "trop longue"),
    "a filter": ([*FIRST, chunk(finish="content_filter"), DONE], "filtre"),
    "a line without end": ([*FIRST, b"data: " + b"x" * 400_000], "n'en finit pas"),
    "bytes without end": ([*FIRST, *[chunk("mot " * 10_000)] * 150], "n'en finit pas"),
    "a nested bomb": ([*FIRST, b"data: " + b"[" * 100_000 + b"\n\n"], "illisible"),
    "a silence": ([*FIRST, 30.0], "lent"),
    "a drip": ([*FIRST, *[b": encore\n\n", 0.2] * 100], "lent"),
}
EMPTY: dict[str, Sequence[Piece]] = {
    "nothing": [DONE],
    "no text": [chunk(finish="stop"), DONE],
    "white space": [chunk("  \n"), chunk(finish="stop"), DONE],
    "a tool call": [
        b'data: {"choices": [{"delta": {"tool_calls": []}, "finish_reason": "tool_calls"}]}\n\n', DONE,
    ],
    "thoughts beside the text": [
        b'data: {"choices": [{"delta": {"reasoning_content": "hm"}, "finish_reason": "stop"}]}\n\n', DONE,
    ],
}  # fmt: skip


def texts(sentences: Sequence[Written]) -> list[str]:
    return [sentence.text for sentence in sentences]


@pytest.mark.parametrize("case", BROKEN)
def test_what_was_said_before_it_broke_stands_and_the_failure_is_told(model: ModelServer, case: str) -> None:
    pieces, word = BROKEN[case]
    model.answers(pieces)
    sentences, ending = written(model.url, ANSWER, timeout=3.0, key=KEY)
    assert texts(sentences) == SAID[:1]
    assert ending.failure is not None
    assert word in ending.failure
    assert "secrete" not in ending.failure


@pytest.mark.parametrize("case", EMPTY)
def test_a_model_that_writes_nothing_says_so(model: ModelServer, case: str) -> None:
    model.answers(EMPTY[case])
    sentences, ending = written(model.url, ANSWER)
    assert (sentences, ending.dropped) == ([], 0)
    assert (
        ending.failure
        == "le modèle de langage n'a rien écrit ; essayez un autre modèle avec SOURCIER_LLM_MODEL"
    )


def test_a_line_cut_in_the_middle_is_told(model: ModelServer) -> None:
    model.drops(FIRST)
    sentences, ending = written(model.url, ANSWER)
    assert texts(sentences) == SAID[:1]
    assert (
        ending.failure
        == "la réponse du modèle de langage s'est interrompue ; voyez le journal de son serveur"
    )


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x/v1", "http://", "http://[::1", "http://x:port/v1", "http://x:99999/v1", "http://x/v1#f",
     "http://x/v1?k=1", "http://u:p@x/v1", "http://x\n/v1", "http://x/v1 "],
)  # fmt: skip
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="n'est pas de la forme http://machine:port/v1"):
        Writer(url, "essai", None)


@pytest.mark.parametrize("key", ["clé-secrète", "sk secrete", "sk\nsecrete"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(ValueError, match="SOURCIER_LLM_KEY") as told:
        Writer("http://machine/v1", "essai", key)
    assert "secr" not in str(told.value)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (301, "ailleurs"), (400, "refuse la demande"), (401, "SOURCIER_LLM_KEY"), (403, "SOURCIER_LLM_KEY"),
        (404, "introuvable"), (422, "refuse la demande"), (429, "sollicité"), (418, "illisible"),
        (500, "panne"),
        (503, "panne"),
    ],
)  # fmt: skip
def test_an_error_status_is_told_with_its_remedy_and_without_what_the_server_said(
    model: ModelServer, status: int, word: str
) -> None:
    model.reply = lambda _: JSONResponse({"error": {"message": f"bad key {KEY}"}}, status)
    sentences, ending = written(model.url, ANSWER, key=KEY)
    assert sentences == []
    assert ending.failure is not None
    assert word in ending.failure
    assert ending.failure.endswith(f"(réponse HTTP {status})")
    assert KEY not in ending.failure


def test_a_redirection_is_not_followed(model: ModelServer) -> None:
    model.reply = lambda _: RedirectResponse("/elsewhere", 307)
    before = len(model.requests)
    assert "ailleurs" in str(written(model.url, ANSWER)[1].failure)
    assert len(model.requests) == before + 1


def test_a_web_page_is_no_model(model: ModelServer) -> None:
    model.reply = lambda _: PlainTextResponse("<html>", media_type="text/html")
    assert "n'est pas un modèle" in str(written(model.url, ANSWER)[1].failure)
    model.reply = lambda _: JSONResponse({"choices": []})
    assert "illisible" in str(written(model.url, ANSWER)[1].failure)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "http://nulle-part.invalid/v1"])
def test_a_server_that_is_not_there_is_told(url: str) -> None:
    assert written(url, ANSWER) == (
        [],
        Ending(
            0, "le modèle de langage ne répond pas ; vérifiez que son serveur est lancé et SOURCIER_LLM_URL"
        ),
    )


def test_a_server_without_encryption_where_https_is_asked_is_told(model: ModelServer) -> None:
    failure = written(model.url.replace("http", "https"), ANSWER)[1].failure
    assert failure is not None
    assert "certificat" in failure


def test_a_server_that_says_nothing_at_all_is_left_in_time(model: ModelServer) -> None:
    model.answers([30.0])
    started = time.monotonic()
    assert "trop lent" in str(written(model.url, ANSWER, timeout=1.0)[1].failure)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "url", ["ftp://machine/v1", "machine:8000/v1", "http://moi:secret@machine/v1", "http://m/v1?cle=secret"]
)
def test_another_kind_of_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="http://machine:port/v1") as refused:
        Writer(url, "essai", None)
    assert "secret" not in str(refused.value)
