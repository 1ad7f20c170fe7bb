"""Acronyms and what the texts say they mean."""

from __future__ import annotations

import pytest

from corpus.documents import Extraction, Heading, Reason
from corpus.glossary import Definition
from tests.corpus.support import cut, mine
from tests.timing import seconds


def meanings(*texts: str) -> list[tuple[str, str, int]]:
    """Acronym, expansion, number of definitions, over texts of one file each."""
    documents = [cut(text, source=f"{i}.txt") for i, text in enumerate(texts)]
    return [(m.acronym, m.expansion, len(m.definitions)) for m in mine(documents)]


def written(text: str) -> list[tuple[str, str]]:
    """Acronym and expansion, the latter exactly as the text has it."""
    return [(m.acronym, text[d.start : d.end]) for m in mine([cut(text)]) for d in m.definitions]


APPUI = "plateforme territoriale d'appui"


@pytest.mark.parametrize(
    "sentence",
    [
        f"Chaque canton ouvre une {APPUI} (PTA) au printemps.",
        f"Chaque canton ouvre une {APPUI}(PTA).",
        f"Chaque canton ouvre une « {APPUI} » (PTA).",
        f"Chaque canton ouvre une **{APPUI}** (PTA).",
        f"Chaque canton ouvre une {APPUI} (P.T.A.).",
        f"Chaque canton ouvre une {APPUI} (ou PTA).",
        f"Chaque canton ouvre une {APPUI} (la PTA).",
        f"Chaque canton ouvre une {APPUI} (« PTA »).",
        f"Chaque canton ouvre une {APPUI} (ci-après « PTA »).",
        f"Chaque canton ouvre une {APPUI} (PTA, ou guichet unique).",
        f"Chaque canton ouvre une {APPUI}, ou PTA, qui répond au téléphone.",
        f"Chaque canton ouvre une {APPUI} ou PTA.",
        f"Chaque canton ouvre une {APPUI}, dite PTA.",
        f"Chaque canton ouvre une {APPUI} et abrégée en P.T.A. ou PTA.",
        f"Un guichet ({APPUI}, PTA) ouvre dans chaque canton.",
        f"Chaque canton ouvre une PTA ({APPUI}) au printemps.",
        f"Chaque canton ouvre une P.T.A. ({APPUI}).",
        f"Chaque canton ouvre une PTA (la {APPUI}).",
        f"Chaque canton ouvre une PTA ({APPUI}, ouverte le samedi).",
        f"PTA : {APPUI}.",
        f"PTA : {APPUI}, ouverte le samedi.",
        f"PTA – {APPUI}",
        f"PTA = {APPUI}",
        f"P.T.A. : {APPUI}.",
        f"La PTA : {APPUI}.",
        f"On y lit deux sigles :\n\n- PTA : {APPUI} ;\n- un autre, que nul ne comprend.",
        f"**PTA** : {APPUI}.",
    ],
)
def test_an_expansion_is_found_in_each_form_that_defines(sentence: str) -> None:
    assert written(sentence) == [("PTA", APPUI)]


