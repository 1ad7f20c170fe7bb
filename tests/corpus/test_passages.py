"""Cutting into passages; a token is a word here."""

from __future__ import annotations

import pytest

from corpus.documents import Extraction, Reason, SetAside, Span
from corpus.passages import PassageSize
from tests.corpus.support import aside, assert_accounted_for, cut, passage_texts, slices, word_starts

SENTENCE = "Le médecin de garde répond aux appels de nuit et de jour."  # 12 words
ITEM = "- le médecin de garde, qui répond la nuit et le dimanche ;"  # 13 words
SMALL = PassageSize(minimum=6, maximum=20, list_maximum=30)


def prose(sentences: int) -> str:
    return " ".join([SENTENCE] * sentences)


def sizes(text: str, size: PassageSize | None = None) -> list[int]:
    return [len(word_starts(passage)) for passage in passage_texts(cut(text, size=size))]


def test_a_passage_is_a_slice_with_its_sentences_and_its_name() -> None:
    text = "Les soins\n\nLa garde\n\nUn médecin veille.  Il répond.\n"
    (passage,) = cut(text, source="ville/soins.txt").passages
    assert (passage.id, passage.document_id) == ("ville/soins.txt#21-51", "ville/soins.txt")
    assert passage.text == text[21:51] == "Un médecin veille.  Il répond."
    assert slices(text, passage.sentences) == ["Un médecin veille.", "Il répond."]
    assert passage.headings == ("La garde",)


@pytest.mark.parametrize("sentences", [6, 17, 18, 20, 40, 83])
def test_prose_is_cut_into_passages_between_the_bounds(sentences: int) -> None:
    found = sizes(prose(sentences))
    assert sum(found) == 12 * sentences
    assert [n for n in found if not 60 <= n <= 200] == []


@pytest.mark.parametrize("paragraphs", [2, 9, 30])
def test_short_paragraphs_are_joined_up_to_the_bounds(paragraphs: int) -> None:
    found = sizes("\n\n".join([prose(3)] * paragraphs))
    assert [n for n in found if not 60 <= n <= 200] == []


def test_a_text_below_the_minimum_is_one_passage() -> None:
    assert passage_texts(cut(f"{SENTENCE}\n\n{SENTENCE}")) == [f"{SENTENCE}\n\n{SENTENCE}"]


def test_no_sentence_is_cut_in_two() -> None:
    read = cut(prose(40))
    for passage in read.passages:
        assert set(slices(read.document.text, passage.sentences)) == {SENTENCE}


def test_passages_end_with_a_paragraph_rather_than_inside_one() -> None:
    paragraphs = [prose(9), prose(9), prose(9)]
    assert passage_texts(cut("\n\n".join(paragraphs))) == paragraphs


def test_a_line_that_ends_on_a_colon_goes_with_what_it_announces() -> None:
    text = f"{prose(15)} Voici ce que dit la loi :\n\n{prose(9)}"
    announced = f"Voici ce que dit la loi :\n\n{prose(9)}"
    assert [announced in passage for passage in passage_texts(cut(text))] == [False, True]


def test_a_passage_never_crosses_a_heading_and_holds_none() -> None:
    text = f"Les soins\n\n{SENTENCE}\n\nLa garde\n\n{SENTENCE}\n\nLa veille\n\n{SENTENCE}"
    read = cut(text)
    assert passage_texts(read) == [SENTENCE, SENTENCE, SENTENCE]
    assert [p.headings for p in read.passages] == [(), ("La garde",), ("La veille",)]
    assert [text[s.start : s.end] for s in read.set_aside] == ["Les soins", "La garde", "La veille"]
    assert {s.reason for s in read.set_aside} == {Reason.HEADING}


def test_furniture_breaks_a_passage() -> None:
    whole = f"{SENTENCE}\n\nOn partage.\n\n{SENTENCE}"
    assert passage_texts(cut(whole)) == [whole]
    text = whole.replace("On partage.", "Partager sur Facebook")
    assert passage_texts(cut(text)) == [SENTENCE, SENTENCE]
    assert aside(cut(text)) == [("Partager sur Facebook", Reason.SHARING)]


@pytest.mark.parametrize("sentences", range(1, 34, 2))
def test_a_list_stays_with_the_line_that_introduces_it(sentences: int) -> None:
    listed = "\n".join(["Trois acteurs veillent :", *[ITEM] * 3])
    read = cut(f"{prose(sentences)}\n\n{listed}\n\n{prose(15)}")
    assert [listed in passage for passage in passage_texts(read)].count(True) == 1


