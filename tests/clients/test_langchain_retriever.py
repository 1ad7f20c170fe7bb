"""The LangChain retriever, in LangChain's own chains, against a service on a socket."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import httpx2
import pytest
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import ConfigurableField, Runnable, RunnableLambda, RunnablePassthrough
from pydantic import SecretStr, ValidationError

from index.embedded import EmbeddedEngine
from qa.client import InvalidRequest, Sourcier, Unreachable
from qa.client.langchain import SourcierRetriever
from tests.faults.serving import free_port
from tests.qa.client.served import NOTHING, telling
from tests.qa.helpers import ANSWER, ANSWERED, REFUSED

HTML = "dossier/télémédecine.html"
pytestmark = pytest.mark.usefixtures("strangers")


def told(documents: list[Document]) -> str:
    return "\n\n".join(f"[{d.metadata['source']}] {d.page_content}" for d in documents)


def chain_of(retriever: SourcierRetriever) -> Runnable[str, str]:
    """The usual chain; in the place of the model, what shows what it was sent."""
    prompt = ChatPromptTemplate.from_template("Extraits :\n{context}\n\nQuestion : {question}")
    model = RunnableLambda(lambda value: value.to_messages()[-1].content)
    inputs: Any = {"context": retriever | told, "question": RunnablePassthrough()}
    chain: Runnable[str, str] = inputs | prompt | model | StrOutputParser()
    return chain


def sent(context: str, question: str) -> str:
    return f"Extraits :\n{context}\n\nQuestion : {question}"


def test_a_document_is_the_exact_quote_with_its_place(address: str, engine: EmbeddedEngine) -> None:
    (document,) = SourcierRetriever(url=address, k=1).invoke(ANSWERED)
    with Sourcier(address) as client:
        hit = client.search(ANSWERED, 1).hits[0]
        assert client.text(HTML)[hit.start : hit.end] == document.page_content == ANSWER
    assert document.id == f"{HTML}#{hit.start}-{hit.end}"
    assert document.metadata == {
        "source": HTML,
        "title": "Télémédecine",
        "headings": hit.headings,
        "start": hit.start,
        "end": hit.end,
        "score": hit.score,
        "url": f"{address}{hit.url}",
        "generation": engine.manifest.generation,
    }


def test_every_link_of_a_document_leads_to_its_page(address: str) -> None:
    documents = SourcierRetriever(url=f"{address}/", k=3).invoke(ANSWERED)
    assert [httpx2.get(document.metadata["url"]).status_code for document in documents] == [200] * 3


def test_a_chain_is_given_the_passages(address: str) -> None:
    retriever = SourcierRetriever(url=address, k=1)
    assert chain_of(retriever).invoke(ANSWERED) == sent(f"[{HTML}] {ANSWER}", ANSWERED)


def test_a_chain_runs_in_batches_and_asynchronously_with_the_same_result(address: str) -> None:
    questions = [ANSWERED, REFUSED, "Que partage un groupement ?"] * 4
    chain = chain_of(SourcierRetriever(url=address, k=2))
    one_by_one = [chain.invoke(question) for question in questions]
    assert len(set(one_by_one)) == 3
    assert chain.batch(questions) == one_by_one

    async def at_once() -> list[str]:
        return await chain.abatch(questions)

    async def streamed() -> str:
        return "".join([piece async for piece in chain.astream(ANSWERED)])

    # Two event loops, one after the other: nothing of the first is kept for the second.
    assert asyncio.run(at_once()) == one_by_one
    assert asyncio.run(at_once()) == one_by_one
    assert asyncio.run(streamed()) == one_by_one[0]
    assert asyncio.run(chain.ainvoke(ANSWERED)) == one_by_one[0]


def test_filters_and_the_number_of_documents_are_the_service_s(address: str) -> None:
    retriever = SourcierRetriever(url=address, k=50, filters={"folder": ["dossier"]})
    assert [document.metadata["source"] for document in retriever.invoke("groupement")] == [HTML]
    every = SourcierRetriever(url=address, k=50)
    assert {d.metadata["source"] for d in every.invoke(ANSWERED)} == {"cpts.md", "ght.txt", HTML}
    configurable = SourcierRetriever(url=address).configurable_fields(k=ConfigurableField(id="k"))
    assert len(configurable.invoke(ANSWERED, config={"configurable": {"k": 2}})) == 2
    with pytest.raises(ValidationError):
        SourcierRetriever(k=51)
    with pytest.raises(ValidationError):
        SourcierRetriever.model_validate({"filters": {"folders": "dossier"}})


def test_a_question_that_is_refused_gives_no_document_where_that_is_asked(address: str) -> None:
    always = SourcierRetriever(url=address, k=2)
    careful = SourcierRetriever(url=address, k=2, only_if_answered=True)
    assert len(always.invoke(REFUSED)) == 2
    assert careful.invoke(REFUSED) == []
    assert asyncio.run(careful.ainvoke(REFUSED)) == []
    assert careful.invoke(ANSWERED) == always.invoke(ANSWERED)


def test_errors_are_the_client_s(address: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^la question est vide$"):
        SourcierRetriever(url=address).invoke(" ")
    nobody = SourcierRetriever(url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        nobody.invoke(ANSWERED)
    with pytest.raises(Unreachable):
        asyncio.run(nobody.ainvoke(ANSWERED))


def test_the_key_goes_with_each_question_and_shows_nowhere() -> None:
    with telling(NOTHING) as noted:
        retriever = SourcierRetriever(url=noted.address, key=SecretStr("cle-zzclezz"))
        assert (retriever.invoke("Qui ?"), asyncio.run(retriever.ainvoke("Qui ?"))) == ([], [])
        assert [received["Authorization"] for received in noted.headers] == ["Bearer cle-zzclezz"] * 2
    assert "zzclezz" not in repr(retriever) + str(retriever.model_dump_json())


def test_without_langchain_the_extra_is_named() -> None:
    said = "LangChain n'est pas installé ; lancez : pip install 'sourcier[langchain]'"
    script = (
        "import sys; sys.modules['langchain_core'] = None\n"
        "import qa.client\n"
        "try: import qa.client.langchain\n"
        "except ImportError as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"ImportError {said}\n"
