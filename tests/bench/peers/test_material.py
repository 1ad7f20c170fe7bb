from __future__ import annotations

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from bench.peers import material
from bench.peers.material import Asked, counted, judged, of_dataset
from bench.peers.records import Counted


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "petit"
    folder.mkdir()
    rows = [{"_id": f"p{i}", "title": "Titre", "text": f"Texte {i}."} for i in range(3)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    asked = [{"_id": "q0", "text": "Quoi ?"}, {"_id": "q1", "text": "Où ?"}, {"_id": "q2", "text": "Quoi ?"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
    (folder / "qrels.tsv").write_text("q\td\ts\nq0\tp0\t1\nq1\tp2\t1\nq2\tp0\t1\n")
    return folder


def test_peers_and_this_project_are_given_the_same_texts(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "SAMPLE", 2)
    given = of_dataset(dataset, tmp_path / "work")
    assert given.passages == tuple((f"p{i}.txt#0", f"Titre\n\nTexte {i}.") for i in range(3))
    assert given.sample == given.passages[:2]
    assert {path.name: path.read_text().strip() for path in given.texts.iterdir()} == {
        id.removesuffix("#0"): text for id, text in given.passages
    }
    assert sorted(path.name for path in given.sample_texts.iterdir()) == ["p0.txt", "p1.txt"]


def test_no_question_is_asked_twice(dataset: Path, tmp_path: Path) -> None:
    given = of_dataset(dataset, tmp_path / "work")
    assert sorted(asked.text for asked in given.questions) == ["Où ?", "Quoi ?"]


def test_tokens_are_counted_with_the_prompt_up_to_what_the_model_reads(tmp_path: Path) -> None:
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "un": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()  # type: ignore[assignment]
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    # "passage", ":", and the words.
    assert counted(["un deux", "un " * 600], tmp_path) == Counted(2, 4 + 512)


def test_a_paragraph_found_in_two_passages_counts_once() -> None:
    asked = [Asked("q", {"b.txt": 1}, frozenset())]
    assert judged(asked, {"q": ["b.txt#0"]}) == (1.0, 1.0)
    ndcg, hit = judged(asked, {"q": ["a.txt#0", "a.txt#9", "b.txt#0"]})
    assert (round(ndcg, 4), hit) == (0.6309, 0.0)  # second of the documents: 1 / log2(3)


def test_any_passage_that_holds_the_evidence_is_right() -> None:
    asked = [Asked("q", {}, frozenset({"a#5", "b#0"}))]
    assert judged(asked, {"q": ["a#5", "b#0"]}) == (1.0, 1.0)
    ndcg, hit = judged(asked, {"q": ["a#0", "b#0", "a#5"]})
    assert (round(ndcg, 4), hit) == (0.6309, 0.0)


def test_what_is_found_beyond_the_tenth_does_not_count() -> None:
    asked = [Asked("q", {"b.txt": 1}, frozenset())]
    others = [f"a{i}.txt#0" for i in range(10)]
    assert judged(asked, {"q": [*others[:9], "b.txt#0"]})[0] > 0
    assert judged(asked, {"q": [*others, "b.txt#0"]}) == (0.0, 0.0)