def test_one_list_may_make_a_passage_longer_than_the_maximum() -> None:
    listed = "\n".join(["Les acteurs qui veillent :", *[ITEM] * 20])
    assert sizes(listed) == [265]


def test_a_long_list_is_cut_and_its_rest_carries_its_introduction_as_a_heading() -> None:
    introduction = "Les acteurs qui veillent :"
    text = "\n".join(["Guide", "", "La garde", "", introduction, *[ITEM] * 40])
    read = cut(text)
    first, *rest = read.passages
    assert first.text.startswith(f"{introduction}\n{ITEM}\n")
    assert first.headings == ("La garde",)
    assert {p.headings for p in rest} == {("La garde", introduction)}
    assert {p.text[: len(ITEM)] for p in rest} == {ITEM}
    assert_accounted_for(read)


def test_prose_below_a_long_list_does_not_carry_the_introduction() -> None:
    read = cut("\n".join(["Les acteurs :", *[ITEM] * 3, "", prose(10)]), size=SMALL)
    carriers = [p for p in read.passages if p.headings]
    assert {p.text[:2] for p in carriers} == {"- "}
    assert read.passages[-1].headings == ()


def test_a_list_without_introduction_carries_none() -> None:
    assert {p.headings for p in cut("\n".join([ITEM] * 60)).passages} == {()}


@pytest.mark.parametrize("separator", ["\n", "; ", ", "], ids=["line", "clause", "comma"])
def test_an_overlong_text_without_stops_is_cut_at_the_best_place(separator: str) -> None:
    clauses = [f"huit mots de ce texte sans arrêt {letter}" for letter in "abcdefghijkl"]
    read = cut(separator.join(clauses), size=SMALL)
    assert_accounted_for(read)
    end = separator.rstrip()
    pairs = [separator.join(clauses[i : i + 2]) + end for i in range(0, 12, 2)]
    assert passage_texts(read) == [*pairs[:-1], pairs[-1].removesuffix(end)]


def test_an_overlong_text_without_punctuation_is_cut_between_words() -> None:
    words = [f"mot{i}" for i in range(50)]
    assert passage_texts(cut(" ".join(words), size=SMALL)) == [
        " ".join(words[:20]),
        " ".join(words[20:40]),
        " ".join(words[40:]),
    ]


def test_a_single_endless_word_is_left_whole() -> None:
    assert sizes("x" * 5000) == [1]


def test_a_sentence_of_up_to_two_passages_is_left_whole() -> None:
    whole = " ".join(["mot"] * 40)
    assert passage_texts(cut(whole, size=SMALL)) == [whole]
    assert passage_texts(cut(f"{whole} mot", size=SMALL)) != [f"{whole} mot"]


def test_the_lines_of_wrapped_text_make_one_sentence() -> None:
    text = "Le médecin de garde répond aux\nappels de nuit.\nIl oriente aussi."
    read = cut(text)
    assert slices(text, read.passages[0].sentences) == [
        "Le médecin de garde répond aux\nappels de nuit.",
        "Il oriente aussi.",
    ]


def test_every_item_of_a_list_is_a_sentence_of_its_own() -> None:
    text = "Deux acteurs :\n- le médecin\n- le pharmacien"
    assert slices(text, cut(text).passages[0].sentences) == text.split("\n")


@pytest.mark.parametrize("text", ["", " \n\u00a0\n"])
def test_white_space_makes_no_passage(text: str) -> None:
    read = cut(text)
    assert (read.passages, read.set_aside) == ((), ())


def test_furniture_alone_makes_no_passage() -> None:
    assert cut("Partager sur Facebook").set_aside == (SetAside("texte.txt", 0, 21, Reason.SHARING),)
    assert cut("Partager sur Facebook").passages == ()


def test_what_the_reader_set_aside_inside_a_line_parts_the_line() -> None:
    text = "Le médecin veille. <!-- note --> Il répond."
    read = cut(Extraction(text, furniture=((Span(19, 32), Reason.MARKUP),)))
    assert passage_texts(read) == ["Le médecin veille.", "Il répond."]
    assert_accounted_for(read)


@pytest.mark.parametrize(
    ("source", "title"),
    [("ville/le guide.txt", "le guide"), ("guide.v2.md", "guide.v2"), ("guide", "guide")],
)
def test_a_text_without_a_title_is_called_like_its_file(source: str, title: str) -> None:
    assert cut(SENTENCE, source=source).document.title == title


def test_the_text_of_the_document_is_never_altered() -> None:
    text = "  Un me\u0301decin\u00a0veille.\r\n\r\nPartager\r\n"
    assert cut(text).document.text == text
