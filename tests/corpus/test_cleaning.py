"""Furniture told by its neighbours: titles printed twice, tickers, comments, boxes, by-lines."""

from __future__ import annotations

import pytest

from corpus import cleaning
from corpus.cleaning import edge_lines, mark_furniture, normalised_line, recurring_lines
from corpus.documents import Extraction, Fact, Heading, Reason, Span
from tests.corpus.support import aside, cut, passage_texts

PROSE = "Le médecin de garde répond aux appels de nuit. Il oriente les patients vers le bon service."


def page(*lines: str) -> str:
    """A text of these lines, "" for an empty one."""
    return "\n".join(lines)


def marked(text: str) -> list[tuple[str, Reason]]:
    """What is set aside of a page; its prose never is."""
    read = cut(text)
    assert "\n".join(passage_texts(read)).count(PROSE) == text.count(PROSE)
    return aside(read)


def test_prose_alone_is_left_alone() -> None:
    assert marked(page("La garde de nuit", "", PROSE)) == []


def test_a_title_printed_again_is_set_aside_once_for_all_its_repetitions() -> None:
    title = "La garde de nuit, mode d'emploi"
    assert marked(page(title, "", title.upper(), "", PROSE, "", title, "", PROSE)) == [
        (title.upper(), Reason.TITLE_REPEATED),
        (title, Reason.TITLE_REPEATED),
    ]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("La nuit", "La nuit"),
        ("La garde est ouverte.", "La garde est ouverte."),
        ("- la garde de nuit", "- la garde de nuit"),
    ],
    ids=["too short", "a sentence", "an item"],
)
def test_other_lines_may_come_back(first: str, again: str) -> None:
    assert marked(page("Les soins", "", first, "", again, "", PROSE)) == []


def test_a_title_that_comes_back_far_below_stays() -> None:
    title = "La garde de nuit, mode d'emploi"
    assert marked(page(title, "", *[PROSE] * 12, "", title, "", PROSE)) == []


def test_what_a_saved_image_leaves_of_the_title_is_a_caption() -> None:
    text = page("Le médecin de garde répond-il ?", "", "médecin de garde", "", PROSE)
    assert marked(text) == [("médecin de garde", Reason.CAPTION)]


def test_a_news_ticker_is_set_aside_with_its_name_and_its_news() -> None:
    text = page(
        "La garde", "", PROSE, "", "Le fil info", "15:48", "Un budget est voté", "9 h 05", "Un train déraille"
    )
    assert marked(text) == [
        ("Le fil info", Reason.NEWS_TICKER),
        ("15:48", Reason.NEWS_TICKER),
        ("Un budget est voté", Reason.NEWS_TICKER),
        ("9 h 05", Reason.NEWS_TICKER),
        ("Un train déraille", Reason.NEWS_TICKER),
    ]


def test_a_news_ticker_may_have_its_times_on_the_line_below_a_day() -> None:
    ticker = ["12 mars", "15:48 Un budget est voté", "16:02 Un train déraille"]
    assert marked(page("La garde", "", PROSE, "", *ticker)) == [(t, Reason.NEWS_TICKER) for t in ticker]


@pytest.mark.parametrize(
    "lines",
    [("18 h 30", "La consultation du soir commence."), ("8:00 Ouverture du cabinet", "12:00 Fermeture")],
    ids=["one time only", "a timetable without a day"],
)
def test_times_of_day_alone_make_no_ticker(lines: tuple[str, ...]) -> None:
    assert marked(page("La garde", "", PROSE, "", *lines, "", PROSE)) == []


def test_comments_are_set_aside_from_their_number_to_their_form() -> None:
    readers = [
        "2 commentaires",
        "",
        "Jeanne, infirmière",
        "Merci. C'est très clair !",
        "",
        "Laisser un commentaire",
    ]
    assert marked(page("La garde", "", PROSE, "", *readers)) == [
        (line, Reason.COMMENTS) for line in readers if line
    ]


def test_a_number_of_comments_without_a_form_takes_nothing_with_it() -> None:
    text = page("La garde", "", PROSE, "", "2 commentaires", "", PROSE)
    assert marked(text) == [("2 commentaires", Reason.COMMENTS)]


