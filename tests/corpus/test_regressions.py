"""Texts that were once cut wrongly: each a kind of loss that must not come back."""

from __future__ import annotations

import io

import pytest
from reportlab.pdfgen.canvas import Canvas

from corpus.documents import CutDocument, Extraction, uncovered
from corpus.errors import UnreadableFile
from corpus.furniture import reason_of_line
from corpus.reading.decoding import decode
from corpus.reading.html import extract_html, read_html
from corpus.reading.markdown import read_markdown
from corpus.reading.pdf import read_pdf
from corpus.sentences import split_sentences
from tests.corpus.support import assert_accounted_for, cut
from tests.timing import seconds


def _passages(extraction: Extraction) -> list[str]:
    cut_document = cut(extraction)
    assert_accounted_for(cut_document)
    return [passage.text for passage in cut_document.passages]


def _headings(extraction: Extraction) -> list[str]:
    cut_document: CutDocument = cut(extraction)
    text = cut_document.document.text
    return [text[s.start : s.end] for s in cut_document.set_aside if s.reason == "heading"]


def test_a_sentence_wrapped_by_hand_is_not_judged_line_by_line() -> None:
    text = (
        "Le conseil de territoire existe depuis la loi. Son rôle a été\n"
        "modifié par l'ordonnance du printemps suivant. Il réunit des élus, des\n"
        "soignants et des usagers, qui donnent leur avis sur les projets de leur\n"
        "territoire et sur le schéma de la région, dont le contenu est ensuite\n"
        "publié par l'agence après une concertation de plusieurs mois.\n"
    )
    assert _passages(Extraction(text)) == [text.rstrip()]


def test_a_heading_in_a_table_cell_loses_nothing() -> None:
    page = "<table><tr><td><h2>Titre</h2></td><td>Contenu de la case.</td></tr></table><p>Suite.</p>"
    extraction = extract_html(page)
    assert uncovered(cut(extraction)) == ()
    assert [" ".join(p.split()) for p in _passages(extraction)] == ["Contenu de la case. Suite."]


def test_a_heading_nested_in_another_is_part_of_it() -> None:
    extraction = extract_html("<h1>A<h2>B</h2>Cé</h1><p>D suite.</p>")
    assert_accounted_for(cut(extraction))


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_heading_underlined_is_a_heading(line_end: str) -> None:
    extraction = read_markdown(f"Soins{line_end}====={line_end}{line_end}Un texte.{line_end}".encode())
    assert _headings(extraction) == [f"Soins{line_end}====="]
    assert _passages(extraction) == ["Un texte."]


def test_a_button_in_a_heading_goes_with_it() -> None:
    extraction = extract_html("<h1>Titre</h1><h2>Garde <button>Replier</button></h2><p>Un texte.</p>")
    assert _passages(extraction) == ["Un texte."]


def test_a_comment_in_a_heading_goes_with_it_and_is_not_said() -> None:
    extraction = read_markdown(b"# Titre\n\n## Garde <!-- x -->\n\nUn texte.\n")
    (passage,) = cut(extraction).passages
    assert (passage.text, passage.headings) == ("Un texte.", ("Garde",))


def test_a_heading_with_only_furniture_below_is_furniture() -> None:
    extraction = extract_html(
        "<h1>Titre</h1><p>Un texte.</p><h2>Discussion</h2>"
        "<p>Aucun commentaire</p><p>Laisser un commentaire</p>"
    )
    assert _passages(extraction) == ["Un texte."]


