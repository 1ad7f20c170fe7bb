"""Which stretch of a text is given: within the budget, around what is wanted, nothing lost between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents import Span
from qa.mcp.excerpts import Excerpt, excerpt

TEN = "0123456789"


@pytest.mark.parametrize(
    ("wanted", "around", "budget", "expected"),
    [
        (Span(0, 10), 0, 10, Excerpt(Span(0, 10), False, None, None)),
        (Span(3, 5), 0, 4, Excerpt(Span(3, 5), False, Span(0, 3), Span(5, 9))),
        (Span(3, 5), 2, 6, Excerpt(Span(1, 7), False, Span(0, 1), Span(7, 10))),
        # Too much around: as much on each side, and a side short of text leaves its share.
        (Span(4, 6), 9, 6, Excerpt(Span(2, 8), True, Span(0, 2), Span(8, 10))),
        (Span(1, 2), 9, 6, Excerpt(Span(0, 6), True, None, Span(6, 10))),
        (Span(8, 9), 9, 6, Excerpt(Span(4, 10), True, Span(0, 4), None)),
        # More wanted than fits: its beginning.
        (Span(2, 9), 1, 4, Excerpt(Span(2, 6), True, Span(0, 2), Span(6, 10))),
        (Span(0, 0), 0, 4, Excerpt(Span(0, 0), False, None, Span(0, 4))),
    ],
)
def test_a_stretch_is_what_was_asked_for_or_what_fits_of_it(
    wanted: Span, around: int, budget: int, expected: Excerpt
) -> None:
    assert excerpt(TEN, wanted, around, budget) == expected


def test_a_cut_falls_after_white_space_when_there_is_some_near() -> None:
    text = "un deux trois quatre cinq six sept huit neuf dix"
    assert excerpt(text, Span(0, len(text)), 0, 30).span == Span(0, 30)
    assert excerpt(text, Span(0, len(text)), 0, 32).span == Span(0, 30)
    # The nearest space is further back than a tenth of the budget.
    assert excerpt(text, Span(0, len(text)), 0, 20).span == Span(0, 20)


def test_both_ends_of_a_stretch_around_a_word_fall_between_words() -> None:
    text = "mot " * 100
    cut = excerpt(text, Span(200, 203), 150, 101)
    assert (cut.span, cut.truncated) == (Span(152, 252), True)
    assert text[152:252] == "mot " * 25


@given(
    st.text(alphabet="ab \n", max_size=60),
    st.data(),
    st.integers(0, 70),
    st.integers(1, 40),
)
def test_what_is_given_is_within_the_budget_and_what_was_asked_and_holds_what_fits(
    text: str, data: st.DataObject, around: int, budget: int
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = excerpt(text, Span(start, end), around, budget)
    span = found.span
    assert span.end - span.start <= budget
    asked = Span(max(0, start - around), min(len(text), end + around))
    assert asked.start <= span.start <= span.end <= asked.end
    assert found.truncated == (span != asked)
    if end - start <= budget:
        assert span.start <= start
        assert end <= span.end
    else:
        assert span.start == start
        assert span.end > start


@given(st.text(alphabet="ab \n", max_size=200), st.integers(1, 40))
def test_followed_from_the_beginning_the_stretches_join_to_the_text(text: str, budget: int) -> None:
    found = excerpt(text, Span(0, len(text)), 0, budget)
    pieces = [text[found.span.start : found.span.end]]
    while found.after is not None:
        found = excerpt(text, found.after, 0, budget)
        assert found.truncated is False
        pieces.append(text[found.span.start : found.span.end])
    assert "".join(pieces) == text


@given(st.text(alphabet="ab \n", min_size=1, max_size=200), st.integers(1, 40))
def test_followed_back_from_the_end_they_join_too(text: str, budget: int) -> None:
    found = excerpt(text, Span(len(text) - 1, len(text)), 0, budget)
    pieces = [text[found.span.start : found.span.end]]
    while found.before is not None:
        found = excerpt(text, found.before, 0, budget)
        pieces.append(text[found.span.start : found.span.end])
    assert "".join(reversed(pieces)) == text