def test_titles_listed_below_see_also_are_set_aside_with_it() -> None:
    text = page("La garde", "", "À lire aussi :", "", "- La dialyse", "- Le sommeil", "", PROSE)
    assert marked(text) == [
        ("À lire aussi :", Reason.SEE_ALSO),
        ("- La dialyse", Reason.SEE_ALSO),
        ("- Le sommeil", Reason.SEE_ALSO),
    ]


@pytest.mark.parametrize("following", [PROSE, "Le service est ouvert."])
def test_prose_below_see_also_stays(following: str) -> None:
    assert marked(page("La garde", "", "À lire aussi :", following)) == [("À lire aussi :", Reason.SEE_ALSO)]


def test_short_lines_inside_a_subscription_box_belong_to_it() -> None:
    box = ["Abonnez-vous", "Le journal en avant-première", "Sans publicité", "Déjà abonné ? Se connecter"]
    assert marked(page("La garde", "", PROSE, "", *box, "", PROSE)) == [(b, Reason.SUBSCRIPTION) for b in box]


def test_sentences_between_two_boxes_stay() -> None:
    text = page(
        "La garde", "", PROSE, "", "Abonnez-vous", "", PROSE, "", "Déjà abonné ? Se connecter", "", PROSE
    )
    assert [line for line, _ in marked(text)] == ["Abonnez-vous", "Déjà abonné ? Se connecter"]


def test_many_short_lines_between_two_boxes_are_a_list_and_stay() -> None:
    box = ["Abonnez-vous", *("Ain Aisne Allier Ardennes Aube".split()), "Déjà abonné ? Se connecter"]
    assert [line for line, _ in marked(page("La garde", "", PROSE, "", *box, "", PROSE))] == [box[0], box[-1]]


def test_a_short_line_below_a_credit_stays() -> None:
    assert marked(page("La garde", "", PROSE, "", "© Agence Lumen", "Lits : 12")) == [
        ("© Agence Lumen", Reason.CREDIT)
    ]


def test_short_remains_below_the_last_box_are_the_end_of_the_page() -> None:
    text = page("La garde", "", PROSE, "", "Mentions légales", "Contact", "Agence Lumen")
    assert marked(text) == [
        ("Mentions légales", Reason.MENU),
        ("Contact", Reason.MENU),
        ("Agence Lumen", Reason.MENU),
    ]


def test_labels_above_the_first_marked_heading_are_the_menu_of_the_page() -> None:
    text = page("Rubriques", "Santé", "", "La garde", "", PROSE)
    start = text.index("La garde")
    heading = Heading(start, start + 8, 1, "La garde")
    assert aside(cut(Extraction(text, headings=(heading,)))) == [
        ("Rubriques", Reason.MENU),
        ("Santé", Reason.MENU),
    ]


def test_a_sentence_above_the_first_marked_heading_stays() -> None:
    text = page("En bref : la garde change.", "", "La garde", "", PROSE)
    start = text.index("La garde")
    assert aside(cut(Extraction(text, headings=(Heading(start, start + 8, 1, "La garde"),)))) == []


@pytest.mark.parametrize("credit", ["© Agence Lumen", "(Photo : Anne Roy)", "(crédit photo : C. Blanc)"])
def test_the_credit_at_the_end_of_a_caption_is_set_aside_and_the_caption_stays(credit: str) -> None:
    text = page("La garde", "", f"Une infirmière prépare les vaccins de la semaine. {credit}", "", PROSE)
    assert aside(cut(text)) == [(credit, Reason.CREDIT)]
    assert passage_texts(cut(text))[0] == "Une infirmière prépare les vaccins de la semaine."


def test_what_the_reader_marked_is_kept_as_it_is() -> None:
    text = page("Partager", "Le menu", PROSE)
    assert mark_furniture(Extraction(text, furniture=((Span(0, 16), Reason.MARKUP),)))[0] == (
        (Span(0, 16), Reason.MARKUP),
    )