def test_a_program_is_not_taken_for_utf_16() -> None:
    assert decode("Été".encode("utf-16-le") + b" \x00") == "Été "
    with pytest.raises(UnreadableFile):
        decode(b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00>\x00\x01\x00\x00\x00")


def test_latin_1_is_read_as_browsers_read_it() -> None:
    page = b"<meta charset=iso-8859-1><p>l\x92h\xf4pital, 12 \x80</p>"
    assert read_html(page).text.strip() == "l’hôpital, 12 €"


@pytest.mark.parametrize(
    "sentence",
    [
        "L'art. L. 1434-12 du code fixe la règle.",
        "Il vivait au 2e siècle apr. J.-C. dans une ville.",
        "Le rapport de A. L. Petit est clair.",
        "La règle du 1er janv. 2020 change tout.",
    ],
)
def test_an_abbreviation_does_not_end_its_sentence(sentence: str) -> None:
    assert [sentence[s.start : s.end] for s in split_sentences(sentence)] == [sentence]


@pytest.mark.parametrize(
    "line",
    [
        "Publié le 3 mai 2017, le décret fixe les missions.",
        "Modifié par l'ordonnance du 12 mai 2021, l'article fixe les missions du conseil.",
        "Rédigé par l'équipe soignante, le projet de santé est signé par l'agence.",
        "Le 15 mai 2017 par décret, le Gouvernement a fixé la liste.",
        "Tous les articles de la loi sont applicables.",
        "Se connecter à l'espace numérique de santé suppose un code.",
        "S'inscrire auprès d'un médecin traitant est gratuit.",
        "Créer un compte est gratuit pour tous les assurés.",
        "On trouve la notice dans votre boîte de médicaments.",
        "Dans votre boîte à pharmacie, gardez du paracétamol.",
        "Recevez la lettre de votre caisse avant le 1er mars.",
        "Offre mensuelle de consultations",
        "Partager sur un même territoire les gardes de nuit est un progrès.",
        "Lire aussi l'article 5 de la loi est nécessaire.",
        "Crédits : 4 millions d'euros en 2020",
        "Image médicale",
    ],
)
def test_a_line_that_may_answer_is_kept(line: str) -> None:
    assert reason_of_line(line) is None


def test_the_first_heading_is_the_title_only_at_the_top() -> None:
    paragraph = "Une phrase assez longue pour être un vrai paragraphe de ce texte."
    text = f"{paragraph}\n\nLa garde\n\n{paragraph}\n\nLa nuit\n\n{paragraph}\n"
    document = cut(Extraction(text))
    assert document.document.title != "La garde"
    assert [p.headings for p in document.passages] == [(), ("La garde",), ("La nuit",)]


@pytest.mark.parametrize("levels", [10, 300, 700])
def test_what_lies_deep_in_a_page_is_read(levels: int) -> None:
    page = "<p>Avant.</p>" + "<div>" * levels + "Profond." + "</div>" * levels + "<p>Après.</p>"
    assert extract_html(page).text.split() == ["Avant.", "Profond.", "Après."]


@pytest.mark.parametrize("value", ['"\\uD800 x"', "[1, 2]", "{a: b}"])
def test_an_odd_title_of_front_matter_does_not_stop_a_build(value: str) -> None:
    good = read_markdown(b"---\ntitle: Bon\n---\n\nUn texte.\n")
    assert good.title == "Bon"
    odd = read_markdown(f"---\ntitle: {value}\n---\n\nUn texte.\n".encode())
    assert (odd.title or "").encode("utf-8") in (b"? x", b"")


def test_text_drawn_through_a_reusable_form_is_read() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.beginForm("tampon")
    canvas.drawString(72, 500, "Texte du formulaire.")
    canvas.endForm()
    canvas.drawString(72, 700, "Texte de la page.")
    canvas.doForm("tampon")
    canvas.save()
    assert _passages(read_pdf(buffer.getvalue())) == ["Texte de la page.\n\nTexte du formulaire."]


@pytest.mark.parametrize("text", ["<!-- " * 40_000, "A. " * 40_000, "1. A " * 20_000])
def test_time_stays_linear_in_odd_texts(text: str) -> None:
    took = seconds(lambda: (read_markdown(text.encode()), split_sentences(text)), times=2)
    assert took < 5  # it was minutes


def test_time_stays_linear_in_the_number_of_headings() -> None:
    count = 12_000
    text = "".join(f"## Titre {i}\n\nUne phrase du chapitre {i}.\n\n" for i in range(count))
    assert len(cut(read_markdown(text.encode())).passages) == count
    # 1.5 s here; 6.7 s when each line looked at every heading.
    assert seconds(lambda: cut(read_markdown(text.encode())), times=2) < 6
