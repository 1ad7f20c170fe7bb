"""What the checker shows of sentences written by hand, most of them to deceive it."""

from __future__ import annotations

from index.store import Store
from qa.llm.checking import Checker
from qa.llm.sentences import claim_of
from tests.qa.llm.claims import claims


def shown(name: str, store: Store) -> tuple[int, list[str]]:
    """How many sentences there are, and those that are shown."""
    glossary, said, kept = store.glossary(), 0, []
    for text, cited in claims(name, store):
        claim = claim_of(text)
        assert claim is not None
        said += 1
        kept += [text] if Checker(cited, glossary).check(claim).problem is None else []
    return said, kept


def test_no_sentence_written_to_deceive_is_shown(demonstration: Store) -> None:
    assert shown("claims_false.txt", demonstration) == (542, [])


def test_most_fair_sentences_are_shown(demonstration: Store) -> None:
    said, kept = shown("claims_true.txt", demonstration)
    assert said == 138
    # A checker that drops everything is no use: this may rise, and fall by none.
    assert len(kept) >= 88