def test_overlapping_marks_are_made_disjoint() -> None:
    marks = ((Span(3, 9), Reason.MENU), (Span(0, 6), Reason.COMMENTS), (Span(1, 4), Reason.MARKUP))
    assert mark_furniture(Extraction("Les soins de ville", furniture=marks))[0] == (
        (Span(0, 6), Reason.COMMENTS),
        (Span(6, 9), Reason.MENU),
    )


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        ("Publié le 3 mai 2020", [("date", "3 mai 2020")]),
        ("Le 1er mars 2020, mis à jour le 04/06/2021", [("date", "1er mars 2020"), ("date", "04/06/2021")]),
        ("Par Anne Roy", [("author", "Anne Roy")]),
        ("Rédigé par Jean-Luc Petit, le 3 mai 2020", [("date", "3 mai 2020"), ("author", "Jean-Luc Petit")]),
        ("Publié le 3 mai 2020 par Anne Roy", [("date", "3 mai 2020"), ("author", "Anne Roy")]),
        ("Par la rédaction", []),
        ("Temps de lecture : 4 min", []),
    ],
)
def test_by_lines_tell_facts(line: str, facts: list[tuple[str, str]]) -> None:
    document = cut(page("La garde", "", line, "", PROSE)).document
    assert document.facts == tuple(Fact(kind, value) for kind, value in facts)


def test_dates_in_the_prose_are_no_facts_about_the_document() -> None:
    assert cut("Le 3 mai 2020, Anne Roy a signé le décret.").document.facts == ()


def test_the_readers_facts_come_first() -> None:
    known = Fact("author", "Zoé Petit")
    text = page("Par Anne Roy", "", PROSE)
    assert cut(Extraction(text, facts=(known,))).document.facts == (known, Fact("author", "Anne Roy"))


def test_lines_are_compared_without_case_accents_and_digits() -> None:
    assert normalised_line("  Édition n°\u00a012 du 3/4 ") == normalised_line("EDITION N° 7 du 25/12")
    assert normalised_line("Édition") != normalised_line("Éditions")


def test_a_line_at_the_edge_of_many_documents_recurs() -> None:
    foot = "Fiche n° {} de l'agence"
    texts = [page(f"Titre {i}", "", PROSE, "", foot.format(i)) for i in range(4)]
    recurring = recurring_lines(lambda: [edge_lines(text) for text in texts])
    assert aside(cut(texts[0], recurring=recurring)) == [("Fiche n° 0 de l'agence", Reason.RECURRING)]


@pytest.mark.parametrize(("with_it", "documents", "recurs"), [(2, 2, False), (3, 10, True), (3, 11, False)])
def test_recurring_takes_three_documents_and_three_in_ten(with_it: int, documents: int, recurs: bool) -> None:
    edges = [frozenset({"pied"})] * with_it + [frozenset()] * (documents - with_it)
    assert recurring_lines(lambda: edges) == ({"pied"} if recurs else set())


@pytest.mark.parametrize(("with_it", "recurs"), [(300, True), (299, False)])
def test_of_more_lines_than_are_counted_at_once_the_same_recur(
    monkeypatch: pytest.MonkeyPatch, with_it: int, recurs: bool
) -> None:
    edges = [
        frozenset({f"ligne {n}", f"autre {n}", *(["pied"] if n >= 1000 - with_it else [])})
        for n in range(1000)
    ]
    expected = {"pied"} if recurs else set()
    assert recurring_lines(lambda: edges) == expected
    monkeypatch.setattr(cleaning, "_COUNTED_LINES", 20)
    turns = 0

    def told() -> list[frozenset[str]]:
        nonlocal turns
        turns += 1
        return edges

    assert recurring_lines(told) == expected
    assert turns == 2


def test_the_edges_of_a_text_leave_out_its_title_its_middle_and_its_long_lines() -> None:
    lines = ["Titre", *(f"ligne {chr(97 + i)}" for i in range(25)), "x" * 91]
    assert edge_lines("\n".join(lines)) == {f"ligne {c}" for c in "abcdefghijkl" + "opqrstuvwxy"}


def test_a_heading_of_the_mark_up_is_never_recurring() -> None:
    text = page("Titre", "", "La garde", "", PROSE)
    heading = Heading(7, 15, 2, "La garde")
    assert text[7:15] == "La garde"
    assert aside(cut(text, recurring=frozenset({"la garde"}))) == [("La garde", Reason.RECURRING)]
    marked_up = Extraction(text, headings=(heading,))
    assert Reason.RECURRING not in {r for _, r in aside(cut(marked_up, recurring=frozenset({"la garde"})))}
