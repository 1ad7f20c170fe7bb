"""The reference runs a model as its makers do, knows it by its weights, and reads the prompts it declares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corpus.documents import Span
from index.embedding import EncoderInput, Prompts
from index.errors import ModelUnavailable
from index.torch_encoder import SentenceTransformerEncoder, load_model, prompts_of
from tests.index import tiny_models
from tests.index.tiny_models import LONG, PROMPTS, SENTENCES


@pytest.fixture(scope="module")
def name(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_models.save(tmp_path_factory.mktemp("torch"))


@pytest.fixture(scope="module")
def encoder(name: str) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(load_model(Path(name)), name)


def test_its_vectors_are_those_of_the_library(name: str, encoder: SentenceTransformerEncoder) -> None:
    library = load_model(Path(name))
    for question in (*SENTENCES, LONG):
        expected = library.encode(question, prompt_name="query")
        assert encoder.encode_question(question).vector == pytest.approx(expected, abs=1e-6)
    expected = library.encode([f"Titre\n{s}" for s in SENTENCES], prompt_name="document")
    for i, found in encoder.encode_passages([EncoderInput("Titre", s, ()) for s in SENTENCES]):
        assert found.vector == pytest.approx(expected[i], abs=1e-6)


def test_questions_in_one_pass_are_those_of_one_pass_each(encoder: SentenceTransformerEncoder) -> None:
    asked = [(sentence, " (aussi)") for sentence in SENTENCES] + [(LONG, "")]
    for given, found in zip(asked, encoder.encode_questions(asked), strict=True):
        expected = encoder.encode_question(*given)
        assert found.vector == pytest.approx(expected.vector, abs=1e-6)
        assert found.tokens == pytest.approx(expected.tokens, abs=1e-6)
        assert found.aside == pytest.approx(expected.aside, abs=1e-6)


def test_more_passages_than_a_batch_come_each_once(encoder: SentenceTransformerEncoder) -> None:
    inputs = [EncoderInput("", SENTENCES[n % 4] * (1 + n % 3), (Span(0, 3),)) for n in range(40)]
    found = dict(encoder.encode_passages(inputs))
    assert sorted(found) == list(range(40))
    for i, one in enumerate(inputs):
        ((_, alone),) = encoder.encode_passages([one])
        assert found[i].vector == pytest.approx(alone.vector, abs=1e-6)
        assert found[i].sentences == pytest.approx(alone.sentences, abs=1e-6)


@pytest.mark.parametrize(
    ("declared", "read"),
    [
        (PROMPTS, Prompts("demande : ", "texte : ")),
        ({"query": "q : ", "passage": "p : "}, Prompts("q : ", "p : ")),
        ({"query": "q : ", "document": "d : ", "passage": "p : "}, Prompts("q : ", "d : ")),
        ({"query": "", "classification": "c : "}, Prompts("", "")),
        ({}, Prompts("", "")),
    ],
)
def test_prompts_are_read_under_the_names_that_makers_use(
    tmp_path: Path, declared: dict[str, str], read: Prompts
) -> None:
    assert prompts_of(load_model(Path(tiny_models.save(tmp_path, prompts=declared)))) == read


def test_a_model_is_known_by_its_weights_and_its_prompts(tmp_path: Path) -> None:
    def fingerprint(folder: str, seed: int, prompts: dict[str, str]) -> str:
        name = tiny_models.save(tmp_path / folder, seed=seed, prompts=prompts)
        return SentenceTransformerEncoder(load_model(Path(name)), name).fingerprint

    first = fingerprint("a", 3, PROMPTS)
    assert len(first) == 64
    assert fingerprint("b", 3, PROMPTS) == first
    assert len({first, fingerprint("c", 4, PROMPTS), fingerprint("d", 3, {})}) == 3


def test_a_fingerprint_that_is_given_is_kept(name: str) -> None:
    assert SentenceTransformerEncoder(load_model(Path(name)), name, "la sienne").fingerprint == "la sienne"


def test_a_model_whose_weights_are_cut_is_named_with_the_setting(tmp_path: Path) -> None:
    folder = Path(tiny_models.save(tmp_path))
    assert load_model(folder).get_embedding_dimension() == tiny_models.HIDDEN
    (folder / "modules.json").unlink()
    (folder / "config.json").write_text("{", "utf-8")
    with pytest.raises(ModelUnavailable) as caught:
        load_model(folder)
    assert str(caught.value).startswith(f"le modèle {folder} ne se charge pas (")
    assert str(caught.value).endswith(
        "vérifiez SOURCIER_MODEL : un nom ou un dossier de modèle sentence-transformers"
    )


def test_what_it_does_not_read_is_told(encoder: SentenceTransformerEncoder) -> None:
    ends = Span(len(LONG) - 4, len(LONG))
    ((_, found),) = encoder.encode_passages([EncoderInput("", LONG, (Span(0, 6), ends))])
    assert found.truncated
    assert np.linalg.norm(found.sentences[0]) == pytest.approx(1, abs=1e-5)
    assert not found.sentences[1].any()