@pytest.mark.parametrize(
    ("acronym", "expansion"),
    [
        ("CPTS", "communautés professionnelles territoriales de santé"),
        ("PAERPA", "personnes âgées en risque de perte d’autonomie"),
        ("EHPAD", "établissement d'hébergement pour personnes âgées dépendantes"),
        ("ARS", "agences régionales de santé"),
        ("HAS", "Haute autorité de santé"),
        ("DCC", "dossier de cancérologie communicant"),
        ("SMUR", "structure mobile d’urgence et de réanimation"),
        ("HPST", "Hôpital, Patients, Santé et Territoires"),
        ("PDSA", "permanence des soins ambulatoires"),
        ("ETAPES", "expérimentations de télémédecine pour l'amélioration des parcours en santé"),
        ("FINESS", "fichier national des établissements sanitaires et sociaux"),
        ("CHU", "centre hospitalo-universitaire"),
        ("CeGIDD", "centre gratuit d'information, de dépistage et de diagnostic"),
        ("T2A", "tarification à l'activité"),
        ("MT", "médecin traitant"),
        ("OEG", "œuvre d'entraide générale"),
    ],
)
def test_every_letter_is_the_first_of_a_word_or_follows_it(acronym: str, expansion: str) -> None:
    assert written(f"On cite souvent un exemple voisin, {expansion} ({acronym}), sans plus.") == [
        (acronym, expansion)
    ]
    assert written(f"On cite souvent {acronym} ({expansion}), sans plus.") == [(acronym, expansion)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Le centre de dialyse ouvre ses portes (CPTS).",
        "Une loi déjà ancienne (2016) le prévoit.",
        "Louis XIX, roi sans trône (XIX), n'y change rien.",
        "Des infirmières volontaires (IV) répondent.",
        "La dépense est forte (12 M€) cette année.",
        "Un monoxyde courant (CO2) s'y mêle.",
        "Le syndicat s'y oppose (CGT).",
        "Le maire, Paul Sorel (PS), applaudit.",
        "Le service médical et l'amélioration qu'il apporte (ASMR) comptent.",
        "La santé publique (SAP) y gagne.",
        "Les soins (SO) sont gratuits.",
        "Le message est de son médecin seul (SMS).",
        "Une plateforme nouvelle territoriale d'appui (PTA) ouvre.",
        "Une plateforme d'appui (PTA) ouvre.",
        "Une territoriale plateforme d'appui (PTA) ouvre.",
        "On pense à une plateforme. Territoriale d'appui (PTA), elle ouvre.",
        "On ouvre une plateforme (territoriale) d'appui (PTA).",
        "On ouvre une plateforme ; territoriale d'appui (PTA), elle sert.",
        "NB : notre budget.",
        "Le dossier est en PTA : plateforme territoriale d'appui.",
        "PTA : plateforme qui tient à l'appui.",
        "Une maison accueillante, intime, aimable (MaIA) ouvre.",
        "Une plateforme territoriale d'appui (Pta) ouvre.",
        "Une plateforme territoriale d'appui (voir PTA) ouvre.",
        "Une plateforme territoriale d'appui, qui sert la PTA voisine, ouvre.",
        "La PTA (ouverte le samedi) répond.",
        "Des équipements lourds (scanner, IRM, chirurgie) y sont.",
        "La PTA (PTA) reste la PTA.",
        "(PTA)",
        "PTA (",
        "",
    ],
)
def test_nothing_is_made_up(sentence: str) -> None:
    assert meanings(sentence) == []


def test_the_shortest_run_of_words_is_the_expansion() -> None:
    text = "Le porteur travaille avec la petite équipe de la plateforme territoriale d'appui (PTA)."
    assert written(text) == [("PTA", "plateforme territoriale d'appui")]


def test_an_expansion_has_at_most_fourteen_words() -> None:
    filler = "de la " * 6
    assert written(f"Un centre {filler}garde (CG) ouvre.") == [("CG", f"centre {filler}garde")]
    assert written(f"Un centre {filler}de garde (CG) ouvre.") == []


def test_small_words_are_counted_only_where_the_acronym_needs_them() -> None:
    text = "La permanence des soins (PDS) et la permanence des soins (PS) sont deux."
    assert written(text) == [("PDS", "permanence des soins"), ("PS", "permanence des soins")]


def test_dots_and_a_plural_s_do_not_make_another_acronym() -> None:
    text = (
        "Un groupement hospitalier de territoire (G.H.T.) est né. "
        "Les groupements hospitaliers de territoire (GHT) suivent. "
        "Les groupements hospitaliers de territoires (GHTs) aussi. "
        "Un groupement hospitalier de territoire (GHT) clôt la liste."
    )
    assert meanings(text) == [("GHT", "groupement hospitalier de territoire", 4)]


def test_an_ambiguous_acronym_keeps_its_meanings_the_most_defined_first() -> None:
    assert meanings(
        "Le plan personnalisé de santé (PPS) est écrit. Un projet de soins (PS) aussi.",
        "Le programme personnalisé de soins (PPS) est remis.",
        "Les programmes personnalisés de soins (PPS) sont relus.",
    ) == [
        ("PPS", "programme personnalisé de soins", 2),
        ("PPS", "plan personnalisé de santé", 1),
        ("PS", "projet de soins", 1),
    ]


