"""A model is written as a graph that gives its own vectors, or not at all: and then the reason is told."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.documents import Span
from index import onnx_export
from index.embedding import EncoderInput
from index.onnx_encoder import DESCRIPTION, OnnxEncoder, read_description
from index.onnx_export import Unsupported, export
from index.torch_encoder import SentenceTransformerEncoder, load_model
from tests.index import tiny_models
from tests.index.tiny_models import LONG, PROMPTS, SENTENCES, Spaces

# Family, pooling, modules after it, prompts.
SHAPES = (
    ("bert", "mean", ("Normalize",), PROMPTS),
    ("bert", "cls", (), {}),
    ("xlm-roberta", "mean", (), {}),
    ("xlm-roberta", "cls", ("Normalize",), PROMPTS),
    ("roberta", "mean", ("Normalize",), {"passage": "texte : "}),
    ("roberta", "cls", (), PROMPTS),
    ("camembert", "mean", (), PROMPTS),
    ("camembert", "cls", ("Normalize",), {}),
)


class Pair:
    """A model, and the folder of its graph, in 8 bits and in float32."""

    def __init__(self, folder: Path, shape: tuple[str, str, tuple[str, ...], dict[str, str]]) -> None:
        family, pooling, after, prompts = shape
        self.family = family
        self.name = tiny_models.save(folder, family, pooling=pooling, after=after, prompts=prompts)
        source = load_model(Path(self.name))
        self.model = SentenceTransformerEncoder(source, self.name)
        self.folders = {"int8": folder / "int8", "float32": folder / "float32"}
        export(source, self.folders["int8"], self.name)
        with pytest.MonkeyPatch.context() as patch:
            # What no graph reaches: the 8 bits are given up.
            patch.setattr(onnx_export, "_LEAST_LIKENESS", 2)
            export(source, self.folders["float32"], self.name)

    def graph(self, precision: str) -> OnnxEncoder:
        return OnnxEncoder(self.folders[precision])


@pytest.fixture(scope="module", autouse=True)
def _short_sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        tiny_models.short_sample(patch, tmp_path_factory.mktemp("sample"))
        yield


@pytest.fixture(scope="module", params=SHAPES, ids=lambda shape: f"{shape[0]}-{shape[1]}")
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Pair(tmp_path_factory.mktemp("pair"), request.param)


@pytest.fixture
def source(tmp_path: Path) -> str:
    """The name of a model that can be written."""
    return tiny_models.save(tmp_path)


@pytest.mark.parametrize(("precision", "largest"), [("float32", 1e-5), ("int8", 0.1)])
def test_a_graph_gives_the_vectors_of_its_model(pair: Pair, precision: str, largest: float) -> None:
    """Measured: 3e-7 in float32, 0.04 in 8 bits, of coordinates of about 0.2."""
    ours = pair.graph(precision)
    assert read_description(pair.folders[precision]).precision == precision
    for question in (*SENTENCES, LONG):
        found, expected = (
            ours.encode_question(question, " un quai"),
            pair.model.encode_question(question, " un quai"),
        )
        assert np.abs(found.vector - expected.vector).max() < largest
        assert found.tokens.shape == expected.tokens.shape
        assert found.aside.shape == expected.aside.shape
        assert np.abs(found.tokens - expected.tokens).max() < largest
        assert found.vector @ expected.vector > 0.999


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_a_graph_reads_passages_as_its_model_does_and_says_what_is_too_long(
    pair: Pair, precision: str
) -> None:
    passages = [
        EncoderInput("Titre", text, (Span(0, 6), Span(len(text) - 4, len(text))))
        for text in (*SENTENCES, LONG)
    ]
    found = dict(pair.graph(precision).encode_passages(passages))
    expected = dict(pair.model.encode_passages(passages))
    assert [found[i].truncated for i in range(len(passages))] == [*[False] * len(SENTENCES), True]
    for i, its_own in expected.items():
        assert found[i].truncated == its_own.truncated
        assert found[i].vector @ its_own.vector > 0.999
        assert found[i].sentences == pytest.approx(its_own.sentences, abs=0.1)
    assert not found[len(SENTENCES)].sentences[1].any()


def test_a_graph_cuts_words_where_its_model_does(pair: Pair) -> None:
    ours = pair.graph("int8")
    for text in (*SENTENCES, LONG):
        assert list(ours.token_starts(text)) == list(pair.model.token_starts(text))


@pytest.mark.parametrize("spaces", ["joined", "apart"])
def test_a_unigram_vocabulary_is_cut_by_sentencepiece_as_its_model_cuts_it(
    tmp_path: Path, spaces: Spaces
) -> None:
    name = tiny_models.save(tmp_path, "xlm-roberta", spaces=spaces)
    source = load_model(Path(name))
    export(source, tmp_path / "graph", name, exact=True)
    said = read_description(tmp_path / "graph")
    assert said.spaces_apart is (spaces == "apart")
    assert list(said.files) == ["embeddings.bin", "model.onnx", "tokenizer.model"]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "graph").iterdir()}
    assert modes == dict.fromkeys((*said.files, "encoder.json"), 0o644)
    ours, its_own = OnnxEncoder(tmp_path / "graph"), SentenceTransformerEncoder(source, name)
    for text in (*SENTENCES, LONG, " le  pont \n", "de\u0301ja\u0300 « vu\u00a0»… 🎉"):
        assert list(ours.token_starts(text)) == list(its_own.token_starts(text))
        found, expected = (encoder.encode_question(text, " un quai ") for encoder in (ours, its_own))
        assert np.abs(found.vector - expected.vector).max() < 1e-5
        assert found.tokens.shape == expected.tokens.shape
        assert found.aside.shape == expected.aside.shape
        assert np.abs(found.tokens - expected.tokens).max() < 1e-5
    passage = EncoderInput("Titre", LONG, (Span(0, 6), Span(len(LONG) - 4, len(LONG))))
    (_, read), (_, expected_read) = (
        next(iter(encoder.encode_passages([passage]))) for encoder in (ours, its_own)
    )
    assert read.truncated
    assert read.sentences == pytest.approx(expected_read.sentences, abs=1e-5)
    assert not read.sentences[1].any()


def test_positions_are_counted_from_after_the_padding_in_the_families_of_roberta(pair: Pair) -> None:
    said = read_description(pair.folders["int8"])
    assert said.first_position == (0 if pair.family == "bert" else 2)
    assert (said.longest, said.dimension) == (tiny_models.LONGEST, tiny_models.HIDDEN)


def test_a_position_too_far_gives_other_vectors(tmp_path: Path) -> None:
    """So that the tests above see where positions are counted from."""
    made = Pair(tmp_path, SHAPES[4])
    description = made.folders["float32"] / DESCRIPTION
    said = json.loads(description.read_text("utf-8"))
    description.write_text(json.dumps(said | {"first_position": 1}), "utf-8")
    moved, expected = made.graph("float32").encode_question(LONG), made.model.encode_question(LONG)
    assert np.abs(moved.vector - expected.vector).max() > 0.01


def test_no_more_tokens_are_read_than_there_are_positions(tmp_path: Path) -> None:
    name = tiny_models.save(tmp_path, "roberta", longest=tiny_models.POSITIONS)
    export(load_model(Path(name)), tmp_path / "graph", name)
    # That of the padding and the one before are no token's.
    longest = tiny_models.POSITIONS - 2
    assert read_description(tmp_path / "graph").longest == longest
    read = OnnxEncoder(tmp_path / "graph").encode_question("a" * 2 * longest)
    assert len(read.tokens) == longest - 2 - len(PROMPTS["query"])


@pytest.mark.parametrize(
    ("family", "pooling", "after", "options", "reason"),
    [
        ("bert", "mean", ("Dense",), {}, "il est fait de Transformer, Pooling, Dense"),
        ("bert", "max", (), {}, "il résume ses mots par max"),
        ("bert", "weightedmean", (), {}, "il résume ses mots par weightedmean"),
        ("bert", "mean", (), {"hidden_act": "gelu_new"}, "il calcule autrement que BERT"),
        ("distilbert", "mean", (), {}, "il est de la famille distilbert"),
        ("mpnet", "mean", (), {}, "il est de la famille mpnet"),
    ],
)
def test_a_model_of_another_shape_is_refused_with_its_reason(
    tmp_path: Path, family: str, pooling: str, after: tuple[str, ...], options: dict[str, str], reason: str
) -> None:
    name = tiny_models.save(tmp_path, family, pooling=pooling, after=after, **options)
    with pytest.raises(Unsupported) as caught:
        export(load_model(Path(name)), tmp_path / "models" / "graph", name)
    assert str(caught.value) == reason
    assert not (tmp_path / "models").exists()


def test_a_model_that_leaves_its_prompt_out_of_the_mean_is_refused(source: str, tmp_path: Path) -> None:
    model = load_model(Path(source))
    export(model, tmp_path / "graph", source)
    model[1].include_prompt = False
    with pytest.raises(Unsupported, match="les mots qui suivent sa consigne"):
        export(model, tmp_path / "other", source)


def test_a_graph_that_is_not_the_model_is_refused_and_leaves_nothing(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(load_model(Path(source)), tmp_path / "models" / "first", source)
    # What no graph reaches.
    monkeypatch.setattr(onnx_export, "_SAME", 2)
    with pytest.raises(Unsupported, match=r"^cosinus moyen de 1\.000 avec ses propres vecteurs$"):
        export(load_model(Path(source)), tmp_path / "models" / "second", source)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["first"]


def test_the_same_model_is_written_the_same_and_another_is_told_from_it(tmp_path: Path) -> None:
    fingerprints = []
    for n, seed in enumerate((3, 3, 4)):
        folder = tmp_path / str(n)
        name = tiny_models.save(folder, seed=seed)
        export(load_model(Path(name)), folder / "graph", "un nom")
        fingerprints.append(read_description(folder / "graph").fingerprint)
        assert len(fingerprints[-1]) == 64
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_prompts_are_part_of_what_tells_models_apart(tmp_path: Path) -> None:
    fingerprints = []
    for kind, prompts in enumerate((PROMPTS, {})):
        folder = tmp_path / str(kind)
        name = tiny_models.save(folder, prompts=prompts)
        export(load_model(Path(name)), folder / "graph", "un nom")
        fingerprints.append(read_description(folder / "graph").fingerprint)
    assert fingerprints[0] != fingerprints[1]


@pytest.mark.parametrize(
    ("spaces", "kept"), [("joined", "une empreinte"), ("kept", "une empreinte-tokenizers")]
)
def test_a_fingerprint_that_is_given_is_kept_and_says_which_tokenizer_cuts(
    tmp_path: Path, spaces: Spaces, kept: str
) -> None:
    source = Path(tiny_models.save(tmp_path, "xlm-roberta", spaces=spaces))
    export(load_model(source), tmp_path / "graph", "un nom", fingerprint="une empreinte")
    said = read_description(tmp_path / "graph")
    assert (said.name, said.fingerprint) == ("un nom", kept)


def test_every_file_can_be_read_by_those_who_serve(source: str, tmp_path: Path) -> None:
    export(load_model(Path(source)), tmp_path / "graph", "un nom")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "graph").iterdir()}
    assert modes == dict.fromkeys(("model.onnx", "embeddings.bin", "tokenizer.json", "encoder.json"), 0o644)
    assert stat.S_IMODE((tmp_path / "graph").stat().st_mode) == 0o755
