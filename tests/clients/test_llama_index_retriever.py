"""The LlamaIndex retriever, in LlamaIndex's own query engines, against a service on a socket."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from llama_index.core import get_response_synthesizer
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import ResponseMode
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode

from index.embedded import EmbeddedEngine
from qa.client import InvalidRequest, Sourcier, Unreachable
from qa.client.llama_index import SourcierRetriever
from tests.faults.serving import free_port
from tests.qa.client.served import NOTHING, telling
from tests.qa.helpers import ANSWER, ANSWERED, REFUSED

HTML = "dossier/télémédecine.html"
# LlamaIndex carries the tokenizer and the stop words that it counts with: it fetches nothing.
pytestmark = pytest.mark.usefixtures("strangers")


def engine_of(retriever: SourcierRetriever) -> RetrieverQueryEngine:
    """The usual engine, with LlamaIndex's model that repeats what it is sent."""
    synthesizer = get_response_synthesizer(llm=MockLLM(), response_mode=ResponseMode.COMPACT)
    return RetrieverQueryEngine(retriever, response_synthesizer=synthesizer)


def text_of(found: NodeWithScore) -> TextNode:
    assert isinstance(found.node, TextNode)
    return found.node


def test_a_node_is_the_exact_quote_with_its_place(address: str, engine: EmbeddedEngine) -> None:
    (found,) = SourcierRetriever(address, k=1).retrieve(ANSWERED)
    node = text_of(found)
    with Sourcier(address) as client:
        hit = client.search(ANSWERED, 1).hits[0]
        assert client.text(HTML)[node.start_char_idx : node.end_char_idx] == node.text == ANSWER
    assert (found.score, node.node_id) == (hit.score, f"{HTML}#{hit.start}-{hit.end}")
    assert (node.start_char_idx, node.end_char_idx, node.ref_doc_id) == (hit.start, hit.end, HTML)
    assert node.metadata == {
        "source": HTML,
        "title": "Télémédecine",
        "headings": hit.headings,
        "start": hit.start,
        "end": hit.end,
        "score": hit.score,
        "url": f"{address}{hit.url}",
        "generation": engine.manifest.generation,
    }


def test_a_model_reads_of_a_node_only_what_it_can_use(address: str) -> None:
    node = text_of(SourcierRetriever(address, k=1).retrieve(ANSWERED)[0])
    read = f"source: {HTML}\ntitle: Télémédecine\nheadings: {node.metadata['headings']}\n\n{ANSWER}"
    assert node.get_content(MetadataMode.LLM) == node.get_content(MetadataMode.EMBED) == read


def test_a_query_engine_answers_from_the_passages(address: str) -> None:
    response = engine_of(SourcierRetriever(address, k=2)).query(ANSWERED)
    sources = [text_of(node) for node in response.source_nodes]
    assert (len(sources), sources[0].text) == (2, ANSWER)
    assert [text in str(response) for text in (ANSWER, sources[1].text, ANSWERED)] == [True] * 3


def test_a_query_engine_answers_asynchronously_with_the_same_result(address: str) -> None:
    engine = engine_of(SourcierRetriever(address, k=2))
    expected = str(engine.query(ANSWERED))

    async def at_once() -> list[str]:
        return [str(response) for response in await asyncio.gather(*map(engine.aquery, [ANSWERED] * 5))]

    # Two event loops, one after the other: nothing of the first is kept for the second.
    assert asyncio.run(at_once()) == [expected] * 5
    assert asyncio.run(at_once()) == [expected] * 5


def test_filters_and_the_number_of_nodes_are_the_service_s(address: str) -> None:
    of_folder = SourcierRetriever(address, k=50, filters={"folder": "dossier"})
    assert [text_of(found).ref_doc_id for found in of_folder.retrieve(QueryBundle("groupement"))] == [HTML]
    every = SourcierRetriever(address, k=50).retrieve(ANSWERED)
    assert {text_of(found).ref_doc_id for found in every} == {"cpts.md", "ght.txt", HTML}
    with pytest.raises(InvalidRequest, match=r"50 au plus$"):
        SourcierRetriever(address, k=51).retrieve(ANSWERED)


def test_a_question_that_is_refused_gives_no_node_where_that_is_asked(address: str) -> None:
    careful = SourcierRetriever(address, k=2, only_if_answered=True)
    assert len(SourcierRetriever(address, k=2).retrieve(REFUSED)) == 2
    assert careful.retrieve(REFUSED) == []
    assert asyncio.run(careful.aretrieve(REFUSED)) == []
    assert str(engine_of(careful).query(REFUSED)) == "Empty Response"
    assert [text_of(found).text for found in careful.retrieve(ANSWERED)][:1] == [ANSWER]


def test_errors_are_the_client_s(address: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^la question est vide$"):
        SourcierRetriever(address).retrieve(" ")
    nobody = SourcierRetriever(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        nobody.retrieve(ANSWERED)
    with pytest.raises(Unreachable):
        asyncio.run(nobody.aretrieve(ANSWERED))


def test_the_key_goes_with_each_question() -> None:
    with telling(NOTHING) as noted:
        retriever = SourcierRetriever(noted.address, "cle-zzclezz")
        assert (retriever.retrieve("Qui ?"), asyncio.run(retriever.aretrieve("Qui ?"))) == ([], [])
        assert [received["Authorization"] for received in noted.headers] == ["Bearer cle-zzclezz"] * 2


def test_without_llama_index_the_extra_is_named() -> None:
    said = "LlamaIndex n'est pas installé ; lancez : pip install 'sourcier[llama-index]'"
    script = (
        "import sys; sys.modules['llama_index'] = None\n"
        "import qa.client\n"
        "try: import qa.client.llama_index\n"
        "except ImportError as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"ImportError {said}\n"