def test_meanings_are_sorted_without_case_or_accents() -> None:
    found = meanings(
        "Zone utile nouvelle (ZUN), équipe de soins (ÉS), atelier du village (AV), équipe totale (ET)."
    )
    assert [acronym for acronym, _, _ in found] == ["AV", "ÉS", "ET", "ZUN"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("projet territorial de santé", "projets territoriaux de santé"),
        ("projet territorial de santé", "Projet Territorial de Santé"),
        ("projet territorial de santé", "projet territorial de la sante"),
        ("pôle d'appui aux réseaux", "pôles d’appui au réseau"),
        ("protocole, accord, règlement", "protocole, accord et règlement"),
    ],
)
def test_case_accents_plurals_small_words_and_apostrophes_do_not_part_meanings(one: str, other: str) -> None:
    sigle = "".join(w[0] for w in one.replace("d'", "").replace("aux ", "").split() if w != "de").upper()
    found = meanings(f"On écrit un {one} ({sigle}).", f"On lit {other} ({sigle}).", f"Un {one} ({sigle}).")
    assert found == [(sigle, one, 3)]


@pytest.mark.parametrize("gap", [" ", "\u00a0", "\u202f", "  "])
def test_white_space_inside_an_expansion_is_kept_in_the_span_and_collapsed_in_the_words(gap: str) -> None:
    text = f"Le dossier{gap}médical{gap}partagé{gap}(DMP) est ouvert à tous les patients."
    assert written(text) == [("DMP", f"dossier{gap}médical{gap}partagé")]
    assert meanings(text) == [("DMP", "dossier médical partagé", 1)]


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_an_expansion_may_go_over_the_end_of_a_wrapped_line(line_break: str) -> None:
    lines = [
        "Dans chaque canton de la vallée, une équipe de soignants tient le dossier",
        "médical partagé (DMP) de tous les habitants qui le veulent bien, et elle",
        "le relit chaque année avec eux, à la date qui leur convient, sans frais.",
    ]
    assert written(line_break.join(lines)) == [("DMP", f"dossier{line_break}médical partagé")]


def test_decomposed_accents_are_letters_like_others() -> None:
    text = "Une e\u0301quipe de soins e\u0301largie (ESE) veille."
    assert written(text) == [("ESE", "e\u0301quipe de soins e\u0301largie")]


def test_a_definition_gives_its_document_its_words_and_its_sentence() -> None:
    first = "Il pleut. La maison de santé (MDS) ouvre ! On y vient."
    second = "MDS : maison de santé."
    (meaning,) = mine([cut(first, source="b/un.txt"), cut(second, source="a/deux.txt")])
    assert meaning.definitions == (
        Definition("b/un.txt", 13, 28, 10, 42),
        Definition("a/deux.txt", 6, 21, 0, 22),
    )
    assert first[13:28] == second[6:21] == "maison de santé"
    assert first[10:42] == "La maison de santé (MDS) ouvre !"


def test_two_forms_on_the_same_words_are_one_definition() -> None:
    assert meanings("MDS (maison de santé, MDS) : c'est écrit deux fois.") == [("MDS", "maison de santé", 1)]


def test_what_is_set_aside_defines_nothing() -> None:
    title = "La maison de santé (MDS)"
    text = f"{title}\n\nLa MDS ouvre ses portes ce matin à neuf heures.\n"
    read = cut(Extraction(text, headings=(Heading(0, len(title), 1, title),)))
    assert [s.reason for s in read.set_aside] == [Reason.HEADING]
    assert mine([read]) == ()


def test_no_documents_have_no_meanings() -> None:
    assert mine([]) == ()


@pytest.mark.parametrize("odd", ["_", " ", "\n", "*", "(A", "A.", "ou ", "AB (", "« ", "a-"])
def test_a_long_line_of_signs_takes_no_longer_than_prose(odd: str) -> None:
    assert seconds(lambda: mine([cut("Il pleut " + odd * 5_000 + " (AB).")])) < 2
